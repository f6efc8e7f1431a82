from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

Stub = Callable[[str], Stubber]


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """Answers of an AWS service, in their order: `stub("s3").add_response(...)`.

    A call without an answer fails, and so does an answer that no call takes.
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
