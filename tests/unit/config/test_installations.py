"""The names of two environments, or of two installations in one account, never meet."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config import names
from config.errors import ConfigError
from config.schema.settings import Environment, load
from tests.unit.config.schema.samples import GOOD, merged, mistakes

PROJECTS = st.from_regex(r"[b-r][a-z0-9]{1,19}", fullmatch=True)
NAMES = st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,5})?", fullmatch=True)


def write(folder: Path, name: str, **changes: Any) -> None:
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(merged(GOOD, changes)), "utf-8")


def test_an_environment_whose_prefix_contains_anothers_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "dev")
    write(tmp_path, "dev-x", region="eu-west-1")
    for name in ("dev", "dev-x"):
        with pytest.raises(ConfigError) as refused:
            load(name, tmp_path)
        assert "policies for rollforward-dev-* would also be for" in str(refused.value)
        assert "give one of them another account or `project`" in str(refused.value)


def test_an_environment_with_another_prefix_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, "dev")
    (tmp_path / "prod.yaml").mkdir()
    assert load("dev", tmp_path).name == "dev"


@pytest.mark.parametrize(
    ("other", "changes"),
    [
        ("dev-x", {"account": "210987654321"}),
        ("dev-x", {"project": "other"}),
        ("development", {}),
        ("x-dev", {}),
    ],
)
def test_environments_whose_names_differ_load(
    tmp_path: Path, other: str, changes: dict[str, Any]
) -> None:
    write(tmp_path, "dev")
    write(tmp_path, other, **changes)
    assert [load(name, tmp_path).name for name in ("dev", other)] == ["dev", other]


def test_a_mistake_in_another_environment_is_reported_when_that_is_loaded(tmp_path: Path) -> None:
    write(tmp_path, "dev")
    (tmp_path / "dev-x.yaml").write_text("- not\n- keys")
    assert load("dev", tmp_path).name == "dev"


@given(one=PROJECTS, other=PROJECTS, environments=st.tuples(NAMES, NAMES))
def test_two_installations_never_share_a_prefix(
    one: str, other: str, environments: tuple[str, str]
) -> None:
    if one == other:
        return
    dev = load("dev")
    mine, theirs = (
        f"{dev.model_copy(update={'project': project, 'name': name}).prefix}-"
        for project, name in zip((one, other), environments, strict=True)
    )
    assert not mine.startswith(theirs)
    assert not theirs.startswith(mine)


@pytest.mark.parametrize(
    "name",
    [
        names.model_bucket,
        names.registrar,
        names.topic,
        names.approval_rule,
        names.dead_letter_queue,
        lambda environment: names.endpoint(environment, "m"),
        lambda environment: names.execution_role(environment, "m"),
        lambda environment: names.pointer(environment, "m"),
        lambda environment: names.state_key(environment, "s3"),
    ],
)
def test_every_name_begins_with_the_project(name: Any) -> None:
    dev = load("dev")
    other = dev.model_copy(update={"project": "other"})
    assert name(other) == name(dev).replace("rollforward", "other")


@pytest.mark.parametrize("project", ["two-words", "Upper", "1st", "x", "p" * 21])
def test_a_project_is_one_short_word(tmp_path: Path, project: str) -> None:
    (line,) = mistakes(tmp_path, {"project": project})
    assert line.startswith("here.yaml → project: expected one word of 2 to 20 lowercase letters")


@pytest.mark.parametrize("project", ["awsome", "ssmx", "sthree"])
def test_a_project_whose_names_aws_would_refuse_is_a_mistake(tmp_path: Path, project: str) -> None:
    (line,) = mistakes(tmp_path, {"project": project})
    assert line.startswith(
        "here.yaml → project: expected a name that does not begin with amzn, aws"
    )


def test_the_longest_project_and_region_fit_a_bucket() -> None:
    dev = load("dev")
    longest: Environment = dev.model_copy(
        update={"project": "p" * 20, "name": "n", "region": "ap-southeast-1"}
    )
    assert len(names.model_bucket(longest)) <= 63
