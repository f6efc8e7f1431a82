"""A deployment from v1 to v2, which has a smoke request, watched by the prover."""

import random
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, repeat

from lambda_src.prove_model.cloud import InvocationFailed
from lambda_src.prove_model.started_deployment import StartedDeployment
from lambda_src.prove_model.trial import Trial
from lambda_src.prove_model.watch import (
    SECONDS_BETWEEN_LOOKS,
    Watch,
)
from lambda_src.shared.endpoints import PendingDeployment
from tests.unit.lambda_src.fakes.endpoints import MODEL
from tests.unit.lambda_src.prove_model.fake_rolls import LAST_DEPLOYMENT, NAMES, FakeRolls

SMOKE = '{"request": {"inputs": "lovely"}, "answer": {"label": "positive"}}'
RIGHT, WRONG = b'{"label": "positive"}', b'{"label": "negative"}'
CREATING = PendingDeployment("v2", starting=True, baking=False, share=0.2)
BAKING = PendingDeployment("v2", starting=False, baking=True, share=0.2)
ACTIVATING = replace(CREATING, starting=False)
ALL = replace(BAKING, share=1)
# What DescribeEndpoint returns: the status, and the pending deployment.
Stage = tuple[str, PendingDeployment | None]
UNSEEN: Stage = ("Updating", None)
OVER: Stage = ("InService", None)


def crash(_: bytes) -> bytes:
    raise InvocationFailed("ModelError: Received server error (500) from primary.")


def watch(
    cloud: FakeRolls,
    deployment: StartedDeployment,
    seconds: float = 900,
    then: Iterable[Stage] = (),
) -> Trial | None:
    """With every look but the first, the next stage of the deployment has begun; then it is over."""
    stages, left = chain(then, repeat(OVER)), seconds

    def sleep(pause: float) -> None:
        nonlocal left
        left -= pause
        if pause == SECONDS_BETWEEN_LOOKS:
            cloud.status, cloud.pending = next(stages)

    connected = replace(cloud.connect(), sleep=sleep)
    return Watch(connected, NAMES, MODEL, deployment, lambda: left).run()


def roll(
    cloud: FakeRolls, deployment: StartedDeployment, *, old: bytes, new: bytes
) -> Trial | None:
    """The events of a canary's first bake, the new fleet getting a fifth of the requests."""
    chance = random.Random(1)  # noqa: S311
    cloud.pending, cloud.answers = CREATING, lambda _: old
    watch(cloud, deployment)
    cloud.status, cloud.pending = "Updating", BAKING
    cloud.answers = lambda _: new if chance.random() < BAKING.share else old
    return watch(cloud, deployment)


def known(cloud: FakeRolls) -> StartedDeployment:
    found = StartedDeployment.parse(cloud.values[LAST_DEPLOYMENT])
    assert found is not None
    return found
