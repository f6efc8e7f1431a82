"""A copy of the project with an environment of two models, for commands to work in."""

import shutil
from pathlib import Path

import yaml

from benchmarks.process import ROOT

ENVIRONMENT = "two"
MODELS = ("first", "second")
# What the commands need of the project; the environment of two models stands beside it.
SOURCES = ("config", "stacks", "lambda_src", "rollforward", "examples", "main.py", "cdktf.json")


def checkout(folder: Path) -> Path:
    """The project as it is, with an environment of its own: `dev`, with its model under two names.

    Their endpoints do not bake, and take every sound version.
    """
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
    model["serving"]["rollout"] = {"kind": "all-at-once", "bake_minutes": 0}
    content["models"] = dict.fromkeys(MODELS, model)
    (environments / f"{ENVIRONMENT}.yaml").write_text(yaml.safe_dump(content), "utf-8")
    return folder
