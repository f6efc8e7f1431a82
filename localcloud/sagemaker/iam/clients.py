"""boto3 clients of the local cloud's services."""

import threading
from functools import lru_cache
from typing import Any

import boto3

from localcloud.sagemaker.iam.permissions import Caller

_CREATION = threading.Lock()


def client(service: str, account: str, region: str) -> Any:
    """A client with the credentials of the account's root."""
    return client_for(service, Caller(account, "", region))


def client_for(service: str, caller: Caller) -> Any:
    """A client with the caller's credentials."""
    # Threads may share clients, but must not create them at the same time.
    with _CREATION:
        return _create_client(service, caller)


@lru_cache(maxsize=200)
def _create_client(service: Any, caller: Caller) -> Any:
    return boto3.client(
        service,
        region_name=caller.region,
        aws_access_key_id=caller.access_key,
        aws_secret_access_key=caller.secret,
        aws_session_token=caller.token or None,
    )
