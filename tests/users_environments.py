"""The environments that a user may have in config/environments, instead of those that it comes with."""

from pathlib import Path
from typing import Any

import yaml


def edit(environments: Path) -> None:
    """Leave one environment, of another name, in another account and region, with another model."""
    content: dict[str, Any] = yaml.safe_load((environments / "dev.yaml").read_text("utf-8"))
    content |= {
        "account": "555566667777",
        "region": "ap-southeast-2",
        "state": {"bucket": "state-of-another-team"},
        "models": {"churn": content["models"]["sentiment"]},
    }
    for file in environments.glob("*.yaml"):
        file.unlink()
    (environments / "team.yaml").write_text(yaml.safe_dump(content), "utf-8")
