"""`rollforward approve` and `rollforward reject`."""

import pytest

from rollforward.cli import decide as commands
from tests.unit.rollforward.account import MODEL, V1, V2, Account, package
from tests.unit.rollforward.typed import typed

BOTH = pytest.mark.parametrize(
    ("command", "verdict"), [("approve", "Approved"), ("reject", "Rejected")]
)


def decisions(aws: Account) -> list[tuple[str, str, str]]:
    """The number, the approval status and the reason of every changed version, in their order."""
    return [
        (
            request["ModelPackageArn"].rpartition("/")[2],
            request["ModelApprovalStatus"],
            request["ApprovalDescription"],
        )
        for request in aws.requested("update_model_package")
    ]


@BOTH
def test_a_decision_is_about_all_versions_of_a_model(
    aws: Account, command: str, verdict: str
) -> None:
    twins = package(2, "Rejected", key=V1), package(1, "PendingManualApproval", key=V1)
    aws.register(package(3, key=V2), *twins, registered=V1)
    ran = typed(commands.app, command, MODEL, "1", "--reason", "I looked at it")
    assert ran.lines[0].startswith(
        f"sentiment versions 2, 1 (the same model): {verdict}; the pointer"
    )
    assert decisions(aws) == [("2", verdict, "I looked at it"), ("1", verdict, "I looked at it")]


@BOTH
def test_the_result_of_a_decision_is_shown(aws: Account, command: str, verdict: str) -> None:
    aws.register(package(1, "PendingManualApproval", key=V1))
    ran = typed(commands.app, command, MODEL, "1")
    assert ran.lines[0].startswith(f"sentiment version 1: {verdict}; the pointer ")
    assert decisions(aws) == [("1", verdict, f"{verdict} by hand")]


@BOTH
def test_the_result_of_a_decision_is_data_as_well(aws: Account, command: str, verdict: str) -> None:
    aws.register(package(1, "PendingManualApproval", key=V1))
    (version,) = typed(commands.app, command, MODEL, "1", "--json").json
    assert (version["number"], version["verdict"]) == (1, verdict)


def test_the_pointer_follows_an_approval_of_the_newest_version(aws: Account) -> None:
    aws.register(package(2, "PendingManualApproval", key=V2), package(1, key=V1), registered=V1)
    ran = typed(commands.app, "approve", MODEL, "2")
    assert ran.lines == ["sentiment version 2: Approved; the pointer follows"]


def test_an_approval_of_an_older_version_says_why_the_pointer_stays(aws: Account) -> None:
    aws.register(package(2, key=V2), package(1, "Rejected", key=V1), registered=V2)
    ran = typed(commands.app, "approve", MODEL, "1")
    assert ran.lines == [
        "sentiment version 1: Approved; the pointer stays at version 2, which is newer and approved. To "
        "return to version 1: rollforward revert sentiment --to 1 --env dev"
    ]


def test_an_approval_of_the_registered_version_leaves_the_pointer(aws: Account) -> None:
    aws.register(package(1, key=V1), registered=V1)
    ran = typed(commands.app, "approve", MODEL, "1")
    assert ran.lines == ["sentiment version 1: Approved; the pointer names it already"]


def test_the_pointer_follows_a_rejection_of_the_registered_version(aws: Account) -> None:
    aws.register(package(2, key=V2), package(1, key=V1), registered=V2)
    ran = typed(commands.app, "reject", MODEL, "2")
    assert ran.lines == ["sentiment version 2: Rejected; the pointer follows"]


def test_a_rejection_of_another_version_leaves_the_pointer(aws: Account) -> None:
    aws.register(package(2, key=V2), package(1, key=V1), registered=V2)
    ran = typed(commands.app, "reject", MODEL, "1")
    assert ran.lines == ["sentiment version 1: Rejected; the pointer stays at version 2"]


def test_a_refused_delivery_cannot_be_approved(aws: Account) -> None:
    aws.register(package(1, "Rejected", reason="Refused: it is truncated."))
    ran = typed(commands.app, "approve", MODEL, "1")
    assert ran.code == 1
    assert "there is nothing to serve: Refused: it is truncated." in ran.err
    assert decisions(aws) == []


def test_an_unknown_version_is_answered_with_the_existing_versions(aws: Account) -> None:
    aws.register(package(2, key=V2), package(1, key=V1))
    ran = typed(commands.app, "reject", MODEL, "9")
    assert (ran.code, ran.err) == (1, "error: sentiment has no version 9; it has: 2, 1\n")
    assert decisions(aws) == []
