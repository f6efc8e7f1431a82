"""The smoke request while SageMaker rolls, so that SageMaker itself rolls back what fails it.

    Creating ──► does the old fleet pass?     remembered beside what the endpoint was asked for
    Baking   ──► send, until the new fleet has answered ─ failed ─► metric ─► alarm ─► rollback

SageMaker sends an event for each stage of a deployment: in no order, some twice, and in rare cases none.
So each event has its own watch, which looks until the new fleet bakes: any one event is enough. If the time
of its invocation runs out first, the watch fails, and Lambda calls again with the same event, twice: an event
is watched for about 45 minutes. Several watches at once send their requests independently, with one result.
An event causes one watch at a time, of 15 minutes at most.
https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-delivery-level.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from lambda_src.prove_model.cloud import Cloud, NoAnswer, Pending
from lambda_src.prove_model.deployment import NO_DEPLOYMENT, Deployment
from lambda_src.prove_model.environment import Environment
from lambda_src.prove_model.smoke_test import SmokeTest
from lambda_src.prove_model.trial import Trial
from lambda_src.shared.description import description
from lambda_src.shared.sampling import PAUSE_SECONDS

REQUESTS_A_LOOK = 10
REQUESTS_TO_THE_OLD_FLEET = 3
SECONDS_BETWEEN_LOOKS = 5
# For the answer that is being waited for, and for what is then written.
SECONDS_TO_END = 90
# The parameter that keeps the failure holds 4 KB.
LONGEST_FAILURE = 800


class StillRolling(Exception):
    """The invocation's time ran out before the new fleet was asked often enough."""


@dataclass(frozen=True)
class Watch:
    """`seconds_left` is how long the invocation may still take."""

    cloud: Cloud
    environment: Environment
    model: str
    deployment: Deployment
    seconds_left: Callable[[], float]
    sleep: Callable[[float], None] = time.sleep

    def run(self) -> Trial | None:
        """None if nothing is to be found out: no bake, another deployment, no smoke request.

        Raises StillRolling.
        """
        served = self.cloud.endpoints.served(self.deployment.configuration)
        try:
            test = SmokeTest.of(self.cloud, self.environment, self.model, served, self.sleep)
            return self._look_until_asked(test) if test and test.can_be_sent else None
        except NoAnswer:
            return None

    def _look_until_asked(self, test: SmokeTest) -> Trial | None:
        """The trial at the step that it was over in, or at the last step of the deployment."""
        trial, old_is_asked = None, False
        while pending := self._pending():
            if pending.starting and not old_is_asked:
                self._ask_the_old_fleet(test)
                old_is_asked = True
            if pending.baking:
                trial = self._ask_both(test, pending)
                if trial.over:
                    break
            if not self._has_time():
                raise StillRolling(
                    f"{self.deployment.configuration} is still rolling out, after "
                    f"{trial.sent if trial else 0} smoke requests."
                )
            self.sleep(SECONDS_BETWEEN_LOOKS)
        return trial

    def _ask_the_old_fleet(self, test: SmokeTest) -> None:
        # An asynchronous fleet may have no instance that answers.
        with suppress(NoAnswer):
            if any(test.failure() for _ in range(REQUESTS_TO_THE_OLD_FLEET)):
                return
            pending = self._pending()
            if pending and pending.starting:
                self._remember(lambda known: replace(known, old_passes=True))

    def _ask_both(self, test: SmokeTest, pending: Pending) -> Trial:
        known = self._known()
        trial = Trial(pending.share, old_passes=known is not None and known.old_passes)
        while not trial.over and self._is_baking() and self._has_time():
            for _ in range(REQUESTS_A_LOOK):
                if trial.sent:
                    self.sleep(PAUSE_SECONDS)
                failure = test.failure()
                trial = trial.after(passed=failure is None)
                if failure and trial.failed:
                    self._fail(failure)
                if trial.over or not self._has_time():
                    break
        return trial

    def _has_time(self) -> bool:
        return self.seconds_left() > SECONDS_TO_END

    def _fail(self, failure: str) -> None:
        told = description(failure)[:LONGEST_FAILURE]
        try:
            # First: SageMaker rolls back as soon as the metric is there, and the version is then rejected.
            self._remember(lambda known: replace(known, failure=known.failure or told))
        finally:
            # A version that fails is rolled back, even if the reason cannot be kept.
            self.cloud.metrics.count_failure(self.deployment.configuration)

    def _pending(self) -> Pending | None:
        """The deployment that the event told of, while it goes on, even if it is not yet to be seen."""
        endpoint = self.cloud.endpoints.find(self.environment.endpoint(self.model))
        if endpoint is None or endpoint.status != "Updating":
            return None
        configuration = self.deployment.configuration
        # DescribeEndpoint may lag behind the event.
        pending = endpoint.pending or Pending(configuration, starting=False, baking=False, share=1)
        return pending if pending.configuration == configuration else None

    def _is_baking(self) -> bool:
        pending = self._pending()
        return pending is not None and pending.baking

    def _known(self) -> Deployment | None:
        """What is remembered of this deployment; None if another has begun, or this one was dealt with."""
        parameter = self.environment.asked_for(self.model)
        known = Deployment.parse(self.cloud.parameters.read(parameter) or NO_DEPLOYMENT)
        return known if known and known.is_same(self.deployment) else None

    def _remember(self, change: Callable[[Deployment], Deployment]) -> None:
        if known := self._known():
            parameter = self.environment.asked_for(self.model)
            self.cloud.parameters.write(parameter, str(change(known)))
