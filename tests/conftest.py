"""Settings of every test run."""

import os
import signal

from hypothesis import settings

from rollforward.folders import EXAMPLE_ENVIRONMENTS, ROOT
from rollforward.lambda_python import runtimes_variable

# config/environments is the user's. Set here, because some test modules load environments when imported.
os.environ["ROLLFORWARD_ENVIRONMENTS"] = str(ROOT / EXAMPLE_ENVIRONMENTS)

# The time of an example depends more on the machine's load than on the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def pytest_configure() -> None:
    os.environ.update(runtimes_variable())
    # Terraform and its provider take a quarter less CPU time if they collect their garbage less often.
    os.environ.setdefault("GOGC", "400")
    # Background jobs of a shell ignore SIGINT, and so do the processes that tests start and interrupt.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
