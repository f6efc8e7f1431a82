"""A valid environment, and the mistakes that a change makes in it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from config.errors import ConfigError
from config.schema.settings import load

GOOD: dict[str, Any] = {
    "account": "123456789012",
    "region": "us-east-1",
    "state": {"bucket": "some-state"},
    "models": {
        "sentiment": {
            "image": {"repository": "pytorch-inference", "tag": "2.6.0-cpu-py312"},
            "serving": {
                "kind": "realtime",
                "instance_type": "ml.m5.large",
                "instances": {"min": 1, "max": 2},
            },
        }
    },
}
MODEL = "here.yaml → models → sentiment"
SERVING = f"{MODEL} → serving"
PINNED = {"key": "registered/sentiment/20260131T120000Z-v1-00000000/model.tar.gz"}
CHALLENGER = {"traffic_percent": 10, "source": PINNED, "instances": 2}
HUB = {"hub": "distilbert/tiny", "revision": "0" * 40, "task": "text-classification"}
HUGGINGFACE = {
    "repository": "huggingface-pytorch-inference",
    "tag": "2.6.0-transformers4.49.0-cpu-py312-ubuntu22.04",
}
OPEN = {"isolated": False}


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`base` with `changes` in it, at any depth."""
    result = dict(base)
    for key, value in changes.items():
        deeper = isinstance(value, dict) and isinstance(base.get(key), dict)
        result[key] = merged(base[key], value) if deeper else value
    return result


def mistakes(folder: Path, changes: dict[str, Any], base: dict[str, Any] = GOOD) -> list[str]:
    """The lines of the ConfigError for `base` with `changes`."""
    path = folder / "here.yaml"
    path.write_text(yaml.safe_dump(merged(base, changes)))
    with pytest.raises(ConfigError) as caught:
        load("here", folder)
    return str(caught.value).replace(str(path), "here.yaml").splitlines()


def model(**changes: Any) -> dict[str, Any]:
    """Changes to the settings of the model."""
    return {"models": {"sentiment": changes}}


def refused(folder: Path, **serving: Any) -> str:
    """The one mistake of the real-time model with these changes to its `serving`."""
    (line,) = mistakes(folder, model(serving=serving))
    return line


def refused_serverless(folder: Path, **serving: Any) -> str:
    """The one mistake of a serverless model with this `serving`."""
    changed = merged(GOOD, {})
    changed["models"] = {"sentiment": dict(GOOD["models"]["sentiment"])}
    changed["models"]["sentiment"]["serving"] = {"kind": "serverless"} | serving
    (line,) = mistakes(folder, {}, base=changed)
    return line


def refused_asynchronous(folder: Path, **serving: Any) -> str:
    """The one mistake of an asynchronous model with this `serving`."""
    changed = merged(GOOD, {})
    instances = {"instance_type": "ml.m5.large", "instances": {"min": 0, "max": 2}}
    changed["models"] = {"sentiment": dict(GOOD["models"]["sentiment"])}
    changed["models"]["sentiment"]["serving"] = {"kind": "async"} | instances | serving
    (line,) = mistakes(folder, {}, base=changed)
    return line
