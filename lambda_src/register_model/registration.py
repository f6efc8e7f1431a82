"""Registration: what the registrar makes of a delivery.

    inspect ──► pin ──► register ──► choose ──► point

Each step is safe to repeat and leaves a state from which the whole can be started again: a pinned
copy that nothing names is harmless, a recorded version is found again and only pointed to. So an
event may come twice, late, or after a crash at any point, and the end state is the same.
"""

from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum

from lambda_src.register_model import new_version
from lambda_src.register_model.archive import inspect
from lambda_src.register_model.choice import pinned_versions
from lambda_src.register_model.cloud import Cloud, ObjectGone
from lambda_src.register_model.delivery import Address, Delivery, find_delivery
from lambda_src.register_model.environment import Environment, ModelSettings
from lambda_src.register_model.events import Notice
from lambda_src.register_model.pinned_key import PinnedKey
from lambda_src.register_model.pointing import point
from lambda_src.register_model.refusal import Refusal


class Verdict(StrEnum):
    REGISTERED = "registered"
    ALREADY_REGISTERED = "already registered"
    REFUSED = "refused"
    UNKNOWN_MODEL = "unknown model"
    GONE = "gone"
    NO_DELIVERY = "no delivery"
    CHOSEN = "chosen anew"


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    model: str | None = None
    reason: str | None = None
    registered: str | None = None


class NotListedYet(Exception):
    """The registry does not show what it just recorded; choosing now could miss it."""


@dataclass(frozen=True)
class Registrar:
    cloud: Cloud
    environment: Environment

    def choose_anew(self, group: str) -> Outcome:
        """Point to what the registry says now: somebody approved or rejected a version."""
        model = self.environment.model_of(group)
        if model is None or self.environment.settings(model, self.cloud.parameters) is None:
            return Outcome(Verdict.UNKNOWN_MODEL, reason=f"{group!r} is no model's group here.")
        point(self.cloud, self.environment, self.environment.bucket, model)
        return Outcome(Verdict.CHOSEN, model)

    def register(self, notice: Notice) -> Outcome:
        address = Address.of(notice.key)
        if address is None:
            return Outcome(Verdict.NO_DELIVERY)
        model = address.model
        settings = self.environment.settings(model, self.cloud.parameters)
        if settings is None:
            return Outcome(Verdict.UNKNOWN_MODEL, reason=_unknown(model))
        versions = self.cloud.objects.versions(notice.bucket, notice.key)
        delivery = find_delivery(notice, address, versions)
        if delivery is None:
            return Outcome(Verdict.GONE, model)
        try:
            return self._register(delivery, settings)
        except ObjectGone:
            return Outcome(Verdict.GONE, model)
        except Refusal as refusal:
            version = new_version.rejected(delivery, refusal.reason, settings.image)
            self.cloud.registry.record(self.environment.group(model), version)
            return Outcome(Verdict.REFUSED, model, reason=refusal.reason)

    def _register(self, delivery: Delivery, settings: ModelSettings) -> Outcome:
        model, pinned = delivery.address.model, PinnedKey.of(delivery)
        verdict = Verdict.ALREADY_REGISTERED
        if not self._is_listed(delivery, pinned):
            self._inspect(delivery)
            self._pin(delivery, pinned)
            version = new_version.approved(delivery, pinned, settings.image)
            self.cloud.registry.record(self.environment.group(model), version)
            if not self._is_listed(delivery, pinned):
                raise NotListedYet(str(pinned))
            verdict = Verdict.REGISTERED
        point(self.cloud, self.environment, delivery.bucket, model)
        return Outcome(verdict, model, registered=str(pinned))

    def _is_listed(self, delivery: Delivery, pinned: PinnedKey) -> bool:
        model = delivery.address.model
        versions = self.cloud.registry.versions(self.environment.group(model))
        return any(key == pinned for key, _ in pinned_versions(versions, delivery.bucket, model))

    def _inspect(self, delivery: Delivery) -> None:
        objects = self.cloud.objects
        body = objects.open(delivery.bucket, delivery.key, delivery.version_id)
        with closing(body):
            inspect(body, delivery.size)

    def _pin(self, delivery: Delivery, pinned: PinnedKey) -> None:
        objects = self.cloud.objects
        if not any(copy.latest for copy in objects.versions(delivery.bucket, str(pinned))):
            objects.copy(delivery.bucket, delivery.key, delivery.version_id, to=str(pinned))


def _unknown(model: str) -> str:
    return (
        f"There is no model {model!r} in this environment. Add it to the environment's "
        "configuration and apply, then deliver again; or correct the name in the key."
    )
