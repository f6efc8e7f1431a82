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


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in changes.items():
        deeper = isinstance(value, dict) and isinstance(base.get(key), dict)
        result[key] = merged(base[key], value) if deeper else value
    return result


def mistakes(folder: Path, changes: dict[str, Any], base: dict[str, Any] = GOOD) -> list[str]:
    path = folder / "here.yaml"
    path.write_text(yaml.safe_dump(merged(base, changes)))
    with pytest.raises(ConfigError) as caught:
        load("here", folder)
    return str(caught.value).replace(str(path), "here.yaml").splitlines()


def model(**changes: Any) -> dict[str, Any]:
    return {"models": {"sentiment": changes}}


def promoted(*rules: dict[str, Any], approve: str = "better") -> dict[str, Any]:
    return model(promotion={"approve": approve, "rules": list(rules)})


ACCURACY = {"metric": "accuracy", "direction": "higher", "tolerance": 0.01}
PROMOTION = "here.yaml → models → sentiment → promotion"


@pytest.mark.parametrize("name", sorted(path.stem for path in environments_folder().glob("*.yaml")))
def test_every_environment_of_the_repository_loads(name: str) -> None:
    assert load(name).name == name


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
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
    uri = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/own/serving@sha256:" + "0" * 64
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
            "here.yaml → account: expected a valid string, found 123456789012 (int)",
        ),
        (
            model(serving={"instances": {"min": "one"}}),
            "here.yaml → models → sentiment → serving → instances → min: "
            "expected a valid integer, found 'one' (str)",
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
            "'huggingface-pytorch-inference' or 'pytorch-inference', found 'tensorflow-inference' (str)",
        ),
        (
            {"state": None},
            "here.yaml → state: expected a valid dictionary or instance of State, found None (NoneType)",
        ),
        ({"log_retention_days": 8}, "here.yaml → log_retention_days: expected 1, 3, 5"),
    ],
)
def test_a_mistake_is_a_breadcrumb(tmp_path: Path, changes: dict[str, Any], expected: str) -> None:
    (line,) = mistakes(tmp_path, changes)
    assert line.startswith(expected)


def test_a_rule_takes_whole_numbers_too(tmp_path: Path) -> None:
    rule = {"metric": "latency_ms.p95", "floor": 0, "ceiling": 120}
    (tmp_path / "here.yaml").write_text(yaml.safe_dump(merged(GOOD, promoted(ACCURACY, rule))))
    promotion = load("here", tmp_path).models["sentiment"].promotion
    assert promotion.as_json() == {
        "keep_versions": 5,
        "approve": "better",
        "rules": [ACCURACY, rule],
    }


@pytest.mark.parametrize("metric", ["f1", "eval.top-5", "latency_ms/p95", "précision", "a" * 100])
def test_a_rule_is_about_any_metric_that_the_registry_can_hold(tmp_path: Path, metric: str) -> None:
    changes = promoted({"metric": metric, "floor": 0})
    (tmp_path / "here.yaml").write_text(yaml.safe_dump(merged(GOOD, changes)), "utf-8")
    (rule,) = load("here", tmp_path).models["sentiment"].promotion.rules
    assert rule.metric == metric


@pytest.mark.parametrize("metric", ["", "top 5", "f1!", "${f1}", "f1\n", "a" * 101])
def test_a_metric_that_the_registry_could_not_hold_is_a_mistake(
    tmp_path: Path, metric: str
) -> None:
    (line,) = mistakes(tmp_path, promoted({"metric": metric, "floor": 0}))
    assert line.startswith(f"{PROMOTION} → rules → #1 → metric: expected text")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"metric": "f1"}, ": expected a direction, a floor or a ceiling for f1"),
        (
            {"metric": "f1", "tolerance": 0.1, "floor": 0.5},
            ": tolerance needs a direction: higher or lower, whichever is better",
        ),
        (
            {"metric": "f1", "floor": 0.9, "ceiling": 0.5},
            ": expected ceiling to be at least floor (0.9), found 0.5",
        ),
        (
            {"metric": "f1", "direction": "up"},
            " → direction: expected 'higher' or 'lower', found 'up' (str)",
        ),
        (
            {"metric": "f1", "direction": "higher", "tolerance": -0.1},
            " → tolerance: expected greater than or equal to 0, found -0.1 (float)",
        ),
        (
            {"metric": "f1", "floor": float("nan")},
            " → floor: expected a finite number, found nan (float)",
        ),
        (
            {"metric": "f1", "ceiling": float("inf")},
            " → ceiling: expected a finite number, found inf (float)",
        ),
        (
            {"metric": "f1", "floor": "0.7"},
            " → floor: expected a valid number, found '0.7' (str)",
        ),
        (
            {"metric": "f1", "flor": 0.7},
            " → flor: unknown key; expected one of: ceiling, direction, floor, metric, tolerance",
        ),
        ({"floor": 0.7}, " → metric: required, but missing"),
    ],
)
def test_a_mistake_in_a_rule_is_found_by_the_rules_number(
    tmp_path: Path, rule: dict[str, Any], expected: str
) -> None:
    (line,) = mistakes(tmp_path, promoted(ACCURACY, rule))
    assert line == f"{PROMOTION} → rules → #2{expected}"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (promoted(), "`approve: better` needs at least one rule"),
        (
            promoted(ACCURACY, approve="manual"),
            "rules need `approve: better`, found `approve: manual`",
        ),
        (promoted(ACCURACY, ACCURACY), "expected one rule for each metric, found 2 for accuracy"),
        (
            promoted(*({"metric": f"m{number}", "floor": 0} for number in range(21))),
            "expected at most 20 rules, found 21",
        ),
        (
            promoted(*({"metric": f"{number:0100}", "floor": 1e100} for number in range(16))),
            "expected at most 3584 bytes as JSON, which a parameter holds beside the image, found "
            "3650: shorten the rules, or have fewer",
        ),
    ],
)
def test_rules_that_do_not_fit_together_are_a_mistake(
    tmp_path: Path, changes: dict[str, Any], expected: str
) -> None:
    assert mistakes(tmp_path, changes) == [f"{PROMOTION}: {expected}"]


def test_rules_that_are_no_list_are_a_mistake(tmp_path: Path) -> None:
    (line,) = mistakes(tmp_path, model(promotion={"approve": "better", "rules": ACCURACY}))
    assert line.startswith(f"{PROMOTION} → rules: expected a valid list, found {{")


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "here.yaml").write_text("account: '123456789012'\nregion: us-east-1\n")
    with pytest.raises(ConfigError) as caught:
        load("here", tmp_path)
    lines = str(caught.value).splitlines()
    assert [line.rpartition("here.yaml")[2] for line in lines] == [
        " → state: required, but missing",
        " → models: required, but missing",
    ]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    changes = merged(model(serving={"instance_type": "m5"}), {"region": "here", "account": "1"})
    assert len(mistakes(tmp_path, changes)) == 3


def test_a_key_that_stands_twice_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "here.yaml").write_text("region: us-east-1\nregion: us-west-2\n")
    with pytest.raises(ConfigError, match="the key 'region' stands twice"):
        load("here", tmp_path)


@pytest.mark.parametrize("text", ["[", "- a\n- b\n", "", "text"])
def test_a_file_that_is_no_mapping_is_a_mistake(tmp_path: Path, text: str) -> None:
    (tmp_path / "here.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"here.yaml: expected"):
        load("here", tmp_path)


def test_a_model_name_that_aws_would_refuse_is_a_mistake(tmp_path: Path) -> None:
    models = {"Senti_ment": GOOD["models"]["sentiment"]}
    lines = mistakes(tmp_path, {"models": models})
    assert any(line.startswith("here.yaml → models → Senti_ment: ") for line in lines)


def test_an_unknown_environment_names_those_that_there_are() -> None:
    with pytest.raises(
        ConfigError, match=r"no environment 'nowhere'.*there are: dev, prod, staging"
    ):
        load("nowhere")


def test_an_unknown_model_names_those_that_there_are() -> None:
    with pytest.raises(ConfigError, match="has no model 'other'; it has: sentiment"):
        load("dev").model("other")
