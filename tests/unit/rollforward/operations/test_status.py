import pytest

from config import names
from config.errors import ConfigError
from rollforward.cli.app import app
from rollforward.errors import RollforwardError
from rollforward.operations.status import Status, status
from tests.unit.conftest import Stub
from tests.unit.rollforward.answers import (
    DEV,
    ENDPOINT,
    MODEL,
    V1,
    V2,
    configuration,
    endpoint,
    endpoint_is,
    last_apply,
    no_endpoint,
    pointer,
)
from tests.unit.rollforward.typed import typed


def test_an_endpoint_that_serves_the_registered_model_agrees(stub: Stub) -> None:
    pointer(stub, V1)
    endpoint(stub, V1)
    found = status(DEV, MODEL)
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


def test_an_endpoint_that_serves_another_model_does_not(stub: Stub) -> None:
    pointer(stub, V2)
    endpoint(stub, V1)
    found = status(DEV, MODEL)
    assert (found.registered, found.live) == (V2, V1)
    assert not found.agree


def test_before_the_first_model_there_is_none_of_either(stub: Stub) -> None:
    pointer(stub, "none")
    no_endpoint(stub)
    found = status(DEV, MODEL)
    assert (found.registered, found.live, found.state) == (None, None, "Absent")
    assert found.agree


def test_a_registered_model_without_an_endpoint_does_not_agree(stub: Stub) -> None:
    pointer(stub, V1)
    no_endpoint(stub)
    assert not status(DEV, MODEL).agree


def test_what_an_endpoint_failed_of_is_told(stub: Stub) -> None:
    pointer(stub, V1)
    endpoint(stub, V1, state="Failed", failure="The container did not pass the ping")
    found = status(DEV, MODEL)
    assert (found.state, found.failure) == ("Failed", "The container did not pass the ping")


def test_a_pointer_that_is_not_deployed_names_the_stack_to_deploy(stub: Stub) -> None:
    no_endpoint(stub)
    stub("ssm").add_client_error("get_parameter", "ParameterNotFound")
    stub("sts").add_response("get_caller_identity", {"Account": DEV.account})
    with pytest.raises(RollforwardError, match="is not there: deploy the stack dev-lambda first"):
        status(DEV, MODEL)


def test_another_accounts_credentials_are_not_taken_for_a_missing_stack(stub: Stub) -> None:
    no_endpoint(stub)
    stub("ssm").add_client_error("get_parameter", "ParameterNotFound")
    stub("sts").add_response("get_caller_identity", {"Account": "999999999999"})
    with pytest.raises(RollforwardError, match="the credentials are of account 999999999999"):
        status(DEV, MODEL)


@pytest.mark.usefixtures("stub")
def test_an_unknown_model_asks_aws_nothing() -> None:
    with pytest.raises(ConfigError, match="has no model 'other'; it has: sentiment"):
        status(DEV, "other")


@pytest.mark.parametrize("state", ["Failed", "Updating", "RollingBack"])
def test_an_endpoint_that_is_not_in_service_does_not_agree(stub: Stub, state: str) -> None:
    pointer(stub, V1)
    endpoint(stub, V1, state)
    assert not status(DEV, MODEL).agree


def test_a_live_configuration_that_was_deleted_is_told_not_raised(stub: Stub) -> None:
    pointer(stub, V1)
    endpoint_is(stub, "InService", "gone")
    stub("sagemaker").add_client_error(
        "describe_endpoint_config", "ValidationException", 'Could not find "gone".'
    )
    last_apply(stub, None)
    found = status(DEV, MODEL)
    assert found.live == "unknown: gone or its model was deleted"
    assert not found.agree


def test_what_sagemaker_rolled_back_from_is_told(stub: Stub) -> None:
    pointer(stub, V1)
    endpoint_is(stub, "InService", "the-old", failure="No weights")
    configuration(stub, V1, "the-old")
    last_apply(stub, "the-new")
    configuration(stub, V2, "the-new")
    found = status(DEV, MODEL)
    assert (found.live, found.asked_for, found.failure) == (V1, V2, "No weights")
    assert found.agree


@pytest.mark.parametrize("asked_for", [None, "the-configuration"])
def test_an_endpoint_that_serves_what_was_asked_for_says_no_more(
    stub: Stub, asked_for: str | None
) -> None:
    pointer(stub, V1)
    endpoint_is(stub, "InService")
    configuration(stub, V1)
    last_apply(stub, asked_for)
    assert status(DEV, MODEL).asked_for is None


def test_the_command_tells_what_was_rolled_back_from(stub: Stub) -> None:
    pointer(stub, V1)
    endpoint_is(stub, "InService")
    configuration(stub, V1)
    last_apply(stub, "the-larger")
    configuration(stub, V1, "the-larger")
    ran = typed(app, "status", MODEL)
    assert f"rolled back from {V1} with other settings" in ran.lines
