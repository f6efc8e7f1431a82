"""Classifies a sentence as positive or negative, in the four functions that SageMaker's containers call."""

import json
import math
import re
from pathlib import Path
from typing import Any

JSON = "application/json"


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def features(text: str, longest: int) -> list[str]:
    """Every sequence of one to `longest` words: "not good" is a feature beside "not" and "good"."""
    found = words(text)
    return [
        " ".join(found[start : start + length])
        for length in range(1, longest + 1)
        for start in range(len(found) - length + 1)
    ]


def model_fn(model_dir: str) -> dict[str, Any]:
    model: dict[str, Any] = json.loads(Path(model_dir, "weights.json").read_text("utf-8"))
    return model


def input_fn(body: bytes, content_type: str) -> str:
    if content_type.partition(";")[0] != JSON:
        raise ValueError(f"Send {JSON}, not {content_type}.")
    request = json.loads(body)
    if not isinstance(request, dict) or not isinstance(request.get("inputs"), str):
        raise ValueError('Send {"inputs": "some text"}.')
    text: str = request["inputs"]
    return text


def predict_fn(text: str, model: dict[str, Any]) -> dict[str, Any]:
    weights = model["weights"]
    found = features(text, model["longest"])
    positive = 1 / (1 + math.exp(-model["bias"] - sum(weights.get(each, 0) for each in found)))
    return {
        "label": "positive" if positive >= 0.5 else "negative",
        "score": round(max(positive, 1 - positive), 4),
        "model": model["version"],
    }


def output_fn(prediction: dict[str, Any], accept: str) -> str:
    return json.dumps(prediction)
