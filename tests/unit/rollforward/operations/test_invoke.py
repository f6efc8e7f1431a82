"""`rollforward invoke`: at once, or through S3 where the endpoint is asynchronous."""

import io
from typing import Any

import pytest
from botocore.response import StreamingBody

from config.schema import settings
from rollforward.cli import invoke as invocation_commands
from rollforward.operations import invoke as invocation
from tests.unit.conftest import Stub
from tests.unit.rollforward.answers import BUCKET, ENDPOINT, MODEL, dev
from tests.unit.rollforward.typed import Ran, typed

ANSWER = f"async/{MODEL}/answers/1.out"
FAILURE = f"async/{MODEL}/failures/1-error.out"


@pytest.fixture
def _asynchronous(monkeypatch: pytest.MonkeyPatch) -> None:
    serving = {
        "kind": "async",
        "instance_type": "ml.m5.large",
        "instances": {"min": 0, "max": 2},
        "expires_after_seconds": 600,
    }
    monkeypatch.setattr(settings, "load", lambda _: dev(serving=serving))
    monkeypatch.setattr(invocation, "LONGEST_PAUSE_SECONDS", 0)


def invoke(*arguments: str) -> Ran:
    return typed(invocation_commands.app, MODEL, "[1]", *arguments)


def body(content: bytes) -> StreamingBody:
    return StreamingBody(io.BytesIO(content), len(content))


def enqueued(stub: Stub) -> None:
    """The request goes to S3, and from there into the endpoint's queue."""

    class Request:
        """Any key under the model's requests: the endpoint may read no other."""

        def __eq__(self, said: object) -> bool:
            prefix = f"async/{MODEL}/requests/"
            return str(said).removeprefix(f"s3://{BUCKET}/").startswith(prefix)

    request: Any = Request()
    stub("s3").add_response(
        "put_object",
        {},
        {"Bucket": BUCKET, "Key": request, "Body": b"[1]", "ContentType": "application/json"},
    )
    stub("sagemaker-runtime").add_response(
        "invoke_endpoint_async",
        {
            "InferenceId": "1",
            "OutputLocation": f"s3://{BUCKET}/{ANSWER}",
            "FailureLocation": f"s3://{BUCKET}/{FAILURE}",
        },
        {
            "EndpointName": ENDPOINT,
            "InputLocation": request,
            "ContentType": "application/json",
            "RequestTTLSeconds": 600,
        },
    )


def there(stub: Stub, key: str, content: bytes) -> None:
    answer = {"Body": body(content), "ContentType": "application/json"}
    stub("s3").add_response("get_object", answer, {"Bucket": BUCKET, "Key": key})


def not_there(stub: Stub, key: str) -> None:
    asked = {"Bucket": BUCKET, "Key": key}
    stub("s3").add_client_error("get_object", "NoSuchKey", expected_params=asked)


def test_a_real_time_endpoint_answers_at_once(stub: Stub) -> None:
    stub("sagemaker-runtime").add_response(
        "invoke_endpoint",
        {
            "Body": body(b'["positive"]'),
            "ContentType": "application/json",
            "InvokedProductionVariant": "primary",
        },
        {"EndpointName": ENDPOINT, "Body": b"[1]", "ContentType": "application/json"},
    )
    assert invoke().out == '["positive"]\n'


def test_a_real_time_endpoint_that_fails_says_where_to_look(stub: Stub) -> None:
    stub("sagemaker-runtime").add_client_error("invoke_endpoint", "ModelError", "It crashed.")
    ran = invoke()
    assert (ran.code, ran.err) == (
        1,
        f"error: no prediction: It crashed. See `rollforward status {MODEL} --env dev`\n",
    )


@pytest.mark.usefixtures("_asynchronous")
def test_the_answer_of_an_asynchronous_endpoint_is_waited_for(stub: Stub) -> None:
    enqueued(stub)
    for _ in range(2):
        not_there(stub, ANSWER)
        not_there(stub, FAILURE)
    there(stub, ANSWER, b'["positive"]')
    ran = invoke()
    assert (ran.code, ran.out, ran.err) == (0, '["positive"]\n', "")


@pytest.mark.usefixtures("_asynchronous")
def test_an_asynchronous_answer_is_data_as_well(stub: Stub) -> None:
    enqueued(stub)
    there(stub, ANSWER, b'["positive"]')
    # SageMaker does not say which variant it was.
    assert invoke("--json").json == {
        "body": '["positive"]',
        "content_type": "application/json",
        "variant": None,
    }


@pytest.mark.usefixtures("_asynchronous")
def test_an_asynchronous_failure_is_told_with_its_text(stub: Stub) -> None:
    enqueued(stub)
    not_there(stub, ANSWER)
    there(stub, FAILURE, b"no such column")
    ran = invoke()
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"error: no prediction: no such column (s3://{BUCKET}/{FAILURE})\n"


@pytest.mark.usefixtures("_asynchronous")
def test_an_endpoint_that_takes_no_requests_is_told(stub: Stub) -> None:
    stub("s3").add_response("put_object", {})
    stub("sagemaker-runtime").add_client_error(
        "invoke_endpoint_async", "ValidationError", "Endpoint e not found."
    )
    ran = invoke()
    assert ran.code == 1
    assert ran.err.startswith("error: no prediction: Endpoint e not found. See ")


@pytest.mark.usefixtures("_asynchronous")
def test_an_answer_that_can_no_longer_come_is_not_waited_for(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invocation, "ANSWER_SECONDS", -600)
    enqueued(stub)
    not_there(stub, ANSWER)
    not_there(stub, FAILURE)
    ran = invoke()
    assert ran.code == 1
    assert f"there was neither s3://{BUCKET}/{ANSWER} nor s3://{BUCKET}/{FAILURE}." in ran.err


@pytest.mark.usefixtures("_asynchronous")
def test_who_no_longer_waits_is_told_where_the_answer_will_be(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    enqueued(stub)
    monkeypatch.setattr(invocation, "_look", interrupted)
    ran = invoke()
    assert ran.code == 130
    assert f"its answer will be s3://{BUCKET}/{ANSWER}" in ran.err
    assert ran.err.endswith("error: interrupted\n")
