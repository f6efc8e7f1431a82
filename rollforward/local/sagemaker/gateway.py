"""`InvokeEndpoint`: hand a request to a container of the endpoint, and its answer back."""

from http.client import HTTPException

from rollforward.local.sagemaker.containers import Answer
from rollforward.local.sagemaker.errors import AwsError
from rollforward.local.sagemaker.state import Region


async def invoke(
    region: Region, endpoint: str, body: bytes, headers: dict[str, str]
) -> tuple[Answer, str]:
    """The model's answer, and the variant that gave it."""
    fleet = region.fleets.get(region.arn("Endpoint", endpoint))
    if not fleet:
        raise AwsError(
            "ValidationError", f"Endpoint {endpoint} of account {region.account} not found."
        )
    variant = fleet.choose()
    try:
        answer = await variant.container.invoke(body, headers)
    except (OSError, HTTPException) as error:
        raise _model_error(variant.name, 0, f"No answer from the container: {error}") from error
    if answer.status >= 400:
        raise _model_error(variant.name, answer.status, answer.body.decode("utf-8", "replace"))
    return answer, variant.name


def _model_error(variant: str, status: int, message: str) -> AwsError:
    side = "client" if 400 <= status < 500 else "server"
    return AwsError(
        "ModelError",
        f'Received {side} error ({status}) from {variant} with message "{message}".',
        status=424,
        OriginalStatusCode=status,
        OriginalMessage=message,
    )
