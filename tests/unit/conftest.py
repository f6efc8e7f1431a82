from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

if TYPE_CHECKING:
    from tests.unit.localcloud.standin import Endpoints

Stub = Callable[[str], Stubber]


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """Answers for what is asked of an AWS service, in order: `stub("s3").add_response(...)`.

    What is asked without an answer fails, and so does an answer that nobody asked for.
    """
    connect: Callable[..., Any] = boto3.client
    stubbers: dict[str, Stubber] = {}
    with ExitStack() as active:

        def stubbed(service: str) -> Stubber:
            if service not in stubbers:
                client = connect(
                    service,
                    region_name="us-east-1",
                    aws_access_key_id="testing",
                    aws_secret_access_key="testing",
                )
                stubbers[service] = active.enter_context(Stubber(client))
            return stubbers[service]

        monkeypatch.setattr(boto3, "client", lambda service, **_: stubbed(service).client)
        yield stubbed
        for stubber in stubbers.values():
            stubber.assert_no_pending_responses()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the stand-in for SageMaker answers."""
    # Imported here: the functions' tests also run where nothing of the local cloud is installed.
    from tests.unit.localcloud.standin import serve_stand_in

    with serve_stand_in(tmp_path_factory.mktemp("logs")) as url:
        yield url


@pytest.fixture
def endpoints(url: str, monkeypatch: pytest.MonkeyPatch) -> "Endpoints":
    """A fresh account there, with fakes for its containers."""
    from tests.unit.localcloud.standin import fake_endpoints

    return fake_endpoints(url, monkeypatch)
