"""The errors that callers see, in the words of AWS: SDKs and Terraform read the text."""

from typing import Any


class AwsError(Exception):
    """Answered as `code` with an HTTP status; SDKs do not retry a 400."""

    def __init__(self, code: str, message: str, status: int = 400, **members: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.members = members


def invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)


def unknown_operation(operation: str) -> AwsError:
    return AwsError("UnknownOperationException", f"The local cloud does not know {operation}.")


class ContainerError(Exception):
    """A container does not come up; the text is the endpoint's FailureReason."""
