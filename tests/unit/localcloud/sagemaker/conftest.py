from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.localcloud.standin import clients


@pytest.fixture
def client(url: str) -> Callable[..., Any]:
    """Makes boto3 clients of an account of the test's own."""
    return clients(url)


@pytest.fixture
def sagemaker(client: Callable[..., Any]) -> Any:
    return client("sagemaker")
