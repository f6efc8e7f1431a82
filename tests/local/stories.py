"""What the stories of a deployment have in common: what they deliver, ask and wait for."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from examples.sentiment.build import build
from tests.local.deployment import Deployment

QUESTION = json.dumps({"inputs": "this is not good"})
# Better than any model of the example.
GOOD_METRICS = {"accuracy": 1, "latency_ms": {"p95": 1}}


def deliver(deployment: Deployment, version: str, folder: Path) -> None:
    """Deliver a version of the example with its metrics; it is approved."""
    archive = build(version, folder)
    ran = deployment.deliver(archive, archive.with_name("metrics.json"), version)
    assert (ran.code, ran.json["status"]) == (0, "Approved"), ran.err


def label(deployment: Deployment) -> str:
    """What the endpoint predicts for the question."""
    return str(json.loads(deployment.run("invoke", "sentiment", QUESTION).out)["label"])


def status(deployment: Deployment) -> dict[str, Any]:
    (found,) = deployment.run("status", "--json").json
    return dict(found)


def registered(deployment: Deployment) -> str | None:
    key = status(deployment)["registered"]
    return str(key) if key else None


def history(deployment: Deployment) -> list[dict[str, Any]]:
    return list(deployment.run("history", "sentiment", "--json").json)


def newest(deployment: Deployment) -> dict[str, Any]:
    return history(deployment)[0]


def approved(deployment: Deployment) -> list[dict[str, Any]]:
    return [one for one in history(deployment) if one["verdict"] == "Approved"]


def assert_nothing_to_do(deployment: Deployment) -> None:
    for stack in deployment.stacks:
        plan = stack.plan()
        assert plan.empty, f"{stack.folder.name}: {plan}"


def wait_for(condition: Callable[[], bool]) -> None:
    Retrying(
        retry=retry_if_result(lambda holds: not holds),
        wait=wait_fixed(0.2),
        stop=stop_after_delay(120),
    )(condition)
