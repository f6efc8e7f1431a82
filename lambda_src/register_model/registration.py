"""Registration: what the registrar makes of a delivery.

    inspect ──► pin ──► judge ──► register ──► choose ──► point

Each step is safe to repeat and leaves a state from which the whole can be started again: a pinned
copy that nothing names is harmless, a recorded version is found again and only pointed to. So an
event may come twice, late, or after a crash at any point, and the end state is the same.
"""

from contextlib import closing
from dataclasses import dataclass

from lambda_src.register_model.cloud import Approval, Cloud, ObjectGone
from lambda_src.register_model.delivery import Address, find_delivery
from lambda_src.register_model.environment import Environment, ModelSettings
from lambda_src.register_model.events import Notice, PackageChange
from lambda_src.register_model.metrics import MAX_BYTES, Metrics, belonging
from lambda_src.register_model.outcome import NotListedYet, Outcome, Verdict
from lambda_src.register_model.pointing import point
from lambda_src.register_model.recording import Recording
from lambda_src.shared.announcement import Announcement, Event

_NEWS = {Approval.PENDING: Event.WAITING, Approval.REJECTED: Event.REFUSED}


@dataclass(eq=False)
class Registrar:
    cloud: Cloud
    environment: Environment

    def choose_anew(self, change: PackageChange) -> Outcome:
        """Point to what the registry says now: a version was recorded, approved or rejected."""
        model = self.environment.model_of(change.group)
        if model is None or self.environment.settings(model, self.cloud.parameters) is None:
            reason = f"{change.group!r} is no model's group here."
            return Outcome(Verdict.UNKNOWN_MODEL, reason=reason)
        point(self.cloud, self.environment, self.environment.bucket, model)
        if change.new:
            self._announce(model, change)
        return Outcome(Verdict.CHOSEN, model)

    def register(self, notice: Notice) -> Outcome:
        """Register the delivery that a notice is about: of its archive, or of its metrics."""
        address = Address.of(notice.key)
        if address is None:
            return Outcome(Verdict.NO_DELIVERY)
        settings = self.environment.settings(address.model, self.cloud.parameters)
        if settings is None:
            return Outcome(Verdict.UNKNOWN_MODEL, reason=_unknown(address.model))
        try:
            outcome = self._record(notice, address, settings)
        except ObjectGone:
            return Outcome(Verdict.GONE, address.model)
        if outcome.pinned:
            point(self.cloud, self.environment, notice.bucket, address.model)
        return outcome

    def _record(self, notice: Notice, address: Address, settings: ModelSettings) -> Outcome:
        archives = self.cloud.objects.versions(notice.bucket, address.archive)
        read = [
            (version, self._read(notice.bucket, address.metrics, version.version_id))
            for version in self.cloud.objects.versions(notice.bucket, address.metrics)
        ]
        metrics = belonging(archives, read)
        about = notice
        if notice.key == address.metrics:
            owner = next(
                (id_ for id_ in metrics if metrics[id_].version_id == notice.version_id), None
            )
            if owner is None:
                return self._without_archive(notice, address, [found for _, found in read])
            about = Notice(notice.bucket, address.archive, owner)
        delivery = find_delivery(about, address, archives)
        if delivery is None:
            return Outcome(Verdict.GONE, address.model)
        found = metrics.get(delivery.version_id)
        return Recording(self.cloud, self.environment, settings, delivery, found).record()

    def _read(self, bucket: str, key: str, version_id: str) -> Metrics:
        with closing(self.cloud.objects.open(bucket, key, version_id)) as body:
            return Metrics.read(version_id, body.read(MAX_BYTES + 1))

    def _without_archive(self, notice: Notice, address: Address, read: list[Metrics]) -> Outcome:
        """Metrics that wait for their archive, or that another version of the file has replaced."""
        mine = next((one for one in read if one.version_id == notice.version_id), None)
        if mine is None:
            return Outcome(Verdict.GONE, address.model)
        if mine.problem is None:
            return Outcome(Verdict.EARLY_METRICS, address.model)
        reason = f"{notice.key}: {mine.problem}."
        refused = Announcement(Event.REFUSED, address.model, None, reason, None)
        self.cloud.announcer.announce(refused)
        return Outcome(Verdict.REFUSED, address.model, reason)

    def _announce(self, model: str, change: PackageChange) -> None:
        """What is approved is announced when the pointer moves to it."""
        versions = self.cloud.registry.versions(change.group)
        version = next((one for one in versions if one.arn == change.arn), None)
        if version is None:
            raise NotListedYet(change.arn)
        if event := _NEWS.get(version.approval):
            key = (version.model_data or "").partition("://")[2].partition("/")[2] or None
            self.cloud.announcer.announce(
                Announcement(event, model, version.number, version.description, key)
            )


def _unknown(model: str) -> str:
    return (
        f"There is no model {model!r} in this environment. Add it to the environment's "
        "configuration and apply, then deliver again; or correct the name in the key."
    )
