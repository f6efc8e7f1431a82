"""Point: bring the parameters to what the registry says, without a lock.

Read the registry, choose, read the parameters; if they differ, write and start again. It ends only
when what is there is what would be chosen. Registrars may run side by side, because each of them
records its version before it points, and looks at the registry again after each of its writes:

- Whoever writes last of all reads the registry after that write, and stops only if it agrees.
- A version recorded after that reading belongs to a registrar which has yet to point, and which
  would write if the parameters did not agree; but then the last write was not the last.

So nobody's stale choice survives, and nobody waits for anybody.
"""

from collections.abc import Sequence

from lambda_src.register_model.choice import Choice, choose, pinned_in, pinned_versions
from lambda_src.register_model.cloud import Cloud, RegisteredVersion
from lambda_src.register_model.environment import Environment
from lambda_src.register_model.pinned_key import PinnedKey
from lambda_src.shared.announcement import Announcement, Event

NOTHING = "none"


def point(cloud: Cloud, environment: Environment, bucket: str, model: str) -> None:
    while True:
        # Read anew each time: registrars that hold different settings would overwrite each
        # other for ever.
        settings = environment.settings(model, cloud.parameters)
        if settings is None:
            return
        versions = cloud.registry.versions(environment.group(model))
        choice = choose(pinned_versions(versions, bucket, model), settings.keep_versions)
        wanted = _values(choice, environment, model)
        differing = [name for name in wanted if cloud.parameters.read(name) != wanted[name]]
        if not differing:
            return
        if environment.pointer(model) in differing and choice.registered:
            # Before it is so: a crash in between tells it twice, and never not at all.
            cloud.announcer.announce(_news(model, bucket, choice.registered, versions))
        for name in differing:
            cloud.parameters.write(name, wanted[name])


def _news(
    model: str, bucket: str, key: PinnedKey, versions: Sequence[RegisteredVersion]
) -> Announcement:
    same = [version for version in versions if pinned_in(bucket, version) == key]
    newest = max(same, key=lambda version: version.number)
    return Announcement(Event.REGISTERED, model, newest.number, newest.description, str(key))


def _values(choice: Choice, environment: Environment, model: str) -> dict[str, str]:
    # The recent list first: a plan made in between must find the pointer's key in the list.
    return {
        environment.recent(model): ",".join(map(str, choice.recent)) or NOTHING,
        environment.pointer(model): str(choice.registered or NOTHING),
    }
