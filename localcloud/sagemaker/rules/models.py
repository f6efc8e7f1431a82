"""CreateModel: its containers.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3ModelDataSource.html
"""

from localcloud.sagemaker.errors import validation_error
from localcloud.sagemaker.state import Members, Region

MAX_ENVIRONMENT_BYTES = 32 * 1024


def check_model(_: Region, params: Members) -> None:
    if bool(params.get("PrimaryContainer")) == bool(params.get("Containers")):
        raise validation_error("Exactly one of PrimaryContainer and Containers must be provided.")
    containers = params.get("Containers") or [params["PrimaryContainer"]]
    for container in containers:
        _check_container(container)
    size = sum(
        len(text.encode())
        for container in containers
        for pair in container.get("Environment", {}).items()
        for text in pair
    )
    if size > MAX_ENVIRONMENT_BYTES:
        raise validation_error(
            f"The keys and values of all Environment maps have {size} bytes together; "
            f"the maximum is {MAX_ENVIRONMENT_BYTES}."
        )


def _check_container(container: Members) -> None:
    if "Image" not in container and "ModelPackageName" not in container:
        raise validation_error("A container must have an Image or a ModelPackageName.")
    if "ModelDataUrl" in container and "ModelDataSource" in container:
        raise validation_error(
            "A container must have either a ModelDataUrl or a ModelDataSource, not both."
        )
    source = container.get("ModelDataSource", {}).get("S3DataSource")
    if source and source["S3DataType"] == "S3Prefix" and not source["S3Uri"].endswith("/"):
        raise validation_error(
            f"The S3Uri of an S3Prefix must end with a slash; it is {source['S3Uri']}."
        )
