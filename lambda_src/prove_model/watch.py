"""The smoke request while SageMaker rolls, so that SageMaker itself rolls back a version that fails it.

    Creating ──► does the old fleet pass?     remembered with the started deployment
    Baking   ──► send, until the new fleet has answered ─ failed ─► metric ─► alarm ─► roll back

SageMaker sends an event for each stage of a deployment: in any order, some twice, and in rare cases none. So
each event starts its own watch, which waits until the new fleet bakes: any one event is enough. If the time
of the invocation runs out first, the watch fails, and Lambda retries the event twice: an event is watched for
about 45 minutes. Several watches at once send their requests independently and reach the same result. An
event causes one watch at a time, of at most 15 minutes.
https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-delivery-level.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from lambda_src.prove_model.cloud import NoAnswer, ProverCloud
from lambda_src.prove_model.names import Names
from lambda_src.prove_model.smoke_check import SmokeCheck
from lambda_src.prove_model.started_deployment import StartedDeployment
from lambda_src.prove_model.trial import Trial
from lambda_src.shared.description import description
from lambda_src.shared.endpoints import PendingDeployment
from lambda_src.shared.parameters import NO_VALUE
from lambda_src.shared.sampling import PAUSE_SECONDS

REQUESTS_PER_LOOK = 10
REQUESTS_TO_THE_OLD_FLEET = 3
SECONDS_BETWEEN_LOOKS = 5
# Reserved for the answer to the request under way, and for what is then written.
SECONDS_TO_END = 90
# Characters: the parameter that keeps the failure holds 4 KB.
LONGEST_FAILURE = 800


class StillRolling(Exception):
    """The time of the invocation ran out before the new fleet had received enough requests."""


@dataclass(frozen=True)
class Watch:
    """`seconds_left` returns how many seconds the invocation may still take."""

    cloud: ProverCloud
    names: Names
    model: str
    deployment: StartedDeployment
    seconds_left: Callable[[], float]

    def run(self) -> Trial | None:
        """None without a result: no bake, another deployment, or no smoke request. Raises StillRolling."""
        variant = self.cloud.endpoints.primary_variant(self.deployment.configuration)
        try:
            check = SmokeCheck.find(self.cloud, self.names, self.model, variant)
            return self._watch_until_decided(check) if check and check.can_be_sent else None
        except NoAnswer:
            return None

    def _watch_until_decided(self, check: SmokeCheck) -> Trial | None:
        """The trial at the step that decided it, or at the last step of the deployment."""
        trial, old_fleet_checked = None, False
        while pending := self._pending():
            if pending.starting and not old_fleet_checked:
                self._check_old_fleet(check)
                old_fleet_checked = True
            if pending.baking:
                trial = self._check_both_fleets(check, pending)
                if trial.is_over:
                    break
            if not self._has_time():
                raise StillRolling(
                    f"{self.deployment.configuration} is still rolling out, after "
                    f"{trial.sent if trial else 0} smoke requests."
                )
            self.cloud.sleep(SECONDS_BETWEEN_LOOKS)
        return trial

    def _check_old_fleet(self, check: SmokeCheck) -> None:
        # An asynchronous fleet may have no instance that answers.
        with suppress(NoAnswer):
            if any(check.send() for _ in range(REQUESTS_TO_THE_OLD_FLEET)):
                return
            pending = self._pending()
            if pending and pending.starting:
                self._remember(lambda known: replace(known, old_passes=True))

    def _check_both_fleets(self, check: SmokeCheck, pending: PendingDeployment) -> Trial:
        known = self._known()
        trial = Trial(pending.share, old_passes=known is not None and known.old_passes)
        while not trial.is_over and self._is_baking() and self._has_time():
            for _ in range(REQUESTS_PER_LOOK):
                if trial.sent:
                    self.cloud.sleep(PAUSE_SECONDS)
                failure = check.send()
                trial = trial.after(passed=failure is None)
                if failure and trial.has_failed:
                    self._report_failure(failure)
                if trial.is_over or not self._has_time():
                    break
        return trial

    def _has_time(self) -> bool:
        return self.seconds_left() > SECONDS_TO_END

    def _report_failure(self, failure: str) -> None:
        reason = description(failure)[:LONGEST_FAILURE]
        try:
            # First the reason: SageMaker rolls back as soon as the metric is there, and then the version is
            # rejected.
            self._remember(lambda known: replace(known, failure=known.failure or reason))
        finally:
            # SageMaker must roll back even if the reason cannot be stored.
            self.cloud.smoke_failures.count(self.deployment.configuration)

    def _pending(self) -> PendingDeployment | None:
        """The deployment of the event while it is pending, even if DescribeEndpoint does not show it yet."""
        endpoint = self.cloud.endpoints.find(self.names.endpoint(self.model))
        if endpoint is None or endpoint.status != "Updating":
            return None
        configuration = self.deployment.configuration
        # DescribeEndpoint may lag behind the event.
        pending = endpoint.pending or PendingDeployment(
            configuration, starting=False, baking=False, share=1
        )
        return pending if pending.configuration == configuration else None

    def _is_baking(self) -> bool:
        pending = self._pending()
        return pending is not None and pending.baking

    def _known(self) -> StartedDeployment | None:
        """What is remembered of this deployment; None if another has started, or this one is settled."""
        parameter = self.names.last_deployment(self.model)
        known = StartedDeployment.parse(self.cloud.parameters.read(parameter) or NO_VALUE)
        return known if known and known.is_same_as(self.deployment) else None

    def _remember(self, change: Callable[[StartedDeployment], StartedDeployment]) -> None:
        if known := self._known():
            parameter = self.names.last_deployment(self.model)
            self.cloud.parameters.write(parameter, str(change(known)))
