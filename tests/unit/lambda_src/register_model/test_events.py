import json
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.register_model.events import Notice, notices

EVENTS = Path(__file__).parent.parent / "events"
# S3 keys are UTF-8, so any text but lone surrogates.
keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def load(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / name).read_text())
    return event


def test_a_put_is_read_with_its_key_decoded() -> None:
    assert notices(load("s3_put.json")) == [
        Notice(
            bucket="amzn-s3-demo-bucket",
            key="models/sentiment/spring release +1/model.tar.gz",
            version_id="096fKKXTRTtl3on89fVO.nfljtsv6qko",
        )
    ]


def test_the_test_event_of_s3_carries_no_notice() -> None:
    assert notices(load("s3_test_event.json")) == []


@given(keys)
def test_any_key_round_trips(key: str) -> None:
    event = load("s3_put.json")
    event["Records"][0]["s3"]["object"]["key"] = quote_plus(key, safe="/")
    assert notices(event)[0].key == key


@given(st.lists(keys))
def test_every_record_gives_a_notice_in_order(many: list[str]) -> None:
    record = load("s3_put.json")["Records"][0]
    records = [record | {"s3": record["s3"] | {"object": {"key": quote_plus(key)}}} for key in many]
    assert [notice.key for notice in notices({"Records": records})] == many


def test_an_unversioned_bucket_gives_no_version_id() -> None:
    event = load("s3_put.json")
    del event["Records"][0]["s3"]["object"]["versionId"]
    assert notices(event)[0].version_id is None


def test_what_is_no_s3_event_is_an_error() -> None:
    with pytest.raises(KeyError):
        notices({"detail-type": "something else"})
