"""boto3's clients of the local cloud, with the credentials that are given."""

import threading
from functools import lru_cache
from typing import Any

import boto3

from localcloud.sagemaker.iam.permissions import Caller

_ONE_AT_A_TIME = threading.Lock()


def client(service: str, account: str, region: str) -> Any:
    """As the account itself."""
    return client_of(service, Caller(account, "", region))


def client_of(service: str, caller: Caller) -> Any:
    """With the caller's credentials."""
    # Clients may be shared by threads; making them may not.
    with _ONE_AT_A_TIME:
        return _client(service, caller)


@lru_cache(maxsize=200)
def _client(service: Any, caller: Caller) -> Any:
    return boto3.client(
        service,
        region_name=caller.region,
        aws_access_key_id=caller.access_key,
        aws_secret_access_key=caller.secret,
        aws_session_token=caller.token or None,
    )
