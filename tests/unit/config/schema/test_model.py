"""What a model's source, container and instances do not take together."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.config.schema.samples import (
    GOOD,
    HUB,
    HUGGINGFACE,
    MODEL,
    OPEN,
    merged,
    mistakes,
    model,
    refused,
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"source": "regstered"},
            " → source: expected 'registered', found 'regstered'",
        ),
        ({"source": None}, " → source: expected keys and values ("),
        (
            {"source": {"key": "models/sentiment/v1/model.tar.gz"}},
            " → source → key: expected the key of a pinned copy, registered/",
        ),
        (
            {"source": HUB | {"revision": "main"}},
            " → source → revision: expected a commit of 40 lowercase hexadecimal digits",
        ),
        ({"source": HUB | {"task": "chat"}}, " → source → task: expected 'audio-classification'"),
        (
            {"source": HUB, "image": HUGGINGFACE},
            ": the container fetches distilbert/tiny from the hub itself: say `isolated: false`",
        ),
        (
            {"source": HUB, "serving": OPEN},
            ": of AWS's containers, only huggingface-pytorch-inference fetches distilbert/tiny",
        ),
        (
            {
                "source": HUB
                | {"token_secret_arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hf-1"},
                "image": HUGGINGFACE,
                "serving": OPEN,
            },
            ": AWS's container wants the token of distilbert/tiny in the clear",
        ),
        (
            {"serving": {"variants": {"a": {"traffic_percent": 1, "source": HUB}}}},
            ": the container fetches distilbert/tiny from the hub itself",
        ),
        (
            {"serving": {"instance_type": "ml.g5.xlarge"}},
            ": the container 2.6.0-cpu-py312 is for CPU instances, found ml.g5.xlarge: https://",
        ),
        (
            {"serving": {"instance_type": "ml.m6g.large"}},
            ": the container 2.6.0-cpu-py312 is for CPU instances, found ml.m6g.large: https://",
        ),
        (
            {"image": {"tag": "2.6.0-gpu-py312"}},
            ": the container 2.6.0-gpu-py312 is for GPU instances, found ml.m5.large: https://",
        ),
        (
            {
                "serving": {
                    "variants": {"a": {"traffic_percent": 1, "instance_type": "ml.inf2.xlarge"}}
                }
            },
            ": the container 2.6.0-cpu-py312 is for CPU instances, found ml.inf2.xlarge: https://",
        ),
    ],
)
def test_what_a_model_and_its_container_do_not_take_together(
    tmp_path: Path, changes: dict[str, Any], expected: str
) -> None:
    base = merged(GOOD, {})
    image = changes.get("image", {})
    if "repository" in image:
        changed = dict(GOOD["models"]["sentiment"]) | {"image": image}
        base["models"] = {"sentiment": changed}
    (line,) = mistakes(tmp_path, model(**changes), base=base)
    assert line.startswith(MODEL + expected)


def test_trainium_is_not_burstable(tmp_path: Path) -> None:
    line = refused(tmp_path, instance_type="ml.trn1.2xlarge")
    assert "is for CPU instances, found ml.trn1.2xlarge" in line


def test_a_gpu_container_can_not_be_serverless(tmp_path: Path) -> None:
    base = merged(GOOD, {})
    serving = {"kind": "serverless", "memory_mb": 1024, "max_concurrency": 1}
    base["models"] = {"sentiment": dict(GOOD["models"]["sentiment"]) | {"serving": serving}}
    (line,) = mistakes(tmp_path, model(image={"tag": "2.6.0-gpu-py312"}), base=base)
    assert line.startswith(f"{MODEL}: the container 2.6.0-gpu-py312 is for GPU instances")
