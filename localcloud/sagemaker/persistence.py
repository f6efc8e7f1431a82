"""The state that the stand-in keeps in a file while it is stopped: resources and scalable targets.

Endpoints that were InService start their containers again. A deployment in progress has failed: the endpoint
returns to its configuration before the deployment; an endpoint that was Creating is Failed. An endpoint that
was Deleting no longer exists.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from localcloud.sagemaker.endpoints.deployments import PENDING, Deployment
from localcloud.sagemaker.endpoints.operations import ENDPOINT
from localcloud.sagemaker.scaling.store import Target
from localcloud.sagemaker.service import Service
from localcloud.sagemaker.state import Region, Resource

_STATUS = "EndpointStatus"
_INTERRUPTED = "The local cloud was stopped during the deployment."


def save(services: Iterable[Service], file: Path) -> None:
    content = [
        {
            "account": service.region.account,
            "region": service.region.name,
            "resources": [
                {"arn": one.arn, "members": one.members, "tags": one.tags}
                for one in service.region.resources.values()
            ],
            "targets": [asdict(target) for target in service.scaling.targets.all()],
        }
        for service in services
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content), "utf-8")


def load(file: Path, service_of: Callable[[str, str], Service]) -> None:
    """Restore the services of each account and region in the file, if there is a file."""
    if not file.is_file():
        return
    for saved in json.loads(file.read_text("utf-8")):
        service = service_of(saved["account"], saved["region"])
        service.region.resources |= {one["arn"]: Resource(**one) for one in saved["resources"]}
        for target in saved["targets"]:
            service.scaling.targets.add(Target(**target))


async def resume(region: Region) -> None:
    """Bring every endpoint to a state that lasts, and start the containers of those in service."""
    for endpoint in region.of_kind(ENDPOINT):
        status = endpoint.members[_STATUS]
        interrupted = {"FailureReason": _INTERRUPTED}
        endpoint.members.pop(PENDING, None)
        if status == "Deleting":
            region.remove(endpoint)
        elif status == "Creating":
            endpoint.update({_STATUS: "Failed"} | interrupted)
        elif status != "Failed":
            if status != "InService":
                endpoint.update({_STATUS: "InService"} | interrupted)
            await Deployment.resume(region, endpoint)
