"""What subscribers of the environment's topic are told."""

import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from lambda_src.shared.description import description

if TYPE_CHECKING:
    from types_boto3_sns import SNSClient

_MAX_SUBJECT = 99  # "less than 100 characters"


class Event(StrEnum):
    REGISTERED = "registered"
    REFUSED = "refused"
    WAITING = "waiting for approval"
    LIVE = "live"
    ROLLED_BACK = "rolled back"
    FAILED = "failed"


@dataclass(frozen=True)
class Announcement:
    """`version` is its number in the model registry, `key` its pinned copy, if it has one."""

    event: Event
    model: str
    version: int | None
    reason: str
    key: str | None


class Announcer(Protocol):
    def announce(self, announcement: Announcement) -> None: ...


@dataclass(eq=False)
class SnsTopic:
    """https://docs.aws.amazon.com/sns/latest/api/API_Publish.html

    SNS takes 262,144 bytes of message and attributes. A reason is as long as a description at most, so that
    a message takes less than 16 KB, whatever a delivery or a model says.
    """

    client: "SNSClient"
    arn: str

    def announce(self, announcement: Announcement) -> None:
        """As JSON; filter policies find the model and the event among the attributes."""
        said = replace(announcement, reason=description(announcement.reason))
        version = f" version {announcement.version}" if announcement.version else ""
        subject = f"{announcement.model}{version}: {announcement.event}"
        self.client.publish(
            TopicArn=self.arn,
            Subject=subject[:_MAX_SUBJECT],
            Message=json.dumps(asdict(said)),
            MessageAttributes={
                "model": {"DataType": "String", "StringValue": announcement.model},
                "event": {"DataType": "String", "StringValue": announcement.event.value},
            },
        )
