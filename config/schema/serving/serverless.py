"""Serverless endpoints: they have memory and concurrency instead of instances."""

from typing import Literal

from pydantic import Field, model_validator

from config.schema.base import Frozen
from config.schema.scaling import ProvisionedConcurrency
from config.schema.serving.asynchronous import Async
from config.schema.serving.aws_pages import SERVERLESS
from config.schema.serving.realtime import RealTime


class Serverless(Frozen):
    """Costs nothing while idle, and starts in seconds when a request comes. It has one variant."""

    kind: Literal["serverless"]
    memory_mb: int
    max_concurrency: int = Field(ge=1, le=200)
    provisioned: ProvisionedConcurrency | None = None
    workers: int | None = Field(default=None, ge=1, le=100)

    @model_validator(mode="before")
    @classmethod
    def _refuse_what_aws_lacks(cls, data: object) -> object:
        """A better message than "unknown key": the key is known, but AWS has no such feature here."""
        if not isinstance(data, dict):
            return data
        if "variants" in data:
            raise ValueError(
                f"a serverless endpoint has one variant, the primary, and no others: {SERVERLESS}"
            )
        of_instances = RealTime.model_fields.keys() | Async.model_fields.keys()
        if found := sorted(data.keys() & (of_instances - cls.model_fields.keys())):
            raise ValueError(
                f"a serverless endpoint has no {', '.join(found)}: it has no instances of yours, and "
                f"SageMaker shifts its traffic all at once: {SERVERLESS}"
            )
        return data

    @model_validator(mode="after")
    def _memory_is_a_step(self) -> "Serverless":
        if self.memory_mb not in range(1024, 6145, 1024):
            raise ValueError(
                "expected memory_mb to be 1024, 2048, 3072, 4096, 5120 or 6144, "
                f"found {self.memory_mb}: {SERVERLESS}"
            )
        return self

    @model_validator(mode="after")
    def _provisions_at_most_max_concurrency(self) -> "Serverless":
        if self.provisioned and self.provisioned.max > self.max_concurrency:
            raise ValueError(
                f"expected provisioned.max to be at most max_concurrency ({self.max_concurrency}), "
                f"found {self.provisioned.max}: {SERVERLESS}"
            )
        return self
