"""Point the model's parameters to the registry's choice, without a lock.

A registrar reads the registry, chooses and reads the parameters; if they differ from the choice, it writes
them and starts again. It ends only when the parameters hold what it would choose. Registrars may run at the
same time, because each one records its version before it points, and reads the registry again after each
write:

- The registrar that writes last reads the registry after that write, and ends only if both agree.
- A version that was recorded after that reading belongs to a registrar that has yet to point. That registrar
  would write if the parameters did not agree, and then the last write would not have been the last.

So no stale choice remains, and no registrar waits for another.
"""

from collections.abc import Sequence

from lambda_src.register_model.choice import Choice, choose, pinned_versions
from lambda_src.register_model.model_settings import read_settings
from lambda_src.register_model.names import Names
from lambda_src.shared.announcement import Announcement, Event
from lambda_src.shared.cloud import Cloud
from lambda_src.shared.parameters import NO_VALUE
from lambda_src.shared.pinned_key import PinnedKey
from lambda_src.shared.registry import RegisteredVersion
from lambda_src.shared.s3_url import S3Url


def point(cloud: Cloud, names: Names, bucket: str, model: str) -> None:
    while True:
        # Settings are read each time: registrars with different settings would overwrite each
        # other's parameters for ever.
        settings = read_settings(cloud.parameters, names, model)
        if settings is None:
            return
        versions = cloud.registry.versions(names.group(model))
        choice = choose(pinned_versions(versions, bucket, model), settings.keep_versions)
        wanted = _parameter_values(choice, names, model)
        differing = [name for name in wanted if cloud.parameters.read(name) != wanted[name]]
        if not differing:
            return
        if names.pointer(model) in differing and choice.registered:
            # Before the write, so that a crash between both repeats the announcement instead of losing it.
            cloud.announcer.announce(_announcement(bucket, choice.registered, versions))
        for name in differing:
            cloud.parameters.write(name, wanted[name])


def _announcement(
    bucket: str, key: PinnedKey, versions: Sequence[RegisteredVersion]
) -> Announcement:
    url = S3Url(bucket, str(key))
    same = [version for version in versions if version.model_data == url]
    newest = max(same, key=lambda version: version.number)
    return Announcement(Event.REGISTERED, key.model, newest.number, newest.description, str(key))


def _parameter_values(choice: Choice, names: Names, model: str) -> dict[str, str]:
    # The recent list comes first, so that a plan between both writes finds the pointer's key in the list.
    return {
        names.recent(model): ",".join(map(str, choice.recent)) or NO_VALUE,
        names.pointer(model): str(choice.registered or NO_VALUE),
    }
