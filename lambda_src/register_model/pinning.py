"""Pin a delivery: copy its files to a folder that only the registrar may write.

A copy that is already there is not written again, so that a repeated event changes nothing.
"""

from dataclasses import dataclass

from lambda_src.register_model.delivery import Delivery
from lambda_src.shared.objects import Objects
from lambda_src.shared.pinned_key import ARCHIVE, METRICS, SMOKE
from lambda_src.shared.s3_url import S3Url


@dataclass(frozen=True)
class Pinning:
    objects: Objects
    delivery: Delivery

    def pin_archive(self, smoke: bytes | None) -> None:
        """Copy the archive, and store its smoke request beside the copy. Raises ObjectGone."""
        beside = self.delivery.pinned(SMOKE)
        if smoke is not None and not self._is_pinned(beside):
            self.objects.write(beside, smoke)
        self._copy(self.delivery.folder.archive, self.delivery.version_id, ARCHIVE)

    def pin_metrics(self) -> None:
        """Copy the metrics, if the delivery has sound ones. Raises ObjectGone."""
        metrics = self.delivery.metrics
        if metrics and not metrics.problem:
            self._copy(self.delivery.folder.metrics, metrics.version_id, METRICS)

    def _copy(self, url: S3Url, version_id: str, name: str) -> None:
        to = self.delivery.pinned(name)
        if not self._is_pinned(to):
            self.objects.copy(url, version_id, to)

    def _is_pinned(self, copy: S3Url) -> bool:
        return any(version.latest for version in self.objects.versions(copy))
