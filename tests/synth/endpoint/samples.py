"""Models of each kind, and the stacks of an environment that has one of them."""

from typing import Any

from config.schema.image import DeepLearningContainer
from config.schema.scaling import Instances, InstancesOrNone
from config.schema.serving import Async, RealTime, Serving
from config.schema.settings import Environment, Model, load
from config.schema.source import Hub, Pinned, Source
from config.schema.variants import Variant
from tests.synth.conftest import Synthesize
from tests.synth.template import Resource, Template

BUCKET = "rollforward-prod-models-210987654321-eu-west-1"
KEY = load("prod").kms_key_arn
PINNED = Pinned(key="registered/sentiment/20260131T120000Z-v1-00000000/model.tar.gz")
HUB = Hub(hub="distilbert/tiny", revision="0" * 40, task="text-classification")
HUGGINGFACE = DeepLearningContainer(
    repository="huggingface-pytorch-inference",
    tag="2.6.0-transformers4.49.0-cpu-py312-ubuntu22.04",
)
REAL_TIME = RealTime(
    kind="realtime", instance_type="ml.m5.large", instances=Instances(min=2, max=4)
)
ASYNC = Async(kind="async", instance_type="ml.m5.large", instances=InstancesOrNone(min=0, max=3))
CHALLENGER = Variant(traffic_percent=10, source=PINNED, instances=2, instance_type="ml.c5.large")


def with_serving(environment: Environment, **changes: Any) -> Environment:
    model = environment.models["sentiment"]
    serving = model.serving.model_copy(update=changes)
    models = {"sentiment": model.model_copy(update={"serving": serving})}
    return environment.model_copy(update={"models": models})


def endpoint_stack(
    synthesize: Synthesize, how: Serving, source: Source = "registered", image: Any = None
) -> Template:
    """The stack of the endpoint of prod, which has a KMS key, with these settings."""
    return all_stacks(synthesize, how, source, image)["sagemaker-sentiment"]


def all_stacks(
    synthesize: Synthesize, how: Serving, source: Source = "registered", image: Any = None
) -> dict[str, Template]:
    prod = load("prod")
    changes = {"serving": how, "source": source, "image": image}
    model = prod.models["sentiment"].model_copy(
        update={name: value for name, value in changes.items() if value is not None}
    )
    return synthesize(prod.model_copy(update={"models": {"sentiment": _checked(model)}}))


def _checked(model: Model) -> Model:
    """The model after validation: no environment can have settings that the schema refuses."""
    return Model.model_validate(model.model_dump())


def configuration(template: Template) -> Resource:
    return template.only("aws_sagemaker_endpoint_configuration")


def expiry_days(bucket: Template, prefix: str) -> int:
    (rule,) = [
        rule
        for rule in bucket.only("aws_s3_bucket_lifecycle_configuration")["rule"]
        if rule["filter"] == [{"prefix": prefix}]
    ]
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 1}]
    (expiration,) = rule["expiration"]
    return int(expiration["days"])
