"""Clients of the rest of the local cloud, which AWS_ENDPOINT_URL names, on an account's behalf."""

import threading
from typing import Any

import boto3

# boto3's default session is not made for threads: two that make a client at once may break it.
_one_at_a_time = threading.Lock()


def client(service: Any, account: str, region: str) -> Any:
    with _one_at_a_time:
        return boto3.client(
            service,
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key="local",  # noqa: S106 -- the local cloud checks no signature
        )
