"""Run a module that ends with its parent: `python -m localcloud.processes.end_with_parent MODULE ARGS…`.

A parent that is killed cannot stop its children. But its end of the pipe to their standard input closes, on
every platform; then this process terminates.
"""

import os
import runpy
import signal
import sys
import threading


def end_with_parent() -> None:
    """Terminate this process as soon as its standard input is closed."""
    threading.Thread(target=_wait_for_end, daemon=True).start()


def _wait_for_end() -> None:
    # Not sys.stdin: a thread that holds its lock makes Python abort at exit.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    end_with_parent()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
