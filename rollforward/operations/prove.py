"""Proves an endpoint: does it serve what the last apply asked for?

    endpoint settles ──► the prover compares, sends the smoke request, rejects ──► the pointer moves

The prover is the Lambda function that AWS also invokes when an endpoint changes. It alone decides whether
SageMaker rolled back, and which versions are rejected.
"""

from collections.abc import Callable
from dataclasses import dataclass

from config import names
from config.schema.variants import PRIMARY
from lambda_src.shared.prover_answer import ProverAnswer, Verdict
from rollforward.aws.endpoint import UNSETTLED, endpoint_state
from rollforward.aws.prover import invoke_prover
from rollforward.errors import RollforwardError
from rollforward.operations.decide import pointer_after_rejection
from rollforward.operations.status import status
from rollforward.operations.terraform_state import asked_configuration
from rollforward.operations.wanted import wanted_models
from rollforward.polling import poll
from rollforward.target import Target

# Longer than the longest bake that the configuration allows, and than Terraform's provider waits (an hour).
SETTLE_TIMEOUT_SECONDS = 65 * 60
POLL_SECONDS = 5


@dataclass(frozen=True)
class Proof:
    """`live`, `asked`, `registered` and `wanted` name models; None means that there is none.

    `asked` is what the last apply asked for, `wanted` what the configuration and the pointer now ask for.
    `due` says whether an apply would change the endpoint. `rejected` are the numbers of the versions
    that were rejected because they failed.
    """

    model: str
    verdict: Verdict
    live: str | None
    asked: str | None
    registered: str | None
    wanted: str | None
    due: bool
    reason: str | None
    rejected: list[int]

    @property
    def holds(self) -> bool:
        """The endpoint serves what the last apply asked for, even if another model is wanted by now."""
        is_absent = self.verdict == Verdict.NO_ENDPOINT and self.wanted is None
        return self.verdict == Verdict.LIVE or is_absent


def prove(target: Target, on_state: Callable[[str], None], *, rolled_back: bool = False) -> Proof:
    """Wait until the endpoint settles, then let the prover decide.

    If the prover rejected a version, wait until the pointer moves. `on_state` is called with the endpoint's
    state at each look. `rolled_back` says that the apply before saw SageMaker roll back. Raises
    RollforwardError if the endpoint does not settle or the prover fails.
    """
    answer = _wait_for_answer(target, on_state, rolled_back)
    now = status(target)
    if answer.verdict == Verdict.LIVE and now.asked_for:
        raise RollforwardError(
            f"cannot prove {target.model}: the function {names.prover(target.environment)} does not know "
            f"that the last apply asked for {now.asked_for}. It is older than this command, or another apply "
            f"is running. Run `rollforward apply --env {target.environment.name}`, which deploys the function"
        )
    live, asked, registered = answer.live, answer.asked, now.registered
    # The prover knows pinned copies only, not models of the HuggingFace hub.
    if answer.verdict == Verdict.LIVE:
        live = asked = live or now.live
    elif answer.verdict in (Verdict.ROLLED_BACK, Verdict.NOT_APPLIED):
        live, asked = live or now.live, asked or now.asked_for
    if answer.rejected:
        registered = pointer_after_rejection(target, asked)
    wanted = wanted_models(target, registered)[PRIMARY]
    return Proof(
        model=target.model,
        verdict=answer.verdict,
        live=live,
        asked=asked,
        registered=registered,
        wanted=wanted,
        due=not now.agree if answer.verdict == Verdict.LIVE else wanted != live,
        reason=answer.reason,
        rejected=list(answer.rejected),
    )


def _wait_for_answer(
    target: Target, on_state: Callable[[str], None], rolled_back: bool
) -> ProverAnswer:
    def look() -> ProverAnswer | None:
        state = endpoint_state(target)
        on_state(state)
        if state in UNSETTLED:
            return None
        answer = invoke_prover(target, asked_configuration(target), rolled_back=rolled_back)
        return None if answer.verdict == Verdict.NOT_SETTLED else answer

    answer = poll(look, timeout_seconds=SETTLE_TIMEOUT_SECONDS, pause_seconds=POLL_SECONDS)
    if answer is None:
        raise RollforwardError(
            f"the endpoint {target.endpoint} has not settled in {SETTLE_TIMEOUT_SECONDS // 60} minutes: its "
            f"state is {endpoint_state(target)}. Run `{target.command('prove')}` later"
        )
    return answer
