"""Copies the project, so that a copy of its environments can be edited while commands run."""

import shutil
from pathlib import Path

from rollforward.folders import ROOT

# The parts of the project that commands need.
SOURCES = (
    "config",
    "stacks",
    "lambda_src",
    "rollforward",
    "lazy_bindings",
    "localcloud",
    "examples",
    "main.py",
    "cdktf.json",
)
# What `make` installed. `.venv-lambda` is missing on a machine without the functions' Python.
INSTALLED = ("node_modules", ".venv-lambda")


def copy_project(folder: Path) -> Path:
    """Copy the project, as it is, into `folder`."""
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    for name in INSTALLED:
        (folder / name).symlink_to(ROOT / name)
    return folder
