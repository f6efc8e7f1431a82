"""The whole story on one machine: models are delivered, the endpoint rolls forward, bad ones change nothing.

Everything is real but the cloud: the stacks that `cdktf deploy` would apply, applied by Terraform with the
AWS provider; the deployed Lambda zip; a prediction by the model that the apply put there. The first step
that sees something else than it expects ends the story.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from config.errors import ConfigError
from config.schema.settings import ENVIRONMENTS_VARIABLE, load
from localcloud.cloud import local_cloud
from localcloud.errors import LocalCloudError
from rollforward.console import err, working
from rollforward.demo.roll_back import ROLLING_BACK
from rollforward.demo.story import ROLLING_FORWARD, World
from rollforward.errors import RollforwardError
from rollforward.folders import EXAMPLE_ENVIRONMENTS, ROOT
from rollforward.lambda_python import functions_version, runtimes_variable
from rollforward.terraform.cli_configuration import cli_environment

ENVIRONMENT = "dev"
ENVIRONMENTS = ROOT / EXAMPLE_ENVIRONMENTS


@dataclass(frozen=True)
class Step:
    title: str
    seconds: float
    seen: str


@dataclass
class Result:
    """What the demo saw; `failure` is None if every step did what it says."""

    logs: str
    steps: list[Step] = field(default_factory=list)
    seconds: float = 0.0
    failure: str | None = None

    @property
    def succeeded(self) -> bool:
        return self.failure is None


def play(folder: Path, *, quiet: bool) -> Result:
    """Play the story in `folder`, which is emptied first; its logs stay there.

    `quiet` leaves out the closing table. On Ctrl-C, KeyboardInterrupt is raised with everything stopped.
    """
    folder = folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    result = Result(logs=str(folder))
    began = time.monotonic()
    try:
        with ExitStack() as stack:
            _play(folder, result, stack)
    except (RollforwardError, LocalCloudError, ConfigError) as error:
        result.failure = str(error)
        err.print(f"[bold red]✗[/] {escape(result.failure)}")
    result.seconds = round(time.monotonic() - began, 1)
    if not quiet:
        err.print(_table(result))
    return result


def _play(folder: Path, result: Result, stack: ExitStack) -> None:
    environment = load(ENVIRONMENT, ENVIRONMENTS)
    account, region = environment.account, environment.region

    def start() -> str:
        stack.enter_context(_environ(runtimes_variable()))
        cloud = stack.enter_context(local_cloud(folder, account, region))
        settings = {ENVIRONMENTS_VARIABLE: str(ENVIRONMENTS)}
        stack.enter_context(_environ({**settings, **cloud.environment, **cli_environment(folder)}))
        url = cloud.environment["AWS_ENDPOINT_URL"]
        return f"account {account} in {region}, at {url}; functions run on Python {functions_version()}"

    _run(result, "Start the local cloud", start)
    world = World(environment, folder)
    for title, step in ROLLING_FORWARD + ROLLING_BACK:
        _run(result, title, lambda step=step: step(world))  # type: ignore[misc]


def _run(result: Result, title: str, step: Callable[[], str]) -> None:
    began = time.monotonic()
    with working(title):
        seen = step()
    done = Step(title, round(time.monotonic() - began, 1), seen)
    result.steps.append(done)
    err.print(f"[green]✓[/] {done.title} [dim]({done.seconds} s)[/]\n  [dim]{escape(done.seen)}[/]")


@contextmanager
def _environ(settings: dict[str, str]) -> Iterator[None]:
    """`settings` in this process's environment, and so in its children's."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _table(result: Result) -> Table:
    ending = "every step did what it says" if result.succeeded else "stopped"
    table = Table("", "step", "seconds", title=f"{ending}, after {result.seconds} s")
    for number, step in enumerate(result.steps, start=1):
        table.add_row(str(number), step.title, f"{step.seconds:.1f}")
    return table
