"""The Python that functions run on: that of their Lambda runtime, if `make` found it on this machine."""

import sys

from localcloud.processes.server import PROJECT

RUNTIME = "python3.13"
# `make` creates it, with what Lambda's runtime has: boto3, at the version that this project pins.
_PYTHON = PROJECT / ".venv-lambda" / "bin" / "python"


def lambda_python(runtime: str) -> str:
    """The path of the interpreter for functions of this runtime, as in `python3.13`."""
    return str(_PYTHON) if runtime == RUNTIME and _PYTHON.exists() else sys.executable


def functions_version() -> str:
    """The version of Python that this project's functions run on here, as in `3.13`."""
    if _PYTHON.exists():
        return RUNTIME.removeprefix("python")
    return "{}.{}".format(*sys.version_info)
