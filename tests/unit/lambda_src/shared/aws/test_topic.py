"""A message fits into the limits of SNS, whatever the announcement contains."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.shared.announcement import Announcement, Event
from lambda_src.shared.aws.topic import SnsTopic

# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
LIMIT = 262_144
MODEL = "m" * 63


class Published:
    """The client's one call, kept."""

    def publish(self, **request: Any) -> None:
        attributes = "".join(
            name + attribute["DataType"] + attribute["StringValue"]
            for name, attribute in request["MessageAttributes"].items()
        )
        self.size = len((request["Message"] + attributes).encode())
        self.message = json.loads(request["Message"])


def published(reason: str) -> Published:
    client: Any = Published()
    told = Announcement(Event.REFUSED, MODEL, 7, reason, "k" * 1024)
    SnsTopic(client, "arn").announce(told)
    assert isinstance(client, Published)
    return client


@given(st.text(), st.integers(0, 1_000_000))
def test_a_message_is_far_below_the_limit_whatever_the_reason(text: str, length: int) -> None:
    reason = (text * (length // max(len(text), 1)))[:length]
    assert published(reason).size < LIMIT // 8


@pytest.mark.parametrize("character", ["x", "é", "🙂", "\u0007", "\ud800"])
def test_a_reason_of_a_megabyte_keeps_its_beginning(character: str) -> None:
    message = published("Refused: " + character * 1_000_000).message
    assert message["reason"].startswith("Refused:")
    assert message["reason"].endswith("…")
    assert message["model"] == MODEL


def test_a_short_reason_is_published_unchanged() -> None:
    assert published("f1 is 0.6, below the floor of 0.7").message["reason"].endswith("of 0.7")
