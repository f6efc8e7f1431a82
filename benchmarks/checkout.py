"""A copy of the project with an environment of two models, for commands to run in."""

from pathlib import Path

import yaml

from rollforward.checkout import copy_project
from rollforward.folders import EXAMPLE_ENVIRONMENTS

ENVIRONMENT = "two"
MODELS = ("first", "second")


def copy_with_two_models(folder: Path) -> Path:
    """Copy the project into `folder`, and add an environment: the example's `dev` with its model twice.

    They take every sound version.
    """
    copy_project(folder)
    environments = folder / EXAMPLE_ENVIRONMENTS
    content = yaml.safe_load((environments / "dev.yaml").read_text("utf-8"))
    model = {**next(iter(content["models"].values())), "promotion": {}}
    content["models"] = dict.fromkeys(MODELS, model)
    (environments / f"{ENVIRONMENT}.yaml").write_text(yaml.safe_dump(content), "utf-8")
    return folder
