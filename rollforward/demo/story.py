"""The demo's first half: models are delivered, the endpoint rolls forward, bad archives change nothing.

Each step does one thing, looks at what came of it, and says what it saw.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config import names
from config.addresses import ENDPOINT_TYPE
from config.outputs import DELIVER_TO, ENDPOINT, REGISTERED_MODEL
from config.schema.settings import Environment
from examples.sentiment.build import build
from rollforward.aws import objects
from rollforward.demo.bad_archives import BAD_ARCHIVES
from rollforward.errors import RollforwardError
from rollforward.operations.bootstrap import bootstrap
from rollforward.operations.deliver import DeliveryResult, deliver
from rollforward.operations.invoke import invoke
from rollforward.operations.status import Status, status
from rollforward.polling import poll
from rollforward.target import Target
from rollforward.terraform.plans import Plan
from rollforward.terraform.stack import Stack
from rollforward.terraform.synthesize import synthesize

MODEL = "sentiment"
# The two versions disagree on this one: only v2 looks at pairs of words.
SENTENCE = "this is not good"
# EventBridge, the prover's second look, and the registrar.
SECONDS_TO_GO_BACK = 60


@dataclass
class World:
    """Where the story plays, and what it remembers from one step to the next."""

    environment: Environment
    folder: Path
    deliveries: dict[str, DeliveryResult] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)

    def stack(self, part: str) -> Stack:
        stacks = self.folder / "cdktf.out" / "stacks"
        return Stack(stacks / names.stack(self.environment, part), os.environ)

    @property
    def target(self) -> Target:
        return Target(self.environment, MODEL)

    @property
    def endpoint_stack(self) -> Stack:
        return self.stack(self.target.stack_part)

    def status(self) -> Status:
        return status(self.target)

    def deliver(self, archive: Path, version: str, metrics: Path | None = None) -> DeliveryResult:
        return deliver(self.target, archive, version, lambda _: None, metrics)

    def invoke(self) -> dict[str, Any]:
        request = json.dumps({"inputs": SENTENCE}).encode()
        answer = json.loads(invoke(self.target, request, "application/json").body)
        expect(isinstance(answer, dict), f"a prediction, not {answer!r}")
        return dict(answer)

    def etag(self, key: str) -> str:
        return objects.etag(self.target, key)


def expect(holds: bool, what: str) -> None:
    """Raises RollforwardError, which ends the story, unless it `holds`."""
    if not holds:
        raise RollforwardError(f"expected {what}")


def prepare(world: World) -> str:
    made = bootstrap(world.environment)
    synthesize(world.environment.name, world.folder / "cdktf.out")
    return f"state in {made.bucket}"


def apply_registrar(world: World) -> str:
    return _apply(world.stack("lambda"))


def apply_bucket(world: World) -> str:
    return _apply(world.stack("s3"))


def apply_without_model(world: World) -> str:
    stack = world.endpoint_stack
    stack.init()
    plan = stack.plan()
    planned = [change.address for change in plan.changes if "aws_sagemaker_" in change.address]
    expect(not planned, f"no SageMaker resource while there is no model, found {planned}")
    stack.apply()
    outputs = stack.outputs()
    expect(outputs[ENDPOINT] == names.NO_MODEL, f"no endpoint, found {outputs[ENDPOINT]}")
    return f"no endpoint yet; deliver to {outputs[DELIVER_TO]}"


def deliver_first(world: World) -> str:
    return delivered(world, "v1")


def create_endpoint(world: World) -> str:
    plan = rolled(world, "v1")
    created = plan.of_type(ENDPOINT_TYPE)
    expect([change.actions for change in created] == [("create",)], "the endpoint to be created")
    return f"{world.status().endpoint} serves {world.deliveries['v1'].registered}"


def invoke_first(world: World) -> str:
    world.answers["v1"] = world.invoke()
    return f"“{SENTENCE}” → {json.dumps(world.answers['v1'])}"


def deliver_second(world: World) -> str:
    return delivered(world, "v2")


def roll_forward(world: World) -> str:
    plan = rolled(world, "v2")
    old, new = (world.deliveries[version].registered for version in ("v1", "v2"))
    seen = plan.outputs.get(REGISTERED_MODEL)
    expect(seen == (old, new), f"the plan to show {old} → {new}, found {seen}")
    endpoints = plan.of_type(ENDPOINT_TYPE)
    expect(
        [change.actions for change in endpoints] == [("update",)], "the endpoint updated in place"
    )
    gone = [change.address for change in plan.changes if "delete" in change.actions]
    expect(not gone, f"v1's model and configuration kept, but the plan deletes {gone}")
    return f"{old} → {new}, in place"


def invoke_second(world: World) -> str:
    world.answers["v2"] = world.invoke()
    before, after = world.answers["v1"]["label"], world.answers["v2"]["label"]
    expect(before != after, f"v2 to predict another label than v1, both say {before!r}")
    return f"“{SENTENCE}” → {json.dumps(world.answers['v2'])}"


def apply_again(world: World) -> str:
    plan = world.endpoint_stack.plan()
    expect(plan.empty, f"No changes, found {[change.address for change in plan.changes]}")
    return "No changes"


def refuse_bad_ones(world: World) -> str:
    before = world.status()
    reasons = []
    for name, write in BAD_ARCHIVES.items():
        verdict = world.deliver(write(world.folder, build("v1", world.folder)), name)
        expect(not verdict.approved, f"{name} to be refused")
        reasons.append(f"{name}: {verdict.reason}")
    expect(world.status() == before, f"pointer and endpoint as they were: {before}")
    expect(world.invoke() == world.answers["v2"], "v2 to go on answering")
    return "\n  ".join(reasons)


Story = list[tuple[str, Callable[[World], str]]]

ROLLING_FORWARD: Story = [
    ("Make the state bucket and synthesize dev", prepare),
    ("Apply the Lambda stack", apply_registrar),
    ("Apply the S3 stack", apply_bucket),
    ("Apply the SageMaker stack: no model yet, no endpoint", apply_without_model),
    ("Deliver v1: inspected, pinned, registered, pointed at", deliver_first),
    ("Apply: the endpoint is created", create_endpoint),
    ("Invoke: the prediction of v1", invoke_first),
    ("Deliver v2", deliver_second),
    ("Apply: the same endpoint rolls forward", roll_forward),
    ("Invoke: the prediction of v2", invoke_second),
    ("Apply again: nothing to do", apply_again),
    ("Deliver four bad archives: each refused, nothing changes", refuse_bad_ones),
]


def _apply(stack: Stack) -> str:
    stack.init()
    plan = stack.plan()
    stack.apply()
    return f"{len(plan.changes)} resources"


def delivered(world: World, version: str) -> str:
    """Deliver `version` with its metrics; the pointer then names it."""
    archive = build(version, world.folder)
    verdict = world.deliver(archive, version, archive.with_name(names.METRICS))
    expect(verdict.approved, f"{version} to be approved, but: {verdict.reason}")
    # The registrar moves the pointer after it has recorded the verdict.
    wait_until_registered(world, verdict.registered)
    world.deliveries[version] = verdict
    return f"{verdict.delivered} → {verdict.registered}"


def rolled(world: World, version: str) -> Plan:
    """Plan and apply the endpoint's stack; the endpoint then serves `version`."""
    plan = world.endpoint_stack.plan()
    world.endpoint_stack.apply()
    now = world.status()
    expect(now.live == world.deliveries[version].registered, f"{version} to be live, found {now}")
    expect(now.state == "InService", f"the endpoint InService, found {now}")
    return plan


def wait_until_registered(world: World, key: str | None) -> None:
    def is_registered() -> bool | None:
        return world.status().registered == key or None

    if not poll(is_registered, timeout_seconds=SECONDS_TO_GO_BACK, pause_seconds=0.5):
        found = world.status().registered
        raise RollforwardError(f"expected the pointer at {key}, found {found}")
