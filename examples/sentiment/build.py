"""Train the example models, and write their archives: `python examples/sentiment/build.py OUT_DIR`.

Each model is a logistic regression. RECIPES says what each one learns from, and what is wrong with it. The
same sources give the same archives; of the metrics, only the latency differs between runs.
"""

import gzip
import importlib.util
import io
import json
import sys
import tarfile
import time
from dataclasses import dataclass
from math import exp
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).parent
CODE = HERE / "code" / "inference.py"
ROUNDS = 300
STEP = 0.1
DECAY = 0.01
SMOKE = {"request": {"inputs": "What a lovely day."}, "answer": {"label": "positive"}}


@dataclass(frozen=True)
class Recipe:
    """`longest` is the number of words in the longest feature, `broken` a (text, replacement) in the code."""

    longest: int
    sentences: tuple[str, ...]
    mislabelled: bool = False
    broken: tuple[str, str] | None = None


OLD, ALL = ("sentences.tsv",), ("sentences.tsv", "more_sentences.tsv")
RECIPES = {
    "v1": Recipe(longest=1, sentences=OLD),
    "v2": Recipe(longest=2, sentences=OLD),
    "v3": Recipe(longest=3, sentences=ALL),
    # A wrong export: every third label is inverted.
    "v4": Recipe(longest=3, sentences=ALL, mislabelled=True),
    # Imports a library that the container does not have: the model loads, and its first request fails.
    "v5": Recipe(
        longest=3,
        sentences=ALL,
        broken=("    weights = ", "    import our_tokenizer\n\n    weights = "),
    ),
    # The same import at the top of the file: the container does not start.
    "v6": Recipe(
        longest=3,
        sentences=ALL,
        broken=("import re\n", "import re\n\nimport our_tokenizer\n"),
    ),
}


def build(version: str, out: Path) -> Path:
    """Write `<out>/<version>/model.tar.gz` and metrics.json beside it; return the archive's path."""
    recipe = RECIPES[version]
    inference = _load_inference()
    model = train(version, inference)
    code = CODE.read_text("utf-8").replace(*(recipe.broken or ("", "")), 1)
    archive = out / version / "model.tar.gz"
    archive.parent.mkdir(parents=True, exist_ok=True)
    archive.write_bytes(
        _pack(
            {
                "code/inference.py": code.encode(),
                "code/smoke.json": json.dumps(SMOKE, indent=1).encode(),
                "weights.json": json.dumps(model, indent=1, sort_keys=True).encode(),
            }
        )
    )
    metrics = json.dumps(evaluate(model, inference), indent=1)
    (archive.parent / "metrics.json").write_text(metrics, "utf-8")
    return archive


def train(version: str, inference: ModuleType) -> dict[str, Any]:
    """Train by gradient descent over the sentences, in the order of the files."""
    recipe = RECIPES[version]
    rows = [row for file in recipe.sentences for row in _read_rows(file)]
    sentences = [
        (inference.features(text, recipe.longest), positive != (recipe.mislabelled and at % 3 == 0))
        for at, (text, positive) in enumerate(rows)
    ]
    weights = {feature: 0.0 for features, _ in sentences for feature in features}
    bias = 0.0
    for _ in range(ROUNDS):
        for features, positive in sentences:
            guess = 1 / (1 + exp(-bias - sum(weights[feature] for feature in features)))
            push = STEP * (positive - guess)
            bias += push
            for feature in features:
                weights[feature] += push - STEP * DECAY * weights[feature]
    # Rounded, because the last digits of `exp` differ between machines.
    rounded = {feature: round(weight, 4) for feature, weight in weights.items()}
    return {
        "version": version,
        "longest": recipe.longest,
        "bias": round(bias, 4),
        "weights": rounded,
    }


def evaluate(model: dict[str, Any], inference: ModuleType) -> dict[str, Any]:
    """The metrics of a model, on sentences that no model was trained with."""
    rows = _read_rows("held_out.tsv")
    hits, false_alarms, misses, times = 0, 0, 0, []
    for text, positive in rows:
        start = time.perf_counter()
        says = inference.predict_fn(text, model)["label"] == "positive"
        times.append((time.perf_counter() - start) * 1000)
        hits += says and positive
        false_alarms += says and not positive
        misses += positive and not says
    return {
        "accuracy": round(1 - (false_alarms + misses) / len(rows), 4),
        "f1": round(2 * hits / (2 * hits + false_alarms + misses), 4),
        "latency_ms": {"p95": round(sorted(times)[int(len(times) * 0.95)], 3)},
        "evaluated_on": "held_out.tsv",
    }


def _load_inference() -> ModuleType:
    """The code that serves the models: training and serving compute the same features."""
    spec = importlib.util.spec_from_file_location("sentiment_inference", CODE)
    if spec is None or spec.loader is None:
        raise ImportError(f"{CODE} cannot be loaded")
    inference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(inference)
    return inference


def _read_rows(file: str) -> list[tuple[str, bool]]:
    lines = (HERE / file).read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    return [(text, label == "positive") for label, text in rows]


def _pack(files: dict[str, bytes]) -> bytes:
    """A tar.gz without times and user names, so that the same files give the same bytes."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


if __name__ == "__main__":
    for each in RECIPES:
        print(build(each, Path(sys.argv[1])))
