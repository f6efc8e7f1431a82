"""InvokeEndpoint: send a request to a container of the endpoint, and return its answer."""

from contextlib import suppress
from http.client import HTTPException

from localcloud.sagemaker.containers.fleet import Fleet, Variant
from localcloud.sagemaker.containers.process import Answer
from localcloud.sagemaker.endpoints.configurations import ASYNC
from localcloud.sagemaker.errors import AwsError
from localcloud.sagemaker.inference.requests import check_body, runtime_validation_error
from localcloud.sagemaker.state import Members, Region, run_in_background

# https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html
SERVERLESS_BYTES = 4 * 1024 * 1024
_TO_CONTAINER = {"ContentType": "Content-Type", "Accept": "Accept"}


async def invoke(region: Region, endpoint: str, body: bytes, params: Members) -> tuple[Answer, str]:
    """The model's answer, and the name of the variant that answered."""
    fleet = find_fleet(region, endpoint, asynchronous=False)
    variants = region.resources[region.arn("Endpoint", endpoint)].members["ProductionVariants"]
    serverless = "CurrentServerlessConfig" in variants[0]
    check_body("InvokeEndpoint", body, SERVERLESS_BYTES if serverless else None)
    try:
        variant = fleet.choose(params.get("TargetVariant"))
    except LookupError as error:
        raise runtime_validation_error(f"{error} in endpoint {endpoint}.") from error
    headers = container_headers(params)
    for shadow in fleet.draw_shadows():
        run_in_background(region.copies, _send_copy(shadow, body, headers))
    try:
        answer = await variant.container.invoke(body, headers)
    except (OSError, HTTPException) as error:
        raise _model_error(variant.name, 0, f"No answer from the container: {error}") from error
    if answer.status >= 400:
        raise _model_error(variant.name, answer.status, answer.body.decode("utf-8", "replace"))
    return answer, variant.name


def find_fleet(region: Region, endpoint: str, *, asynchronous: bool) -> Fleet:
    """The fleet of an endpoint, which is either real-time or asynchronous, never both.

    Raises ValidationError if there is no such endpoint in service, or it is of the other kind.
    """
    arn = region.arn("Endpoint", endpoint)
    fleet = region.fleets.get(arn)
    if not fleet:
        raise runtime_validation_error(
            f"Endpoint {endpoint} of account {region.account} not found."
        )
    if asynchronous != (ASYNC in region.resources[arn].members):
        raise runtime_validation_error(
            f"Endpoint {endpoint} of account {region.account} does not support this inference type."
        )
    return fleet


def container_headers(params: Members) -> dict[str, str]:
    """The headers of a request that the container gets."""
    return {header: params[name] for name, header in _TO_CONTAINER.items() if name in params}


async def _send_copy(shadow: Variant, body: bytes, headers: dict[str, str]) -> None:
    with suppress(OSError, HTTPException):
        await shadow.container.invoke(body, headers)


def _model_error(variant: str, status: int, message: str) -> AwsError:
    side = "client" if 400 <= status < 500 else "server"
    return AwsError(
        "ModelError",
        f'Received {side} error ({status}) from {variant} with message "{message}".',
        status=424,
        OriginalStatusCode=status,
        OriginalMessage=message,
    )
