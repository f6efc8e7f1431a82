"""Translates the exceptions of boto3 into RollforwardError.

Every function of the adapter translates its own, so that no other module handles an exception of boto3.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    NoCredentialsError,
)
from botocore.model import OperationModel

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

# https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html
_REQUEST_IDS = ("x-amzn-RequestId", "x-amz-request-id", "x-amzn-request-id")
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_LONGEST_TITLE = 100


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


def refuse_foreign_answer(
    operation_model: OperationModel, response_dict: Mapping[str, Any], **_: object
) -> None:
    """Raise RollforwardError for an HTML page that AWS did not send: for example, of a proxy.

    A handler of botocore's `before-parse`: botocore takes such a page for an empty answer. AWS's answers have
    a request id. botocore repeats a request that failed with 500 or more, and reports it in one line.
    """
    headers, status = response_dict["headers"], response_dict["status_code"]
    is_page = headers.get("Content-Type", "").startswith("text/html")
    if not is_page or status >= 500 or any(name in headers for name in _REQUEST_IDS):
        return
    body = response_dict["body"]
    title = _TITLE.search(body) if isinstance(body, bytes) else None
    words = " ".join(title[1].decode("utf-8", errors="replace").split()) if title else ""
    raise RollforwardError(
        f"not AWS, but an HTML page answered {operation_model.name} (HTTP {status})"
        + (f": {words[:_LONGEST_TITLE]!r}" if words else "")
        + ". Look for a proxy or a VPN, and check AWS_ENDPOINT_URL"
    )


def code(error: ClientError) -> str:
    return str(error.response["Error"].get("Code"))


def message(error: ClientError) -> str:
    return str(error.response["Error"].get("Message"))
