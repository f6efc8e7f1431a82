"""Train the example models and pack them: `python examples/sentiment/build.py OUT_DIR`.

All are logistic regressions, in RECIPES: what each knows, and what is wrong with it. The same sources
give the same archives; only the latency among the metrics is of the moment.
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
    """`longest` is how many words in a row the model looks at; `broken` replaces a line of its code."""

    longest: int
    sentences: tuple[str, ...]
    mislabelled: bool = False
    broken: tuple[str, str] | None = None


OLD, ALL = ("sentences.tsv",), ("sentences.tsv", "more_sentences.tsv")
RECIPES = {
    "v1": Recipe(longest=1, sentences=OLD),
    "v2": Recipe(longest=2, sentences=OLD),
    "v3": Recipe(longest=3, sentences=ALL),
    # An export that went wrong: every third label is the other one.
    "v4": Recipe(longest=3, sentences=ALL, mislabelled=True),
    # A library that only the trainer's machine has; loads, and fails at the first request.
    "v5": Recipe(
        longest=3,
        sentences=ALL,
        broken=("    weights = ", "    import our_tokenizer\n\n    weights = "),
    ),
    # The same at the top of the file: the container never starts.
    "v6": Recipe(
        longest=3,
        sentences=ALL,
        broken=("import re\n", "import re\n\nimport our_tokenizer\n"),
    ),
}


def build(version: str, out: Path) -> Path:
    """Write `<out>/<version>/model.tar.gz`, its metrics.json beside it, and return the archive's path."""
    recipe = RECIPES[version]
    inference = _inference()
    model = train(version, inference)
    code = CODE.read_text("utf-8").replace(*(recipe.broken or ("", "")), 1)
    archive = out / version / "model.tar.gz"
    archive.parent.mkdir(parents=True, exist_ok=True)
    archive.write_bytes(
        _packed(
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
    """Gradient descent, one sentence after the other, in the order of the files."""
    recipe = RECIPES[version]
    rows = [row for file in recipe.sentences for row in _rows(file)]
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
    # Rounded, for the last digits of `exp` differ between machines.
    rounded = {feature: round(weight, 4) for feature, weight in weights.items()}
    return {
        "version": version,
        "longest": recipe.longest,
        "bias": round(bias, 4),
        "weights": rounded,
    }


def evaluate(model: dict[str, Any], inference: ModuleType) -> dict[str, Any]:
    """The metrics of a model, on sentences that none was trained on."""
    rows = _rows("held_out.tsv")
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


def _inference() -> ModuleType:
    """The code that the models are served with: they see in training what they will see then."""
    spec = importlib.util.spec_from_file_location("sentiment_inference", CODE)
    if spec is None or spec.loader is None:
        raise ImportError(f"{CODE} cannot be loaded")
    inference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(inference)
    return inference


def _rows(file: str) -> list[tuple[str, bool]]:
    lines = (HERE / file).read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    return [(text, label == "positive") for label, text in rows]


def _packed(files: dict[str, bytes]) -> bytes:
    """A tar.gz that says nothing of when and by whom it was made."""
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
