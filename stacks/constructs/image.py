"""The container images of models: given by URI, or AWS deep-learning containers that Terraform looks up."""

from collections.abc import Iterable, Mapping, Sequence

from cdktf import TerraformIterator, TerraformLocal
from cdktf_cdktf_provider_aws.data_aws_sagemaker_prebuilt_ecr_image import (
    DataAwsSagemakerPrebuiltEcrImage,
)
from constructs import Construct

from config.schema.image import DeepLearningContainer, Image
from stacks.constructs.address import address

# A repository's name has up to 256 characters, and the inline policies of a role up to 10,240 together.
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MAX_REPOSITORIES = 16


def look_up_images(scope: Construct, images: Iterable[Image]) -> dict[Image, str]:
    """The URI of each distinct image, with a data source for each AWS container.

    The provider knows the account of AWS's images in each region; it calls no API.
    """
    distinct = enumerate(dict.fromkeys(images), start=1)
    return {image: _look_up_image(scope, f"image_{number}", image) for number, image in distinct}


def _look_up_image(scope: Construct, id_: str, image: Image) -> str:
    if not isinstance(image, DeepLearningContainer):
        return image
    found = DataAwsSagemakerPrebuiltEcrImage(
        scope, id_, repository_name=image.repository, image_tag=image.tag
    )
    # An expression, not the attribute: within another expression, cdktf would quote the attribute's token.
    return f"${{{address(found)}.registry_path}}"


def look_up_all_images(scope: Construct, id_: str, images: Mapping[str, Image]) -> dict[str, str]:
    """The URI of each image by the same keys, with one data source for all AWS containers.

    Terraform repeats the data source, so that hundreds of images synthesize as quickly as one.
    """
    containers = {
        f"{image.repository}:{image.tag}": {"repository": image.repository, "tag": image.tag}
        for image in images.values()
        if isinstance(image, DeepLearningContainer)
    }
    each = TerraformIterator.from_map(containers)
    found = DataAwsSagemakerPrebuiltEcrImage(
        scope,
        id_,
        for_each=each,
        repository_name=each.get_string("repository"),
        image_tag=each.get_string("tag"),
    )
    prefix = address(found)
    return {
        key: f'${{{prefix}["{image.repository}:{image.tag}"].registry_path}}'
        if isinstance(image, DeepLearningContainer)
        else image
        for key, image in images.items()
    }


def repository_uris(images: Sequence[tuple[Image, str]]) -> list[str]:
    """The URI of one image for each distinct repository; `images` come with their URIs.

    If there are more than `MAX_REPOSITORIES`, the repositories that are not AWS's are replaced by
    `<registry>/*`, one for each account and region.
    """
    uris = {repository(image): uri for image, uri in images}
    if len(uris) <= MAX_REPOSITORIES:
        return list(uris.values())
    grouped = {_registry(image): uri for image, uri in images}
    return [key if key.endswith("/*") else uri for key, uri in grouped.items()]


def _registry(image: Image) -> str:
    """`<registry>/*`; the repository of an AWS container, whose account only Terraform knows."""
    if isinstance(image, DeepLearningContainer):
        return image.repository
    return f"{image.partition('/')[0]}/*"


def repository(image: Image) -> str:
    """The repository of an image, without the image's tag or digest."""
    if isinstance(image, DeepLearningContainer):
        return image.repository
    return image.partition("@")[0].partition(":")[0]


class RepositoryArn(TerraformLocal):
    """`as_string` is the ARN of the ECR repository of an image, whose URI may be known to Terraform only.

    It is a local value because the quotes of the expression would end the JSON string of a policy.
    """

    def __init__(self, scope: Construct, id_: str, *, partition: str, image_uri: str) -> None:
        # No backslashes: cdktf does not escape them for Terraform.
        parts = "/^([0-9]+)[.]dkr[.]ecr[.]([^.]+)[^/]+/([^:@]+).*$/"
        arn = f"arn:{partition}:ecr:$2:$1:repository/$3"
        super().__init__(scope, id_, f'${{replace("{image_uri}", "{parts}", "{arn}")}}')


def repository_arns(scope: Construct, partition: str, image_uris: Iterable[str]) -> list[str]:
    """The ARN of the repository of each image."""
    return [
        RepositoryArn(scope, f"repository_{number}", partition=partition, image_uri=uri).as_string
        for number, uri in enumerate(image_uris, start=1)
    ]
