"""What Terraform makes of `promotion:` in a model's settings parameter, and the registrar of that."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from config.schema.promotion import Promotion
from config.schema.settings import Environment, load
from lambda_src.register_model.model_settings import Approve, ModelSettings
from lambda_src.shared.gate import Rule
from rollforward.terraform.binary import binary
from rollforward.terraform.cli_configuration import cli_environment
from tests.synth.conftest import Synthesize
from tests.synth.template import Template

IMAGE = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/sentiment-serving:2.6.0-cpu"


def promoted(environment: Environment, promotion: dict[str, Any]) -> Environment:
    model = environment.models["sentiment"]
    changed = model.model_copy(update={"promotion": Promotion.model_validate(promotion)})
    return environment.model_copy(update={"models": {"sentiment": changed}})


def rendered(template: Template, folder: Path) -> str:
    """The parameter's value, by Terraform itself."""
    locals_ = {"locals": {"models": template.content["locals"]["models"]}}
    (folder / "main.tf.json").write_text(json.dumps(locals_), "utf-8")
    parameter = template.content["resource"]["aws_ssm_parameter"]["settings"]
    assert parameter["name"] == "${each.value.settings}"
    expression = parameter["insecure_value"].removeprefix("${").removesuffix("}")
    ran = subprocess.run(
        [binary(), "console"],
        cwd=folder,
        env={**os.environ, **cli_environment(folder / "cli")},
        input=expression.replace("each.value", 'local.models["sentiment"]'),
        capture_output=True,
        text=True,
        check=True,
    )
    return str(json.loads(ran.stdout))


@pytest.mark.parametrize(
    ("promotion", "expected"),
    [
        ({}, {"keep_versions": 5, "approve": "automatic", "rules": []}),
        (
            {"keep_versions": 3, "approve": "manual"},
            {"keep_versions": 3, "approve": "manual", "rules": []},
        ),
        (
            {
                "approve": "better",
                "rules": [
                    {"metric": "accuracy", "direction": "higher", "tolerance": 0.01},
                    {"metric": "latency_ms.p95", "ceiling": 120},
                ],
            },
            {
                "keep_versions": 5,
                "approve": "better",
                "rules": [
                    {"metric": "accuracy", "direction": "higher", "tolerance": 0.01},
                    {"metric": "latency_ms.p95", "ceiling": 120},
                ],
            },
        ),
    ],
)
def test_the_parameter_holds_the_gate_as_json(
    synthesize: Synthesize, tmp_path: Path, promotion: dict[str, Any], expected: dict[str, Any]
) -> None:
    template = synthesize(promoted(load("prod"), promotion))["lambda"]
    assert json.loads(rendered(template, tmp_path)) == {"image": IMAGE, **expected}


def test_the_registrar_reads_the_gate_of_the_config(
    prod: dict[str, Template], tmp_path: Path
) -> None:
    assert ModelSettings.parse(rendered(prod["lambda"], tmp_path)) == ModelSettings(
        image=IMAGE,
        keep_versions=8,
        approve=Approve.BETTER,
        rules=(
            Rule("accuracy", direction="higher", tolerance=0.01),
            Rule("latency_ms.p95", ceiling=120),
            Rule("f1", direction="higher", floor=0.7),
        ),
    )


def test_the_longest_gate_fits_into_a_standard_parameter(
    synthesize: Synthesize, tmp_path: Path
) -> None:
    extremes = {"floor": -1e300, "ceiling": 1.7976931348623157e308, "tolerance": 5e-324}
    rules: list[dict[str, Any]] = [{"metric": "é" * 100, "direction": "higher", **extremes}]
    while True:
        longer = [*rules, {"metric": f"{len(rules)}".zfill(100), "direction": "lower"}]
        try:
            Promotion.model_validate({"approve": "better", "rules": longer})
        except ValueError:
            break
        rules = longer
    environment = promoted(load("prod"), {"approve": "better", "rules": rules})
    value = rendered(synthesize(environment)["lambda"], tmp_path).replace(IMAGE, "i" * 460)
    assert 3800 < len(value.encode()) <= 4096
