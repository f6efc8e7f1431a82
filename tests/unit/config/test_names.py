import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import names
from config.errors import ConfigError
from config.schema.settings import Environment, load

DEV = load("dev")
LEGAL = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
model_names = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True)


@pytest.mark.parametrize(
    ("name", "limit"),
    [(names.endpoint, 63), (names.package_group, 63), (names.execution_role, 64)],
)
@given(model=model_names)
def test_a_name_is_valid_for_aws_or_refused(
    name: Callable[[Environment, str], str], limit: int, model: str
) -> None:
    with suppress(ConfigError):
        made = name(DEV, model)
        assert LEGAL.fullmatch(made)
        assert len(made) <= limit


@given(model=model_names)
def test_two_models_never_share_a_name(model: str) -> None:
    other = f"{model}x"
    for name in (names.pointer, names.recent, names.settings, names.live):
        assert name(DEV, model) != name(DEV, other)


def test_the_content_hash_fits_after_the_longest_model_name() -> None:
    longest = "m" * (63 - len("rollforward-dev---100") - names.CONTENT_HASH_LENGTH)
    assert len(names.content_prefix(DEV, longest)) + names.CONTENT_HASH_LENGTH + len("-100") == 63
    with pytest.raises(ConfigError, match="has 64 characters, AWS allows 63: shorten the name"):
        names.content_prefix(DEV, f"{longest}m")


def test_a_template_has_a_placeholder_for_the_model() -> None:
    template = names.pointer(DEV, names.ANY_MODEL)
    assert template.replace("{model}", "sentiment") == names.pointer(DEV, "sentiment")


def test_a_template_is_refused_only_if_no_model_name_fits() -> None:
    # `{model}` itself is longer than the names of some models.
    tight = DEV.model_copy(update={"name": "e" * (63 - len("rollforward--x--100") - 12)})
    assert names.content_prefix(tight, names.ANY_MODEL).endswith("-{model}-")
    with pytest.raises(ConfigError, match="has 64 characters, AWS allows 63"):
        names.content_prefix(tight, "xx")


def test_environments_never_share_a_bucket() -> None:
    assert len({names.model_bucket(load(name)) for name in ("dev", "staging", "prod")}) == 3
