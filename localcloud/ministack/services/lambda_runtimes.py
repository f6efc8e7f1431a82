"""Lambda runtimes: each function runs on the Python of its own runtime, if this machine has it.

`LOCALCLOUD_RUNTIMES` lists folders, as PATH does. The interpreter of a runtime is the program there that has
the runtime's name, such as `python3.13`; it needs boto3. Without one, the function runs on the Python of the
local cloud.
"""

import os
import shutil
import sys

from ministack.core import lambda_runtime

from localcloud.ministack.wrapping import Call, wrap

VARIABLE = "LOCALCLOUD_RUNTIMES"


def use_interpreters_of_runtimes() -> None:
    """Replace how ministack finds the interpreter of a function; it has no setting for that."""
    detect = lambda_runtime._detect_runtime_binary
    lambda_runtime._detect_runtime_binary = wrap(detect, _detect_interpreter)


def find_interpreter(runtime: str) -> str:
    """The path of the Python for functions of this runtime, as in `python3.13`."""
    return shutil.which(runtime, path=os.environ.get(VARIABLE, "")) or sys.executable


def _detect_interpreter(call: Call) -> tuple[str, str]:
    """The paths of the interpreter and of ministack's worker script for a runtime."""
    interpreter, worker = call.proceed()
    runtime = call["runtime"]
    return (find_interpreter(runtime) if runtime.startswith("python") else interpreter), worker
