"""AddTags, ListTags and DeleteTags, for resources of every kind."""

from botocore.model import OperationModel

from localcloud.sagemaker.errors import validation_error
from localcloud.sagemaker.state import Members, Region, Resource


def add_tags(_: OperationModel, region: Region, params: Members) -> Members:
    resource = _find_resource(region, params)
    resource.tags |= {tag["Key"]: tag["Value"] for tag in params["Tags"]}
    return _to_output(resource)


def list_tags(_: OperationModel, region: Region, params: Members) -> Members:
    return _to_output(_find_resource(region, params))


def delete_tags(_: OperationModel, region: Region, params: Members) -> Members:
    resource = _find_resource(region, params)
    for key in params["TagKeys"]:
        resource.tags.pop(key, None)
    return {}


def _find_resource(region: Region, params: Members) -> Resource:
    arn = params["ResourceArn"]
    if arn not in region.resources:
        raise validation_error(f"Could not find resource {arn}.")
    return region.resources[arn]


def _to_output(resource: Resource) -> Members:
    return {"Tags": [{"Key": key, "Value": value} for key, value in resource.tags.items()]}
