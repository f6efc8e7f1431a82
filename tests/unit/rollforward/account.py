"""What an account holds of one model, for a test to put into a `FakeAws`."""

import json
from typing import Any

from config import names
from config.schema.settings import Environment, load
from rollforward.target import Target
from tests.unit.rollforward.fake_aws import Answer, FakeAws

DEV = load("dev")
MODEL = "sentiment"
SENTIMENT = Target(DEV, MODEL)
BUCKET = SENTIMENT.bucket
ENDPOINT = "rollforward-dev-sentiment"
PROVER = "rollforward-dev-prover"
DEAD_LETTERS = (
    "https://sqs.us-east-1.amazonaws.com/123456789012/rollforward-dev-registrar-dead-letters"
)
STATE_BUCKET = "rollforward-state-123456789012-us-east-1"
V1, V2, V3 = (
    f"registered/sentiment/2026010{number}T120000Z-v{number}-0000000{number}/model.tar.gz"
    for number in (1, 2, 3)
)


def dev(**changes: Any) -> Environment:
    """The environment with other settings of its model."""
    said = DEV.model_dump()
    said["models"][MODEL] |= changes
    return Environment.model_validate(said)


def target(**changes: Any) -> Target:
    return Target(dev(**changes), MODEL)


class Account(FakeAws):
    """A `FakeAws` with a deployed model, which has no version and no endpoint yet."""

    def __init__(self) -> None:
        super().__init__(DEV.account)
        self.pointer = SENTIMENT.pointer
        self.owners[BUCKET] = DEV.account
        self.queues[DEAD_LETTERS] = 0
        self.point("none")

    def point(self, *keys: str, model: str = MODEL) -> None:
        """Let the pointer name these keys, one at each look."""
        self.parameters[names.pointer(DEV, model)] = list(keys)

    def serve(
        self, key: str, state: str = "InService", failure: str | None = None, **extra: str
    ) -> None:
        """Let the endpoint serve the model `key`, which the last apply asked for. `extra`: other variants."""
        self.configure(key, "the-configuration", **extra)
        self.describe(state, failure=failure)
        self.last_apply("the-configuration")

    def describe(
        self,
        *states: str,
        configuration: str = "the-configuration",
        failure: str | None = None,
        variants: tuple[Answer, ...] = (),
    ) -> None:
        """Let the endpoint be in these states, one at each look."""
        self.endpoints[ENDPOINT] = [
            {
                "EndpointName": ENDPOINT,
                "EndpointConfigName": configuration,
                "EndpointStatus": state,
                "ProductionVariants": list(variants),
            }
            | ({"FailureReason": failure} if failure else {})
            for state in states
        ]

    def configure(self, key: str, name: str, **extra: str) -> None:
        """An endpoint configuration that serves `key`: a pinned one or `hub:<org>/<name>@<revision>`."""
        configuration: dict[str, list[Any]] = {"ProductionVariants": []}
        for variant, model in {"primary": key, **extra}.items():
            kind = "ShadowProductionVariants" if variant == "shadow" else "ProductionVariants"
            model_name = f"{variant}-model-of-{name}"
            configuration.setdefault(kind, []).append(
                {"VariantName": variant, "ModelName": model_name}
            )
            self.models[model_name] = {"PrimaryContainer": _container(model)}
        self.configurations[name] = configuration

    def last_apply(self, configuration: str) -> None:
        """Terraform's state of the endpoint's stack, with the configuration that was asked for."""
        self.last_state({"outputs": {"endpoint_configuration": {"value": configuration}}})

    def last_state(self, content: Answer) -> None:
        key = "rollforward/dev/sagemaker-sentiment.tfstate"
        self.objects[STATE_BUCKET, key] = json.dumps(content).encode()

    def register(self, *found: Answer, registered: str = "none", live: str | None = None) -> None:
        """Let the registry hold these packages, newest first."""
        self.packages = [list(found)]
        self.point(registered)
        if live is not None:
            self.serve(live)

    def prover_says(self, *verdicts: str, **more: Any) -> None:
        """Let the prover answer with these verdicts, one at each call."""
        nothing: Answer = {
            "model": MODEL,
            "live": None,
            "asked": None,
            "reason": None,
            "rejected": [],
        }
        self.prover[PROVER] = [{"verdict": verdict, **nothing, **more} for verdict in verdicts]


def package(
    number: int,
    verdict: str = "Approved",
    *,
    key: str | None = None,
    reason: str = "Sound",
    **metadata: str,
) -> Answer:
    """A version as DescribeModelPackage returns it; one that the registrar refused has no `key`."""
    group = SENTIMENT.package_group
    return {
        "ModelPackageArn": f"arn:aws:sagemaker:us-east-1:123456789012:model-package/{group}/{number}",
        "ModelPackageGroupName": group,
        "ModelPackageVersion": number,
        "ModelPackageDescription": reason,
        "ModelApprovalStatus": verdict,
        "CustomerMetadataProperties": metadata,
        "InferenceSpecification": {
            "Containers": [{"ModelDataUrl": f"s3://{BUCKET}/{key}"} if key else {}]
        },
    }


def _container(model: str) -> Answer:
    if not model.startswith("hub:"):
        return {"ModelDataUrl": f"s3://{BUCKET}/{model}"}
    name, _, revision = model.removeprefix("hub:").partition("@")
    return {"Environment": {"HF_MODEL_ID": name, "HF_MODEL_REVISION": revision}}
