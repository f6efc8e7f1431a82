"""Parameter Store, as both functions read and write it."""

from typing import Protocol

# The value of a parameter that holds nothing yet: Parameter Store refuses empty values.
NO_VALUE = "none"


class Parameters(Protocol):
    def read(self, name: str) -> str | None:
        """The parameter's value; None if there is no such parameter.

        It may be the value of a moment ago, but never one from before the last write of this object.
        """

    def write(self, name: str, value: str) -> None:
        """Change a parameter that exists. Only Terraform creates parameters."""
