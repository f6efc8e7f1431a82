import pytest

from config import names
from config.errors import ConfigError
from rollforward.cli.app import app
from rollforward.errors import RollforwardError
from rollforward.operations.status import Status, status
from rollforward.target import Target
from tests.unit.rollforward.account import (
    DEAD_LETTERS,
    DEV,
    ENDPOINT,
    MODEL,
    SENTIMENT,
    V1,
    V2,
    V3,
    Account,
    package,
)
from tests.unit.rollforward.typed import typed


def test_an_endpoint_that_serves_the_registered_model_agrees(aws: Account) -> None:
    aws.point(V1)
    aws.serve(V1)
    found = status(SENTIMENT)
    assert found == Status(
        model=MODEL,
        endpoint=ENDPOINT,
        source="registered",
        follows=True,
        registered=V1,
        wanted=V1,
        live=V1,
        beside={},
        asked_for=None,
        state="InService",
        failure=None,
        deliver_to=f"s3://{names.model_bucket(DEV)}/models/sentiment/<version>/model.tar.gz",
    )
    assert found.agree


def test_an_endpoint_that_serves_another_model_does_not(aws: Account) -> None:
    aws.point(V2)
    aws.serve(V1)
    found = status(SENTIMENT)
    assert (found.registered, found.live) == (V2, V1)
    assert not found.agree


def test_before_the_first_model_there_is_none_of_either(aws: Account) -> None:
    aws.point("none")
    found = status(SENTIMENT)
    assert (found.registered, found.live, found.state) == (None, None, "Absent")
    assert found.agree


def test_a_registered_model_without_an_endpoint_does_not_agree(aws: Account) -> None:
    aws.point(V1)
    assert not status(SENTIMENT).agree


def test_the_reason_of_a_failed_endpoint_is_shown(aws: Account) -> None:
    aws.point(V1)
    aws.serve(V1, state="Failed", failure="The container did not pass the ping")
    found = status(SENTIMENT)
    assert (found.state, found.failure) == ("Failed", "The container did not pass the ping")


def test_a_pointer_that_is_not_deployed_names_the_stack_to_deploy(aws: Account) -> None:
    aws.parameters.clear()
    with pytest.raises(RollforwardError, match="does not exist: deploy the stack dev-lambda first"):
        status(SENTIMENT)


def test_another_accounts_credentials_are_not_taken_for_a_missing_stack(aws: Account) -> None:
    aws.parameters.clear()
    aws.account = "999999999999"
    with pytest.raises(RollforwardError, match="the credentials belong to account 999999999999"):
        status(SENTIMENT)


def test_an_unknown_model_asks_aws_nothing(aws: Account) -> None:
    with pytest.raises(ConfigError, match="has no model 'other'; it has: sentiment"):
        status(Target(DEV, "other"))
    assert aws.requests == []


@pytest.mark.parametrize("state", ["Failed", "Updating", "RollingBack"])
def test_an_endpoint_that_is_not_in_service_does_not_agree(aws: Account, state: str) -> None:
    aws.point(V1)
    aws.serve(V1, state)
    assert not status(SENTIMENT).agree


def test_a_deleted_live_configuration_is_shown_and_is_no_error(aws: Account) -> None:
    aws.point(V1)
    aws.describe("InService", configuration="gone")
    found = status(SENTIMENT)
    assert found.live == "unknown: gone or its model was deleted"
    assert not found.agree


def test_the_model_that_sagemaker_rolled_back_from_is_shown(aws: Account) -> None:
    aws.point(V1)
    aws.describe("InService", configuration="the-old", failure="No weights")
    aws.configure(V1, "the-old")
    aws.last_apply("the-new")
    aws.configure(V2, "the-new")
    found = status(SENTIMENT)
    assert (found.live, found.asked_for, found.failure) == (V1, V2, "No weights")
    assert found.agree


@pytest.mark.parametrize("asked_for", [None, "the-configuration"])
def test_an_endpoint_that_serves_what_was_asked_for_says_no_more(
    aws: Account, asked_for: str | None
) -> None:
    aws.point(V1)
    aws.describe("InService")
    aws.configure(V1, "the-configuration")
    if asked_for:
        aws.last_apply(asked_for)
    assert status(SENTIMENT).asked_for is None


def test_the_command_shows_what_was_rolled_back_from(aws: Account) -> None:
    aws.point(V1)
    aws.describe("InService")
    aws.configure(V1, "the-configuration")
    aws.last_apply("the-larger")
    aws.configure(V1, "the-larger")
    ran = typed(app, "status", MODEL)
    assert f"rolled back from {V1} with other settings" in ran.lines


def shown(aws: Account, *options: str) -> list[str]:
    return typed(app, "status", MODEL, *options).lines


def test_the_next_command_of_a_new_model_is_deliver(aws: Account) -> None:
    assert "next rollforward deliver sentiment model.tar.gz --env dev" in shown(aws)


def test_an_endpoint_that_agrees_needs_no_command(aws: Account) -> None:
    aws.register(package(1, key=V1), registered=V1, live=V1)
    lines = shown(aws)
    assert not any(line.startswith(("next", "waiting", "dead letters")) for line in lines)


def test_the_next_command_of_an_endpoint_that_lags_behind_is_apply(aws: Account) -> None:
    aws.register(package(2, key=V2), package(1, key=V1), registered=V2, live=V1)
    assert "next rollforward apply sentiment --env dev" in shown(aws)


def test_an_endpoint_that_an_apply_would_remove_needs_a_model_first(aws: Account) -> None:
    aws.register(package(1, "Rejected", key=V1), live=V1)
    assert "next deliver or approve a model first: an apply would remove the endpoint" in shown(aws)


@pytest.mark.parametrize("state", ["Updating", "Failed"])
def test_prove_tells_more_of_an_endpoint_that_is_not_in_service(aws: Account, state: str) -> None:
    aws.point(V1)
    aws.serve(V1, state)
    assert "next rollforward prove sentiment --env dev" in shown(aws)


def test_versions_that_wait_for_approval_are_shown_with_the_command(aws: Account) -> None:
    pending = [package(number, "PendingManualApproval", key=V3) for number in (5, 4)]
    decided = package(3, key=V2), package(2, "PendingManualApproval", key=V2)
    older = package(1, "PendingManualApproval", key=V1)
    aws.register(*pending, *decided, older, registered=V2, live=V2)
    lines = shown(aws)
    assert "waiting version 5 waits for approval" in lines
    assert "next rollforward approve sentiment 5 --env dev" in lines
    (found,) = typed(app, "status", "--json").json
    assert found["waiting"] == [5]
    assert found["next"] == "rollforward approve sentiment 5 --env dev"


def test_dead_letters_are_counted_once_for_the_environment(aws: Account) -> None:
    aws.register(package(1, key=V1), registered=V1, live=V1)
    aws.queues[DEAD_LETTERS] = 2
    assert shown(aws)[-1] == (
        "2 events in the queue rollforward-dev-registrar-dead-letters: the functions failed on them. See "
        "the log groups /aws/lambda/rollforward-dev-registrar and /aws/lambda/rollforward-dev-prover"
    )
    (found,) = typed(app, "status", "--json").json
    assert found["dead_letters"] == 2


def test_a_traceback_of_the_container_is_one_line_with_the_way_to_its_log(aws: Account) -> None:
    failure = "The container did not start:\nTraceback (most recent call last):\n  File x\nKeyError: 'w'\n"
    aws.point(V1)
    aws.serve(V1, state="Failed", failure=failure)
    assert (
        "endpoint rollforward-dev-sentiment: Failed (KeyError: 'w': see the log group "
        "/aws/sagemaker/Endpoints/rollforward-dev-sentiment)"
    ) in shown(aws)
    (found,) = typed(app, "status", "--json").json
    assert found["failure"] == failure
