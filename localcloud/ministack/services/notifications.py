"""S3 event notifications to Lambda functions: delivered once or twice, each delivery with its own delay."""

import logging
from contextvars import copy_context
from threading import Timer

from ministack.services import s3

from localcloud.event_delivery import EventDelivery
from localcloud.ministack.wrapping import Call, wrap

logger = logging.getLogger("ministack.s3")


def delay_notifications(delivery: EventDelivery) -> None:
    """Make S3 deliver its notifications with these delays."""
    deliver = s3._deliver_event_to_lambda
    s3._deliver_event_to_lambda = wrap(deliver, lambda call: deliver_later(call, delivery))


def deliver_later(call: Call, delivery: EventDelivery) -> None:
    """Start the deliveries of one notification."""
    delays = delivery.next_delays()
    found = call["event_payload"]["Records"][0]["s3"]["object"]
    logger.info("Notification of %s after %s s", found, delays)
    for seconds in delays:
        # ministack keeps the request's account and region in context variables.
        timer = Timer(seconds, copy_context().run, [call.proceed])
        timer.daemon = True
        timer.start()
