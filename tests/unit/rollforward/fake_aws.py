"""An AWS account in memory, behind the clients of `rollforward/aws`.

The clients are boto3's own, which check every request; `FakeAws` answers from what it holds. So a test says
what the account holds, not in which order a command reads it.
"""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest.mock import patch

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.response import StreamingBody

from rollforward.aws import clients

Answer = dict[str, Any]

# What ListModelPackages tells about a version.
_SUMMARY = (
    "ModelPackageArn",
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageDescription",
    "ModelApprovalStatus",
)


class AwsRefusal(Exception):
    """AWS's answer to a request that it refuses."""

    def __init__(self, code: str, message: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass
class FakeAws:
    """One account. Where a value changes while a command waits, a list holds one value for each look at it.

    The last value of such a list stays. `refusals` holds operations, such as "put_object", that AWS refuses.
    """

    account: str
    parameters: dict[str, list[str]] = field(default_factory=dict)
    endpoints: dict[str, list[Answer]] = field(default_factory=dict)
    configurations: dict[str, Answer] = field(default_factory=dict)
    models: dict[str, Answer] = field(default_factory=dict)
    # The registry, newest first; each list is what one look at it finds.
    packages: list[list[Answer]] = field(default_factory=lambda: [[]])
    # The registrar moves the pointer `pointer` after a decision, unless it hangs.
    pointer: str = ""
    registrar_hangs: bool = False
    # Objects by bucket and key, and the owners and the settings of buckets.
    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    bucket_settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    prover: dict[str, list[Answer]] = field(default_factory=dict)
    predictions: dict[str, Answer] = field(default_factory=dict)
    refusals: dict[str, AwsRefusal] = field(default_factory=dict)
    # Messages in each queue, by its URL.
    queues: dict[str, int] = field(default_factory=dict)
    requests: list[tuple[str, Answer]] = field(default_factory=list)

    def requested(self, operation: str) -> list[Answer]:
        """The parameters of every request of an operation, in their order."""
        return [parameters for name, parameters in self.requests if name == operation]

    def answer(self, operation: str, parameters: Answer) -> Answer:
        self.requests.append((operation, parameters))
        if operation in self.refusals:
            raise self.refusals[operation]
        answer: Answer = getattr(self, operation)(**parameters) or {}
        return answer

    def get_caller_identity(self) -> Answer:
        return {"Account": self.account}

    def get_parameter(self, Name: str) -> Answer:
        if Name not in self.parameters:
            raise AwsRefusal("ParameterNotFound")
        return {"Parameter": {"Value": _look(self.parameters[Name])}}

    def describe_endpoint(self, EndpointName: str) -> Answer:
        found: Answer = _look(self.endpoints.get(EndpointName, []), missing=EndpointName)
        return found

    def describe_endpoint_config(self, EndpointConfigName: str) -> Answer:
        return _found(self.configurations, EndpointConfigName)

    def describe_model(self, ModelName: str) -> Answer:
        return _found(self.models, ModelName)

    def list_model_packages(
        self,
        ModelPackageGroupName: str,
        MaxResults: int = 10,
        NextToken: str = "0",
        ModelApprovalStatus: str | None = None,
        **_: Any,
    ) -> Answer:
        if NextToken == "0":
            listed = self.packages.pop(0) if len(self.packages) > 1 else self.packages[0]
            self._listed = {
                one["ModelPackageArn"]: one
                for one in listed
                if one["ModelPackageGroupName"] == ModelPackageGroupName
                and ModelApprovalStatus in (None, one["ModelApprovalStatus"])
            }
        end = int(NextToken) + MaxResults
        page = list(self._listed.values())[int(NextToken) : end]
        summaries = [{name: one[name] for name in _SUMMARY if name in one} for one in page]
        more = {"NextToken": str(end)} if end < len(self._listed) else {}
        return {"ModelPackageSummaryList": summaries, **more}

    def batch_describe_model_package(self, ModelPackageArnList: list[str]) -> Answer:
        found = {arn: dict(self._listed[arn]) for arn in ModelPackageArnList}
        for summary in found.values():
            del summary["CustomerMetadataProperties"]  # AWS leaves it out
        return {"ModelPackageSummaries": found}

    def describe_model_package(self, ModelPackageName: str) -> Answer:
        return self._listed[ModelPackageName]

    def update_model_package(
        self, ModelPackageArn: str, ModelApprovalStatus: str, ApprovalDescription: str
    ) -> None:
        for package in self.packages[-1]:
            if package["ModelPackageArn"] == ModelPackageArn:
                package["ModelApprovalStatus"] = ModelApprovalStatus
                package["ApprovalDescription"] = ApprovalDescription
        if not self.registrar_hangs:
            self.parameters[self.pointer] = [self._newest_approved_key()]

    def _newest_approved_key(self) -> str:
        statuses: dict[str, set[str]] = {}
        for package in self.packages[-1]:
            url = package["InferenceSpecification"]["Containers"][0].get("ModelDataUrl", "")
            key = url.removeprefix("s3://").partition("/")[2]
            statuses.setdefault(key, set()).add(package["ModelApprovalStatus"])
        approved = [
            key for key, all_ in statuses.items() if "Approved" in all_ and "Rejected" not in all_
        ]
        return max(approved, default="none")

    def get_queue_attributes(self, QueueUrl: str, AttributeNames: list[str]) -> Answer:
        assert AttributeNames == ["ApproximateNumberOfMessages"]
        return {"Attributes": {AttributeNames[0]: str(self.queues[QueueUrl])}}

    def put_object(self, Bucket: str, Key: str, Body: Any, **_: Any) -> None:
        self.objects[Bucket, Key] = Body if isinstance(Body, bytes) else Body.read()

    def get_object(self, Bucket: str, Key: str) -> Answer:
        if (Bucket, Key) not in self.objects:
            raise AwsRefusal("NoSuchKey", status=404)
        return {"Body": _body(self.objects[Bucket, Key]), "ContentType": "application/json"}

    def head_object(self, Bucket: str, Key: str) -> Answer:
        assert (Bucket, Key) in self.objects
        return {"VersionId": "mine"}

    def head_bucket(self, Bucket: str, ExpectedBucketOwner: str) -> None:
        if Bucket not in self.owners:
            raise AwsRefusal("404", status=404)
        if self.owners[Bucket] != ExpectedBucketOwner:
            raise AwsRefusal("403", status=403)

    def create_bucket(self, Bucket: str, CreateBucketConfiguration: Answer | None = None) -> None:
        self.owners[Bucket] = self.account
        self.bucket_settings[Bucket] = {"location": CreateBucketConfiguration}

    def _set(self, Bucket: str, **setting: Any) -> None:
        self.bucket_settings.setdefault(Bucket, {}).update(setting)

    put_bucket_versioning = put_bucket_encryption = put_public_access_block = put_bucket_policy = (
        _set
    )

    def invoke(self, FunctionName: str, Payload: bytes) -> Answer:
        said = _look(self.prover.get(FunctionName, []))
        more = {"FunctionError": "Unhandled"} if "errorMessage" in said else {}
        return {"StatusCode": 200, "Payload": _body(json.dumps(said).encode()), **more}

    def invoke_endpoint(self, EndpointName: str, **_: Any) -> Answer:
        return {
            **self.predictions[EndpointName],
            "Body": _body(self.predictions[EndpointName]["Body"]),
        }

    def invoke_endpoint_async(self, EndpointName: str, **_: Any) -> Answer:
        return self.predictions[EndpointName]


@contextmanager
def connected(fake: FakeAws) -> Iterator[None]:
    """Let every client of `rollforward/aws` reach the fake."""

    @cache
    def client(service: str, *_: Any) -> Any:
        connect: Any = boto3.client
        made = connect(
            service,
            region_name="us-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        made.meta.events.register_first("before-parameter-build.*.*", _keep_parameters)
        made.meta.events.register("before-call.*.*", lambda **call: _respond(fake, **call))
        return made

    with patch.object(clients, "_created", client):
        yield


def _keep_parameters(params: Answer, context: Answer, **_: Any) -> None:
    context["asked"] = dict(params)


def _respond(fake: FakeAws, model: Any, context: Answer, **_: Any) -> tuple[AWSResponse, Answer]:
    try:
        status, answer = 200, fake.answer(xform_name(model.name), context["asked"])
    except AwsRefusal as refusal:
        status = refusal.status
        answer = {"Error": {"Code": refusal.code, "Message": refusal.message}}
    answer = {**answer, "ResponseMetadata": {"HTTPStatusCode": status}}
    return AWSResponse("", status, HTTPHeaders(), None), answer


def _look(values: list[Any], missing: str = "") -> Any:
    if not values:
        raise AwsRefusal("ValidationException", f'Could not find endpoint "{missing}".')
    return values.pop(0) if len(values) > 1 else values[0]


def _found(named: dict[str, Answer], name: str) -> Answer:
    if name not in named:
        raise AwsRefusal("ValidationException", f'Could not find "{name}".')
    return named[name]


def _body(content: bytes) -> StreamingBody:
    return StreamingBody(io.BytesIO(content), len(content))
