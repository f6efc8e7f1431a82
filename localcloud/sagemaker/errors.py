"""Errors with AWS's codes and messages: SDKs and Terraform read the text."""

from typing import Any


class AwsError(Exception):
    """An error response. SDKs do not retry one with status 400."""

    def __init__(self, code: str, message: str, status: int = 400, **members: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.members = members


def validation_error(message: str) -> AwsError:
    return AwsError("ValidationException", message)


def unknown_operation_error(operation: str) -> AwsError:
    return AwsError("UnknownOperationException", f"The local cloud does not support {operation}.")


class ContainerError(Exception):
    """A container does not start; the text is the endpoint's FailureReason."""
