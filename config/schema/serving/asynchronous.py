"""Asynchronous endpoints: they take requests from S3 and write the answers to S3."""

from typing import ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from config.schema.scaling import BacklogScaling, InstancesOrNone
from config.schema.serving.aws_pages import CAPTURE, SHADOW_TESTS
from config.schema.serving.on_instances import ServedOnInstances


class Async(ServedOnInstances):
    """Takes requests from S3 and answers there, within minutes; it can scale in to no instances."""

    # The time that SageMaker gives one request by default.
    default_latency_p99_ms: ClassVar[int] = 900_000

    kind: Literal["async"]
    instances: InstancesOrNone
    scaling: BacklogScaling = BacklogScaling()
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceClientConfig.html
    concurrent_invocations: int | None = Field(default=None, ge=1, le=1000)
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html
    expires_after_seconds: int = Field(default=21600, ge=60, le=21600)
    keep_days: int = Field(default=30, ge=1, le=3650)
    # The stack makes a topic for each.
    notify: list[Literal["success", "error"]] = Field(default=[], max_length=2)

    @field_validator("notify")
    @classmethod
    def _has_no_duplicates(cls, notify: list[str]) -> list[str]:
        if len(set(notify)) < len(notify):
            raise ValueError(f"expected each of them once, found {notify}")
        return notify

    @model_validator(mode="before")
    @classmethod
    def _refuse_what_aws_lacks(cls, data: object) -> object:
        """A better message than "unknown key": the key is known, but AWS has no such feature here."""
        pages = {"shadow": SHADOW_TESTS, "capture": CAPTURE}
        for key, page in pages.items():
            if isinstance(data, dict) and key in data:
                raise ValueError(f"an asynchronous endpoint has no {key}: {page}")
        return data
