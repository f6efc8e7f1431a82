"""The roll of one model's endpoint: the apply of its stack, done here or by hand."""

import os

from config import names
from config.settings import Environment
from rollforward.options import WORK
from rollforward.terraform import Stack, cli_environment, synthesize


def by_hand(environment: Environment, model: str) -> str:
    """The command to type."""
    return f"DEPLOYMENT_ENV={environment.name} npx cdktf deploy {_stack(environment, model)}"


def roll(environment: Environment, model: str) -> None:
    """Raises RollforwardError with what Terraform says."""
    folder = (WORK / "revert").resolve()
    synthesize(environment.name, folder / "cdktf.out")
    environ = {**os.environ, **cli_environment(folder)}
    stack = Stack(folder / "cdktf.out" / "stacks" / _stack(environment, model), environ)
    stack.init()
    stack.plan()
    stack.apply()


def _stack(environment: Environment, model: str) -> str:
    return names.stack(environment, f"sagemaker-{model}")
