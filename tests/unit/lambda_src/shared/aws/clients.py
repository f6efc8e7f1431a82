"""Clients of AWS services, whose calls the tests of the adapters answer."""

from collections.abc import Callable
from typing import Any

import boto3


def client(service: str) -> Any:
    # The stubs have one overload a service, and none for a service given by name.
    connect: Callable[..., Any] = boto3.client
    return connect(
        service,
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
