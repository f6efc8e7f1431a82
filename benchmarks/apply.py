"""The roll of two endpoints in a local cloud: `rollforward apply` with its proof, against `cdktf deploy`.

Both wait equally long for SageMaker. The endpoints here do not bake, so that the commands are measured.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median

from benchmarks.checkout import ENVIRONMENT, MODELS, copy_with_two_models
from benchmarks.figure import Figure
from config.schema.settings import ENVIRONMENTS_VARIABLE, load
from examples.sentiment.build import build
from localcloud.behaviour import Behaviour
from localcloud.cloud import local_cloud
from rollforward.folders import EXAMPLE_ENVIRONMENTS
from rollforward.lambda_python import runtimes_variable
from rollforward.terraform.binary import binary
from rollforward.terraform.cli_configuration import cli_environment

RUNS = 3
STACKS = [f"{ENVIRONMENT}-sagemaker-{model}" for model in MODELS]
ROLLFORWARD = [sys.executable, "-m", "rollforward"]
BY_CDKTF = [
    *("node_modules/.bin/cdktf", "deploy", *STACKS, "--ignore-missing-stack-dependencies"),
    *("--auto-approve", "--skip-provider-lock"),
]
BY_US = [*ROLLFORWARD, "apply", *MODELS, "--yes"]


def measure(report: Callable[[str], None]) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = copy_with_two_models(Path(name) / "checkout")
        archive = build("v1", Path(name))
        environments = folder / EXAMPLE_ENVIRONMENTS
        environment = load(ENVIRONMENT, environments)
        place = Path(name), environment.account, environment.region
        os.environ.update(runtimes_variable())
        with local_cloud(*place, Behaviour(baking_seconds=0)) as cloud:
            environ = _environ(
                {
                    **cloud.environment,
                    **cli_environment(Path(name)),
                    ENVIRONMENTS_VARIABLE: str(environments),
                }
            )
            report("the first apply of everything")
            run([*ROLLFORWARD, "bootstrap"], environ, folder)
            run([*ROLLFORWARD, "apply", "--yes"], environ, folder)
            roll = _Roll(folder, archive, environ)
            report("a first roll by each")
            roll(BY_US)
            roll(BY_CDKTF)
            cdktf, ours = [], []
            for number in range(RUNS):
                report(f"cdktf deploy of 2 endpoints, run {number + 1} of {RUNS}")
                cdktf.append(roll(BY_CDKTF))
                report(f"rollforward apply of 2 endpoints, run {number + 1} of {RUNS}")
                ours.append(roll(BY_US))
    yield from _figures(median(cdktf), median(ours))


def _figures(before: float, after: float) -> Iterator[Figure]:
    against = "roll of 2 endpoints, cdktf deploy"
    yield Figure(part="apply", what=against, median=before, unit="s")
    yield Figure(
        part="apply",
        what="roll of 2 endpoints, rollforward apply",
        median=after,
        unit="s",
        ratio=after / before,
        against=against,
        goal="≤ 0.5",
    )


class _Roll:
    """Delivers a new version of each model, and measures the command that rolls to it, in seconds."""

    def __init__(self, folder: Path, archive: Path, environ: Mapping[str, str]) -> None:
        self._folder, self._archive, self._environ = folder, archive, environ

    def __call__(self, command: list[str]) -> float:
        for model in MODELS:
            version = str(time.time_ns())
            delivery = [*ROLLFORWARD, "deliver", model, str(self._archive), "--version", version]
            run(delivery, self._environ, self._folder)
        began = time.perf_counter()
        run(command, self._environ, self._folder)
        return time.perf_counter() - began


def run(command: list[str], environ: Mapping[str, str], folder: Path) -> None:
    subprocess.run(command, env=environ, cwd=folder, check=True, capture_output=True)


def _environ(cloud: Mapping[str, str]) -> dict[str, str]:
    """This process's environment variables, with the local cloud as the only cloud."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **own,
        **cloud,
        "DEPLOYMENT_ENV": ENVIRONMENT,
        "TERRAFORM_BINARY_NAME": binary(),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{own['PATH']}",
    }
