"""InvokeEndpoint: the bodies and headers that AWS refuses."""

from typing import Any

import pytest

from tests.unit.localcloud.standin import (
    SERVERLESS,
    Endpoints,
    refusal,
    variant,
)


@pytest.mark.parametrize(
    ("members", "size", "words"),
    [
        ({}, 6 * 1024**2 + 1, "takes at most 6291456"),
        ({"ServerlessConfig": SERVERLESS}, 4 * 1024**2 + 1, "takes at most 4194304"),
    ],
)
def test_a_request_that_is_too_large_is_refused(
    endpoints: Endpoints, members: Any, size: int, words: str
) -> None:
    one = {"VariantName": "good"} | members if members else variant("good")
    endpoints.config("c", one)
    endpoints.create("c")
    invoke = endpoints.runtime.invoke_endpoint
    assert words in refusal(invoke, EndpointName="e", Body=b" " * size)
    assert endpoints.invoke() == "good"


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"ContentType": "é"}, "satisfy regular expression pattern"),
        ({"InferenceId": "x" * 65}, "length less than or equal to 64"),
    ],
)
def test_a_header_that_aws_refuses_is_refused(
    endpoints: Endpoints, headers: Any, words: str
) -> None:
    endpoints.config("c", variant("good"))
    endpoints.create("c")
    invoke = endpoints.runtime.invoke_endpoint
    assert words in refusal(invoke, EndpointName="e", Body=b"{}", **headers)
