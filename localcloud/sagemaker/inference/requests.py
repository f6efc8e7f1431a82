"""Requests to SageMaker's runtime API: parameters in headers, by their names in botocore's service model."""

from collections.abc import Mapping

import botocore.session
from botocore.model import Shape, StructureShape

from localcloud.sagemaker.errors import AwsError
from localcloud.sagemaker.rules.shapes import validate_shape
from localcloud.sagemaker.state import Members

_MODEL = botocore.session.get_session().get_service_model("sagemaker-runtime")


def parse_params(operation: str, endpoint: str, headers: Mapping[str, str]) -> Members:
    """The parameters of a request. Raises ValidationError for values that AWS refuses."""
    shape = _shape(operation)
    named = {
        name: member.serialization["name"]
        for name, member in shape.members.items()
        if member.serialization.get("location") == "header"
    }
    params = {
        name: _parse_value(headers[header], shape.members[name])
        for name, header in named.items()
        if header in headers
    }
    for name, value in {"EndpointName": endpoint, **params}.items():
        try:
            validate_shape(value, shape.members[name])
        except AwsError as error:
            raise runtime_validation_error(f"{name}: {error.message}") from error
    return params


def check_body(operation: str, body: bytes, most: int | None = None) -> None:
    """Raises ValidationError for a body of more than `most` bytes; by default, the maximum of the shape."""
    most = most or _shape(operation).members["Body"].metadata["max"]
    if len(body) > most:
        raise runtime_validation_error(
            f"The body has {len(body)} bytes; {operation} takes at most {most}."
        )


def runtime_validation_error(message: str) -> AwsError:
    # The control plane's code is ValidationException.
    return AwsError("ValidationError", message)


def _shape(operation: str) -> StructureShape:
    shape = _MODEL.operation_model(operation).input_shape
    if not isinstance(shape, StructureShape):
        raise TypeError(f"{operation} takes no parameters.")
    return shape


def _parse_value(text: str, shape: Shape) -> int | str:
    return int(text) if shape.type_name == "integer" and text.isdecimal() else text
