"""The container image of a model: explicit, or an AWS deep-learning container looked up by the provider."""

from cdktf import Fn, TerraformLocal
from cdktf_cdktf_provider_aws.data_aws_sagemaker_prebuilt_ecr_image import (
    DataAwsSagemakerPrebuiltEcrImage,
)
from constructs import Construct

from config.settings import DeepLearningContainer, Image


def image_uri(scope: Construct, id_: str, image: Image) -> str:
    """The image's URI. The provider knows the account of AWS's images in each region; it asks nobody."""
    if not isinstance(image, DeepLearningContainer):
        return image
    return DataAwsSagemakerPrebuiltEcrImage(
        scope, id_, repository_name=image.repository, image_tag=image.tag
    ).registry_path


def repository_arn(scope: Construct, id_: str, uri: str) -> str:
    """The ARN of the ECR repository that an image's URI names; the URI may be known to Terraform only."""
    # No backslashes: cdktf does not escape them for Terraform.
    parts = "/^([0-9]+)[.]dkr[.]ecr[.]([^.]+)[^/]+/([^:@]+).*$/"
    arn = Fn.replace(uri, parts, "arn:aws:ecr:$2:$1:repository/$3")
    # A local, for the quotes of an expression would end the JSON string that it stands in.
    return TerraformLocal(scope, id_, arn).as_string
