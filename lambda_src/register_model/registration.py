"""What the registrar does about an event.

    find the delivery ──► inspect ──► pin ──► judge ──► register ──► choose ──► point

Each step can be repeated, and leaves a state from which all of them can start again: a pinned copy that no
version names does no harm, and a recorded version is found again and only pointed to. So an event may come
twice, late, or after a crash at any point, and the end state is the same.
"""

from dataclasses import dataclass

from lambda_src.register_model.delivery import DeliveryFolder
from lambda_src.register_model.delivery_search import DeliverySearch
from lambda_src.register_model.events import Notice, PackageChange
from lambda_src.register_model.listing import wait_until_listed
from lambda_src.register_model.model_settings import ModelSettings, read_settings
from lambda_src.register_model.names import Names
from lambda_src.register_model.pointing import point
from lambda_src.register_model.recording import Recorder
from lambda_src.register_model.result import Outcome, Result
from lambda_src.shared.announcement import Announcement, Event
from lambda_src.shared.cloud import Cloud
from lambda_src.shared.metrics import Metrics
from lambda_src.shared.objects import ObjectGone
from lambda_src.shared.registry import Approval

# How long a read of a parameter may be stale. AWS documents no limit.
SETTLING_SECONDS = 2
_ANNOUNCED = {Approval.PENDING: Event.WAITING, Approval.REJECTED: Event.REFUSED}


@dataclass(frozen=True)
class Registrar:
    cloud: Cloud
    names: Names

    def register(self, notice: Notice) -> Result:
        """Register the delivery that a notice is about: a notice of its archive or of its metrics."""
        folder = DeliveryFolder.parse(notice.bucket, notice.key)
        if folder is None:
            return Result(Outcome.NO_DELIVERY)
        settings = read_settings(self.cloud.parameters, self.names, folder.model)
        if settings is None:
            return Result(Outcome.UNKNOWN_MODEL, reason=_unknown(folder.model))
        try:
            result = self._record(notice, folder, settings)
        except ObjectGone:
            return Result(Outcome.GONE, folder.model)
        if result.pinned:
            point(self.cloud, self.names, folder.bucket, folder.model)
        return result

    def choose_again(self, change: PackageChange) -> Result:
        """Point to the registry's choice after a version was recorded, approved or rejected."""
        model = self.names.group.model_of(change.group)
        if model is None or read_settings(self.cloud.parameters, self.names, model) is None:
            reason = f"No model of this environment has the package group {change.group!r}."
            return Result(Outcome.UNKNOWN_MODEL, reason=reason)
        point(self.cloud, self.names, self.names.bucket, model)
        if change.new:
            self._announce_undeployed(model, change)
        else:
            # A decision can restore the pointer's value of a moment ago; a stale read then shows that value
            # as if no write were needed. A delivery cannot do so, because its key is new.
            self.cloud.sleep(SETTLING_SECONDS)
            point(self.cloud, self.names, self.names.bucket, model)
        return Result(Outcome.CHOSEN, model)

    def _record(self, notice: Notice, folder: DeliveryFolder, settings: ModelSettings) -> Result:
        found = DeliverySearch(self.cloud.objects, folder, notice).find()
        if found is None:
            return Result(Outcome.GONE, folder.model)
        if isinstance(found, Metrics):
            return self._keep_for_later(notice, folder, found)
        return Recorder(self.cloud, self.names, settings).record(found)

    def _keep_for_later(self, notice: Notice, folder: DeliveryFolder, metrics: Metrics) -> Result:
        """Metrics without an archive wait for the archive; malformed ones are announced."""
        if metrics.problem is None:
            return Result(Outcome.EARLY_METRICS, folder.model)
        reason = f"{notice.key}: {metrics.problem}."
        refused = Announcement(Event.REFUSED, folder.model, None, reason, None)
        self.cloud.announcer.announce(refused)
        return Result(Outcome.REFUSED, folder.model, reason)

    def _announce_undeployed(self, model: str, change: PackageChange) -> None:
        """Announce a version that waits or was refused; `point` announces the approved ones."""
        version = wait_until_listed(self.cloud, change.group, change.arn)
        if event := _ANNOUNCED.get(version.approval):
            key = version.model_data.key if version.model_data else None
            self.cloud.announcer.announce(
                Announcement(event, model, version.number, version.description, key)
            )


def _unknown(model: str) -> str:
    return (
        f"There is no model {model!r} in this environment. Add the model to the environment's "
        "configuration, apply and deliver again; or correct the name in the key."
    )
