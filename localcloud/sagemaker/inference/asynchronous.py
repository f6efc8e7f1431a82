"""`InvokeEndpointAsync`: a request waits for its turn; its answer, or why there is none, goes to S3 and SNS.

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
from localcloud.sagemaker.iam.clients import client_of
from localcloud.sagemaker.inference.realtime import fleet_of, headers_of
from localcloud.sagemaker.inference.requests import check_body, refused
from localcloud.sagemaker.state import Members, Region, in_background

# AWS's defaults; the last of them is ours, where AWS has "an optimal value".
SECONDS_TO_LIVE = 21_600
SECONDS_TO_ANSWER = 900
AT_ONCE = 4
# https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html
LARGEST_INPUT = 1024**3

logger = logging.getLogger(__name__)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Failed(Exception):
    """The text is the notification's failureReason; `answer` is what goes to S3."""

    def __init__(self, reason: str, answer: Answer | None = None) -> None:
        super().__init__(reason)
        self.answer = answer or Answer(0, reason.encode(), "text/plain")


@dataclass(frozen=True)
class Inference:
    region: Region
    endpoint: str
    config: Members
    params: Members
    body: bytes
    name: str = field(default_factory=lambda: str(uuid.uuid4()))
    received: str = field(default_factory=_now)

    def accepted(self) -> tuple[Members, dict[str, str]]:
        """Body and headers of the answer that the caller gets at once."""
        places = {"OutputLocation": self._output, "FailureLocation": self._failure}
        headers = {f"X-Amzn-SageMaker-{k}": place for k, place in places.items() if place}
        return {"InferenceId": self._id}, headers

    async def run(self) -> None:
        try:
            answer = await self._answer()
            await self._put(self._output, answer)
            told = {"invocationStatus": "Completed"} | self._response(
                "output", self._output, answer
            )
            await self._tell("SuccessTopic", told)
        except _Failed as failure:
            await self._fail(failure)
        except (ClientError, BotoCoreError) as error:
            await self._fail(_Failed(f"ClientError: {error}"))

    @property
    def _arn(self) -> str:
        return self.region.arn("Endpoint", self.endpoint)

    @property
    def _id(self) -> str:
        # Not the name of the objects: nothing keeps a caller from sending the same one twice.
        return str(self.params.get("InferenceId", self.name))

    @property
    def _output(self) -> str | None:
        return self._place("S3OutputPath", ".out")

    @property
    def _failure(self) -> str | None:
        return self._place("S3FailurePath", "-error.out")

    def _place(self, path: str, ending: str) -> str | None:
        prefix = self.config["OutputConfig"].get(path)
        return f"{prefix.rstrip('/')}/{self.name}{ending}" if prefix else None

    async def _answer(self) -> Answer:
        most = self.config.get("ClientConfig", {}).get(
            "MaxConcurrentInvocationsPerInstance", AT_ONCE
        )
        queue = self.region.queues.setdefault((self._arn, most), asyncio.Semaphore(most))
        try:
            async with asyncio.timeout(self.params.get("RequestTTLSeconds", SECONDS_TO_LIVE)):
                await queue.acquire()
        except TimeoutError:
            raise _Failed("ClientError: The request expired before its turn came.") from None
        try:
            return await self._ask()
        finally:
            queue.release()

    async def _ask(self) -> Answer:
        body = self.body or await asyncio.to_thread(self._read)
        container = self.region.fleets[self._arn].choose().container
        seconds = self.params.get("InvocationTimeoutSeconds", SECONDS_TO_ANSWER)
        try:
            answer = await container.invoke(body, headers_of(self.params), seconds)
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

    def _read(self) -> bytes:
        place = urlsplit(self.params["InputLocation"])
        found = self._client("s3").get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))
        if found["ContentLength"] > LARGEST_INPUT:
            raise _Failed(f"ClientError: The input has more than {LARGEST_INPUT} bytes.")
        content: bytes = found["Body"].read()
        return content

    async def _fail(self, failure: _Failed) -> None:
        logger.warning("%s of %s failed: %s", self._id, self.endpoint, failure)
        told = {"invocationStatus": "Failed", "failureReason": str(failure)}
        try:
            await self._put(self._failure, failure.answer)
            told |= self._response("failure", self._failure, failure.answer)
            await self._tell("ErrorTopic", told)
        except (ClientError, BotoCoreError):
            logger.exception("The failure of %s is told nobody", self._id)

    async def _put(self, location: str | None, answer: Answer) -> None:
        if location:
            place = urlsplit(location)
            put = partial(self._client("s3").put_object, ContentType=answer.content_type)
            await asyncio.to_thread(
                put, Bucket=place.netloc, Key=place.path.lstrip("/"), Body=answer.body
            )

    def _response(self, what: str, location: str | None, answer: Answer) -> Members:
        if not location:
            return {}
        place = {"contentType": answer.content_type, f"{what}Location": location}
        return {"responseParameters": place}

    async def _tell(self, topic: str, told: Members) -> None:
        arn = self.config["OutputConfig"].get("NotificationConfig", {}).get(topic)
        if arn:
            message = json.dumps(self._message() | told)
            await asyncio.to_thread(self._client("sns").publish, TopicArn=arn, Message=message)

    def _message(self) -> Members:
        asked = {"ContentType": "contentType", "Accept": "accept", "InputLocation": "inputLocation"}
        said = {there: self.params[ours] for ours, there in asked.items() if ours in self.params}
        return {
            "awsRegion": self.region.name,
            "eventTime": _now(),
            "receivedTime": self.received,
            "requestParameters": {"endpointName": self.endpoint} | said,
            "inferenceId": self._id,
            "eventVersion": "1.0",
            "eventSource": "aws:sagemaker",
            "eventName": "InferenceResult",
        }

    def _client(self, service: str) -> Any:
        """As the execution role: https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-create-endpoint-prerequisites.html"""
        return client_of(service, self.region.fleets[self._arn].variants[0].role)


def submit(
    region: Region, endpoint: str, body: bytes, params: Members
) -> tuple[Members, dict[str, str]]:
    """Put the request into the endpoint's queue; returns the body and headers to answer with."""
    fleet_of(region, endpoint, asynchronous=True)
    if bool(body) == ("InputLocation" in params):
        raise refused("Exactly one of InputLocation and Body must be given.")
    check_body("InvokeEndpointAsync", body)
    arn = region.arn("Endpoint", endpoint)
    inference = Inference(region, endpoint, region.resources[arn].members[ASYNC], params, body)
    in_background(region.inferences.setdefault(arn, set()), inference.run())
    return inference.accepted()
