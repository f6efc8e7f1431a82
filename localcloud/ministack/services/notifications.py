"""S3's notifications to Lambda functions come as AWS sends them: some twice, each late by another while."""

import logging
from contextvars import copy_context
from threading import Timer
from typing import Any

from ministack.services import s3

from localcloud.event_delivery import Deliveries

logger = logging.getLogger("ministack.s3")


def deliver_late(deliveries: Deliveries) -> None:
    """Have S3 deliver its notifications like that from now on."""
    s3._deliver_event_to_lambda = late(s3._deliver_event_to_lambda, deliveries)


def late(deliver: Any, deliveries: Deliveries) -> Any:
    def delivered(arn: str, event: Any, region: str) -> None:
        seconds = deliveries.delays()
        logger.info("Notification of %s after %s s", event["Records"][0]["s3"]["object"], seconds)
        for delay in seconds:
            # ministack keeps the request's account and region in context variables.
            timer = Timer(delay, copy_context().run, [deliver, arn, event, region])
            timer.daemon = True
            timer.start()

    return delivered
