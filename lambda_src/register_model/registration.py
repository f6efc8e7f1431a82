"""Registration: what the registrar makes of a delivery.

    inspect ──► pin ──► judge ──► register ──► choose ──► point

Each step is safe to repeat and leaves a state from which the whole can be started again: a pinned
copy that nothing names is harmless, a recorded version is found again and only pointed to. So an
event may come twice, late, or after a crash at any point, and the end state is the same.
"""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from lambda_src.register_model.cloud import Approval, Cloud, ObjectGone, ObjectVersion
from lambda_src.register_model.delivery import Address, find_delivery
from lambda_src.register_model.environment import Environment, ModelSettings
from lambda_src.register_model.events import Notice, PackageChange
from lambda_src.register_model.listing import listed
from lambda_src.register_model.metrics import MAX_BYTES, Metrics, paired
from lambda_src.register_model.outcome import Outcome, Verdict
from lambda_src.register_model.pointing import point
from lambda_src.register_model.recording import Recording
from lambda_src.shared.announcement import Announcement, Event

# For how long a read of a parameter may be stale. AWS names no bound.
SETTLING_SECONDS = 2
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
        else:
            # A verdict can bring back the pointer's value of a moment ago, which a stale read shows as if
            # nothing had to be written. A delivery cannot: its key is new.
            self.cloud.pause(SETTLING_SECONDS)
            point(self.cloud, self.environment, self.environment.bucket, model)
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
        files = self.cloud.objects.versions(notice.bucket, address.metrics)
        read = partial(self._read, notice.bucket, address.metrics)
        about = notice
        if notice.key == address.metrics:
            owner = _owner(notice, paired(archives, files, read))
            if owner is None:
                mine = next((one for one in files if one.version_id == notice.version_id), None)
                return self._without_archive(notice, address, read(mine) if mine else None)
            about = Notice(notice.bucket, address.archive, owner)
        delivery = find_delivery(about, address, archives)
        if delivery is None:
            return Outcome(Verdict.GONE, address.model)
        pairs = paired(archives, files, read)
        metrics = next(found for id_, found in pairs if id_ == delivery.version_id)
        return Recording(self.cloud, self.environment, settings, delivery, metrics).record()

    def _read(self, bucket: str, key: str, version: ObjectVersion) -> Metrics:
        """A file that is deleted meanwhile is a malformed one: the other files of the folder count."""
        try:
            with closing(self.cloud.objects.open(bucket, key, version.version_id)) as body:
                return Metrics.read(version.version_id, body.read(MAX_BYTES + 1))
        except ObjectGone:
            return Metrics(version.version_id, {}, "metrics.json was deleted before it was read")

    def _without_archive(self, notice: Notice, address: Address, mine: Metrics | None) -> Outcome:
        """Metrics that wait for their archive, or that another version of the file has replaced."""
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
        version = listed(self.cloud, change.group, change.arn)
        if event := _NEWS.get(version.approval):
            key = (version.model_data or "").partition("://")[2].partition("/")[2] or None
            self.cloud.announcer.announce(
                Announcement(event, model, version.number, version.description, key)
            )


def _owner(notice: Notice, pairs: Iterable[tuple[str, Metrics | None]]) -> str | None:
    """The version id of the archive that the metrics of a notice belong to."""
    return next(
        (id_ for id_, found in pairs if found and found.version_id == notice.version_id), None
    )


def _unknown(model: str) -> str:
    return (
        f"There is no model {model!r} in this environment. Add it to the environment's "
        "configuration and apply, then deliver again; or correct the name in the key."
    )
