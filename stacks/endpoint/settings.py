"""The settings and the names of one model's endpoint, computed once for all of its constructs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config import names
from config.schema.resolved_variant import ResolvedVariant
from config.schema.serving import Async, Serving
from config.schema.settings import Environment
from stacks.iam import arns


@dataclass(frozen=True, kw_only=True)
class EndpointSettings:
    """`variants` begin with the primary one and end with the shadow, if there is one."""

    serving: Serving
    variants: Sequence[ResolvedVariant]
    kms_key_arn: str | None
    # Names.
    endpoint: str
    content_prefix: str
    execution_role: str
    # Where the endpoint reads and writes, each as `s3://…`.
    bucket_url: str
    answers_url: str
    failures_url: str
    captured_url: str
    # The topics of an asynchronous endpoint, by `success` and `error`.
    topic_names: Mapping[str, str]
    topic_arns: Mapping[str, str]

    @property
    def primary(self) -> ResolvedVariant:
        return self.variants[0]

    @property
    def follows_pointer(self) -> bool:
        """Whether at least one variant serves the model that the pointer names."""
        return any(variant.source == "registered" for variant in self.variants)


def endpoint_settings(environment: Environment, model: str) -> EndpointSettings:
    """The settings of the endpoint of `model`."""
    settings = environment.models[model]
    bucket_url = f"s3://{names.model_bucket(environment)}"
    notify = settings.serving.notify if isinstance(settings.serving, Async) else []
    topics: dict[str, str] = {
        result: names.answers_topic(environment, model, result) for result in notify
    }
    return EndpointSettings(
        serving=settings.serving,
        variants=settings.variants,
        kms_key_arn=environment.kms_key_arn,
        endpoint=names.endpoint(environment, model),
        content_prefix=names.content_prefix(environment, model),
        execution_role=names.execution_role(environment, model),
        bucket_url=bucket_url,
        answers_url=f"{bucket_url}/{names.answers_prefix(model)}",
        failures_url=f"{bucket_url}/{names.failures_prefix(model)}",
        captured_url=f"{bucket_url}/{names.captured_prefix(model)}",
        topic_names=topics,
        topic_arns={result: arns.topic(environment, name) for result, name in topics.items()},
    )
