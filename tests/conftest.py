"""What every test can rely on, however the run was started."""

import os
import signal

from hypothesis import settings

from rollforward.folders import EXAMPLE_ENVIRONMENTS, ROOT
from rollforward.lambda_python import runtimes_variable

# config/environments is the user's. Modules load their environments when they are imported, commands in their
# own processes.
os.environ["ROLLFORWARD_ENVIRONMENTS"] = str(ROOT / EXAMPLE_ENVIRONMENTS)

# How long an example takes says more about the machine's load than about the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def pytest_configure() -> None:
    os.environ.update(runtimes_variable())
    # Terraform and its provider take a quarter less CPU time if they collect their garbage less often.
    os.environ.setdefault("GOGC", "400")
    # A shell's background jobs ignore Ctrl-C, and so does all that they start: the tests' interrupts too.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
