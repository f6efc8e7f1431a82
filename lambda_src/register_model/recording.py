"""Record: one delivery, with the metrics that came with it, becomes a version with a verdict.

    inspect ──► pin ──► judge ──► register

Metrics that come after their archive make a second version of the same pinned copy, for SageMaker
can't add them to the first. What the registry says of a copy is what all its versions say together.
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from lambda_src.register_model import new_version
from lambda_src.register_model.choice import pinned_in
from lambda_src.register_model.cloud import Approval, Cloud, NewVersion, RegisteredVersion
from lambda_src.register_model.delivery import METRICS, SMOKE, Delivery
from lambda_src.register_model.environment import Approve, Environment, ModelSettings
from lambda_src.register_model.inspection.archive import inspect, refuse_size
from lambda_src.register_model.judgement import judge
from lambda_src.register_model.listing import listed
from lambda_src.register_model.metrics import Metrics, parse
from lambda_src.register_model.outcome import Outcome, Verdict
from lambda_src.register_model.pinned_key import PinnedKey
from lambda_src.register_model.refusal import Refusal

_VERDICTS = {
    Approval.APPROVED: Verdict.REGISTERED,
    Approval.PENDING: Verdict.WAITING,
    Approval.REJECTED: Verdict.REFUSED,
}


@dataclass(eq=False)
class Recording:
    cloud: Cloud
    environment: Environment
    settings: ModelSettings
    delivery: Delivery
    metrics: Metrics | None

    def record(self) -> Outcome:
        """Nothing is recorded twice: an event that comes again finds what the first one left."""
        pinned = PinnedKey.of(self.delivery)
        versions = self._versions(pinned)
        if not versions:
            try:
                self._pin(pinned, smoke=self._inspect())
            except Refusal as refusal:
                return self._refuse(refusal.reason)
        elif self.metrics is None or self._holds(versions, self.metrics):
            return Outcome(Verdict.ALREADY_REGISTERED, self._model, pinned=str(pinned))
        self._pin_metrics(pinned)
        decided = {version.approval for version in versions}
        judgement = judge(self.settings, self.metrics, self._live_metrics(), decided)
        first = [rule.metric for rule in self.settings.rules]
        arn = self._add(
            new_version.judged(
                self.delivery, pinned, self.settings.image, judgement, self.metrics, first
            )
        )
        listed(self.cloud, self.environment.group(self._model), arn)
        verdict = _VERDICTS[judgement.approval]
        return Outcome(verdict, self._model, judgement.reason or None, pinned=str(pinned))

    @property
    def _model(self) -> str:
        return self.delivery.address.model

    def _versions(self, pinned: PinnedKey) -> list[RegisteredVersion]:
        versions = self.cloud.registry.versions(self.environment.group(self._model))
        return [one for one in versions if pinned_in(self.delivery.bucket, one) == pinned]

    def _holds(self, versions: list[RegisteredVersion], metrics: Metrics) -> bool:
        metadata = (self.cloud.registry.metadata(version.arn) for version in versions)
        return any(
            one.get(new_version.METRICS_VERSION_ID) == metrics.version_id for one in metadata
        )

    def _refuse(self, reason: str) -> Outcome:
        self._add(new_version.refused(self.delivery, reason, self.settings.image))
        return Outcome(Verdict.REFUSED, self._model, reason)

    def _add(self, version: NewVersion) -> str:
        return self.cloud.registry.record(self.environment.group(self._model), version)

    def _inspect(self) -> bytes | None:
        delivery = self.delivery
        refuse_size(delivery.size)
        body = self.cloud.objects.open(delivery.bucket, delivery.key, delivery.version_id)
        with closing(body):
            return inspect(body)

    def _pin(self, pinned: PinnedKey, smoke: bytes | None) -> None:
        objects, delivery = self.cloud.objects, self.delivery
        if smoke is not None and not self._is_there(pinned.beside(SMOKE)):
            objects.write(delivery.bucket, pinned.beside(SMOKE), smoke)
        if not self._is_there(str(pinned)):
            objects.copy(delivery.bucket, delivery.key, delivery.version_id, to=str(pinned))

    def _pin_metrics(self, pinned: PinnedKey) -> None:
        copy = pinned.beside(METRICS)
        if self.metrics and not self.metrics.problem and not self._is_there(copy):
            delivered = self.delivery.address.metrics
            self.cloud.objects.copy(
                self.delivery.bucket, delivered, self.metrics.version_id, to=copy
            )

    def _is_there(self, key: str) -> bool:
        return any(copy.latest for copy in self.cloud.objects.versions(self.delivery.bucket, key))

    def _live_metrics(self) -> Mapping[str, float]:
        """What the gate compares with: the metrics that were pinned with what the endpoint serves."""
        if self.settings.approve != Approve.BETTER:
            return {}
        url = self.cloud.endpoints.live_model_data(self.environment.endpoint(self._model)) or ""
        live = PinnedKey.parse(url.removeprefix(f"s3://{self.delivery.bucket}/"))
        text = self.cloud.objects.read(self.delivery.bucket, live.beside(METRICS)) if live else None
        return parse(text) if text is not None else {}
