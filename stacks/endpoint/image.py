"""The container image of a model: explicit, or an AWS deep-learning container looked up by the provider."""

from collections.abc import Mapping, Sequence

from cdktf import TerraformIterator, TerraformLocal, TerraformStack
from cdktf_cdktf_provider_aws.data_aws_sagemaker_prebuilt_ecr_image import (
    DataAwsSagemakerPrebuiltEcrImage,
)
from constructs import Construct

from config.schema.image import DeepLearningContainer, Image
from stacks.constructs.address import address

# A repository's name has up to 256 characters, a role's inline policies up to 10,240 together.
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MOST_REPOSITORIES = 16


def image_uri(stack: TerraformStack, id_: str, image: Image) -> str:
    """The image's URI. The provider knows the account of AWS's images in each region; it asks nobody."""
    if not isinstance(image, DeepLearningContainer):
        return image
    DataAwsSagemakerPrebuiltEcrImage(
        stack, id_, repository_name=image.repository, image_tag=image.tag
    )
    # Written out: within an expression, cdktf would make a text of its token.
    return f"${{data.aws_sagemaker_prebuilt_ecr_image.{id_}.registry_path}}"


def image_uris(scope: Construct, id_: str, images: Mapping[str, Image]) -> dict[str, str]:
    """The URI of each image, by the same keys; each distinct container is looked up once, by Terraform."""
    containers = {
        f"{image.repository}:{image.tag}": {"repository": image.repository, "tag": image.tag}
        for image in images.values()
        if isinstance(image, DeepLearningContainer)
    }
    each = TerraformIterator.from_map(containers)
    lookup = DataAwsSagemakerPrebuiltEcrImage(
        scope,
        id_,
        for_each=each,
        repository_name=each.get_string("repository"),
        image_tag=each.get_string("tag"),
    )
    found = address(lookup)
    return {
        key: f'${{{found}["{image.repository}:{image.tag}"].registry_path}}'
        if isinstance(image, DeepLearningContainer)
        else image
        for key, image in images.items()
    }


def repositories(images: Sequence[tuple[Image, str]]) -> list[str]:
    """One URI for each distinct repository, of images that come with their URIs.

    Of more than `MOST_REPOSITORIES`, those that are no AWS container become `<registry>/*`, one for each
    account and region.
    """
    uris = {repository_of(image): uri for image, uri in images}
    if len(uris) <= MOST_REPOSITORIES:
        return list(uris.values())
    grouped = {_group_of(image): uri for image, uri in images}
    return [key if key.endswith("/*") else uri for key, uri in grouped.items()]


def _group_of(image: Image) -> str:
    """Of an AWS container, whose account only Terraform knows, its repository: there are two of them."""
    if isinstance(image, DeepLearningContainer):
        return image.repository
    return f"{image.partition('/')[0]}/*"


def repository_of(image: Image) -> str:
    """What names the repository of an image, without its tag or digest."""
    if isinstance(image, DeepLearningContainer):
        return image.repository
    return image.partition("@")[0].partition(":")[0]


def repository_arn(scope: Construct, id_: str, partition: str, uri: str) -> str:
    """The ARN of the ECR repository that an image's URI names; the URI may be known to Terraform only."""
    # No backslashes: cdktf does not escape them for Terraform.
    parts = "/^([0-9]+)[.]dkr[.]ecr[.]([^.]+)[^/]+/([^:@]+).*$/"
    arn = f"arn:{partition}:ecr:$2:$1:repository/$3"
    # A local, for the quotes of an expression would end the JSON string that it stands in.
    return TerraformLocal(scope, id_, f'${{replace("{uri}", "{parts}", "{arn}")}}').as_string
