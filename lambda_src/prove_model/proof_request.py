"""Which model the prover looks at, and who asked for it.

EventBridge reports that the state of an endpoint changed, possibly several times, late or out of order. So an
event only says which endpoint to look at, and which deployment SageMaker started. `rollforward prove` names
the model itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lambda_src.prove_model.names import Names
from lambda_src.prove_model.started_deployment import StartedDeployment

# As seconds, this number is a time in the year 5138; as milliseconds, one in 1973.
_LEAST_MILLISECONDS = 10**11


@dataclass(frozen=True)
class ProofRequest:
    """`by_operator` says whether `rollforward prove` sent the request, rather than EventBridge.

    `deployment` comes with an event. `configuration` comes from Terraform's state: the endpoint configuration
    that the last apply asked for. Terraform writes it even if SageMaker refuses the update, so it is no
    evidence of a roll back. `rolled_back` says that the apply saw SageMaker roll back from it.
    """

    model: str
    by_operator: bool
    deployment: StartedDeployment | None = None
    configuration: str | None = None
    rolled_back: bool = False


def proof_request(event: Mapping[str, Any], names: Names) -> ProofRequest | None:
    """None if the event is about an endpoint that does not belong to this environment."""
    if "model" in event:
        return ProofRequest(
            model=event["model"],
            by_operator=True,
            configuration=event.get("configuration"),
            rolled_back=event.get("rolled_back", False),
        )
    model = names.endpoint.model_of(event["detail"]["EndpointName"])
    return ProofRequest(model, False, _deployment(event)) if model else None


def _deployment(event: Mapping[str, Any]) -> StartedDeployment | None:
    """SageMaker reports deployments of another configuration, but not those that scale.

    SageMaker may leave StartTime out, and documents no format for it in events.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PendingDeploymentSummary.html
    """
    detail = event["detail"]
    pending = detail.get("PendingDeploymentSummary")
    if not pending:
        return None
    started = _milliseconds(pending.get("StartTime"))
    sent = _milliseconds(detail.get("LastModifiedTime")) or _milliseconds(event.get("time")) or 0
    return StartedDeployment(
        configuration=pending["EndpointConfigName"],
        replaced=detail["EndpointConfigName"],
        started=started or sent,
        timed=started is not None,
    )


def _milliseconds(time: object) -> int | None:
    """Milliseconds since 1970, from milliseconds, seconds or ISO 8601; None if `time` is neither."""
    text = str(time)
    try:
        number = float(text)
    except ValueError:
        try:
            found = datetime.fromisoformat(text)
            return round(found.replace(tzinfo=found.tzinfo or UTC).timestamp() * 1000)
        except (ValueError, OverflowError):
            return None
    try:
        return round(number if number >= _LEAST_MILLISECONDS else number * 1000)
    except (ValueError, OverflowError):
        return None
