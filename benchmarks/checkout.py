"""A copy of the project with an environment of two models, for commands to work in."""

from pathlib import Path

import yaml

from rollforward.checkout import copied
from rollforward.folders import EXAMPLE_ENVIRONMENTS

ENVIRONMENT = "two"
MODELS = ("first", "second")


def checkout(folder: Path) -> Path:
    """The project as it is, with one environment more: the example's `dev`, with its model under two names.

    They take every sound version.
    """
    copied(folder)
    environments = folder / EXAMPLE_ENVIRONMENTS
    content = yaml.safe_load((environments / "dev.yaml").read_text("utf-8"))
    model = {**next(iter(content["models"].values())), "promotion": {}}
    content["models"] = dict.fromkeys(MODELS, model)
    (environments / f"{ENVIRONMENT}.yaml").write_text(yaml.safe_dump(content), "utf-8")
    return folder
