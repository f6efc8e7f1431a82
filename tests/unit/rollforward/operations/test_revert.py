"""`rollforward revert`: what is rejected, where the pointer goes, and what is proven."""

import pytest

from rollforward.cli import revert as command
from rollforward.errors import RollforwardError
from rollforward.operations import decide, prove
from rollforward.operations.apply import endpoint
from rollforward.target import Target
from tests.unit.rollforward.account import MODEL, V1, V2, V3, Account, package
from tests.unit.rollforward.operations.test_decide import decisions
from tests.unit.rollforward.typed import Ran, typed


def revert(*options: str) -> Ran:
    return typed(command.app, MODEL, *options)


def test_a_revert_rejects_every_version_of_the_registered_model(aws: Account) -> None:
    twins = package(3, key=V3), package(2, "PendingManualApproval", key=V3)
    aws.register(*twins, package(1, key=V1), registered=V3)
    ran = revert("--reason", "It is rude")
    assert ran.lines == [
        f"{V3} → {V1}; rejected: 3, 2",
        "to roll the endpoint: rollforward apply sentiment --env dev",
    ]
    assert decisions(aws) == [("3", "Rejected", "It is rude"), ("2", "Rejected", "It is rude")]


def test_a_revert_waits_until_the_pointer_moves(aws: Account) -> None:
    aws.register(package(2, key=V3), package(1, key=V1))
    aws.registrar_hangs = True
    aws.point(V3, V3, V3, V1)
    assert revert().lines[0] == f"{V3} → {V1}; rejected: 2"


def test_a_revert_to_a_version_rejects_those_after_it(aws: Account) -> None:
    aws.register(package(3, key=V3), package(2, key=V2), package(1, key=V1), registered=V3)
    assert revert("--to", "1").lines[0] == f"{V3} → {V1}; rejected: 3, 2"


def test_a_revert_to_the_registered_version_fails_and_changes_nothing(aws: Account) -> None:
    aws.register(package(2, key=V2), package(1, key=V1), registered=V2)
    ran = revert("--to", "2")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        "error: the pointer of sentiment names version 2 already: nothing is reverted. To roll the endpoint "
        "to it: rollforward apply sentiment --env dev\n"
    )
    assert decisions(aws) == []


def test_a_revert_rejects_a_version_that_was_registered_meanwhile(aws: Account) -> None:
    before = [package(2, key=V2), package(1, key=V1)]
    aws.register(*before, registered=V2)
    aws.packages = [before, [package(3, key=V3), *before]]
    assert revert("--to", "1").lines[0] == f"{V2} → {V1}; rejected: 2, 3"


def test_a_revert_to_a_version_that_is_newer_than_the_registered_one_is_no_revert(
    aws: Account,
) -> None:
    aws.register(package(2, key=V2), package(1, key=V1), registered=V1)
    ran = revert("--to", "2")
    assert ran.code == 1
    assert "version 2 of sentiment is newer than the registered version 1" in ran.err
    assert decisions(aws) == []


def test_a_revert_without_an_apply_has_no_proof(aws: Account) -> None:
    aws.register(package(2, key=V3), package(1, key=V1), registered=V3)
    assert revert("--json").json == {
        "model": MODEL,
        "rejected": [2],
        "before": V3,
        "registered": V1,
        "proof": None,
    }


def test_a_revert_does_not_return_to_a_model_with_a_rejected_version(aws: Account) -> None:
    others = package(2, key=V2), package(1, "Rejected", key=V2)
    aws.register(package(3, key=V3), *others, registered=V3)
    assert "sentiment has no other approved version to return to" in revert().err
    ran = revert("--to", "2")
    assert "version 2 of sentiment is Rejected: approve it first" in ran.err
    assert "rollforward approve sentiment 2 --env dev" in ran.err
    assert decisions(aws) == []


def test_a_pointer_that_does_not_move_says_where_to_look(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decide, "POINTER_TIMEOUT_SECONDS", 0)
    aws.register(package(2, key=V3), package(1, key=V1), registered=V3)
    aws.registrar_hangs = True
    ran = revert()
    assert ran.code == 1
    assert "see the log group /aws/lambda/rollforward-dev-registrar" in ran.err


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch, aws: Account) -> list[str]:
    """The models whose stacks are applied: Terraform does not run, but the proof does."""
    models: list[str] = []

    def apply_endpoint(target: Target) -> prove.Proof:
        models.append(target.model)
        return prove.prove(target, lambda _: None)

    monkeypatch.setattr(endpoint, "apply_endpoint", apply_endpoint)
    aws.register(package(2, key=V2), package(1, key=V1), registered=V2)
    return models


def test_a_revert_that_is_applied_is_proven(aws: Account, applied: list[str]) -> None:
    aws.serve(V1)
    aws.prover_says("live", live=V1, asked=V1)
    ran = revert("--apply")
    assert (ran.code, applied) == (0, [MODEL])
    assert ran.lines == [f"{V2} → {V1}; rejected: 2", "sentiment: live", f"live {V1}"]


@pytest.mark.usefixtures("applied")
def test_a_revert_whose_proof_fails_has_failed(aws: Account) -> None:
    aws.serve(V1, state="Failed")
    aws.prover_says("failed", asked=V1, reason="No capacity")
    ran = revert("--apply", "--json")
    assert ran.code == 1
    assert (ran.json["rejected"], ran.json["proof"]["verdict"]) == ([2], "failed")


@pytest.mark.usefixtures("applied")
def test_a_revert_that_leaves_the_model_live_has_failed(aws: Account) -> None:
    # SageMaker rolled back to it, and the last apply asked for it again.
    aws.serve(V2)
    aws.prover_says("live", live=V2, asked=V2)
    assert revert("--apply").code == 1


@pytest.mark.usefixtures("applied")
def test_an_interrupted_apply_says_what_is_done_and_what_to_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(_: Target) -> prove.Proof:
        raise KeyboardInterrupt

    monkeypatch.setattr(endpoint, "apply_endpoint", interrupted)
    ran = revert("--apply")
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.splitlines() == [
        "rejected: version 2",
        f"the pointer names {V1}",
        "the endpoint is perhaps not rolled yet: rollforward prove sentiment --env dev, then "
        "rollforward apply sentiment --env dev",
        "error: interrupted",
    ]


def test_an_interrupted_wait_for_the_pointer_says_what_is_rejected_and_what_to_run(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(decide, "poll", lambda *_, **__: interrupted())
    aws.register(package(2, key=V2), package(1, key=V1), registered=V2)
    ran = revert()
    assert ran.code == 130
    assert ran.err.splitlines() == [
        "rejected: version 2",
        "the pointer follows; wait for it and see the next command: rollforward status sentiment --env dev",
        "error: interrupted",
    ]


@pytest.mark.usefixtures("applied")
def test_a_revert_whose_apply_fails_says_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: Target) -> prove.Proof:
        raise RollforwardError("the state is locked")

    monkeypatch.setattr(endpoint, "apply_endpoint", refused)
    ran = revert("--apply")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines()[:2] == ["rejected: version 2", f"the pointer names {V1}"]
    assert ran.err.endswith("error: the state is locked\n")
