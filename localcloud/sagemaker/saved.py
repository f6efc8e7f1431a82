"""What the stand-in keeps in a file while it is stopped: resources and scalable targets.

Endpoints that served start their containers again. A deployment that was in progress has failed: the endpoint
serves what it served before it, and an endpoint that was Creating is Failed. One that was Deleting is gone.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from localcloud.sagemaker.endpoints.deployments import PENDING, Deployment
from localcloud.sagemaker.endpoints.operations import ENDPOINT
from localcloud.sagemaker.scaling.scaling import Target
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
            "targets": [asdict(target) for target in service.scaling.targets.values()],
        }
        for service in services
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content), "utf-8")


def load(file: Path, service_of: Callable[[str, str], Service]) -> None:
    """Fill the services that the file names, by account and region, with what it has of them."""
    if not file.is_file():
        return
    for saved in json.loads(file.read_text("utf-8")):
        service = service_of(saved["account"], saved["region"])
        service.region.resources |= {one["arn"]: Resource(**one) for one in saved["resources"]}
        for target in saved["targets"]:
            service.scaling.add(Target(**target))


async def resume(region: Region) -> None:
    """Start the containers of all endpoints that served."""
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
            await Deployment.resumed(region, endpoint)
