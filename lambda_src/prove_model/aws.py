"""The prover's own AWS calls by boto3. An endpoint without a prediction raises InvocationFailed.

Other errors pass through, so that Lambda retries the event.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from lambda_src.prove_model.cloud import InvocationFailed, ProverCloud, QueuedRequest
from lambda_src.prove_model.names import Names
from lambda_src.shared.aws.connection import connect as connect_shared
from lambda_src.shared.aws.retries import TEN_ATTEMPTS
from lambda_src.shared.objects import MAX_READ_BYTES
from lambda_src.shared.s3_url import S3Url

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient

_ERRORS_OF_THE_MODEL = {"ModelError", "ModelNotReadyException"}
# A model has 60 seconds to answer. One attempt only: a second answer would not make up for the first.
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
_ONE_ATTEMPT = Config(read_timeout=70, retries={"total_max_attempts": 1})
# Longer than the prover waits for the answer: an expired request would look like a failure of the model.
_EXPIRES_AFTER_SECONDS = 600


@cache
def connect(names: Names) -> ProverCloud:
    """Cached for the container: creating clients takes longer than most proofs."""
    return ProverCloud(
        **vars(connect_shared(names.topic)),
        invocations=SageMakerInvocations(boto3.client("sagemaker-runtime", config=_ONE_ATTEMPT)),
        smoke_failures=CloudWatchSmokeFailures(
            boto3.client("cloudwatch", config=TEN_ATTEMPTS),
            names.metrics_namespace,
            names.smoke_metric,
        ),
    )


@dataclass(frozen=True)
class SageMakerInvocations:
    client: "SageMakerRuntimeClient"

    def invoke(self, endpoint: str, body: bytes, variant: str | None) -> bytes:
        # AWS accepts a target variant only for an endpoint of two or more variants.
        target = {"TargetVariant": variant} if variant else {}
        try:
            answer = self.client.invoke_endpoint(
                EndpointName=endpoint, Body=body, ContentType="application/json", **target
            )
            return answer["Body"].read(MAX_READ_BYTES + 1)
        except ClientError as error:
            details = error.response["Error"]
            # Other errors, such as throttling, say nothing about the model.
            if details["Code"] not in _ERRORS_OF_THE_MODEL:
                raise
            raise InvocationFailed(f"{details['Code']}: {details['Message']}") from error
        except ReadTimeoutError as error:
            raise InvocationFailed(str(error)) from error

    def enqueue(self, endpoint: str, request: S3Url) -> QueuedRequest:
        accepted = self.client.invoke_endpoint_async(
            EndpointName=endpoint,
            InputLocation=str(request),
            ContentType="application/json",
            RequestTTLSeconds=_EXPIRES_AFTER_SECONDS,
        )
        return QueuedRequest(
            _url(accepted["OutputLocation"]),
            _url(accepted["FailureLocation"]),
        )


@dataclass(frozen=True)
class CloudWatchSmokeFailures:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html"""

    client: "CloudWatchClient"
    namespace: str
    name: str

    def count(self, configuration: str) -> None:
        self.client.put_metric_data(
            Namespace=self.namespace,
            MetricData=[
                {
                    "MetricName": self.name,
                    "Dimensions": [{"Name": "EndpointConfigName", "Value": configuration}],
                    "Value": 1,
                    "Unit": "Count",
                    # The alarm's periods are shorter than a minute.
                    "StorageResolution": 1,
                }
            ],
        )


def _url(location: str) -> S3Url:
    url = S3Url.parse(location)
    if url is None:
        raise ValueError(f"{location!r} is not the URL of an S3 object")
    return url
