"""What a model's `serving` refuses, with AWS's rule and where it stands."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.config.schema.test_settings import GOOD, merged, mistakes, model

SERVING = "here.yaml → models → sentiment → serving"


def refused(folder: Path, **serving: Any) -> str:
    (line,) = mistakes(folder, model(serving=serving))
    return line


@pytest.mark.parametrize("kind", ["canary", "linear", "rolling"])
def test_steps_need_two_instances(tmp_path: Path, kind: str) -> None:
    steps = {"canary": "percent", "linear": "step_percent", "rolling": "batch_percent"}
    line = refused(tmp_path, rollout={"kind": kind, steps[kind]: 30})
    assert line.startswith(
        f"{SERVING}: a {kind} rollout needs at least 2 instances of each variant, found 1:"
    )
    assert "docs.aws.amazon.com" in line


@pytest.mark.parametrize(
    "instance_type", ["ml.g5.xlarge", "ml.m5d.large", "ml.g4dn.xlarge", "ml.p4d.24xlarge"]
)
def test_an_instance_with_disks_of_its_own_takes_no_volume(
    tmp_path: Path, instance_type: str
) -> None:
    line = refused(tmp_path, volume_gb=50, instance_type=instance_type)
    assert f"volume_gb does not go with {instance_type}" in line


@pytest.mark.parametrize(
    ("serving", "expected"),
    [
        (
            {"kind": "batch"},
            ": expected 'kind' to be one of 'realtime', 'async', 'serverless', found 'batch'",
        ),
        (
            {"rollout": {"kind": "bluegreen"}},
            " → rollout",
        ),
        (
            {"rollout": {"kind": "canary", "percent": 60}, "instances": {"min": 2}},
            " → rollout → percent: expected less than or equal to 50",
        ),
        (
            {"rollback": {"alarms": ["a"] * 9}},
            " → rollback → alarms",
        ),
        (
            {"scaling": {"schedule": [{"cron": "0 7 * * *", "min": 1, "max": 2}]}},
            " → scaling → schedule → #1 → cron: expected text should match pattern",
        ),
        (
            {"scaling": {"schedule": [{"cron": "0 7 * * MON-FRI *", "min": 1, "max": 2}]}},
            " → scaling → schedule → #1 → cron: expected text should match pattern",
        ),
        (
            {"scaling": {"schedule": [{"cron": "0 7 ? * MON *", "min": 3, "max": 2}]}},
            " → scaling → schedule → #1: expected max to be at least min (3), found 2",
        ),
        ({"startup_timeout_seconds": 30}, " → startup_timeout_seconds: expected greater than"),
    ],
)
def test_a_mistake_is_told_where_it_stands(
    tmp_path: Path, serving: dict[str, Any], expected: str
) -> None:
    assert refused(tmp_path, **serving).startswith(SERVING + expected)


def serverless(folder: Path, **serving: Any) -> str:
    """The one mistake of a serverless model; nothing of the real-time one is left."""
    changed = merged(GOOD, {})
    changed["models"] = {"sentiment": dict(GOOD["models"]["sentiment"])}
    changed["models"]["sentiment"]["serving"] = {"kind": "serverless"} | serving
    (line,) = mistakes(folder, {}, base=changed)
    return line


@pytest.mark.parametrize("memory", [512, 1500, 7168])
def test_serverless_memory_comes_in_steps(tmp_path: Path, memory: int) -> None:
    line = serverless(tmp_path, memory_mb=memory, max_concurrency=2)
    assert line.startswith(f"{SERVING}: expected memory_mb to be 1024, 2048,")
    assert f"found {memory}: https://docs.aws.amazon.com" in line


@pytest.mark.parametrize("what", ["instances", "rollout", "scaling", "volume_gb"])
def test_serverless_has_nothing_of_instances(tmp_path: Path, what: str) -> None:
    line = serverless(tmp_path, memory_mb=1024, max_concurrency=2, **{what: {}})
    assert line.startswith(f"{SERVING}: a serverless endpoint has no {what}:")
    assert "https://docs.aws.amazon.com" in line


@pytest.mark.parametrize(
    ("rollout", "minutes"),
    [
        ({"kind": "canary", "percent": 10, "bake_minutes": 30}, 60),
        ({"kind": "linear", "step_percent": 10, "interval_minutes": 5}, 50),
        ({"kind": "rolling", "batch_percent": 5, "interval_minutes": 3}, 60),
    ],
)
def test_a_rollout_ends_before_terraform_gives_up(
    tmp_path: Path, rollout: dict[str, Any], minutes: int
) -> None:
    line = refused(tmp_path, rollout=rollout, instances={"min": 2})
    assert f"the {rollout['kind']} rollout bakes for {minutes} minutes in all" in line


@pytest.mark.parametrize(
    ("rollout", "minutes", "needed"),
    [
        ({"kind": "all-at-once", "bake_minutes": 0}, 0, 3),
        ({"kind": "all-at-once", "bake_minutes": 2}, 2, 3),
        ({"kind": "canary", "percent": 10, "bake_minutes": 1}, 2, 4),
        ({"kind": "canary", "percent": 1, "bake_minutes": 2}, 4, 7),
        ({"kind": "linear", "step_percent": 50, "interval_minutes": 1}, 2, 3),
        ({"kind": "rolling", "batch_percent": 50, "interval_minutes": 0}, 0, 3),
    ],
)
def test_a_rollout_bakes_until_a_failed_smoke_request_can_send_it_back(
    tmp_path: Path, rollout: dict[str, Any], minutes: int, needed: int
) -> None:
    line = refused(tmp_path, rollout=rollout, instances={"min": 2, "max": 2})
    assert f"bakes for {minutes} minutes in all, expected at least {needed}: " in line


PINNED = {"key": "registered/sentiment/20260131T120000Z-v1-00000000/model.tar.gz"}
CHALLENGER = {"traffic_percent": 10, "source": PINNED, "instances": 2}


@pytest.mark.parametrize(
    ("serving", "expected"),
    [
        (
            {"variants": {f"v{number}": {"traffic_percent": 1} for number in range(10)}},
            " → variants: ",
        ),
        (
            {"variants": {"a": {"traffic_percent": 60}, "b": {"traffic_percent": 41}}},
            " → variants: expected at most 100 percent of the traffic in all, found 101",
        ),
        (
            {"variants": {"a" * 64: CHALLENGER}},
            " → variants → " + "a" * 64,
        ),
        (
            {"variants": {"primary": CHALLENGER}},
            " → variants: primary can't be the name of a variant beside the model",
        ),
        (
            {"variants": {"a": {"traffic_percent": 0.5}}},
            " → variants → a → traffic_percent: expected a valid integer, found 0.5",
        ),
        (
            {"variants": {"a": CHALLENGER}, "shadow": {"sampling_percent": 10}},
            ": a shadow goes with the primary variant alone: https://docs.aws",
        ),
        (
            {
                "variants": {"a": CHALLENGER},
                "instances": {"min": 2, "max": 2},
                "rollout": {"kind": "rolling", "batch_percent": 50},
            },
            ": a rolling rollout takes one variant only: https://docs.aws",
        ),
        (
            {
                "shadow": {"sampling_percent": 10, "instances": 2},
                "instances": {"min": 2, "max": 2},
                "rollout": {"kind": "rolling", "batch_percent": 50},
            },
            ": a rolling rollout takes no shadow beside its one variant: https://docs.aws",
        ),
        (
            {"shadow": {"sampling_percent": 0}},
            " → shadow → sampling_percent: expected greater than",
        ),
        (
            {
                "shadow": {"sampling_percent": 10, "instances": 1},
                "instances": {"min": 2, "max": 2},
                "rollout": {"kind": "linear", "step_percent": 50},
            },
            ": a linear rollout needs at least 2 instances of each variant, found 1:",
        ),
        (
            {"variants": {"2nd": CHALLENGER}},
            " → variants → 2nd: expected text should match pattern",
        ),
        ({"capture": {"percent": 101}}, " → capture → percent: expected less than"),
        (
            {"network": {"subnets": [], "security_groups": ["sg-0a"]}},
            " → network → subnets: ",
        ),
        (
            {"network": {"subnets": ["subnet-0a"], "security_groups": ["default"]}},
            " → network → security_groups → #1: expected text should match pattern",
        ),
        ({"instances": {"min": 0}}, " → instances → min: expected greater than or equal to 1"),
        (
            {"instance_type": "ml.t3.medium"},
            " → instance_type: ml.t3.medium is burstable, and can not be scaled: https://docs.aws",
        ),
    ],
)
def test_what_real_time_endpoints_do_not_take_together(
    tmp_path: Path, serving: dict[str, Any], expected: str
) -> None:
    assert refused(tmp_path, **serving).startswith(SERVING + expected)


def asynchronous(folder: Path, **serving: Any) -> str:
    """The one mistake of an asynchronous model."""
    changed = merged(GOOD, {})
    instances = {"instance_type": "ml.m5.large", "instances": {"min": 0, "max": 2}}
    changed["models"] = {"sentiment": dict(GOOD["models"]["sentiment"])}
    changed["models"]["sentiment"]["serving"] = {"kind": "async"} | instances | serving
    (line,) = mistakes(folder, {}, base=changed)
    return line


@pytest.mark.parametrize(
    ("serving", "expected"),
    [
        ({"shadow": {}}, ": an asynchronous endpoint has no shadow: https://docs.aws"),
        ({"capture": {}}, ": an asynchronous endpoint has no capture: https://docs.aws"),
        ({"concurrent_invocations": 0}, " → concurrent_invocations: expected greater than"),
        ({"expires_after_seconds": 30}, " → expires_after_seconds: expected greater than"),
        ({"expires_after_seconds": 21601}, " → expires_after_seconds: expected less than"),
        ({"notify": ["error", "error"]}, " → notify: expected each of them once"),
        ({"notify": ["failure"]}, " → notify → #1: expected 'success' or 'error'"),
        ({"instances": {"min": 3, "max": 2}}, " → instances: expected max to be at least min (3)"),
        (
            {"rollout": {"kind": "canary", "percent": 10}},
            ": a canary rollout needs at least 2 instances of each variant, found 0:",
        ),
        ({"scaling": {"cpu": {}}}, " → scaling → cpu: unknown key; expected one of: scale_in"),
    ],
)
def test_what_asynchronous_endpoints_do_not_take(
    tmp_path: Path, serving: dict[str, Any], expected: str
) -> None:
    assert asynchronous(tmp_path, **serving).startswith(SERVING + expected)


def test_serverless_takes_one_variant_and_says_why(tmp_path: Path) -> None:
    line = serverless(tmp_path, memory_mb=1024, max_concurrency=2, variants={"a": CHALLENGER})
    assert line.startswith(f"{SERVING}: a serverless endpoint has one variant, the primary")
    assert "https://docs.aws.amazon.com" in line


def test_serverless_provisions_no_more_than_it_may_use(tmp_path: Path) -> None:
    line = serverless(tmp_path, memory_mb=1024, max_concurrency=2, provisioned={"min": 1, "max": 3})
    assert line.startswith(f"{SERVING}: expected provisioned.max to be at most max_concurrency (2)")


MODEL = "here.yaml → models → sentiment"
HUB = {"hub": "distilbert/tiny", "revision": "0" * 40, "task": "text-classification"}
HUGGINGFACE = {
    "repository": "huggingface-pytorch-inference",
    "tag": "2.6.0-transformers4.49.0-cpu-py312-ubuntu22.04",
}
OPEN = {"isolated": False}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"source": "regstered"},
            " → source: expected 'registered', found 'regstered'",
        ),
        ({"source": None}, " → source: expected a valid dictionary or instance of Pinned"),
        (
            {"source": {"key": "models/sentiment/v1/model.tar.gz"}},
            " → source → key: expected text should match pattern '^registered/",
        ),
        (
            {"source": HUB | {"revision": "main"}},
            " → source → revision: expected text should match pattern",
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
            {"serving": {"instance_type": "ml.m7g.large"}},
            ": the container 2.6.0-cpu-py312 is for CPU instances, found ml.m7g.large: https://",
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


@pytest.mark.parametrize(
    ("rollout", "expected"),
    [
        ({"rollout": {"kind": "canary", "percent": 10}}, "ml.inf1.xlarge rolls all at once only"),
        ({"shadow": {"sampling_percent": 10}}, "ml.inf1.xlarge takes no shadow"),
    ],
)
def test_inferentia_has_no_guardrails_and_no_shadows(
    tmp_path: Path, rollout: dict[str, Any], expected: str
) -> None:
    inferentia = {"instance_type": "ml.inf1.xlarge", "instances": {"min": 2, "max": 2}}
    assert expected in refused(tmp_path, **inferentia, **rollout)


def test_trainium_is_not_burstable(tmp_path: Path) -> None:
    line = refused(tmp_path, instance_type="ml.trn1.2xlarge")
    assert "is for CPU instances, found ml.trn1.2xlarge" in line


def test_a_gpu_container_is_no_serverless_one(tmp_path: Path) -> None:
    base = merged(GOOD, {})
    serving = {"kind": "serverless", "memory_mb": 1024, "max_concurrency": 1}
    base["models"] = {"sentiment": dict(GOOD["models"]["sentiment"]) | {"serving": serving}}
    (line,) = mistakes(tmp_path, model(image={"tag": "2.6.0-gpu-py312"}), base=base)
    assert line.startswith(f"{MODEL}: the container 2.6.0-gpu-py312 is for GPU instances")
