"""How often and when the events of AWS's services are delivered: at least once, in any order; or lost.

The same seed gives the same delays to the same sequence of events, so that a failure can be repeated.

- S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
- SageMaker: https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
- EventBridge: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-delivery-level.html
- Lambda: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

import logging
from random import Random
from threading import Lock

from localcloud.behaviour import Behaviour

logger = logging.getLogger(__name__)


class EventDelivery:
    """Decides at random, from a seed, whether and when each event arrives."""

    def __init__(self, behaviour: Behaviour) -> None:
        logger.info("The delays of events come from seed %s", behaviour.seed)
        self._behaviour = behaviour
        self._random = Random(behaviour.seed)  # noqa: S311 -- no secret
        self._lock = Lock()

    def is_next_lost(self) -> bool:
        """Whether the next event is lost, for a service that delivers on a best-effort basis."""
        lost = self._behaviour.lost_events
        with self._lock:
            return bool(lost) and self._random.random() < lost

    def next_delays(self) -> list[float]:
        """Seconds until each delivery of the next event: one delivery, or two."""
        with self._lock:
            first, again, second = (self._random.random() for _ in range(3))
        delays = [first, second] if again < self._behaviour.repeated_events else [first]
        return [round(delay * self._behaviour.late_seconds, 3) for delay in delays]
