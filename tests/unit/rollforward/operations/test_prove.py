"""`rollforward prove`: what it waits for, what it shows, and when it fails."""

from typing import Any

import pytest

from config.schema import settings
from rollforward.cli import prove as command
from rollforward.operations import decide
from rollforward.operations import prove as operation
from tests.unit.rollforward.account import (
    DEV,
    ENDPOINT,
    MODEL,
    PROVER,
    V1,
    V2,
    Account,
)
from tests.unit.rollforward.typed import Ran, typed

APPLY = "rollforward apply sentiment --env dev"
V0 = "registered/sentiment/20251231T120000Z-v0-00000000/model.tar.gz"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operation, "POLL_SECONDS", 0)


def prove(*arguments: str) -> Ran:
    return typed(command.app, *arguments)


def rolled_back(
    aws: Account, pointed: str, asked: str = V2, rejected: tuple[int, ...] = (2,)
) -> None:
    """V1 is live, after `asked` was tried; the pointer then is `pointed`."""
    aws.serve(V1)
    aws.configure(asked, "the-new")
    aws.last_apply("the-new")
    reason = "No weights"
    aws.prover_says("rolled back", live=V1, asked=asked, reason=reason, rejected=list(rejected))
    aws.point(pointed)


def test_what_was_asked_for_is_live(aws: Account) -> None:
    aws.serve(V1)
    aws.point(V1)
    aws.prover_says("live", live=V1, asked=V1)
    ran = prove()
    assert (ran.code, ran.lines) == (0, ["sentiment: live", f"live {V1}"])


def test_the_prover_learns_what_the_last_apply_asked_for(aws: Account) -> None:
    rolled_back(aws, pointed=V1)
    prove()
    (request,) = aws.requested("invoke")
    assert request["FunctionName"] == PROVER
    assert (
        request["Payload"]
        == b'{"model": "sentiment", "configuration": "the-new", "rolled_back": false}'
    )


def test_a_version_that_was_registered_since_is_shown_and_is_no_failure(aws: Account) -> None:
    aws.serve(V1)
    aws.point(V2)
    aws.prover_says("live", live=V1, asked=V1)
    ran = prove()
    assert ran.code == 0
    assert ran.lines[1:] == [
        f"live {V1}",
        f"registered {V2}",
        f"next an apply is due: {APPLY}",
    ]


def test_an_endpoint_is_waited_for_until_it_settles(aws: Account) -> None:
    aws.serve(V1)
    aws.point(V1)
    states = ["Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"]
    aws.describe(*states, "InService")
    # It settled, and something else began before the prover looked.
    aws.prover_says("not settled", "live", live=V1, asked=V1)
    assert prove().code == 0
    assert len(aws.requested("invoke")) == 2


def test_an_endpoint_that_does_not_settle_is_shown_with_its_state(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operation, "SETTLE_TIMEOUT_SECONDS", 0)
    aws.describe("Updating")
    ran = prove()
    assert ran.code == 1
    assert f"{ENDPOINT} has not settled" in ran.err
    assert "its state is Updating. Run `rollforward prove sentiment --env dev` later" in ran.err


@pytest.mark.parametrize("pointed", [(V1,), (V2, V1), (V2, V2, V1)])
def test_a_roll_back_to_what_is_registered_now_needs_nothing_more(
    aws: Account, pointed: tuple[str, ...]
) -> None:
    rolled_back(aws, pointed=V1)
    aws.point(*pointed)  # which follows a little later
    ran = prove()
    assert (ran.code, ran.lines) == (
        1,
        [
            "sentiment: rolled back",
            f"asked for {V2}",
            f"live {V1}",
            "reason No weights",
            "rejected version 2",
            "next nothing: the endpoint already serves the registered version",
        ],
    )


def test_a_roll_back_to_what_is_not_registered_needs_an_apply(aws: Account) -> None:
    rolled_back(aws, pointed=V0)
    assert prove().lines[-1] == f"next {APPLY}"


def test_after_a_roll_back_of_new_settings_the_next_step_is_to_correct_them(aws: Account) -> None:
    rolled_back(aws, pointed=V1, asked=V1, rejected=())
    ran = prove()
    assert ran.code == 1
    assert ran.lines[-1].startswith("next the model is live with its earlier settings: correct")


def test_when_nothing_approved_is_left_no_apply_is_advised(aws: Account) -> None:
    rolled_back(aws, pointed="none")
    assert "an apply would remove the endpoint" in prove().lines[-1]


def test_a_pointer_that_does_not_follow_leaves_the_proof_as_it_is(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decide, "POINTER_TIMEOUT_SECONDS", 0)
    rolled_back(aws, pointed=V2)
    ran = prove()
    assert ran.code == 1
    assert "reason No weights" in ran.lines
    log_group = "/aws/lambda/rollforward-dev-registrar"
    assert f"the pointer still names it: see the log group {log_group}" in ran.out


def test_a_failed_smoke_request_says_what_to_apply(aws: Account) -> None:
    aws.serve(V2)
    reason = "the answer has no label"
    aws.prover_says("smoke failed", live=V2, asked=V2, reason=reason, rejected=[2, 3])
    aws.point(V2, V1)
    ran = prove()
    assert (ran.code, ran.lines) == (
        1,
        [
            "sentiment: smoke failed",
            f"live {V2}",
            f"registered {V1}",
            "reason the answer has no label",
            "rejected version 2, version 3",
            f"next {APPLY}",
        ],
    )


@pytest.mark.parametrize("state", ["Failed", "UpdateRollbackFailed"])
def test_a_failed_endpoint_is_to_be_deleted_first(aws: Account, state: str) -> None:
    aws.serve(V1, state)
    aws.prover_says("failed", asked=V1, reason="No capacity")
    aws.point(V1)
    ran = prove()
    assert ran.code == 1
    assert "reason No capacity" in ran.lines
    deletion = "aws sagemaker delete-endpoint --endpoint-name rollforward-dev-sentiment"
    assert f"{deletion} --region us-east-1, then {APPLY}" in ran.lines[-1]


def test_before_the_first_model_there_is_nothing_to_prove(aws: Account) -> None:
    aws.prover_says("no endpoint")
    ran = prove()
    assert (ran.code, ran.lines) == (0, ["sentiment: no endpoint, and no registered model"])


def test_a_registered_model_without_an_endpoint_needs_an_apply(aws: Account) -> None:
    aws.prover_says("no endpoint")
    aws.point(V1)
    ran = prove()
    assert ran.code == 1
    assert ran.lines == [
        "sentiment: no endpoint",
        f"registered {V1}",
        f"next an apply is due: {APPLY}",
    ]


def test_a_proof_is_data_as_well(aws: Account) -> None:
    rolled_back(aws, pointed=V1)
    ran = prove("--json")
    assert (ran.code, ran.json) == (
        1,
        [
            {
                "model": MODEL,
                "verdict": "rolled back",
                "live": V1,
                "asked": V2,
                "registered": V1,
                "wanted": V1,
                "due": False,
                "reason": "No weights",
                "rejected": [2],
            }
        ],
    )


def test_all_models_are_proven_and_one_failure_counts(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = DEV.model_copy(update={"models": {MODEL: DEV.model(MODEL), "topics": DEV.model(MODEL)}})
    monkeypatch.setattr(settings, "load", lambda _: both)
    rolled_back(aws, pointed=V1)
    aws.point("none", model="topics")
    nothing: dict[str, Any] = {"live": None, "asked": None, "reason": None, "rejected": []}
    aws.prover[PROVER].append({"verdict": "no endpoint", "model": "topics", **nothing})
    ran = prove("--json")
    assert ran.code == 1
    assert [one["model"] for one in ran.json] == [MODEL, "topics"]


def test_an_unknown_model_is_the_users_mistake_before_anything_is_asked(aws: Account) -> None:
    ran = prove(MODEL, "other")
    assert (ran.code, ran.err) == (
        2,
        "error: environment 'dev' has no model 'other'; it has: sentiment\n",
    )
    assert aws.requests == []


def test_an_apply_that_sagemaker_did_not_take_is_due_again(aws: Account) -> None:
    rolled_back(aws, pointed=V2)
    aws.prover_says("not applied", live=V1, asked=V2, reason="SageMaker refused the update.")
    ran = prove()
    assert (ran.code, ran.lines) == (
        1,
        [
            "sentiment: not applied",
            f"asked for {V2}",
            f"live {V1}",
            f"registered {V2}",
            "reason SageMaker refused the update.",
            "next rollforward apply sentiment --env dev",
        ],
    )


def test_a_version_that_was_approved_again_is_applied_again(aws: Account) -> None:
    rolled_back(aws, pointed=V2, rejected=())
    assert prove().lines[-1] == "next rollforward apply sentiment --env dev"


def test_a_smoke_request_without_an_answer_is_shown(aws: Account) -> None:
    unheard = "Its smoke request has no answer after 60 seconds."
    aws.serve(V1)
    aws.point(V1)
    aws.prover_says("live", live=V1, asked=V1, reason=unheard)
    ran = prove()
    assert (ran.code, ran.lines[-1]) == (0, f"note {unheard}")
