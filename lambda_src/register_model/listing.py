"""Wait until the registry lists what was just recorded: its listings may lag behind."""

from lambda_src.register_model.cloud import Cloud, RegisteredVersion
from lambda_src.register_model.outcome import NotListedYet

# Seconds between looks, some eight in all. Whoever waits in vain is called again by Lambda, a minute later.
PAUSES = (0.25, 0.5, 1, 2, 4)


def listed(cloud: Cloud, group: str, arn: str) -> RegisteredVersion:
    """The version as it is listed. Raises NotListedYet."""
    for pause in (*PAUSES, None):
        versions = cloud.registry.versions(group)
        if found := next((one for one in versions if one.arn == arn), None):
            return found
        if pause is not None:
            cloud.pause(pause)
    raise NotListedYet(arn)
