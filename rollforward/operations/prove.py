"""Proof: does the endpoint serve what the last apply asked for?

    endpoint settles ──► prover looks, asks, and rejects what failed ──► pointer follows

The prover is the same Lambda that AWS calls when an endpoint changes with nobody watching.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from config import names
from config.schema.settings import Environment
from rollforward.aws import clients
from rollforward.errors import RollforwardError
from rollforward.operations.history import pointer_after, rejected
from rollforward.operations.status import registered, state, status
from rollforward.operations.wanted import wanted

LIVE = "live"
ROLLED_BACK = "rolled back"
SMOKE_FAILED = "smoke failed"
FAILED = "failed"
NOT_SETTLED = "not settled"
NO_ENDPOINT = "no endpoint"

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
UNSETTLED = {"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"}
# What config allows to bake, and the hour that Terraform's provider waits, are over by then.
SETTLE_TIMEOUT_SECONDS = 65 * 60
POLL_SECONDS = 5


@dataclass(frozen=True)
class Proof:
    """`live`, `asked`, `registered` and `wanted` name models, `rejected` are the versions given up for it.

    `wanted` is what config has the primary variant serve; `due` is whether an apply would change anything.
    """

    model: str
    verdict: str
    live: str | None
    asked: str | None
    registered: str | None
    wanted: str | None
    due: bool
    reason: str | None
    rejected: list[int]

    @property
    def holds(self) -> bool:
        """What was asked for is there, even if by now another is wanted."""
        absent = self.verdict == NO_ENDPOINT and self.wanted is None
        return self.verdict == LIVE or absent


class _NotSettledError(Exception):
    pass


def prove(environment: Environment, model: str, seen: Callable[[str], None]) -> Proof:
    """Wait for the endpoint to settle, and have it proven; wait for the pointer if a version was rejected.

    `seen` is told of the endpoint's state at each look. Raises ConfigError for an unknown model,
    RollforwardError if there is no proof to be had.
    """
    environment.model(model)
    waiting = Retrying(
        retry=retry_if_exception_type(_NotSettledError),
        wait=wait_fixed(POLL_SECONDS),
        stop=stop_after_delay(SETTLE_TIMEOUT_SECONDS),
    )
    try:
        answer = waiting(_settled, environment, model, seen)
    except RetryError:
        raise RollforwardError(
            f"the endpoint {names.endpoint(environment, model)} has not settled in "
            f"{SETTLE_TIMEOUT_SECONDS // 60} minutes, it is {state(environment, model)}: prove again later"
        ) from None
    if answer["verdict"] == LIVE:
        return _proven_live(environment, model, answer["reason"])
    live, asked = answer["live"], answer["asked"]
    if answer["verdict"] == ROLLED_BACK and None in (live, asked):
        # The prover knows pinned copies only.
        now = status(environment, model)
        live, asked = live or now.live, asked or now.asked_for
    pointed = _registered_after(environment, model, answer)
    should = wanted(environment.model(model), pointed)[names.VARIANT]
    return Proof(
        model=model,
        verdict=answer["verdict"],
        live=live,
        asked=asked,
        registered=pointed,
        wanted=should,
        due=should != live,
        reason=answer["reason"],
        rejected=answer["rejected"],
    )


def _proven_live(environment: Environment, model: str, note: str | None) -> Proof:
    """Unless Terraform's state says that the last apply asked for something else.

    Then the prover has dealt with the roll back before anybody asked, or SageMaker's event never came.
    """
    now = status(environment, model)
    proof = Proof(
        model, LIVE, now.live, now.live, now.registered, now.wanted, not now.agree, note, []
    )
    if now.asked_for is None:
        return proof
    reason = f"Rolled back by SageMaker: {now.failure or 'it gave no reason.'}"
    if now.asked_for == now.live:
        return replace(proof, verdict=ROLLED_BACK, reason=reason)
    versions = rejected(environment, model, now.asked_for, reason)
    numbers = [version.number for version in versions]
    reason = versions[0].reason if versions else reason
    pointed = pointer_after(environment, model, now.asked_for)
    should = wanted(environment.model(model), pointed)[names.VARIANT]
    return replace(
        proof,
        verdict=ROLLED_BACK,
        asked=now.asked_for,
        registered=pointed,
        wanted=should,
        due=should != now.live,
        reason=reason,
        rejected=numbers,
    )


def _settled(environment: Environment, model: str, seen: Callable[[str], None]) -> dict[str, Any]:
    now = state(environment, model)
    seen(now)
    if now in UNSETTLED:
        raise _NotSettledError
    answer = _ask(environment, model)
    if answer["verdict"] == NOT_SETTLED:
        raise _NotSettledError
    return answer


def _ask(environment: Environment, model: str) -> dict[str, Any]:
    prover = names.prover(environment)
    client = clients.lambda_(environment)
    try:
        answer = client.invoke(FunctionName=prover, Payload=json.dumps({"model": model}).encode())
    except client.exceptions.ResourceNotFoundException as error:
        clients.require_account(environment)  # in another account, nothing is ever there
        raise RollforwardError(
            f"the function {prover} is not there: deploy the stack "
            f"{names.stack(environment, 'lambda')} first"
        ) from error
    said: dict[str, Any] = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise RollforwardError(
            f"no proof of {model}: {prover} failed, {said.get('errorMessage')}: "
            f"look into /aws/lambda/{prover}"
        )
    return said


def _registered_after(environment: Environment, model: str, answer: dict[str, Any]) -> str | None:
    asked = answer["asked"]
    # With the key of what is live, only the settings were new: no version is to blame.
    rolled_back = answer["verdict"] == ROLLED_BACK and asked != answer["live"]
    if asked is not None and (rolled_back or answer["verdict"] == SMOKE_FAILED):
        return pointer_after(environment, model, asked)
    return registered(environment, model)
