"""The smoke request while SageMaker rolls, so that SageMaker itself rolls back what fails it.

    Creating ──► does the old fleet pass?     remembered beside what the endpoint was asked for
    Baking   ──► send, until the new fleet has answered ─ failed ─► metric ─► alarm ─► rollback

SageMaker sends an event for each stage of a deployment, each at least once and in no order. Each event has
its own watch, which reads the stage anew. Two watches at once send twice the requests, and come to the same.
https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

import time
from collections.abc import Callable
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
# For the answer that is being waited for, and for what is then written.
SECONDS_TO_END = 90
# The parameter that keeps the failure holds 4 KB.
LONGEST_FAILURE = 800


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
        """None if nothing is to be found out: another stage, another deployment, no smoke request."""
        served = self.cloud.endpoints.served(self.deployment.configuration)
        test = SmokeTest.of(self.cloud, self.environment, self.model, served, self.sleep)
        pending = self._pending()
        if test is None or pending is None:
            return None
        try:
            if pending.starting:
                self._ask_the_old_fleet(test)
            return self._ask_both(test, pending) if pending.baking else None
        except NoAnswer:
            return None

    def _ask_the_old_fleet(self, test: SmokeTest) -> None:
        if any(test.failure() for _ in range(REQUESTS_TO_THE_OLD_FLEET)):
            return
        pending = self._pending()
        if pending and pending.starting:
            self._remember(lambda known: replace(known, old_passes=True))

    def _ask_both(self, test: SmokeTest, pending: Pending) -> Trial:
        known = self._known()
        trial = Trial(pending.share, old_passes=known is not None and known.old_passes)
        while not trial.over and self._is_baking() and self.seconds_left() > SECONDS_TO_END:
            for _ in range(REQUESTS_A_LOOK):
                if trial.sent:
                    self.sleep(PAUSE_SECONDS)
                failure = test.failure()
                trial = trial.after(passed=failure is None)
                if failure and trial.failed:
                    self._fail(failure)
                if trial.over:
                    break
        return trial

    def _fail(self, failure: str) -> None:
        told = description(failure)[:LONGEST_FAILURE]
        try:
            # First: SageMaker rolls back as soon as the metric is there, and the version is then rejected.
            self._remember(lambda known: replace(known, failure=known.failure or told))
        finally:
            # A version that fails is rolled back, even if the reason cannot be kept.
            self.cloud.metrics.count_failure(self.deployment.configuration)

    def _pending(self) -> Pending | None:
        """The deployment that the event told of, while it goes on."""
        endpoint = self.cloud.endpoints.find(self.environment.endpoint(self.model))
        pending = endpoint.pending if endpoint else None
        ours = pending is not None and pending.configuration == self.deployment.configuration
        return pending if ours else None

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
