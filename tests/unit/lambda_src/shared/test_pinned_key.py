import re
from datetime import UTC, datetime
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.register_model.delivery import Delivery, DeliveryFolder
from lambda_src.shared.pinned_key import PinnedKey, slug

models = st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9-]{0,40}", fullmatch=True)
versions = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), min_size=1)
deliveries = st.builds(
    Delivery,
    folder=st.builds(DeliveryFolder, bucket=st.just("bucket"), model=models, version=versions),
    version_id=st.text(min_size=1),
    delivered_at=st.datetimes(
        min_value=datetime(2006, 3, 14),
        max_value=datetime(9999, 1, 1),
        timezones=st.just(UTC),
    ).map(lambda moment: moment.replace(microsecond=0)),
    rank=st.integers(0, 2000),
    size=st.just(1),
    metrics=st.none(),
)


@given(deliveries)
def test_a_key_parses_to_what_it_was_made_of(delivery: Delivery) -> None:
    pinned = delivery.pinned_key
    assert PinnedKey.parse(str(pinned)) == pinned


@given(st.lists(deliveries, min_size=2))
def test_parsed_keys_stand_in_the_order_of_their_deliveries(many: list[Delivery]) -> None:
    keys = [PinnedKey.parse(str(delivery.pinned_key)) for delivery in many]
    in_order = sorted(zip(keys, many, strict=True), key=lambda pair: cast(PinnedKey, pair[0]))
    moments = [(delivery.delivered_at, delivery.rank) for _, delivery in in_order]
    assert moments == sorted(moments)


@given(deliveries)
def test_a_key_is_legal_everywhere(delivery: Delivery) -> None:
    key = str(delivery.pinned_key)
    assert re.fullmatch(r"[A-Za-z0-9._/-]+", key)
    assert "," not in key
    assert len(key) < 200


def test_a_later_rank_is_newer_even_with_more_digits() -> None:
    second, tenth = (
        PinnedKey.parse(f"registered/m/20260131T120000Z.{rank}-v-00000000/model.tar.gz")
        for rank in (2, 10)
    )
    assert second
    assert tenth
    assert second < tenth


@pytest.mark.parametrize(
    "key",
    [
        "registered/m/model.tar.gz",
        "registered/m/20261331T120000Z-v-00000000/model.tar.gz",
        "registered/m/20260131T120000Z.0-v-00000000/model.tar.gz",
        "registered/m/20260131T120000Z-v-0000000g/model.tar.gz",
        "models/m/20260131T120000Z-v-00000000/model.tar.gz",
        "registered/m/20260131T120000Z-v-00000000/model.tar.gz\n",
    ],
)
def test_what_a_registrar_would_not_write_is_no_pinned_key(key: str) -> None:
    assert PinnedKey.parse(key) is None


@given(st.text())
def test_any_text_parses_or_is_no_pinned_key(text: str) -> None:
    assert PinnedKey.parse(text) is None


@pytest.mark.parametrize(
    ("version", "expected"),
    [("v2", "v2"), ("Spring Release +1", "spring-release-1"), ("…", "model"), ("x" * 99, "x" * 40)],
)
def test_a_slug_keeps_what_is_safe(version: str, expected: str) -> None:
    assert slug(version) == expected
