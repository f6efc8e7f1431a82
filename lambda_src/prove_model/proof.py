"""The proof: does the endpoint serve what the last apply asked for, and does it answer?

    look ──► settled? ──► live = asked for? ── yes ──► smoke request ──► tell, remember
                                  │                          └─ failed ──► tell, reject
                                  └── no ──► look again ──► reject, tell, forget what was asked for

Each step is safe to repeat, and the step that ends it comes last: until a parameter is written or the
version rejected, the next call finds the same and goes the same way. So a crash at any point tells
subscribers twice, and never not at all.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lambda_src.prove_model.answer import Answer, Outcome, Verdict
from lambda_src.prove_model.cloud import Cloud, Endpoint, NoAnswer
from lambda_src.prove_model.deployment import NO_DEPLOYMENT, Deployment
from lambda_src.prove_model.endpoint_events import Question
from lambda_src.prove_model.environment import Environment
from lambda_src.prove_model.reasons import rolled_back
from lambda_src.prove_model.smoke_test import SmokeTest, pinned_key
from lambda_src.register_model.cloud import Approval, RegisteredVersion
from lambda_src.register_model.pinned_key import PinnedKey
from lambda_src.register_model.pointing import NOTHING
from lambda_src.shared.announcement import Announcement, Event
from lambda_src.shared.description import description

# For what SageMaker says of an endpoint to be up to date.
PAUSE_SECONDS = 5
_FAILED = {"Failed", "UpdateRollbackFailed"}


@dataclass(frozen=True)
class Proof:
    cloud: Cloud
    environment: Environment
    question: Question
    sleep: Callable[[float], None] = time.sleep

    def run(self) -> Outcome:
        while True:
            if outcome := self._attempt():
                return outcome

    def _attempt(self) -> Outcome | None:
        """None if the endpoint changed meanwhile: what was seen of it says nothing any more."""
        remembered = self.cloud.parameters.read(self._memory)
        if remembered is None:
            # The name of another environment's endpoint may fit this one's template.
            return self._without_keys(
                Verdict.NO_ENDPOINT, f"There is no model {self.model!r} in this environment."
            )
        deployment = self._deployment()
        endpoint = self._look()
        if endpoint is None:
            return self._without_keys(
                Verdict.NO_ENDPOINT, f"There is no endpoint {self._endpoint!r}."
            )
        if endpoint.status in _FAILED:
            return self._failed(endpoint, deployment)
        if endpoint.status != "InService":
            return self._without_keys(Verdict.NOT_SETTLED, f"The endpoint is {endpoint.status}.")
        if deployment is None or not deployment.was_rolled_back(endpoint.configuration):
            return self._as_asked(endpoint, remembered)
        self.sleep(PAUSE_SECONDS)
        return self._rolled_back(endpoint, deployment) if self._look() == endpoint else None

    def _deployment(self) -> Deployment | None:
        """The latest that SageMaker told of, in this event or in one before."""
        parameter = self.environment.asked_for(self.model)
        known = Deployment.parse(self.cloud.parameters.read(parameter) or NO_DEPLOYMENT)
        told = self.question.deployment
        if told is None or (known and (told.started <= known.started or told.is_same(known))):
            return known
        self.cloud.parameters.write(parameter, str(told))
        return told

    def _failed(self, endpoint: Endpoint, deployment: Deployment | None) -> Outcome:
        asked = self._key(deployment.configuration if deployment else endpoint.configuration)
        why = endpoint.failure_reason or "SageMaker gave no reason."
        reason = f"The endpoint is {endpoint.status}: {why}"
        # Nothing is wholly live: the endpoint serves nothing, or old and new mixed.
        answer = Answer(Verdict.FAILED, self.model, asked=_text(asked), reason=reason)
        if self.question.asked_by_a_person:
            return Outcome(answer)
        self._announce(Event.FAILED, asked, reason, self._versions(asked))
        return Outcome(answer, Event.FAILED)

    def _as_asked(self, endpoint: Endpoint, remembered: str) -> Outcome | None:
        served = self.cloud.endpoints.served(endpoint.configuration)
        live = pinned_key(self.environment, served)
        if served is None or live is None:
            reason = f"{endpoint.configuration} is live, and names no registered model."
            return self._without_keys(Verdict.LIVE, reason)
        answer = Answer(Verdict.LIVE, self.model, str(live), str(live))
        if str(live) == remembered and not self.question.asked_by_a_person:
            return Outcome(answer)
        try:
            test = SmokeTest.of(self.cloud, self.environment, self.model, served, self.sleep)
            failure = test.failure() if test else None
        except NoAnswer as unheard:
            failure, answer = None, replace(answer, reason=str(unheard))
        if failure:
            return self._smoke_failed(live, failure) if self._look() == endpoint else None
        if str(live) == remembered:
            return Outcome(answer)
        reason = f"The endpoint serves what was asked for. {answer.reason or ''}".rstrip()
        self._announce(Event.LIVE, live, reason, self._versions(live))
        self.cloud.parameters.write(self._memory, str(live))
        return Outcome(answer, Event.LIVE)

    def _smoke_failed(self, live: PinnedKey, failure: str) -> Outcome:
        reason = description(failure)
        versions = self._versions(live)
        to_reject = _not_rejected(versions)
        if to_reject:
            # Before it is so: afterwards nothing would show that it has yet to be told.
            self._announce(Event.ROLLED_BACK, live, reason, versions)
        self._reject(to_reject, reason)
        # What was live before is news when it comes back.
        self.cloud.parameters.write(self._memory, NOTHING)
        rejected = _numbers(versions)
        answer = Answer(Verdict.SMOKE_FAILED, self.model, str(live), str(live), reason, rejected)
        return Outcome(answer, Event.ROLLED_BACK if to_reject else None)

    def _rolled_back(self, endpoint: Endpoint, deployment: Deployment) -> Outcome:
        live, asked = self._key(endpoint.configuration), self._key(deployment.configuration)
        reason = description(rolled_back(endpoint, deployment, live, asked))
        versions = self._versions(asked)
        if asked != live:
            self._reject(_not_rejected(versions), reason)
        self._announce(Event.ROLLED_BACK, asked, reason, versions)
        # Nothing is asked for any more that is not live: a version that somebody approves again
        # is not rejected by the next event. But the next deployment may have begun, and stays.
        if self._deployment() == deployment:
            ended = int(endpoint.modified.timestamp() * 1000)
            over = deployment.over(endpoint.configuration, ended)
            self.cloud.parameters.write(self.environment.asked_for(self.model), str(over))
        rejected = _numbers(versions) if asked != live else ()
        answer = Answer(
            Verdict.ROLLED_BACK, self.model, _text(live), _text(asked), reason, rejected
        )
        return Outcome(answer, Event.ROLLED_BACK)

    @property
    def model(self) -> str:
        return self.question.model

    @property
    def _endpoint(self) -> str:
        return self.environment.endpoint(self.model)

    @property
    def _memory(self) -> str:
        return self.environment.live(self.model)

    def _look(self) -> Endpoint | None:
        return self.cloud.endpoints.find(self._endpoint)

    def _key(self, configuration: str) -> PinnedKey | None:
        return pinned_key(self.environment, self.cloud.endpoints.served(configuration))

    def _versions(self, key: PinnedKey | None) -> Sequence[RegisteredVersion]:
        """Those of one pinned copy, which may have been recorded more than once."""
        if key is None:
            return []
        versions = self.cloud.registry.versions(self.environment.group(self.model))
        url = f"s3://{self.environment.bucket}/{key}"
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

    def _without_keys(self, verdict: Verdict, reason: str) -> Outcome:
        return Outcome(Answer(verdict, self.model, reason=reason))


def _not_rejected(versions: Sequence[RegisteredVersion]) -> Sequence[RegisteredVersion]:
    return [version for version in versions if version.approval != Approval.REJECTED]


def _numbers(versions: Sequence[RegisteredVersion]) -> tuple[int, ...]:
    return tuple(sorted(version.number for version in versions))


def _text(key: PinnedKey | None) -> str | None:
    return None if key is None else str(key)
