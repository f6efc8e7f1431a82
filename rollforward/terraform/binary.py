"""The program that applies stacks: Terraform or OpenTofu."""

import os
import shutil

from rollforward.errors import RollforwardError


def binary() -> str:
    """The path of Terraform or OpenTofu. Raises RollforwardError if neither is installed."""
    wanted = os.environ.get("TERRAFORM_BINARY_NAME")
    candidates = [wanted] if wanted else ["terraform", "tofu"]
    for name in candidates:
        if found := shutil.which(name):
            return found
    raise RollforwardError(
        f"{' or '.join(candidates)} is not on the PATH: run `make check`, which says how to install it"
    )
