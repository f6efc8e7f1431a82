"""What is registered, what is live, and whether they agree."""

from collections.abc import Mapping
from dataclasses import dataclass

from config import names
from config.schema.source import hub_identity, identity
from config.schema.variants import PRIMARY
from lambda_src.shared.s3_url import S3Url
from rollforward.aws.endpoint import (
    ABSENT,
    IN_SERVICE,
    Container,
    Endpoint,
    find_containers,
    find_endpoint,
)
from rollforward.aws.pointer import registered_key
from rollforward.operations.terraform_state import asked_configuration
from rollforward.operations.wanted import wanted_models
from rollforward.target import Target


@dataclass(frozen=True)
class VariantStatus:
    """What a variant other than the primary one should serve, and what it serves."""

    wanted: str | None
    live: str | None


@dataclass(frozen=True)
class Status:
    """`registered`, `wanted`, `live` and `asked_for` name models; None means that there is none yet.

    `source` is "registered" if the primary variant serves what the pointer names, else the model that the
    configuration names. `follows` says whether any variant serves what the pointer names. `live` says so if
    the live configuration or its model was deleted. `beside` holds the other variants by name. `asked_for` is
    None unless the last apply asked for another endpoint configuration than the live one; if both serve the
    same model, they differ in other settings.
    """

    model: str
    endpoint: str
    source: str
    follows: bool
    registered: str | None
    wanted: str | None
    live: str | None
    beside: Mapping[str, VariantStatus]
    asked_for: str | None
    state: str
    failure: str | None
    deliver_to: str

    @property
    def agree(self) -> bool:
        """The endpoint serves what it should, and does not change at the moment."""
        if self.state == ABSENT:
            return self.wanted is None
        pairs = [
            (self.wanted, self.live),
            *((one.wanted, one.live) for one in self.beside.values()),
        ]
        return self.state == IN_SERVICE and all(wanted == live for wanted, live in pairs)


def status(target: Target) -> Status:
    """Raises RollforwardError if the pointer does not exist."""
    endpoint = find_endpoint(target)
    registered = registered_key(target)
    wanted = wanted_models(target, registered)
    live = _served_models(target, endpoint.configuration) if endpoint else {}
    return Status(
        model=target.model,
        endpoint=target.endpoint,
        source=identity(target.settings.source, None) or "registered",
        follows=target.settings.follows_pointer,
        registered=registered,
        wanted=wanted[PRIMARY],
        live=live.get(PRIMARY),
        beside={
            name: VariantStatus(wanted.get(name), live.get(name))
            for name in {**wanted, **live}
            if name != PRIMARY
        },
        asked_for=_asked_for(target, endpoint) if endpoint else None,
        state=endpoint.state if endpoint else ABSENT,
        failure=endpoint.failure if endpoint else None,
        deliver_to=str(S3Url(target.bucket, names.delivery_key(target.model, "<version>"))),
    )


def _asked_for(target: Target, endpoint: Endpoint) -> str | None:
    asked = asked_configuration(target)
    if asked is None or asked == endpoint.configuration:
        return None
    return _served_models(target, asked).get(PRIMARY)


def _served_models(target: Target, configuration: str) -> dict[str, str]:
    """The model that each variant of an endpoint configuration serves, by variant name."""
    unknown = f"unknown: {configuration} or its model was deleted"
    containers = find_containers(target.region, configuration)
    if containers is None:
        # The endpoint still serves it, but nothing says what it is (terraform-provider-aws #48997).
        return {PRIMARY: unknown}
    return {
        name: _model_identity(container) if container else unknown
        for name, container in containers.items()
    }


def _model_identity(container: Container) -> str:
    if container.archive:
        return container.archive.key
    if hub_model := container.environment.get("HF_MODEL_ID"):
        return hub_identity(hub_model, container.environment.get("HF_MODEL_REVISION", "main"))
    return f"unknown: the model {container.model} does not say where its files are"
