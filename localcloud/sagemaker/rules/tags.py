"""Tags of SageMaker's and Application Auto Scaling's resources.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Tag.html (keys are unique)
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddTags.html
https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html (aws:, at most 50)
"""

from localcloud.sagemaker.errors import AwsError, validation_error
from localcloud.sagemaker.state import Members, Region

MOST = 50


def check_tags(_: Region, params: Members) -> None:
    keys = _keys(params)
    if reserved := [key for key in keys if key.lower().startswith("aws:")]:
        raise validation_error(
            f"aws: prefixed tag key names are not allowed for external use: {reserved[0]}."
        )
    if len(keys) > len(set(keys)):
        raise validation_error("Duplicate tag keys found. Tag keys must be unique per resource.")


def check_count(region: Region, params: Members) -> None:
    resource = region.resources.get(params["ResourceArn"])
    if resource and len({*resource.tags, *_keys(params)}) > MOST:
        raise AwsError("ResourceLimitExceeded", f"A resource has at most {MOST} tags.")


def _keys(params: Members) -> list[str]:
    """The tag keys of a request. SageMaker has a list of tags, Application Auto Scaling a map."""
    tags = params.get("Tags", [])
    return list(tags) if isinstance(tags, dict) else [tag["Key"] for tag in tags]
