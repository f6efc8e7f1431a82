"""Translates the exceptions of boto3 into RollforwardError.

Every function of the adapter translates its own, so that no other module handles an exception of boto3.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    NoCredentialsError,
)

from rollforward.errors import RollforwardError

# AWS's error codes for credentials that are no longer valid.
STALE = {
    *(
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
    ),
    *("InvalidAccessKeyId", "InvalidToken"),
}


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise a RollforwardError that says what to do in place of an exception of boto3."""
    try:
        yield
    except NoCredentialsError as error:
        raise RollforwardError(
            "no AWS credentials: run `aws configure sso`, set AWS_PROFILE, or try `rollforward local`"
        ) from error
    except ClientError as error:
        log_in = ": log in again with `aws sso login`" if code(error) in STALE else ""
        raise RollforwardError(
            f"AWS refused {error.operation_name}: {message(error)} ({code(error)}){log_in}"
        ) from error
    except (ConnectionError, HTTPClientError) as error:
        is_local = "//127.0.0.1" in str(error)
        hint = (
            ". Is that a local cloud that has ended? Start another with `rollforward local`, or unset the "
            "variables that begin with AWS_"
        )
        raise RollforwardError(
            f"cannot connect to AWS: {error}{hint if is_local else ''}"
        ) from error
    except BotoCoreError as error:
        # For example, an unknown profile or an SSO session that has ended: no request was sent.
        raise RollforwardError(f"cannot send the request to AWS: {error}") from error


def code(error: ClientError) -> str:
    return str(error.response["Error"].get("Code"))


def message(error: ClientError) -> str:
    return str(error.response["Error"].get("Message"))
