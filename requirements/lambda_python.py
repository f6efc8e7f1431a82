"""Prints the path of the Python that is the runtime of the Lambda functions.

It looks at PYTHON313, the PATH and pyenv's versions, in this order. If none has it, the script fails and says
what the functions run on instead.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

VERSION = (3, 13)
VARIABLE = "PYTHON{}{}".format(*VERSION)
COMMAND = "python{}.{}".format(*VERSION)


def candidates() -> Iterator[str | None]:
    yield os.environ.get(VARIABLE)
    yield shutil.which(COMMAND)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from map(str, sorted(pyenv.glob(f"versions/*/bin/{COMMAND}")))


def is_the_runtime(python: str) -> bool:
    """False for pyenv's shim on the PATH of a version that is not activated: it fails when it is run."""
    code = f"import sys; print(sys.version_info[:2] == {VERSION})"
    try:
        ran = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return ran.stdout.strip() == "True"


found = next((python for python in candidates() if python and is_the_runtime(python)), None)
if found is None:
    here = "{}.{}".format(*sys.version_info)
    sys.exit(
        f"Python {VERSION[0]}.{VERSION[1]}, the runtime of the Lambda functions, is not installed: here they "
        f"run on Python {here}. To run them on their runtime, set {VARIABLE} to its path."
    )
print(found)
