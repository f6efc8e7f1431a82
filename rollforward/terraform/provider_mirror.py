"""Finds a folder that holds the AWS provider, for machines that cannot reach Terraform's registry."""

import os
from pathlib import Path

from rollforward.errors import RollforwardError

PROVIDER = Path("registry.terraform.io/hashicorp/aws")
MIRROR = "ROLLFORWARD_PROVIDER_MIRROR"


def provider_mirror() -> Path | None:
    """The folder that holds the AWS provider on this machine; None if there is none.

    Raises RollforwardError if the folder that the user names does not hold it.
    """
    named = os.environ.get(MIRROR)
    if named and not (Path(named) / PROVIDER).is_dir():
        raise RollforwardError(f"{MIRROR}={named}: this folder does not contain {PROVIDER}")
    implied = [
        Path.home() / ".terraform.d/plugins",
        Path("/usr/local/share/terraform/plugins"),
        Path("/usr/share/terraform/plugins"),
    ]
    opt = Path("/opt")
    candidates = (
        [Path(named)] if named else [*implied, *(sorted(opt.iterdir()) if opt.is_dir() else [])]
    )
    return next((folder for folder in candidates if (folder / PROVIDER).is_dir()), None)
