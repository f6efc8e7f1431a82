"""Record a delivery, with its metrics, as a version with an approval status.

    inspect ──► pin ──► judge ──► register

SageMaker cannot add metrics to an existing version, so metrics that arrive after their archive become a
second version of the same pinned copy. The approval statuses of all versions of a copy decide together.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from lambda_src.register_model.delivery import Delivery
from lambda_src.register_model.judgement import Judgement, judge
from lambda_src.register_model.listing import wait_until_listed
from lambda_src.register_model.live_metrics import read_live_metrics
from lambda_src.register_model.model_settings import Approve, ModelSettings
from lambda_src.register_model.names import Names
from lambda_src.register_model.new_version import (
    METRICS_VERSION_ID,
    judged_version,
    refused_version,
)
from lambda_src.register_model.pinning import Pinning
from lambda_src.register_model.result import Outcome, Result
from lambda_src.shared.cloud import Cloud
from lambda_src.shared.inspection.archive import inspect, refuse_size
from lambda_src.shared.inspection.layout import repository
from lambda_src.shared.inspection.refusal import Refusal
from lambda_src.shared.metrics import Metrics
from lambda_src.shared.registry import Approval, NewVersion, RegisteredVersion
from lambda_src.shared.s3_url import S3Url

_OUTCOMES = {
    Approval.APPROVED: Outcome.REGISTERED,
    Approval.PENDING: Outcome.WAITING,
    Approval.REJECTED: Outcome.REFUSED,
}


@dataclass(frozen=True)
class Recorder:
    cloud: Cloud
    names: Names
    settings: ModelSettings

    def record(self, delivery: Delivery) -> Result:
        """Nothing is recorded twice: a repeated event finds the version of the first event."""
        model, pinned = delivery.folder.model, str(delivery.pinned_key)
        pinning = Pinning(self.cloud.objects, delivery)
        versions = self._versions(delivery)
        if not versions:
            try:
                smoke = self._inspect(delivery)
            except Refusal as refusal:
                self._add(model, refused_version(delivery, refusal.reason, self.settings.image))
                return Result(Outcome.REFUSED, model, refusal.reason)
            pinning.pin_archive(smoke)
        elif delivery.metrics is None or self._include(versions, delivery.metrics):
            return Result(Outcome.ALREADY_REGISTERED, model, pinned=pinned)
        pinning.pin_metrics()
        judgement = self._judge(delivery, versions)
        first = [rule.metric for rule in self.settings.rules]
        version = judged_version(delivery, judgement, self.settings.image, first)
        wait_until_listed(self.cloud, self.names.group(model), self._add(model, version))
        return Result(_OUTCOMES[judgement.approval], model, judgement.reason or None, pinned)

    def _versions(self, delivery: Delivery) -> list[RegisteredVersion]:
        url = S3Url(delivery.folder.bucket, str(delivery.pinned_key))
        versions = self.cloud.registry.versions(self.names.group(delivery.folder.model))
        return [version for version in versions if version.model_data == url]

    def _include(self, versions: Sequence[RegisteredVersion], metrics: Metrics) -> bool:
        """Whether one of the versions was recorded with these metrics."""
        metadata = (self.cloud.registry.metadata(version.arn) for version in versions)
        return any(one.get(METRICS_VERSION_ID) == metrics.version_id for one in metadata)

    def _inspect(self, delivery: Delivery) -> bytes | None:
        """The archive's smoke request. Raises Refusal, ObjectGone."""
        refuse_size(delivery.size)
        body = self.cloud.objects.open(delivery.folder.archive, delivery.version_id)
        with closing(body):
            return inspect(body, repository(self.settings.image))

    def _judge(self, delivery: Delivery, versions: Sequence[RegisteredVersion]) -> Judgement:
        decided = {version.approval for version in versions}
        live: Mapping[str, float] = {}
        if self.settings.approve == Approve.BETTER:
            live = read_live_metrics(self.cloud, self.names, delivery.folder)
        return judge(self.settings, delivery.metrics, live, decided)

    def _add(self, model: str, version: NewVersion) -> str:
        return self.cloud.registry.record(self.names.group(model), version)
