"""`rollforward invoke`: at once, or through S3 if the endpoint is asynchronous."""

import pytest

from config.schema import settings
from rollforward.cli import invoke as command
from rollforward.operations import invoke as invocation
from tests.unit.rollforward.account import BUCKET, ENDPOINT, MODEL, Account, dev
from tests.unit.rollforward.fake_aws import AwsRefusal
from tests.unit.rollforward.typed import Ran, typed

ANSWER = f"async/{MODEL}/answers/1.out"
FAILURE = f"async/{MODEL}/failures/1-error.out"


@pytest.fixture
def queue(aws: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account whose endpoint is asynchronous."""
    serving = {
        "kind": "async",
        "instance_type": "ml.m5.large",
        "instances": {"min": 0, "max": 2},
        "expires_after_seconds": 600,
    }
    monkeypatch.setattr(settings, "load", lambda _: dev(serving=serving))
    monkeypatch.setattr(invocation, "PAUSE_SECONDS", 0)
    aws.predictions[ENDPOINT] = {
        "OutputLocation": f"s3://{BUCKET}/{ANSWER}",
        "FailureLocation": f"s3://{BUCKET}/{FAILURE}",
    }
    return aws


def invoke(*arguments: str) -> Ran:
    return typed(command.app, MODEL, "[1]", *arguments)


def test_a_real_time_endpoint_answers_at_once(aws: Account) -> None:
    aws.predictions[ENDPOINT] = {
        "Body": b'["positive"]',
        "ContentType": "application/json",
        "InvokedProductionVariant": "primary",
    }
    assert invoke().out == '["positive"]\n'
    assert aws.requested("invoke_endpoint") == [
        {"EndpointName": ENDPOINT, "Body": b"[1]", "ContentType": "application/json"}
    ]


def test_a_real_time_endpoint_that_fails_says_where_to_look(aws: Account) -> None:
    aws.refusals["invoke_endpoint"] = AwsRefusal("ModelError", "It crashed.")
    ran = invoke()
    assert (ran.code, ran.err) == (
        1,
        f"error: no prediction: It crashed. See `rollforward status {MODEL} --env dev`\n",
    )


@pytest.mark.parametrize(
    ("body", "options", "hint"),
    [
        ("it is good", [], "The request is not valid JSON: quote it for the shell"),
        ("", [], "The request is empty"),
        ("1,2", ["--content-type", "text/csv"], "code/smoke.json in the archive"),
        ('{"input": 1}', [], "code/smoke.json in the archive"),
    ],
)
def test_a_request_that_the_model_refuses_gets_a_hint(
    aws: Account, body: str, options: list[str], hint: str
) -> None:
    aws.refusals["invoke_endpoint"] = AwsRefusal(
        "ModelError", 'Received client error (400) from primary with message "no".'
    )
    ran = typed(command.app, MODEL, body, *options)
    assert ran.code == 1
    assert ran.err.startswith("error: no prediction: Received client error (400)")
    assert hint in ran.err
    assert ran.err.endswith(f"See `rollforward status {MODEL} --env dev`\n")


def test_the_request_is_put_where_the_endpoint_may_read_it(queue: Account) -> None:
    queue.objects[BUCKET, ANSWER] = b'["positive"]'
    invoke()
    (put,) = queue.requested("put_object")
    assert put["Key"].startswith(f"async/{MODEL}/requests/")
    assert (put["Bucket"], put["Body"], put["ContentType"]) == (BUCKET, b"[1]", "application/json")
    assert queue.requested("invoke_endpoint_async") == [
        {
            "EndpointName": ENDPOINT,
            "InputLocation": f"s3://{BUCKET}/{put['Key']}",
            "ContentType": "application/json",
            "RequestTTLSeconds": 600,
        }
    ]


def test_the_answer_of_an_asynchronous_endpoint_is_waited_for(
    queue: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([None, None])
    find = invocation._find_answer

    def find_later(*arguments: object) -> object:
        if next(looks, "there") == "there":
            queue.objects[BUCKET, ANSWER] = b'["positive"]'
        return find(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(invocation, "_find_answer", find_later)
    ran = invoke()
    assert (ran.code, ran.out, ran.err) == (0, '["positive"]\n', "")


def test_an_asynchronous_answer_is_data_as_well(queue: Account) -> None:
    queue.objects[BUCKET, ANSWER] = b'["positive"]'
    # SageMaker does not say which variant it was.
    assert invoke("--json").json == {
        "body": '["positive"]',
        "content_type": "application/json",
        "variant": None,
    }


def test_an_asynchronous_failure_is_shown_with_its_text(queue: Account) -> None:
    queue.objects[BUCKET, FAILURE] = b"no such column"
    ran = invoke()
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"error: no prediction: no such column (s3://{BUCKET}/{FAILURE})\n"


def test_an_endpoint_that_accepts_no_requests_is_an_error(queue: Account) -> None:
    queue.refusals["invoke_endpoint_async"] = AwsRefusal("ValidationError", "Endpoint e not found.")
    ran = invoke()
    assert ran.code == 1
    assert ran.err.startswith("error: no prediction: Endpoint e not found. See ")


@pytest.mark.usefixtures("queue")
def test_an_answer_that_can_no_longer_come_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(invocation, "ANSWER_SECONDS", -600)
    ran = invoke()
    assert ran.code == 1
    assert f"there is neither s3://{BUCKET}/{ANSWER} nor s3://{BUCKET}/{FAILURE}." in ran.err


@pytest.mark.usefixtures("queue")
def test_an_interrupted_wait_says_where_the_answer_will_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(invocation, "_find_answer", interrupted)
    ran = invoke()
    assert ran.code == 130
    assert f"SageMaker will write the answer to s3://{BUCKET}/{ANSWER}" in ran.err
    assert ran.err.endswith("error: interrupted\n")
