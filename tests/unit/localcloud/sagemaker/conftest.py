from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.unit.localcloud.standin import Endpoints, clients, serve_stand_in, with_fake_containers


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the stand-in for SageMaker."""
    with serve_stand_in(tmp_path_factory.mktemp("logs")) as url:
        yield url


@pytest.fixture
def endpoints(url: str, monkeypatch: pytest.MonkeyPatch) -> Endpoints:
    """A new account there, with fakes for its containers."""
    return with_fake_containers(url, monkeypatch)


@pytest.fixture
def client(url: str) -> Callable[..., Any]:
    """Makes boto3 clients of an account of the test's own."""
    return clients(url)


@pytest.fixture
def sagemaker(client: Callable[..., Any]) -> Any:
    return client("sagemaker")
