"""The cloud, by boto3; no other module knows it.

What AWS reports as missing becomes None, and an endpoint that gives no prediction InvocationFailed.
Every other error passes through, so that Lambda calls the prover again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from lambda_src.prove_model.cloud import Cloud, Endpoint, InvocationFailed, Places, Served
from lambda_src.prove_model.environment import Environment
from lambda_src.prove_model.pending import pending
from lambda_src.register_model.aws import (
    ModelRegistry,
    S3Objects,
    SsmParameters,
    configuration_and_model,
    is_missing,
)
from lambda_src.register_model.cloud import MAX_SMALL, Approval, RegisteredVersion
from lambda_src.shared.announcement import SnsTopic
from lambda_src.shared.retries import PATIENTLY

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient

_THE_MODELS_FAULT = {"ModelError", "ModelNotReadyException"}
# A model has 60 seconds to answer, and is asked once: a second answer would not make up for the first.
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
_PATIENT = Config(read_timeout=70, retries={"total_max_attempts": 1})
# Longer than anybody waits for the answer: what expires meanwhile would look like the model's failure.
_EXPIRES_AFTER_SECONDS = 600


@cache
def connect(environment: Environment) -> Cloud:
    """Once a container: building clients takes longer than most proofs."""
    sagemaker = boto3.client("sagemaker", config=PATIENTLY)
    runtime = boto3.client("sagemaker-runtime", config=_PATIENT)
    return Cloud(
        endpoints=SageMakerEndpoints(sagemaker, runtime),
        registry=SageMakerRegistry(sagemaker),
        objects=S3Objects(boto3.client("s3", config=PATIENTLY)),
        parameters=SsmParameters(boto3.client("ssm", config=PATIENTLY)),
        announcer=SnsTopic(boto3.client("sns", config=PATIENTLY), environment.topic),
        metrics=CloudWatchMetrics(
            boto3.client("cloudwatch", config=PATIENTLY),
            environment.metrics_namespace,
            environment.smoke_metric,
        ),
    )


@dataclass(frozen=True)
class SageMakerEndpoints:
    client: "SageMakerClient"
    runtime: "SageMakerRuntimeClient"

    def find(self, name: str) -> Endpoint | None:
        try:
            found = self.client.describe_endpoint(EndpointName=name)
        except ClientError as error:
            if is_missing(error):
                return None
            raise
        return Endpoint(
            status=found["EndpointStatus"],
            configuration=found["EndpointConfigName"],
            failure_reason=found.get("FailureReason"),
            modified=found["LastModifiedTime"],
            pending=pending(found),
        )

    def served(self, configuration: str) -> Served | None:
        described = configuration_and_model(self.client, configuration)
        if described is None:
            return None
        found, model = described
        variants = found["ProductionVariants"]
        return Served(
            model_data=model["PrimaryContainer"].get("ModelDataUrl"),
            variant=variants[0]["VariantName"],
            alone=len(variants) == 1,
            asynchronous="AsyncInferenceConfig" in found,
        )

    def invoke(self, name: str, body: bytes, variant: str | None) -> bytes:
        # For an endpoint of two or more variants, says AWS; so not for one of one.
        target = {"TargetVariant": variant} if variant else {}
        try:
            answer = self.runtime.invoke_endpoint(
                EndpointName=name, Body=body, ContentType="application/json", **target
            )
            return answer["Body"].read(MAX_SMALL + 1)
        except ClientError as error:
            said = error.response["Error"]
            # Anything else, such as throttling, says nothing about the model.
            if said["Code"] not in _THE_MODELS_FAULT:
                raise
            raise InvocationFailed(f"{said['Code']}: {said['Message']}") from error
        except ReadTimeoutError as error:
            raise InvocationFailed(str(error)) from error

    def enqueue(self, name: str, request: str) -> Places:
        accepted = self.runtime.invoke_endpoint_async(
            EndpointName=name,
            InputLocation=request,
            ContentType="application/json",
            RequestTTLSeconds=_EXPIRES_AFTER_SECONDS,
        )
        return Places(accepted["OutputLocation"], accepted["FailureLocation"])


@dataclass(frozen=True)
class SageMakerRegistry:
    client: "SageMakerClient"

    def versions(self, group: str) -> Sequence[RegisteredVersion]:
        return ModelRegistry(self.client).versions(group)

    def reject(self, arn: str, reason: str) -> None:
        self.client.update_model_package(
            ModelPackageArn=arn,
            ModelApprovalStatus=Approval.REJECTED.value,
            ApprovalDescription=reason,
        )


@dataclass(frozen=True)
class CloudWatchMetrics:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html"""

    client: "CloudWatchClient"
    namespace: str
    name: str

    def count_failure(self, configuration: str) -> None:
        self.client.put_metric_data(
            Namespace=self.namespace,
            MetricData=[
                {
                    "MetricName": self.name,
                    "Dimensions": [{"Name": "EndpointConfigName", "Value": configuration}],
                    "Value": 1,
                    "Unit": "Count",
                    # Its alarm looks at periods of less than a minute.
                    "StorageResolution": 1,
                }
            ],
        )
