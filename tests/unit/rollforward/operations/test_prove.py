"""`rollforward prove`: what it waits for, what it tells, and when it fails."""

import io
import json
from typing import Any

import pytest

from config.schema import settings
from config.schema.settings import Environment
from rollforward.cli import decide
from rollforward.cli import prove as proof_commands
from rollforward.operations import history as registry
from rollforward.operations import prove as proof
from rollforward.operations.apply import endpoint as rolling
from tests.unit.conftest import Stub
from tests.unit.rollforward.answers import (
    DEV,
    MODEL,
    V1,
    V2,
    configuration,
    decided,
    deployed,
    endpoint,
    endpoint_is,
    last_apply,
    no_endpoint,
    package,
    packages,
    pointer,
)
from tests.unit.rollforward.typed import Ran, typed

APPLY = "rollforward apply sentiment --env dev"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "POLL_SECONDS", 0)


def prove(*arguments: str) -> Ran:
    return typed(proof_commands.app, *arguments)


def prover_says(stub: Stub, verdict: str, model: str = MODEL, **more: Any) -> None:
    nothing: dict[str, Any] = {"live": None, "asked": None, "reason": None, "rejected": []}
    prover_returns(stub, {"verdict": verdict, "model": model, **nothing, **more}, model)


def prover_returns(stub: Stub, said: dict[str, Any], model: str = MODEL, **more: str) -> None:
    answer = {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(said).encode()), **more}
    asked = {
        "FunctionName": "rollforward-dev-prover",
        "Payload": json.dumps({"model": model}).encode(),
    }
    stub("lambda").add_response("invoke", answer, asked)


def rolled_back(
    stub: Stub, pointed: str, asked: str = V2, rejected: tuple[int, ...] = (2,)
) -> None:
    """V1 is live, after `asked` was tried; the pointer then is `pointed`."""
    endpoint_is(stub, "InService")
    reason = "No weights"
    prover_says(stub, "rolled back", live=V1, asked=asked, reason=reason, rejected=list(rejected))
    pointer(stub, pointed)


def test_what_was_asked_for_is_live(stub: Stub) -> None:
    endpoint_is(stub, "InService")
    prover_says(stub, "live", live=V1, asked=V1)
    pointer(stub, V1)
    endpoint(stub, V1)
    ran = prove()
    assert (ran.code, ran.lines) == (0, ["sentiment: live", f"live {V1}"])


def test_what_is_registered_since_is_no_failure_but_told(stub: Stub) -> None:
    endpoint_is(stub, "InService")
    prover_says(stub, "live", live=V1, asked=V1)
    pointer(stub, V2)
    endpoint(stub, V1)
    ran = prove()
    assert ran.code == 0
    assert ran.lines[1:] == [
        f"live {V1}",
        f"registered {V2}",
        f"next an apply is due: {APPLY}",
    ]


def test_an_endpoint_is_waited_for_until_it_settles(stub: Stub) -> None:
    for state in ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"):
        endpoint_is(stub, state)
    # It settled, and something else began before the prover looked.
    endpoint_is(stub, "InService")
    prover_says(stub, "not settled")
    endpoint_is(stub, "InService")
    prover_says(stub, "live", live=V1, asked=V1)
    pointer(stub, V1)
    endpoint(stub, V1)
    assert prove().code == 0


def test_an_endpoint_that_does_not_settle_is_told_with_its_state(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "SETTLE_TIMEOUT_SECONDS", 0)
    endpoint_is(stub, "Updating")
    endpoint_is(stub, "Updating")
    ran = prove()
    assert ran.code == 1
    assert "rollforward-dev-sentiment has not settled" in ran.err
    assert "it is Updating: prove again later" in ran.err


def test_a_roll_back_to_what_is_registered_now_needs_nothing_more(stub: Stub) -> None:
    pointer(stub, V2)  # which follows a little later
    rolled_back(stub, pointed=V1)
    ran = prove()
    assert (ran.code, ran.lines) == (
        1,
        [
            "sentiment: rolled back",
            f"asked for {V2}",
            f"live {V1}",
            "reason No weights",
            "rejected version 2",
            "next nothing: the endpoint serves the registered version already",
        ],
    )


def test_a_roll_back_to_what_is_not_registered_needs_an_apply(stub: Stub) -> None:
    rolled_back(stub, pointed="registered/sentiment/v0/0/model.tar.gz")
    assert prove().lines[-1] == f"next {APPLY}"


def test_new_settings_that_did_not_work_are_to_be_corrected(stub: Stub) -> None:
    rolled_back(stub, pointed=V1, asked=V1, rejected=())
    ran = prove()
    assert ran.code == 1
    assert ran.lines[-1].startswith("next the model is live with its earlier settings: correct")


def test_when_nothing_approved_is_left_no_apply_is_advised(stub: Stub) -> None:
    rolled_back(stub, pointed="none")
    assert "an apply would remove the endpoint" in prove().lines[-1]


def test_a_pointer_that_does_not_follow_leaves_the_proof_as_it_is(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "POINTER_TIMEOUT_SECONDS", 0)
    rolled_back(stub, pointed=V2)
    ran = prove()
    assert ran.code == 1
    assert "reason No weights" in ran.lines
    assert "the pointer still names it: look into /aws/lambda/rollforward-dev-registrar" in ran.out


def test_a_failed_smoke_request_says_what_to_apply(stub: Stub) -> None:
    endpoint_is(stub, "InService")
    reason = "the answer has no label"
    prover_says(stub, "smoke failed", live=V2, asked=V2, reason=reason, rejected=[2, 3])
    pointer(stub, V2)
    pointer(stub, V1)
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
def test_a_failed_endpoint_is_to_be_deleted_first(stub: Stub, state: str) -> None:
    endpoint_is(stub, state)
    prover_says(stub, "failed", asked=V1, reason="No capacity")
    pointer(stub, V1)
    ran = prove()
    assert ran.code == 1
    assert "reason No capacity" in ran.lines
    deletion = "aws sagemaker delete-endpoint --endpoint-name rollforward-dev-sentiment"
    assert f"{deletion} --region us-east-1, then {APPLY}" in ran.lines[-1]


def test_before_the_first_model_there_is_nothing_to_prove(stub: Stub) -> None:
    no_endpoint(stub)
    prover_says(stub, "no endpoint")
    pointer(stub, "none")
    ran = prove()
    assert (ran.code, ran.lines) == (0, ["sentiment: no endpoint, and no registered model"])


def test_a_registered_model_without_an_endpoint_needs_an_apply(stub: Stub) -> None:
    no_endpoint(stub)
    prover_says(stub, "no endpoint")
    pointer(stub, V1)
    ran = prove()
    assert ran.code == 1
    assert ran.lines == [
        "sentiment: no endpoint",
        f"registered {V1}",
        f"next an apply is due: {APPLY}",
    ]


def test_a_proof_is_data_as_well(stub: Stub) -> None:
    rolled_back(stub, pointed=V1)
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
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = DEV.model_copy(update={"models": {MODEL: DEV.model(MODEL), "topics": DEV.model(MODEL)}})
    monkeypatch.setattr(settings, "load", lambda _: both)
    rolled_back(stub, pointed=V1)
    no_endpoint(stub)
    prover_says(stub, "no endpoint", "topics")
    stub("ssm").add_response("get_parameter", {"Parameter": {"Value": "none"}})
    ran = prove("--json")
    assert ran.code == 1
    assert [one["model"] for one in ran.json] == [MODEL, "topics"]


@pytest.mark.usefixtures("stub")
def test_an_unknown_model_is_the_users_mistake_before_anything_is_asked() -> None:
    ran = prove(MODEL, "other")
    assert (ran.code, ran.err) == (
        2,
        "error: environment 'dev' has no model 'other'; it has: sentiment\n",
    )


def test_a_prover_that_fails_names_its_log(stub: Stub) -> None:
    endpoint_is(stub, "InService")
    prover_returns(stub, {"errorMessage": "Task timed out"}, FunctionError="Unhandled")
    ran = prove()
    assert (ran.code, ran.err) == (
        1,
        "error: no proof of sentiment: rollforward-dev-prover failed, Task timed out: "
        "look into /aws/lambda/rollforward-dev-prover\n",
    )


def test_a_prover_that_is_not_deployed_names_the_stack_to_deploy(stub: Stub) -> None:
    endpoint_is(stub, "InService")
    stub("lambda").add_client_error("invoke", "ResourceNotFoundException")
    stub("sts").add_response("get_caller_identity", {"Account": DEV.account})
    ran = prove()
    assert ran.code == 1
    assert "is not there: deploy the stack dev-lambda first" in ran.err


@pytest.fixture
def rolls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The models whose stacks are applied: none is, but it is proven."""
    applied: list[str] = []

    def roll(environment: Environment, model: str) -> proof.Proof:
        applied.append(model)
        return proof.prove(environment, model, lambda _: None)

    monkeypatch.setattr(rolling, "apply_endpoint", roll)
    return applied


def reverted(stub: Stub) -> None:
    deployed(stub, package(2, key=V2), package(1, key=V1), registered=V2)
    pointer(stub, V2)
    decided(stub, 2, verdict="Rejected", reason="Reverted by hand")
    pointer(stub, V1)
    endpoint_is(stub, "InService")


def test_a_revert_that_is_applied_is_proven(stub: Stub, rolls: list[str]) -> None:
    reverted(stub)
    prover_says(stub, "live", live=V1, asked=V1)
    pointer(stub, V1)
    endpoint(stub, V1)
    ran = typed(decide.app, "revert", MODEL, "--apply")
    assert (ran.code, rolls) == (0, [MODEL])
    assert ran.lines == [f"{V2} → {V1}; rejected: 2", "sentiment: live", f"live {V1}"]


@pytest.mark.usefixtures("rolls")
def test_a_revert_whose_proof_fails_has_failed(stub: Stub) -> None:
    reverted(stub)
    prover_says(stub, "failed", asked=V1, reason="No capacity")
    pointer(stub, V1)
    ran = typed(decide.app, "revert", MODEL, "--apply", "--json")
    assert ran.code == 1
    assert (ran.json["rejected"], ran.json["proof"]["verdict"]) == ([2], "failed")


@pytest.mark.usefixtures("rolls")
def test_a_revert_that_leaves_the_model_live_has_failed(stub: Stub) -> None:
    reverted(stub)
    # SageMaker rolled back to it, and somebody has dealt with that already.
    prover_says(stub, "live", live=V2, asked=V2)
    pointer(stub, V1)
    endpoint(stub, V2)
    assert typed(decide.app, "revert", MODEL, "--apply").code == 1


def test_what_was_rolled_back_before_anybody_asked_is_told_all_the_same(stub: Stub) -> None:
    endpoint_is(stub, "InService")
    prover_says(stub, "live", live=V1, asked=V1)
    for _ in ("for the proof", "for the history"):
        pointer(stub, V1)
        endpoint_is(stub, "InService")
        configuration(stub, V1)
        last_apply(stub, "the-new")
        configuration(stub, V2, "the-new")
    packages(stub, package(2, "Rejected", key=V2, reason="No weights"), package(1, key=V1))
    pointer(stub, V1)
    ran = prove()
    assert ran.code == 1
    assert ran.lines == [
        "sentiment: rolled back",
        f"asked for {V2}",
        f"live {V1}",
        "reason No weights",
        "rejected version 2",
        "next nothing: the endpoint serves the registered version already",
    ]


def test_a_roll_back_that_no_event_told_of_is_rejected_by_the_proof(stub: Stub) -> None:
    endpoint_is(stub, "InService")
    prover_says(stub, "live", live=V1, asked=V1)
    for _ in ("for the proof", "for the history"):
        pointer(stub, V2)
        endpoint_is(stub, "InService", failure="No weights")
        configuration(stub, V1)
        last_apply(stub, "the-new")
        configuration(stub, V2, "the-new")
    packages(stub, package(2, key=V2), package(1, key=V1))
    decided(stub, 2, verdict="Rejected", reason="Rolled back by SageMaker: No weights")
    pointer(stub, V1)
    ran = prove("--json")
    assert ran.code == 1
    assert ran.json[0]["rejected"] == [2]
    assert (ran.json[0]["asked"], ran.json[0]["registered"]) == (V2, V1)
