"""What a request to SageMaker's runtime says in its headers, by the names of botocore's model of it."""

from collections.abc import Mapping

import botocore.session
from botocore.model import Shape, StructureShape

from localcloud.sagemaker.errors import AwsError
from localcloud.sagemaker.rules.shapes import validate
from localcloud.sagemaker.state import Members

_MODEL = botocore.session.get_session().get_service_model("sagemaker-runtime")


def params_of(operation: str, endpoint: str, headers: Mapping[str, str]) -> Members:
    """Raises ValidationError for what AWS would not take."""
    shape = _shape(operation)
    named = {
        name: member.serialization["name"]
        for name, member in shape.members.items()
        if member.serialization.get("location") == "header"
    }
    params = {
        name: _value(headers[header], shape.members[name])
        for name, header in named.items()
        if header in headers
    }
    for name, value in {"EndpointName": endpoint, **params}.items():
        try:
            validate(value, shape.members[name])
        except AwsError as error:
            raise refused(f"{name}: {error.message}") from error
    return params


def check_body(operation: str, body: bytes, most: int | None = None) -> None:
    """Raises ValidationError for a body of more bytes than AWS takes: the shape's, or `most`."""
    most = most or _shape(operation).members["Body"].metadata["max"]
    if len(body) > most:
        raise refused(f"The body has {len(body)} bytes; {operation} takes at most {most}.")


def refused(message: str) -> AwsError:
    # The runtime has another name for it than the control plane.
    return AwsError("ValidationError", message)


def _shape(operation: str) -> StructureShape:
    shape = _MODEL.operation_model(operation).input_shape
    if not isinstance(shape, StructureShape):
        raise TypeError(f"{operation} takes no parameters.")
    return shape


def _value(text: str, shape: Shape) -> int | str:
    return int(text) if shape.type_name == "integer" and text.isdecimal() else text
