"""The Python that the functions run on in a local cloud: the version of their runtime, if `make` found it."""

import sys

from rollforward.folders import ROOT

RUNTIME = "python3.13"
# `make` creates it, with what Lambda's runtime has: boto3, at the version that this project pins.
_INTERPRETER = ROOT / ".venv-lambda" / "bin" / RUNTIME


def runtimes_variable() -> dict[str, str]:
    """The environment variable that names the interpreter's folder to the local cloud."""
    return {"LOCALCLOUD_RUNTIMES": str(_INTERPRETER.parent)}


def functions_version() -> str:
    """The version of Python that the functions run on here, as in `3.13`."""
    if _INTERPRETER.exists():
        return RUNTIME.removeprefix("python")
    return "{}.{}".format(*sys.version_info)
