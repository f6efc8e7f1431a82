"""SageMaker endpoints by boto3. What SageMaker does not find becomes None; other errors pass through."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambda_src.shared.aws.pending_deployment import pending_deployment
from lambda_src.shared.endpoints import Endpoint, PrimaryVariant
from lambda_src.shared.s3_url import S3Url

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient


@dataclass(frozen=True)
class SageMakerEndpoints:
    client: "SageMakerClient"

    def find(self, name: str) -> Endpoint | None:
        try:
            found = self.client.describe_endpoint(EndpointName=name)
        except ClientError as error:
            if _is_missing(error):
                return None
            raise
        return Endpoint(
            status=found["EndpointStatus"],
            configuration=found["EndpointConfigName"],
            failure_reason=found.get("FailureReason"),
            modified=found["LastModifiedTime"],
            pending=pending_deployment(found),
        )

    def primary_variant(self, configuration: str) -> PrimaryVariant | None:
        try:
            found = self.client.describe_endpoint_config(EndpointConfigName=configuration)
            variants = found["ProductionVariants"]
            model = self.client.describe_model(ModelName=variants[0]["ModelName"])
        except ClientError as error:
            if _is_missing(error):
                return None
            raise
        return PrimaryVariant(
            name=variants[0]["VariantName"],
            model_data=S3Url.parse(model["PrimaryContainer"].get("ModelDataUrl", "")),
            alone=len(variants) == 1,
            asynchronous="AsyncInferenceConfig" in found,
        )


def _is_missing(error: ClientError) -> bool:
    # SageMaker has no error code for a missing resource.
    return "Could not find" in error.response["Error"]["Message"]
