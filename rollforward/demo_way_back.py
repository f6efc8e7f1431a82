"""The demo's second half: what the gate lets pass, and the way back from what it can't know."""

import json

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from config import names
from config.outputs import TAKEN_BACK
from examples.sentiment.build import build
from rollforward import aws
from rollforward.demo_story import MODEL, SENTENCE, Story, World, delivered, expect, rolled
from rollforward.errors import RollforwardError
from rollforward.proof import LIVE, SMOKE_FAILED, Proof, prove
from rollforward.registry import REJECTED, Version, history

# EventBridge, the prover's second look, and the registrar.
SECONDS_TO_GO_BACK = 60


def wait_for_metrics(world: World) -> str:
    archive = build("v3", world.folder)
    verdict = world.deliver(archive, "v3")
    expect(verdict.waiting, f"v3 to wait for its metrics, but: {verdict.reason}")
    expect(world.status().registered == world.verdicts["v2"].registered, "v2 still registered")
    world.verdicts["v3"] = verdict
    return verdict.reason


def pass_the_gate(world: World) -> str:
    metrics = world.folder / "v3" / names.METRICS
    bucket, key = names.model_bucket(world.environment), names.metrics_key(MODEL, "v3")
    aws.s3(world.environment).upload_file(str(metrics), bucket, key)
    wanted = world.verdicts["v3"].registered
    _wait_until_registered(world, wanted)
    return f"{json.loads(metrics.read_text('utf-8'))} → {wanted}"


def prove_v3(world: World) -> str:
    rolled(world, "v3")
    proof = _prove(world)
    expect(proof.verdict == LIVE, f"v3 to be proven live, but: {proof}")
    world.answers["v3"] = world.invoke()
    return f"{proof.live} answered its smoke request; “{SENTENCE}” → {world.answers['v3']}"


def refuse_worse(world: World) -> str:
    pinned = str(world.verdicts["v3"].registered)
    before = world.etag(pinned)
    archive = build("v4", world.folder)
    # Under the name v3: another delivery, whatever it is called.
    verdict = world.deliver(archive, "v3", archive.with_name(names.METRICS))
    expect(verdict.status == REJECTED, f"v4 to be refused, but: {verdict.reason}")
    expect(verdict.registered != pinned, "a copy of its own for the new bytes")
    expect(world.etag(pinned) == before, f"{pinned} untouched")
    expect(world.status().registered == pinned, "v3 still registered")
    return verdict.reason


def deliver_crashing(world: World) -> str:
    return delivered(world, "v5")


def fail_the_proof(world: World) -> str:
    rolled(world, "v5")
    proof = _prove(world)
    expect(proof.verdict == SMOKE_FAILED, f"v5 to fail its proof, but: {proof}")
    expect(proof.registered == world.verdicts["v3"].registered, "the pointer back at v3")
    return (
        f"{proof.reason}\n  rejected: {proof.rejected}; the pointer is back at {proof.registered}"
    )


def go_back(world: World) -> str:
    rolled(world, "v3")
    proof = _prove(world)
    expect(proof.verdict == LIVE, f"v3 to be proven live again, but: {proof}")
    expect(world.invoke() == world.answers["v3"], "v3 to answer again")
    return f"“{SENTENCE}” → {world.answers['v3']}"


def deliver_dead(world: World) -> str:
    return delivered(world, "v6")


def rolled_back_by_itself(world: World) -> str:
    world.endpoint_stack.plan()
    try:
        world.endpoint_stack.apply()
    except RollforwardError as error:
        expect(TAKEN_BACK in str(error), f"an apply that tells of the roll back, not {error}")
    else:
        expect(False, "an apply that fails, for SageMaker rolled back")
    v3 = world.verdicts["v3"].registered
    expect(world.status().live == v3, f"v3 still live, found {world.status()}")
    _wait_until_registered(world, v3)
    version = _version(world, str(world.verdicts["v6"].registered))
    expect(version.verdict == REJECTED, f"v6 to be rejected, found {version}")
    expect(world.invoke() == world.answers["v3"], "v3 to answer all the while")
    return f"{version.reason.splitlines()[0]}\n  the pointer is back at {v3}"


THE_WAY_BACK: Story = [
    ("Deliver v3, its metrics not yet: it waits", wait_for_metrics),
    ("Its metrics come: better than what is live, it passes the gate", pass_the_gate),
    ("Apply and prove: v3 is live", prove_v3),
    ("Overwrite v3 with v4, which is worse: refused by the gate", refuse_worse),
    ("Deliver v5, which crashes on invoke: nobody can know yet", deliver_crashing),
    ("Apply and prove: it fails its smoke request and is rejected", fail_the_proof),
    ("Apply and prove: v3 is live again", go_back),
    ("Deliver v6, which never starts", deliver_dead),
    (
        "Apply: SageMaker rolls back, and the pointer returns with nobody watching",
        rolled_back_by_itself,
    ),
]


def _prove(world: World) -> Proof:
    return prove(world.environment, MODEL, lambda _: None)


def _version(world: World, key: str) -> Version:
    return next(one for one in history(world.environment, MODEL) if one.key == key)


def _wait_until_registered(world: World, key: str | None) -> None:
    waiting = Retrying(
        retry=retry_if_result(lambda registered: registered != key),
        wait=wait_fixed(0.5),
        stop=stop_after_delay(SECONDS_TO_GO_BACK),
    )
    try:
        waiting(lambda: world.status().registered)
    except RetryError:
        found = world.status().registered
        raise RollforwardError(f"expected the pointer at {key}, found {found}") from None
