"""Train the two example models and pack them: `python examples/sentiment/build.py OUT_DIR`.

Both are logistic regressions on the same sentences. `v1` knows single words, and so takes
"not good" for praise; `v2` knows pairs of words too. The same sources give the same bytes.
"""

import gzip
import importlib.util
import io
import json
import sys
import tarfile
from math import exp
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CODE = HERE / "code" / "inference.py"
SENTENCES = HERE / "sentences.tsv"
LONGEST = {"v1": 1, "v2": 2}
ROUNDS = 300
STEP = 0.1
DECAY = 0.01


def build(version: str, out: Path) -> Path:
    """Write `<out>/<version>/model.tar.gz` and return its path."""
    archive = out / version / "model.tar.gz"
    archive.parent.mkdir(parents=True, exist_ok=True)
    archive.write_bytes(
        _packed(
            {
                "code/inference.py": CODE.read_bytes(),
                "weights.json": json.dumps(train(version), indent=1, sort_keys=True).encode(),
            }
        )
    )
    return archive


def train(version: str) -> dict[str, Any]:
    """Gradient descent, one sentence after the other, in the order of the file."""
    longest = LONGEST[version]
    sentences = _sentences(longest)
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
    return {"version": version, "longest": longest, "bias": round(bias, 4), "weights": rounded}


def _sentences(longest: int) -> list[tuple[list[str], bool]]:
    """What the model sees of each sentence, by the same code that it is served with."""
    spec = importlib.util.spec_from_file_location("sentiment_inference", CODE)
    if spec is None or spec.loader is None:
        raise ImportError(f"{CODE} cannot be loaded")
    inference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(inference)
    rows = [line.split("\t") for line in SENTENCES.read_text("utf-8").splitlines()]
    return [(inference.features(text, longest), label == "positive") for label, text in rows]


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
    for each in LONGEST:
        print(build(each, Path(sys.argv[1])))
