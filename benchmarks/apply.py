"""The roll of two endpoints in a local cloud: `rollforward apply` with its proof, against `cdktf deploy`."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median

import yaml

from benchmarks.figure import Figure
from benchmarks.process import ROOT, run
from config.settings import load
from examples.sentiment.build import build
from rollforward.local.cloud import local_cloud
from rollforward.terraform import binary, cli_environment

RUNS = 2
ENVIRONMENT = "bench"
MODELS = ("first", "second")
STACKS = [f"{ENVIRONMENT}-sagemaker-{model}" for model in MODELS]
# What the commands need of the project; the environment of two models stands beside it.
SOURCES = ("config", "stacks", "lambda_src", "rollforward", "examples", "main.py", "cdktf.json")
ROLLFORWARD = [sys.executable, "-m", "rollforward"]
BY_CDKTF = [
    *("npx", "cdktf", "deploy", *STACKS, "--ignore-missing-stack-dependencies"),
    *("--auto-approve", "--skip-provider-lock"),
]
BY_US = [*ROLLFORWARD, "apply", *MODELS, "--yes"]


def rolls(tell: Callable[[str], None]) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        checkout = _checkout(Path(name) / "checkout")
        archive = build("v1", Path(name))
        environment = load(ENVIRONMENT, checkout / "config" / "environments")
        with local_cloud(Path(name), environment.account, environment.region) as cloud:
            environ = _environ({**cloud.environment, **cli_environment(Path(name))})
            tell("the first apply of everything")
            run([*ROLLFORWARD, "bootstrap"], environ, checkout)
            run([*ROLLFORWARD, "apply", "--yes"], environ, checkout)
            roll = _Roll(checkout, archive, environ)
            tell("the endpoints' first models")
            roll(BY_US)
            cdktf, ours = [], []
            for number in range(RUNS):
                tell(f"cdktf deploy of 2 endpoints, run {number + 1} of {RUNS}")
                cdktf.append(roll(BY_CDKTF))
                tell(f"rollforward apply of 2 endpoints, run {number + 1} of {RUNS}")
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
    """Delivers a new version of each model, and times the command that rolls to it."""

    def __init__(self, checkout: Path, archive: Path, environ: Mapping[str, str]) -> None:
        self._checkout, self._archive, self._environ = checkout, archive, environ

    def __call__(self, command: list[str]) -> float:
        for model in MODELS:
            version = str(time.time_ns())
            delivery = [*ROLLFORWARD, "deliver", model, str(self._archive), "--version", version]
            run(delivery, self._environ, self._checkout)
        return run(command, self._environ, self._checkout).seconds


def _checkout(folder: Path) -> Path:
    """The project as it is, with an environment of its own: `dev`, with its model under two names."""
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    environments = folder / "config" / "environments"
    content = yaml.safe_load((environments / "dev.yaml").read_text("utf-8"))
    model = {**next(iter(content["models"].values())), "promotion": {}}
    content["models"] = dict.fromkeys(MODELS, model)
    (environments / f"{ENVIRONMENT}.yaml").write_text(yaml.safe_dump(content), "utf-8")
    return folder


def _environ(cloud: Mapping[str, str]) -> dict[str, str]:
    """This process's environment, led to the local cloud alone."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **own,
        **cloud,
        "DEPLOYMENT_ENV": ENVIRONMENT,
        "TERRAFORM_BINARY_NAME": binary(),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{own['PATH']}",
    }
