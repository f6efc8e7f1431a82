"""boto3's clients of the local cloud, on the account and in the region that are given."""

import threading
from functools import cache
from typing import Any

import boto3

_ONE_AT_A_TIME = threading.Lock()


def client(service: str, account: str, region: str) -> Any:
    # Clients may be shared by threads; making them may not.
    with _ONE_AT_A_TIME:
        return _client(service, account, region)


@cache
def _client(service: Any, account: str, region: str) -> Any:
    return boto3.client(
        service,
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key="local",  # noqa: S106 -- the local cloud checks no signature
    )
