"""boto3 clients of an environment, and AWS's errors in words for the person at the terminal.

The same clients reach the local cloud when `AWS_ENDPOINT_URL` points there.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    NoCredentialsError,
)

from config.schema.settings import Environment
from rollforward.errors import RollforwardError

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient
    from types_boto3_s3 import S3Client
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient
    from types_boto3_ssm import SSMClient

# botocore's default gives up after some seconds of throttling, in the middle of what somebody waits for.
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
_PATIENTLY = Config(retries={"mode": "standard", "total_max_attempts": 8})
# boto3 does not make clients in several threads; its clients work in any.
_MAKING_CLIENTS = threading.Lock()
# What AWS calls credentials that were good once.
STALE = {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId"}


def s3(environment: Environment) -> "S3Client":
    with _MAKING_CLIENTS:
        return boto3.client("s3", region_name=environment.region, config=_PATIENTLY)


def ssm(environment: Environment) -> "SSMClient":
    with _MAKING_CLIENTS:
        return boto3.client("ssm", region_name=environment.region, config=_PATIENTLY)


def sagemaker(environment: Environment) -> "SageMakerClient":
    with _MAKING_CLIENTS:
        return boto3.client("sagemaker", region_name=environment.region, config=_PATIENTLY)


def sagemaker_runtime(environment: Environment) -> "SageMakerRuntimeClient":
    # SageMaker gives a real-time prediction 60 s; one that is retried is paid for twice.
    config = Config(read_timeout=70, retries={"total_max_attempts": 1})
    return boto3.client("sagemaker-runtime", region_name=environment.region, config=config)


def lambda_(environment: Environment) -> "LambdaClient":
    # The caller waits as long as a function takes; one that is retried would do its work twice.
    config = Config(read_timeout=300, retries={"total_max_attempts": 1})
    with _MAKING_CLIENTS:
        return boto3.client("lambda", region_name=environment.region, config=config)


def require_account(environment: Environment) -> None:
    """Raise RollforwardError unless the credentials belong to the environment's account."""
    account = boto3.client("sts", region_name=environment.region).get_caller_identity()["Account"]
    if account != environment.account:
        raise RollforwardError(
            f"the credentials are of account {account}, environment {environment.name!r} is in "
            f"{environment.account}: switch the profile or the environment"
        )


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn AWS's exceptions into one RollforwardError that says what to do."""
    try:
        yield
    except NoCredentialsError as error:
        raise RollforwardError(
            "no AWS credentials: run `aws configure sso`, set AWS_PROFILE, or try `make demo`"
        ) from error
    except ClientError as error:
        detail = error.response["Error"]
        log_in = ": log in again, with `aws sso login`" if detail.get("Code") in STALE else ""
        raise RollforwardError(
            f"AWS refused {error.operation_name}: {detail.get('Message')} ({detail.get('Code')}){log_in}"
        ) from error
    except (ConnectionError, HTTPClientError) as error:
        raise RollforwardError(f"AWS can't be reached: {error}") from error
    except BotoCoreError as error:
        # A profile that is not there, an SSO session that has ended: AWS was not even asked.
        raise RollforwardError(f"the request to AWS could not be made: {error}") from error
