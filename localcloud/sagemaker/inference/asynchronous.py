"""InvokeEndpointAsync: a request waits in a queue; its answer or failure goes to S3 and SNS.

https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-check-predictions.html
"""

import asyncio
import json
import logging
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.sagemaker.containers.process import Answer
from localcloud.sagemaker.endpoints.configurations import ASYNC
from localcloud.sagemaker.iam.clients import client_for
from localcloud.sagemaker.inference.realtime import container_headers, find_fleet
from localcloud.sagemaker.inference.requests import check_body, runtime_validation_error
from localcloud.sagemaker.state import Members, Region, run_in_background

# AWS's defaults.
SECONDS_TO_LIVE = 21_600
SECONDS_TO_ANSWER = 900
# Per instance. AWS's default is "an optimal value".
MAX_CONCURRENT = 4
# https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html
LARGEST_INPUT = 1024**3

logger = logging.getLogger(__name__)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Failed(Exception):
    """The text is the failureReason of the notification; `answer` is written to S3."""

    def __init__(self, reason: str, answer: Answer | None = None) -> None:
        super().__init__(reason)
        self.answer = answer or Answer(0, reason.encode(), "text/plain")


@dataclass(frozen=True)
class Inference:
    """One request. `config` is the endpoint's AsyncInferenceConfig, `name` that of the objects in S3."""

    region: Region
    endpoint: str
    config: Members
    params: Members
    body: bytes
    name: str = field(default_factory=lambda: str(uuid.uuid4()))
    received: str = field(default_factory=_now)

    def acceptance(self) -> tuple[Members, dict[str, str]]:
        """Body and headers of the response that the caller gets at once."""
        places = {"OutputLocation": self._output, "FailureLocation": self._failure}
        headers = {f"X-Amzn-SageMaker-{k}": place for k, place in places.items() if place}
        return {"InferenceId": self._id}, headers

    async def run(self) -> None:
        try:
            answer = await self._wait_and_invoke()
            await self._write(self._output, answer)
            outcome = {"invocationStatus": "Completed"} | self._response_parameters(
                "output", self._output, answer
            )
            await self._publish("SuccessTopic", outcome)
        except _Failed as failure:
            await self._fail(failure)
        except (ClientError, BotoCoreError) as error:
            await self._fail(_Failed(f"ClientError: {error}"))

    @property
    def _arn(self) -> str:
        return self.region.arn("Endpoint", self.endpoint)

    @property
    def _id(self) -> str:
        # Not the name of the objects: a caller may send the same InferenceId twice.
        return str(self.params.get("InferenceId", self.name))

    @property
    def _output(self) -> str | None:
        return self._location("S3OutputPath", ".out")

    @property
    def _failure(self) -> str | None:
        return self._location("S3FailurePath", "-error.out")

    def _location(self, path: str, ending: str) -> str | None:
        prefix = self.config["OutputConfig"].get(path)
        return f"{prefix.rstrip('/')}/{self.name}{ending}" if prefix else None

    async def _wait_and_invoke(self) -> Answer:
        most = self.config.get("ClientConfig", {}).get(
            "MaxConcurrentInvocationsPerInstance", MAX_CONCURRENT
        )
        queue = self.region.queues.setdefault((self._arn, most), asyncio.Semaphore(most))
        try:
            async with asyncio.timeout(self.params.get("RequestTTLSeconds", SECONDS_TO_LIVE)):
                await queue.acquire()
        except TimeoutError:
            raise _Failed("ClientError: The request expired before its turn came.") from None
        try:
            return await self._invoke()
        finally:
            queue.release()

    async def _invoke(self) -> Answer:
        body = self.body or await asyncio.to_thread(self._read_input)
        container = self.region.fleets[self._arn].choose().container
        seconds = self.params.get("InvocationTimeoutSeconds", SECONDS_TO_ANSWER)
        try:
            answer = await container.invoke(body, container_headers(self.params), seconds)
        except (OSError, HTTPException) as error:
            raise _Failed(f"ClientError: No answer from the model: {error}") from error
        if answer.status >= 400:
            side = "client" if answer.status < 500 else "server"
            raise _Failed(
                f"ClientError: Received {side} error ({answer.status}) from model. "
                "See the SageMaker Endpoint logs in your account for more information.",
                answer,
            )
        return answer

    def _read_input(self) -> bytes:
        place = urlsplit(self.params["InputLocation"])
        found = self._client("s3").get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))
        if found["ContentLength"] > LARGEST_INPUT:
            raise _Failed(f"ClientError: The input has more than {LARGEST_INPUT} bytes.")
        content: bytes = found["Body"].read()
        return content

    async def _fail(self, failure: _Failed) -> None:
        logger.warning("%s of %s failed: %s", self._id, self.endpoint, failure)
        outcome = {"invocationStatus": "Failed", "failureReason": str(failure)}
        try:
            await self._write(self._failure, failure.answer)
            outcome |= self._response_parameters("failure", self._failure, failure.answer)
            await self._publish("ErrorTopic", outcome)
        except (ClientError, BotoCoreError):
            logger.exception("The failure of %s was not published", self._id)

    async def _write(self, location: str | None, answer: Answer) -> None:
        if location:
            place = urlsplit(location)
            put = partial(self._client("s3").put_object, ContentType=answer.content_type)
            await asyncio.to_thread(
                put, Bucket=place.netloc, Key=place.path.lstrip("/"), Body=answer.body
            )

    def _response_parameters(self, what: str, location: str | None, answer: Answer) -> Members:
        if not location:
            return {}
        place = {"contentType": answer.content_type, f"{what}Location": location}
        return {"responseParameters": place}

    async def _publish(self, topic: str, outcome: Members) -> None:
        arn = self.config["OutputConfig"].get("NotificationConfig", {}).get(topic)
        if arn:
            message = json.dumps(self._message() | outcome)
            await asyncio.to_thread(self._client("sns").publish, TopicArn=arn, Message=message)

    def _message(self) -> Members:
        names = {"ContentType": "contentType", "Accept": "accept", "InputLocation": "inputLocation"}
        given = {
            name: self.params[member] for member, name in names.items() if member in self.params
        }
        return {
            "awsRegion": self.region.name,
            "eventTime": _now(),
            "receivedTime": self.received,
            "requestParameters": {"endpointName": self.endpoint} | given,
            "inferenceId": self._id,
            "eventVersion": "1.0",
            "eventSource": "aws:sagemaker",
            "eventName": "InferenceResult",
        }

    def _client(self, service: str) -> Any:
        """With the execution role's credentials. https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-create-endpoint-prerequisites.html"""
        return client_for(service, self.region.fleets[self._arn].variants[0].role)


def submit(
    region: Region, endpoint: str, body: bytes, params: Members
) -> tuple[Members, dict[str, str]]:
    """Put the request into the endpoint's queue; return the body and headers of the response."""
    find_fleet(region, endpoint, asynchronous=True)
    if bool(body) == ("InputLocation" in params):
        raise runtime_validation_error("Exactly one of InputLocation and Body must be given.")
    check_body("InvokeEndpointAsync", body)
    arn = region.arn("Endpoint", endpoint)
    inference = Inference(region, endpoint, region.resources[arn].members[ASYNC], params, body)
    run_in_background(region.inferences.setdefault(arn, set()), inference.run())
    return inference.acceptance()
