"""The demo's second half: what the gate lets pass, and the way back from what it can't know."""

import json

from config import names
from examples.sentiment.build import build
from lambda_src.shared.prover_answer import Verdict
from lambda_src.shared.registry import Approval
from rollforward.aws import objects
from rollforward.demo.story import (
    MODEL,
    SENTENCE,
    Story,
    World,
    delivered,
    expect,
    rolled,
    wait_until_registered,
)
from rollforward.demo.traffic import traffic
from rollforward.errors import RollforwardError
from rollforward.operations.apply.retry import is_roll_back
from rollforward.operations.history import Version, history
from rollforward.operations.prove import Proof, prove


def wait_for_metrics(world: World) -> str:
    archive = build("v3", world.folder)
    verdict = world.deliver(archive, "v3")
    expect(verdict.waiting, f"v3 to wait for its metrics, but: {verdict.reason}")
    expect(world.status().registered == world.deliveries["v2"].registered, "v2 still registered")
    world.deliveries["v3"] = verdict
    return verdict.reason


def pass_the_gate(world: World) -> str:
    metrics = world.folder / "v3" / names.METRICS
    objects.upload(world.target, metrics, names.metrics_key(MODEL, "v3"))
    wanted = world.deliveries["v3"].registered
    wait_until_registered(world, wanted)
    return f"{json.dumps(json.loads(metrics.read_text('utf-8')))} → {wanted}"


def prove_v3(world: World) -> str:
    rolled(world, "v3")
    proof = _prove(world)
    expect(proof.verdict == Verdict.LIVE, f"v3 to be proven live, but: {proof}")
    world.answers["v3"] = world.invoke()
    return f"{proof.live} answered its smoke request; “{SENTENCE}” → {world.answers['v3']}"


def refuse_worse(world: World) -> str:
    pinned = str(world.deliveries["v3"].registered)
    before = world.etag(pinned)
    archive = build("v4", world.folder)
    # Under the name v3: another delivery, whatever it is called.
    verdict = world.deliver(archive, "v3", archive.with_name(names.METRICS))
    expect(verdict.status == Approval.REJECTED, f"v4 to be refused, but: {verdict.reason}")
    expect(verdict.registered != pinned, "a copy of its own for the new bytes")
    expect(world.etag(pinned) == before, f"{pinned} untouched")
    expect(world.status().registered == pinned, "v3 still registered")
    return verdict.reason


def deliver_crashing(world: World) -> str:
    return delivered(world, "v5")


def roll_back_failing(world: World) -> str:
    request = json.dumps({"inputs": SENTENCE}).encode()
    with traffic(world.target, request) as seen:
        _apply_that_is_rolled_back(world)
    version = _back_at_v3(world, "v5")
    expect("Its smoke request failed" in version.reason, f"v5's own error, found {version.reason}")
    return f"{version.reason}\n  {seen}"


def deliver_not_starting(world: World) -> str:
    return delivered(world, "v6")


def roll_back_not_starting(world: World) -> str:
    _apply_that_is_rolled_back(world)
    version = _back_at_v3(world, "v6")
    return f"{version.reason.splitlines()[0]}\n  the pointer is back at {world.status().registered}"


ROLLING_BACK: Story = [
    ("Deliver v3, its metrics not yet: it waits", wait_for_metrics),
    ("Its metrics come: better than what is live, it passes the gate", pass_the_gate),
    ("Apply and prove: v3 is live", prove_v3),
    ("Overwrite v3 with v4, which is worse: refused by the gate", refuse_worse),
    ("Deliver v5, which crashes on invoke: nobody can know yet", deliver_crashing),
    (
        "Apply: v5 fails its smoke request, and SageMaker rolls back in the same apply",
        roll_back_failing,
    ),
    ("Deliver v6, which never starts", deliver_not_starting),
    (
        "Apply: v6 does not start, SageMaker rolls back, and the pointer returns",
        roll_back_not_starting,
    ),
]


def _prove(world: World) -> Proof:
    return prove(world.target, lambda _: None)


def _apply_that_is_rolled_back(world: World) -> None:
    world.endpoint_stack.plan()
    try:
        world.endpoint_stack.apply()
    except RollforwardError as error:
        expect(is_roll_back(error), f"an apply that tells of the roll back, not {error}")
    else:
        expect(False, "an apply that fails, for SageMaker rolled back")


def _back_at_v3(world: World, rejected: str) -> Version:
    """The version that was rejected: the endpoint serves v3, which the pointer names again."""
    v3 = world.deliveries["v3"].registered
    expect(world.status().live == v3, f"v3 still live, found {world.status()}")
    wait_until_registered(world, v3)
    version = _version(world, str(world.deliveries[rejected].registered))
    expect(version.verdict == Approval.REJECTED, f"{rejected} to be rejected, found {version}")
    expect(world.invoke() == world.answers["v3"], "v3 to answer again")
    return version


def _version(world: World, key: str) -> Version:
    return next(one for one in history(world.target) if one.key == key)
