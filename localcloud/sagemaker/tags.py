"""Tags of any resource, by its ARN."""

from botocore.model import OperationModel

from localcloud.sagemaker.errors import invalid
from localcloud.sagemaker.state import Members, Region, Resource


def add_tags(_: OperationModel, region: Region, params: Members) -> Members:
    resource = _tagged(region, params)
    resource.tags |= {tag["Key"]: tag["Value"] for tag in params["Tags"]}
    return _tags(resource)


def list_tags(_: OperationModel, region: Region, params: Members) -> Members:
    return _tags(_tagged(region, params))


def delete_tags(_: OperationModel, region: Region, params: Members) -> Members:
    resource = _tagged(region, params)
    for key in params["TagKeys"]:
        resource.tags.pop(key, None)
    return {}


def _tagged(region: Region, params: Members) -> Resource:
    arn = params["ResourceArn"]
    if arn not in region.resources:
        raise invalid(f"Could not find resource {arn}.")
    return region.resources[arn]


def _tags(resource: Resource) -> Members:
    return {"Tags": [{"Key": key, "Value": value} for key, value in resource.tags.items()]}
