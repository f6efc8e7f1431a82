"""boto3 clients, one for each service and region.

The same clients reach the local cloud when `AWS_ENDPOINT_URL` names it.
"""

import os
import threading
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from rollforward.aws.errors import refuse_foreign_answer

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient
    from types_boto3_s3 import S3Client
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient
    from types_boto3_ssm import SSMClient
    from types_boto3_sts import STSClient

# botocore's default stops retrying after some seconds of throttling, while a person waits for the result.
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
_PATIENTLY = Config(retries={"mode": "standard", "total_max_attempts": 8})
# SageMaker allows 60 s for a real-time prediction. A retried prediction is paid for twice.
_PREDICTION = Config(read_timeout=70, retries={"total_max_attempts": 1})
# The caller waits until the function returns. A retried function does its work twice.
_FUNCTION = Config(read_timeout=300, retries={"total_max_attempts": 1})
# boto3 cannot create clients in several threads at once. Any thread may use a client.
_CREATION = threading.Lock()


def s3(region: str) -> "S3Client":
    client: S3Client = _client("s3", region, _PATIENTLY)
    return client


def ssm(region: str) -> "SSMClient":
    client: SSMClient = _client("ssm", region, _PATIENTLY)
    return client


def sagemaker(region: str) -> "SageMakerClient":
    client: SageMakerClient = _client("sagemaker", region, _PATIENTLY)
    return client


def sagemaker_runtime(region: str) -> "SageMakerRuntimeClient":
    client: SageMakerRuntimeClient = _client("sagemaker-runtime", region, _PREDICTION)
    return client


def lambda_(region: str) -> "LambdaClient":
    client: LambdaClient = _client("lambda", region, _FUNCTION)
    return client


def sts(region: str) -> "STSClient":
    client: STSClient = _client("sts", region, _PATIENTLY)
    return client


def sqs(region: str) -> Any:
    return _client("sqs", region, _PATIENTLY)


def _client(service: str, region: str, config: Config) -> Any:
    settings = sorted(item for item in os.environ.items() if item[0].startswith("AWS_"))
    with _CREATION:
        return _created(service, region, config, tuple(settings))


@cache
def _created(
    service: str, region: str, config: Config, _settings: tuple[tuple[str, str], ...]
) -> Any:
    """A client for the `AWS_…` environment variables in `_settings`, which boto3 reads by itself."""
    client = boto3.client(service, region_name=region, config=config)  # type: ignore[call-overload]
    client.meta.events.register("before-parse", refuse_foreign_answer)
    return client
