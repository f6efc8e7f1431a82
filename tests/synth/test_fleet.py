import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.schema.settings import Environment, load
from main import build_app, selected_models
from tests.synth.conftest import Synthesize


def fleet(*names: str) -> Environment:
    dev = load("dev")
    return dev.model_copy(update={"models": dict.fromkeys(names, dev.models["sentiment"])})


def synthesized(environment: Environment, out: Path, *selected: str) -> dict[str, bytes]:
    build_app(environment, selected=selected, outdir=str(out)).synth()
    return {path.parent.name: path.read_bytes() for path in out.glob("stacks/*/cdk.tf.json")}


def test_a_selected_models_stack_is_the_same_bytes(tmp_path: Path) -> None:
    environment = fleet("fraud", "sentiment", "toxicity")
    whole = synthesized(environment, tmp_path / "whole")
    part = synthesized(environment, tmp_path / "part", "sentiment", "fraud")
    assert part.keys() == {"dev-sagemaker-sentiment", "dev-sagemaker-fraud"}
    assert part == {name: whole[name] for name in part}


def test_a_selection_has_no_shared_stacks(tmp_path: Path) -> None:
    # A Lambda stack of fewer models would take the others' pointers away.
    part = synthesized(fleet("fraud", "sentiment"), tmp_path, "fraud")
    assert part.keys() == {"dev-sagemaker-fraud"}


def test_a_fleet_adds_no_resource_to_the_shared_stacks(synthesize: Synthesize) -> None:
    one = synthesize(fleet("fraud"))
    many = synthesize(fleet("fraud", *(f"model-{number}" for number in range(20))))
    for part in ("s3", "lambda"):
        assert many[part].content["resource"].keys() == one[part].content["resource"].keys()
        for kind, resources in one[part].content["resource"].items():
            assert many[part].content["resource"][kind].keys() == resources.keys()
    assert len(many["lambda"].content["locals"]["models"]) == 21


def test_models_are_selected_by_a_comma_separated_list() -> None:
    environment = fleet("fraud", "sentiment", "toxicity")
    assert selected_models(environment, "") == []
    assert selected_models(environment, "fraud") == ["fraud"]
    assert selected_models(environment, " toxicity, fraud,,fraud ") == ["toxicity", "fraud"]


def test_the_error_for_an_unknown_model_lists_the_existing_ones() -> None:
    with pytest.raises(ConfigError, match="no model 'spam'; it has: fraud, sentiment"):
        selected_models(fleet("fraud", "sentiment"), "fraud,spam")


def test_the_app_exits_with_2_for_an_unknown_model() -> None:
    ran = subprocess.run(
        [sys.executable, "main.py"],
        env={**os.environ, "DEPLOYMENT_ENV": "dev", "ROLLFORWARD_MODELS": "spam"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "no model 'spam'; it has: sentiment" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_app_creates_the_stacks_of_the_selected_models_only(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "main.py"],
        env={
            **os.environ,
            "DEPLOYMENT_ENV": "dev",
            "ROLLFORWARD_MODELS": "sentiment",
            "CDKTF_OUTDIR": str(tmp_path),
        },
        check=True,
    )
    assert [path.name for path in (tmp_path / "stacks").iterdir()] == ["dev-sagemaker-sentiment"]
