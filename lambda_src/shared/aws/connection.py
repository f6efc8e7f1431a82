"""The clients of the AWS services that both functions call."""

from functools import cache

import boto3

from lambda_src.shared.aws.endpoints import SageMakerEndpoints
from lambda_src.shared.aws.objects import S3Objects
from lambda_src.shared.aws.parameters import SsmParameters
from lambda_src.shared.aws.registry import ModelRegistry
from lambda_src.shared.aws.retries import TEN_ATTEMPTS
from lambda_src.shared.aws.topic import SnsTopic
from lambda_src.shared.cloud import Cloud


@cache
def connect(topic: str) -> Cloud:
    """`topic` is an ARN. Cached for the container: creating clients takes longer than most invocations."""
    sagemaker = boto3.client("sagemaker", config=TEN_ATTEMPTS)
    return Cloud(
        objects=S3Objects(boto3.client("s3", config=TEN_ATTEMPTS)),
        registry=ModelRegistry(sagemaker),
        endpoints=SageMakerEndpoints(sagemaker),
        parameters=SsmParameters(boto3.client("ssm", config=TEN_ATTEMPTS)),
        announcer=SnsTopic(boto3.client("sns", config=TEN_ATTEMPTS), topic),
    )
