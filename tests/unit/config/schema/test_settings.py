"""An environment's file."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from config.errors import ConfigError
from config.schema.image import DeepLearningContainer
from config.schema.rollout import AllAtOnce
from config.schema.scaling import CpuScaling
from config.schema.serving import RealTime
from config.schema.settings import environments_folder, load
from tests.unit.config.schema.samples import GOOD, merged, mistakes, model


@pytest.mark.parametrize("name", sorted(path.stem for path in environments_folder().glob("*.yaml")))
def test_every_environment_of_the_repository_loads(name: str) -> None:
    assert load(name).name == name


def test_missing_settings_have_defaults(tmp_path: Path) -> None:
    (tmp_path / "here.yaml").write_text(yaml.safe_dump(GOOD))
    environment = load("here", tmp_path)
    promotion = environment.models["sentiment"].promotion
    assert (promotion.keep_versions, promotion.approve, promotion.rules) == (5, "automatic", [])
    serving = environment.models["sentiment"].serving
    assert isinstance(serving, RealTime)
    assert serving.scaling.cpu == CpuScaling(target_percent=70)
    assert serving.rollout == AllAtOnce(kind="all-at-once", bake_minutes=5)
    assert environment.kms_key_arn is None


def test_an_image_is_a_container_by_name_or_a_uri(tmp_path: Path) -> None:
    uri = "123456789012.dkr.ecr.us-east-1.amazonaws.com/own/serving@sha256:" + "0" * 64
    (tmp_path / "here.yaml").write_text(yaml.safe_dump(merged(GOOD, model(image=uri))))
    assert load("here", tmp_path).models["sentiment"].image == uri
    named = load("dev").models["sentiment"].image
    assert isinstance(named, DeepLearningContainer)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"acount": "1"},
            "here.yaml → acount: unknown key; expected one of: account, kms_key_arn, "
            "log_retention_days, models, project, region, state, tags",
        ),
        (
            {"account": 123456789012},
            "here.yaml → account: expected text, found 123456789012 without quotes: write it in quotes",
        ),
        (
            model(serving={"instances": {"min": "one"}}),
            "here.yaml → models → sentiment → serving → instances → min: "
            "expected a whole number, found 'one'",
        ),
        (
            model(serving={"instances": {"min": 3}}),
            "here.yaml → models → sentiment → serving → instances: "
            "expected max to be at least min (3), found 2",
        ),
        (
            model(serving={"instance_typ": "ml.m5.large"}),
            "here.yaml → models → sentiment → serving → instance_typ: unknown key; expected one of: "
            "capture, instance_type, instances, isolated, kind, network, rollback, rollout, scaling, "
            "shadow, startup_timeout_seconds, variants, volume_gb, workers",
        ),
        (
            model(image={"repository": "tensorflow-inference"}),
            "here.yaml → models → sentiment → image → repository: expected "
            "'huggingface-pytorch-inference' or 'pytorch-inference', found 'tensorflow-inference'",
        ),
        (
            {"state": None},
            "here.yaml → state: expected keys and values (bucket), found nothing",
        ),
        ({"log_retention_days": 8}, "here.yaml → log_retention_days: expected 1, 3, 5"),
    ],
)
def test_a_mistake_is_a_breadcrumb(tmp_path: Path, changes: dict[str, Any], expected: str) -> None:
    (line,) = mistakes(tmp_path, changes)
    assert line.startswith(expected)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "here.yaml").write_text("account: '123456789012'\nregion: us-east-1\n")
    with pytest.raises(ConfigError) as caught:
        load("here", tmp_path)
    lines = str(caught.value).splitlines()
    assert [line.rpartition("here.yaml")[2] for line in lines] == [
        " → state: required, but missing",
        " → models: required, but missing",
    ]


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    changes = merged(model(serving={"instance_type": "m5"}), {"region": "here", "account": "1"})
    assert len(mistakes(tmp_path, changes)) == 3


def test_a_duplicate_key_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "here.yaml").write_text("region: us-east-1\nregion: us-west-2\n")
    with pytest.raises(
        ConfigError, match="line 2, column 1: the key 'region' is already in line 1"
    ):
        load("here", tmp_path)


@pytest.mark.parametrize("text", ["[", "- a\n- b\n", "", "text"])
def test_a_file_that_is_not_a_mapping_is_a_mistake(tmp_path: Path, text: str) -> None:
    (tmp_path / "here.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"here.yaml: expected"):
        load("here", tmp_path)


def test_a_model_name_that_aws_would_refuse_is_a_mistake(tmp_path: Path) -> None:
    models = {"Senti_ment": GOOD["models"]["sentiment"]}
    lines = mistakes(tmp_path, {"models": models})
    assert any(line.startswith("here.yaml → models → Senti_ment: ") for line in lines)


def test_the_error_for_an_unknown_environment_lists_the_existing_ones() -> None:
    with pytest.raises(
        ConfigError, match=r"no environment 'nowhere'.*there are: dev, prod, staging"
    ):
        load("nowhere")


def test_the_error_for_an_unknown_model_lists_the_existing_ones() -> None:
    with pytest.raises(ConfigError, match="has no model 'other'; it has: sentiment"):
        load("dev").model("other")
