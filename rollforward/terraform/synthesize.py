"""Synthesizes the stacks of an environment, as `cdktf synth` does."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rollforward.errors import RollforwardError
from rollforward.folders import ROOT

# jsii prints eleven lines about the end of Node 20, which would hide an error.
NODE_BANNER = "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"


def synthesize(environment: str, out: Path, models: Sequence[str] = ()) -> None:
    """Run the app, which writes the stacks to `out`. With `models`, write only the stacks of their endpoints.

    Raises RollforwardError with the app's error output.
    """
    out.parent.mkdir(parents=True, exist_ok=True)  # cdktf creates the last folder only
    ran = subprocess.run(
        [sys.executable, "main.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "DEPLOYMENT_ENV": environment,
            "CDKTF_OUTDIR": str(out),
            "ROLLFORWARD_MODELS": ",".join(models),
            NODE_BANNER: "20",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise RollforwardError(f"synth of {environment} failed:\n{ran.stderr.strip()}")
