"""Find the delivery that a notice is about: a version of the archive, and the metrics that belong to it."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from lambda_src.register_model.delivery import Delivery, DeliveryFolder
from lambda_src.register_model.events import Notice
from lambda_src.register_model.metrics_pairing import pair_metrics
from lambda_src.shared.metrics import MAX_BYTES, Metrics
from lambda_src.shared.objects import ObjectGone, Objects, ObjectVersion


@dataclass(frozen=True)
class DeliverySearch:
    objects: Objects
    folder: DeliveryFolder
    notice: Notice

    def find(self) -> Delivery | Metrics | None:
        """The delivery; metrics that belong to no archive; None if the noticed version was deleted."""
        archives = self.objects.versions(self.folder.archive)
        files = self.objects.versions(self.folder.metrics)
        pairs = pair_metrics(archives, files, self._read)
        if self.notice.key == self.folder.metrics.key:
            return self._by_metrics(archives, files, pairs)
        archive = next(filter(self._is_noticed, archives), None)
        if archive is None:
            return None
        metrics = next(found for id_, found in pairs if id_ == archive.version_id)
        return self._delivery(archives, archive.version_id, metrics)

    def _by_metrics(
        self,
        archives: Sequence[ObjectVersion],
        files: Sequence[ObjectVersion],
        pairs: Iterator[tuple[str, Metrics | None]],
    ) -> Delivery | Metrics | None:
        for archive_id, metrics in pairs:
            if metrics and metrics.version_id == self.notice.version_id:
                return self._delivery(archives, archive_id, metrics)
        orphan = next((one for one in files if one.version_id == self.notice.version_id), None)
        return self._read(orphan) if orphan else None

    def _is_noticed(self, version: ObjectVersion) -> bool:
        if self.notice.version_id is None:
            return version.latest
        return version.version_id == self.notice.version_id

    def _delivery(
        self, archives: Sequence[ObjectVersion], version_id: str, metrics: Metrics | None
    ) -> Delivery:
        position = [archive.version_id for archive in archives].index(version_id)
        second = archives[position].second
        return Delivery(
            folder=self.folder,
            version_id=version_id,
            delivered_at=second,
            rank=sum(older.second == second for older in archives[position + 1 :]),
            size=archives[position].size,
            metrics=metrics,
        )

    def _read(self, version: ObjectVersion) -> Metrics:
        """A deleted file counts as a malformed one, so that the folder's other files still count."""
        try:
            body = self.objects.open(self.folder.metrics, version.version_id)
        except ObjectGone:
            problem = "metrics.json was deleted before it was read"
            return Metrics(version.version_id, {}, problem)
        with closing(body):
            return Metrics.read(version.version_id, body.read(MAX_BYTES + 1))
