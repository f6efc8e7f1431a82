"""The program that applies stacks: Terraform or OpenTofu."""

import os
import shutil

from rollforward.errors import RollforwardError


def binary() -> str:
    """Terraform, or OpenTofu. Raises RollforwardError if there is neither."""
    wanted = os.environ.get("TERRAFORM_BINARY_NAME")
    candidates = [wanted] if wanted else ["terraform", "tofu"]
    for name in candidates:
        if found := shutil.which(name):
            return found
    raise RollforwardError(
        f"no {' or '.join(candidates)} on the PATH: run `make check` for how to get it"
    )
