"""Wait until the registry lists what was just recorded: its listings may lag behind."""

from lambda_src.shared.cloud import Cloud
from lambda_src.shared.registry import RegisteredVersion

# Seconds between listings, about eight in all. Lambda retries a failed invocation after a minute.
PAUSES = (0.25, 0.5, 1, 2, 4)


class NotListedYet(Exception):
    """The registry does not list what was just recorded; a choice made now could miss it."""


def wait_until_listed(cloud: Cloud, group: str, arn: str) -> RegisteredVersion:
    """The version as the registry lists it. Raises NotListedYet."""
    for pause in (*PAUSES, None):
        versions = cloud.registry.versions(group)
        if found := next((one for one in versions if one.arn == arn), None):
            return found
        if pause is not None:
            cloud.sleep(pause)
    raise NotListedYet(arn)
