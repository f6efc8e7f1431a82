"""The environment's SNS topic by boto3."""

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from lambda_src.shared.announcement import Announcement
from lambda_src.shared.description import description

if TYPE_CHECKING:
    from types_boto3_sns import SNSClient

# "Subjects must be … less than 100 characters long."
_MAX_SUBJECT = 99


@dataclass(frozen=True)
class SnsTopic:
    """https://docs.aws.amazon.com/sns/latest/api/API_Publish.html

    SNS accepts 262,144 bytes of message and attributes. The reason is cut to the length of a description, so
    that a message takes less than 16 KB, whatever a delivery or a model contains.
    """

    client: "SNSClient"
    arn: str

    def announce(self, announcement: Announcement) -> None:
        """Publish as JSON; filter policies find the model and the event in the attributes."""
        message = replace(announcement, reason=description(announcement.reason))
        version = f" version {announcement.version}" if announcement.version else ""
        subject = f"{announcement.model}{version}: {announcement.event}"
        self.client.publish(
            TopicArn=self.arn,
            Subject=subject[:_MAX_SUBJECT],
            Message=json.dumps(asdict(message)),
            MessageAttributes={
                "model": {"DataType": "String", "StringValue": announcement.model},
                "event": {"DataType": "String", "StringValue": announcement.event.value},
            },
        )
