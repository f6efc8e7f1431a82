"""Asynchronous inference, with fakes for containers, S3 and SNS."""

import io
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.sagemaker.inference import asynchronous
from tests.unit.localcloud.standin import Endpoints, refusal, variant, wait_until

OUTPUT = {"S3OutputPath": "s3://b/out/", "S3FailurePath": "s3://b/failed"}
TOPICS = {
    "SuccessTopic": "arn:aws:sns:us-east-1:123456789012:good",
    "ErrorTopic": "arn:aws:sns:us-east-1:123456789012:bad",
}


@dataclass
class Storage:
    """S3 and SNS of an asynchronous endpoint."""

    objects: dict[str, bytes] = field(default_factory=dict)
    messages: list[tuple[str, Any]] = field(default_factory=list)

    def get_object(self, Bucket: str, Key: str) -> Any:
        if f"{Bucket}/{Key}" not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        content = self.objects[f"{Bucket}/{Key}"]
        # Stands for an object of one byte more than 1 GB.
        size = 1024**3 + 1 if content == b"huge" else len(content)
        return {"Body": io.BytesIO(content), "ContentLength": size}

    def put_object(self, Bucket: str, Key: str, Body: bytes, **_: str) -> None:
        self.objects[f"{Bucket}/{Key}"] = Body

    def publish(self, TopicArn: str, Message: str) -> None:
        self.messages.append((TopicArn.rpartition(":")[2], json.loads(Message)))

    def at(self, location: str) -> bytes:
        wait_until(lambda: location.removeprefix("s3://") in self.objects)
        return self.objects[location.removeprefix("s3://")]

    def message(self) -> tuple[str, Any]:
        wait_until(lambda: self.messages)
        return self.messages[-1]


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> Storage:
    fake = Storage({"b/in.json": b"{}", "b/huge.json": b"huge"})
    monkeypatch.setattr(asynchronous, "client_for", lambda *_: fake)
    return fake


def _queued(endpoints: Endpoints, model: str, **client: int) -> None:
    config = {
        "OutputConfig": OUTPUT | {"NotificationConfig": TOPICS},
        "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4} | client,
    }
    endpoints.config("c", variant("v", ModelName=model), AsyncInferenceConfig=config)
    assert endpoints.create("c")["AsyncInferenceConfig"] == config


def _invoke(endpoints: Endpoints, place: str = "s3://b/in.json", **more: Any) -> Any:
    return endpoints.runtime.invoke_endpoint_async(EndpointName="e", InputLocation=place, **more)


def test_an_asynchronous_answer_is_written_to_s3_and_published(
    endpoints: Endpoints, storage: Storage
) -> None:
    _queued(endpoints, "good")
    accepted = _invoke(endpoints, InferenceId="mine", ContentType="application/json")
    assert accepted["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert accepted["InferenceId"] == "mine"
    assert accepted["OutputLocation"].startswith("s3://b/out/")
    assert storage.at(accepted["OutputLocation"]) == b"good"
    topic, message = storage.message()
    assert topic == "good"
    assert message["invocationStatus"] == "Completed"
    assert message["requestParameters"] == {
        "endpointName": "e",
        "contentType": "application/json",
        "inputLocation": "s3://b/in.json",
    }
    assert message["responseParameters"] == {
        "contentType": "text/plain",
        "outputLocation": accepted["OutputLocation"],
    }
    assert (message["inferenceId"], message["eventName"]) == ("mine", "InferenceResult")


@pytest.mark.parametrize(
    ("model", "place", "content", "reason"),
    [
        ("broken", "s3://b/in.json", b"broken", "Received server error (500) from model"),
        ("vanishing", "s3://b/in.json", b"gone", "No answer from the model: gone"),
        ("good", "s3://b/missing.json", b"NoSuchKey", "NoSuchKey"),
        ("good", "s3://b/huge.json", b"more than 1073741824 bytes", "more than 1073741824"),
    ],
)
def test_an_asynchronous_failure_is_written_to_s3_and_published(
    endpoints: Endpoints, storage: Storage, model: str, place: str, content: bytes, reason: str
) -> None:
    _queued(endpoints, model)
    accepted = _invoke(endpoints, place)
    assert accepted["FailureLocation"].endswith("-error.out")
    assert content in storage.at(accepted["FailureLocation"])
    topic, message = storage.message()
    assert (topic, message["invocationStatus"]) == ("bad", "Failed")
    assert reason in message["failureReason"]
    assert accepted["OutputLocation"].removeprefix("s3://") not in storage.objects


def test_a_request_that_waits_too_long_fails(
    endpoints: Endpoints, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asynchronous, "SECONDS_TO_LIVE", 0.01)
    _queued(endpoints, "slow", MaxConcurrentInvocationsPerInstance=1)
    first, second = _invoke(endpoints), _invoke(endpoints)
    assert storage.at(first["OutputLocation"]) == b"slow"
    assert b"expired" in storage.at(second["FailureLocation"])


def test_the_number_of_concurrent_requests_is_limited(
    endpoints: Endpoints, storage: Storage
) -> None:
    _queued(endpoints, "slow", MaxConcurrentInvocationsPerInstance=2)
    accepted = [_invoke(endpoints) for _ in range(8)]
    assert {storage.at(each["OutputLocation"]) for each in accepted} == {b"slow"}
    assert endpoints.container("slow").most_at_once == 2


def test_an_endpoint_is_either_real_time_or_asynchronous(
    endpoints: Endpoints, storage: Storage
) -> None:
    _queued(endpoints, "good")
    assert "does not support this inference type" in refusal(endpoints.invoke)
    endpoints.delete()
    endpoints.config("real-time", variant("v"))
    endpoints.create("real-time")
    message = refusal(_invoke, endpoints)
    assert message.startswith("ValidationError: Endpoint e of account ")
    assert "does not support this inference type" in message
    assert storage.messages == []


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [("queued", "real-time", "removed from"), ("real-time", "queued", "added to")],
)
def test_an_endpoint_becomes_neither_asynchronous_nor_real_time(
    endpoints: Endpoints, before: str, after: str, change: str
) -> None:
    endpoints.config("real-time", variant("v"))
    endpoints.config("queued", variant("v"), AsyncInferenceConfig={"OutputConfig": OUTPUT})
    endpoints.create(before)
    message = refusal(endpoints.update, after, {})
    assert message.startswith("ValidationException: ")
    assert f"The AsyncInferenceConfig parameter cannot be {change} this endpoint e" in message
    described = endpoints.described()
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", before)


def test_an_asynchronous_endpoint_can_be_updated_to_an_asynchronous_configuration(
    endpoints: Endpoints,
) -> None:
    for name in ("first", "second"):
        endpoints.config(name, variant("v"), AsyncInferenceConfig={"OutputConfig": OUTPUT})
    endpoints.create("first")
    endpoints.update("second", {})
    assert endpoints.wait_until_settled()["EndpointConfigName"] == "second"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "Exactly one of InputLocation and Body"),
        ({"InputLocation": "s3://b/in.json", "RequestTTLSeconds": 5}, "RequestTTLSeconds: "),
        ({"InputLocation": "in.json"}, "InputLocation: "),
    ],
)
def test_a_malformed_asynchronous_request_is_refused(
    endpoints: Endpoints, storage: Storage, params: Any, words: str
) -> None:
    _queued(endpoints, "good")
    message = refusal(endpoints.runtime.invoke_endpoint_async, EndpointName="e", **params)
    assert message.startswith("ValidationError: ")
    assert words in message
    assert storage.messages == []
