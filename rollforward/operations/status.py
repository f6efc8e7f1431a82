"""What is registered, what is live, and whether they agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from config import names
from config.schema.settings import Environment
from config.schema.source import hub_identity, identity
from rollforward.aws import clients
from rollforward.errors import RollforwardError
from rollforward.operations.terraform_state import asked_configuration
from rollforward.operations.wanted import wanted

if TYPE_CHECKING:
    from types_boto3_sagemaker.type_defs import DescribeEndpointOutputTypeDef

ABSENT = "Absent"


@dataclass(frozen=True)
class Beside:
    """A variant beside the primary one."""

    wanted: str | None
    live: str | None


@dataclass(frozen=True)
class Status:
    """`registered`, `wanted`, `live` and `asked_for` name models; None is: no model yet, no endpoint yet.

    `source` is "registered" for who serves what the pointer names, else what config says instead; `follows`
    is whether any variant serves what the pointer names. `live` says so if its configuration was deleted
    under the endpoint. `asked_for` is None as well if what the last apply asked for is live; if it has the
    same name, its other settings are not.
    """

    model: str
    endpoint: str
    source: str
    follows: bool
    registered: str | None
    wanted: str | None
    live: str | None
    beside: Mapping[str, Beside]
    asked_for: str | None
    state: str
    failure: str | None
    deliver_to: str

    @property
    def agree(self) -> bool:
        """The endpoint serves what it should, and is not about to change."""
        if self.state == ABSENT:
            return self.wanted is None
        both = [(self.wanted, self.live), *((one.wanted, one.live) for one in self.beside.values())]
        return self.state == "InService" and all(wanted == live for wanted, live in both)


def status(environment: Environment, model: str) -> Status:
    """Raises ConfigError for an unknown model, RollforwardError if its pointer is not deployed."""
    said = environment.model(model)
    endpoint = described(environment, model)
    bucket = names.model_bucket(environment)
    key = registered(environment, model)
    should = wanted(said, key)
    live = _served(environment, endpoint["EndpointConfigName"]) if endpoint else {}
    return Status(
        model=model,
        endpoint=names.endpoint(environment, model),
        source=identity(said.source, None) or "registered",
        follows=said.follows_pointer,
        registered=key,
        wanted=should[names.VARIANT],
        live=live.get(names.VARIANT),
        beside={
            name: Beside(should.get(name), live.get(name))
            for name in {**should, **live}
            if name != names.VARIANT
        },
        asked_for=_asked_for(environment, model, endpoint) if endpoint else None,
        state=endpoint["EndpointStatus"] if endpoint else ABSENT,
        failure=endpoint.get("FailureReason") if endpoint else None,
        deliver_to=f"s3://{bucket}/{names.delivery_key(model, '<version>')}",
    )


def state(environment: Environment, model: str) -> str:
    """Of the endpoint, in SageMaker's words or ABSENT."""
    endpoint = described(environment, model)
    return endpoint["EndpointStatus"] if endpoint else ABSENT


def registered(environment: Environment, model: str) -> str | None:
    """The pointer's value."""
    client = clients.ssm(environment)
    try:
        key = client.get_parameter(Name=names.pointer(environment, model))["Parameter"]["Value"]
    except client.exceptions.ParameterNotFound as error:
        clients.require_account(environment)  # in another account, nothing is ever there
        raise RollforwardError(
            f"{names.pointer(environment, model)} is not there: deploy the stack "
            f"{names.stack(environment, 'lambda')} first"
        ) from error
    return None if key == names.NO_MODEL else key


def without_pointer(environment: Environment) -> set[str]:
    """The models that are not known to the Lambda stack as it is applied."""
    client = clients.ssm(environment)
    missing = set()
    for model in environment.models:
        try:
            client.get_parameter(Name=names.pointer(environment, model))
        except client.exceptions.ParameterNotFound:
            missing.add(model)
    if missing:
        clients.require_account(environment)  # in another account, nothing is ever there
    return missing


def described(environment: Environment, model: str) -> "DescribeEndpointOutputTypeDef | None":
    """The endpoint in SageMaker's words; None if there is none."""
    name = names.endpoint(environment, model)
    try:
        return clients.sagemaker(environment).describe_endpoint(EndpointName=name)
    except ClientError as error:
        if _is_missing(error):
            return None
        raise


def _asked_for(
    environment: Environment, model: str, endpoint: "DescribeEndpointOutputTypeDef"
) -> str | None:
    asked = asked_configuration(environment, model)
    if asked is None or asked == endpoint["EndpointConfigName"]:
        return None
    return _served(environment, asked).get(names.VARIANT)


def _served(environment: Environment, configuration: str) -> dict[str, str]:
    """By variant."""
    unknown = f"unknown: {configuration} or its model was deleted"
    client = clients.sagemaker(environment)
    try:
        found = client.describe_endpoint_config(EndpointConfigName=configuration)
    except ClientError as error:
        # It goes on serving, but nobody can say what (terraform-provider-aws #48997).
        if _is_missing(error):
            return {names.VARIANT: unknown}
        raise
    variants = chain(found["ProductionVariants"], found.get("ShadowProductionVariants", []))
    return {
        variant["VariantName"]: _model(environment, variant["ModelName"]) or unknown
        for variant in variants
    }


def _model(environment: Environment, name: str) -> str | None:
    """None if it was deleted."""
    try:
        found = clients.sagemaker(environment).describe_model(ModelName=name)
    except ClientError as error:
        if _is_missing(error):
            return None
        raise
    container = found["PrimaryContainer"]
    if "ModelDataUrl" in container:
        return names.key_in(container["ModelDataUrl"])
    told = container.get("Environment", {})
    if "HF_MODEL_ID" in told:
        return hub_identity(told["HF_MODEL_ID"], told.get("HF_MODEL_REVISION", "main"))
    return f"unknown: {name} says nothing of its files"


def _is_missing(error: ClientError) -> bool:
    return "Could not find" in error.response["Error"]["Message"]
