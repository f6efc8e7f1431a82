"""Does the endpoint serve what the last apply asked for, and does it answer?

    look ──► settled? ──► live = asked for? ── yes ──► smoke request ──► announce, remember
                                  │                          └─ failed ──► announce, reject
                                  └── rolled back ──► look again ──► reject, announce, forget it was asked for

Each step can be repeated, and the step that ends the proof comes last: until a parameter is written or the
version is rejected, the next run finds the same state and takes the same steps. So a crash at any point
repeats an announcement, and never loses one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lambda_src.prove_model.cloud import NoAnswer, ProverCloud
from lambda_src.prove_model.finding import Finding
from lambda_src.prove_model.names import Names
from lambda_src.prove_model.proof_request import ProofRequest
from lambda_src.prove_model.rollback_reason import rollback_reason
from lambda_src.prove_model.smoke_check import SmokeCheck
from lambda_src.prove_model.started_deployment import StartedDeployment
from lambda_src.shared.announcement import Announcement, Event
from lambda_src.shared.description import description
from lambda_src.shared.endpoints import Endpoint, PrimaryVariant
from lambda_src.shared.parameters import NO_VALUE
from lambda_src.shared.pinned_key import PinnedKey
from lambda_src.shared.prover_answer import ProverAnswer, Verdict
from lambda_src.shared.registry import Approval, RegisteredVersion
from lambda_src.shared.s3_url import S3Url

# Until DescribeEndpoint returns the present state.
PAUSE_SECONDS = 5
_FAILED = {"Failed", "UpdateRollbackFailed"}


@dataclass(frozen=True)
class Prover:
    cloud: ProverCloud
    names: Names
    request: ProofRequest

    def prove(self) -> Finding:
        while True:
            if finding := self._attempt():
                return finding

    def _attempt(self) -> Finding | None:
        """None if the endpoint changed meanwhile: what was read of it is out of date."""
        announced = self.cloud.parameters.read(self.names.live(self.model))
        if announced is None:
            # The name of another environment's endpoint may match the template of this environment.
            return self._without_keys(
                Verdict.NO_ENDPOINT, f"There is no model {self.model!r} in this environment."
            )
        deployment = self._last_deployment()
        endpoint = self._find_endpoint()
        if endpoint is None:
            name = self.names.endpoint(self.model)
            return self._without_keys(Verdict.NO_ENDPOINT, f"There is no endpoint {name!r}.")
        if endpoint.status in _FAILED:
            return self._report_failed(endpoint, deployment)
        if endpoint.status != "InService":
            return self._without_keys(Verdict.NOT_SETTLED, f"The endpoint is {endpoint.status}.")
        rolled_back = self._rolled_back(endpoint.configuration, deployment)
        if rolled_back is None:
            if self.request.configuration in (None, endpoint.configuration):
                return self._check_live(endpoint, announced)
            return self._report_not_applied(endpoint, self.request.configuration)
        self.cloud.sleep(PAUSE_SECONDS)
        if self._find_endpoint() != endpoint:
            return None
        return self._reject_rolled_back(endpoint, rolled_back)

    def _last_deployment(self) -> StartedDeployment | None:
        """The last deployment that SageMaker reported, in this event or in an earlier one."""
        parameter = self.names.last_deployment(self.model)
        known = StartedDeployment.parse(self.cloud.parameters.read(parameter) or NO_VALUE)
        new = self.request.deployment
        if new is None or (known and (new.started <= known.started or new.is_same_as(known))):
            return known
        self.cloud.parameters.write(parameter, str(new))
        return new

    def _rolled_back(self, live: str, known: StartedDeployment | None) -> StartedDeployment | None:
        """The deployment that SageMaker rolled back; None without evidence of a roll back.

        The evidence is an event of the deployment, or an apply that saw the roll back.
        """
        if known and known.was_rolled_back(live):
            return known
        asked = self.request.configuration
        is_known = known is not None and known.rolled_back == asked
        if asked is None or asked == live or not (is_known or self.request.rolled_back):
            return None
        if known is None:
            return StartedDeployment(asked, live, started=0, timed=False)
        failure = known.failure if is_known else None
        # The start of the deployment that the apply saw is not known.
        return replace(known, configuration=asked, replaced=live, failure=failure, timed=False)

    def _report_failed(self, endpoint: Endpoint, deployment: StartedDeployment | None) -> Finding:
        failed = self._key(deployment.configuration if deployment else endpoint.configuration)
        why = endpoint.failure_reason or "SageMaker gave no reason."
        reason = f"The endpoint is {endpoint.status}: {why}"
        # No version is wholly live: the endpoint serves nothing, or old and new instances mixed.
        answer = ProverAnswer(Verdict.FAILED, self.model, asked=_text(failed), reason=reason)
        if self.request.by_operator:
            return Finding(answer)
        self._announce(Event.FAILED, failed, reason, self._versions(failed))
        return Finding(answer, Event.FAILED)

    def _report_not_applied(self, endpoint: Endpoint, asked: str) -> Finding:
        live, key = self._key(endpoint.configuration), self._key(asked)
        reason = (
            f"The endpoint serves {endpoint.configuration}, and the last apply asked for {asked}. SageMaker "
            "refused the update, or the apply ended before it: no event reported a deployment."
        )
        answer = ProverAnswer(Verdict.NOT_APPLIED, self.model, _text(live), _text(key), reason)
        return Finding(answer)

    def _check_live(self, endpoint: Endpoint, announced: str) -> Finding | None:
        """The endpoint serves what was asked for. Does it answer the smoke request?"""
        variant = self.cloud.endpoints.primary_variant(endpoint.configuration)
        live = self._pinned_key(variant)
        if variant is None or live is None:
            reason = f"{endpoint.configuration} is live, and names no registered model."
            return self._without_keys(Verdict.LIVE, reason)
        answer = ProverAnswer(Verdict.LIVE, self.model, str(live), str(live))
        if str(live) == announced and not self.request.by_operator:
            return Finding(answer)
        try:
            check = SmokeCheck.find(self.cloud, self.names, self.model, variant)
            failure = check.send() if check else None
        except NoAnswer as missing:
            failure, answer = None, replace(answer, reason=str(missing))
        if failure:
            return self._reject_live(live, failure) if self._find_endpoint() == endpoint else None
        if str(live) == announced:
            return Finding(answer)
        reason = f"The endpoint serves what was asked for. {answer.reason or ''}".rstrip()
        self._announce(Event.LIVE, live, reason, self._versions(live))
        self.cloud.parameters.write(self.names.live(self.model), str(live))
        return Finding(answer, Event.LIVE)

    def _reject_live(self, live: PinnedKey, failure: str) -> Finding:
        """The live version failed its smoke request."""
        reason = description(failure)
        versions = self._versions(live)
        to_reject = _not_rejected(versions)
        if to_reject:
            # Before the rejection: afterwards nothing shows that the announcement is missing.
            self._announce(Event.ROLLED_BACK, live, reason, versions)
        self._reject(to_reject, reason)
        # When the version before becomes live again, that is to be announced.
        self.cloud.parameters.write(self.names.live(self.model), NO_VALUE)
        key, rejected = str(live), _numbers(versions)
        answer = ProverAnswer(Verdict.SMOKE_FAILED, self.model, key, key, reason, rejected)
        return Finding(answer, Event.ROLLED_BACK if to_reject else None)

    def _reject_rolled_back(self, endpoint: Endpoint, deployment: StartedDeployment) -> Finding:
        """SageMaker rolled back: reject the version, unless only its settings were new."""
        live, failed = self._key(endpoint.configuration), self._key(deployment.configuration)
        reason = description(rollback_reason(endpoint, deployment, live, failed))
        answer = ProverAnswer(Verdict.ROLLED_BACK, self.model, _text(live), _text(failed), reason)
        versions = self._versions(failed)
        to_reject = _not_rejected(versions) if failed != live else []
        is_approved_again = self.request.rolled_back and bool(to_reject)
        if deployment.is_settled and not is_approved_again:
            rejected = [one for one in versions if failed != live and one not in to_reject]
            return Finding(replace(answer, rejected=_numbers(rejected)))
        self._reject(to_reject, reason)
        if failed != live:
            answer = replace(answer, rejected=_numbers(versions))
        self._announce(Event.ROLLED_BACK, failed, reason, versions)
        self._settle(endpoint, deployment)
        return Finding(answer, Event.ROLLED_BACK)

    def _settle(self, endpoint: Endpoint, deployment: StartedDeployment) -> None:
        """From now on nothing but the live version is asked for.

        So the next event does not reject a version that somebody approves again. A deployment that has begun
        meanwhile is kept.
        """
        last = self._last_deployment()
        if last is None or last.started == deployment.started:
            ended = int(endpoint.modified.timestamp() * 1000)
            settled = deployment.settled(endpoint.configuration, ended)
            self.cloud.parameters.write(self.names.last_deployment(self.model), str(settled))

    @property
    def model(self) -> str:
        return self.request.model

    def _find_endpoint(self) -> Endpoint | None:
        return self.cloud.endpoints.find(self.names.endpoint(self.model))

    def _key(self, configuration: str) -> PinnedKey | None:
        return self._pinned_key(self.cloud.endpoints.primary_variant(configuration))

    def _pinned_key(self, variant: PrimaryVariant | None) -> PinnedKey | None:
        return PinnedKey.in_bucket(self.names.bucket, variant.model_data) if variant else None

    def _versions(self, key: PinnedKey | None) -> Sequence[RegisteredVersion]:
        """The versions of one pinned copy, which may have been recorded more than once."""
        if key is None:
            return []
        url = S3Url(self.names.bucket, str(key))
        versions = self.cloud.registry.versions(self.names.group(self.model))
        return [version for version in versions if version.model_data == url]

    def _reject(self, versions: Sequence[RegisteredVersion], reason: str) -> None:
        for version in versions:
            self.cloud.registry.reject(version.arn, reason)

    def _announce(
        self,
        event: Event,
        key: PinnedKey | None,
        reason: str,
        versions: Sequence[RegisteredVersion],
    ) -> None:
        number = max((version.number for version in versions), default=None)
        self.cloud.announcer.announce(Announcement(event, self.model, number, reason, _text(key)))

    def _without_keys(self, verdict: Verdict, reason: str) -> Finding:
        return Finding(ProverAnswer(verdict, self.model, reason=reason))


def _not_rejected(versions: Sequence[RegisteredVersion]) -> Sequence[RegisteredVersion]:
    return [version for version in versions if version.approval != Approval.REJECTED]


def _numbers(versions: Sequence[RegisteredVersion]) -> tuple[int, ...]:
    return tuple(sorted(version.number for version in versions))


def _text(key: PinnedKey | None) -> str | None:
    return None if key is None else str(key)
