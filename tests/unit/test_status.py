import pytest

from config import names
from config.errors import ConfigError
from config.settings import load
from rollforward.errors import RollforwardError
from rollforward.status import Status, status
from tests.unit.conftest import Stub

DEV = load("dev")
MODEL = "sentiment"
ENDPOINT = "rollforward-dev-sentiment"
V1 = "registered/sentiment/v1/1/model.tar.gz"
V2 = "registered/sentiment/v2/2/model.tar.gz"


def pointer(stub: Stub, value: str) -> None:
    name = {"Name": "/rollforward/dev/sentiment/registered"}
    stub("ssm").add_response("get_parameter", {"Parameter": {"Value": value}}, name)


def endpoint(stub: Stub, key: str, state: str = "InService", failure: str | None = None) -> None:
    """An endpoint that serves the artifact at `key`."""
    described = {
        "EndpointName": ENDPOINT,
        "EndpointArn": f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{ENDPOINT}",
        "EndpointConfigName": "the-configuration",
        "EndpointStatus": state,
        "CreationTime": 0,
        "LastModifiedTime": 0,
    } | ({"FailureReason": failure} if failure else {})
    sagemaker = stub("sagemaker")
    sagemaker.add_response("describe_endpoint", described, {"EndpointName": ENDPOINT})
    sagemaker.add_response(
        "describe_endpoint_config",
        {
            "EndpointConfigName": "the-configuration",
            "EndpointConfigArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/c",
            "ProductionVariants": [{"VariantName": "primary", "ModelName": "the-model"}],
            "CreationTime": 0,
        },
        {"EndpointConfigName": "the-configuration"},
    )
    sagemaker.add_response(
        "describe_model",
        {
            "ModelName": "the-model",
            "PrimaryContainer": {"ModelDataUrl": f"s3://the-bucket/{key}"},
            "CreationTime": 0,
            "ModelArn": "arn:aws:sagemaker:us-east-1:123456789012:model/the-model",
        },
        {"ModelName": "the-model"},
    )


def no_endpoint(stub: Stub) -> None:
    stub("sagemaker").add_client_error(
        "describe_endpoint", "ValidationException", 'Could not find endpoint "x".'
    )


def test_an_endpoint_that_serves_the_registered_model_agrees(stub: Stub) -> None:
    pointer(stub, V1)
    endpoint(stub, V1)
    found = status(DEV, MODEL)
    assert found == Status(
        model=MODEL,
        endpoint=ENDPOINT,
        registered=V1,
        live=V1,
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
    sagemaker = stub("sagemaker")
    described = {
        "EndpointName": ENDPOINT,
        "EndpointArn": f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{ENDPOINT}",
        "EndpointConfigName": "gone",
        "EndpointStatus": "InService",
        "CreationTime": 0,
        "LastModifiedTime": 0,
    }
    sagemaker.add_response("describe_endpoint", described, {"EndpointName": ENDPOINT})
    sagemaker.add_client_error(
        "describe_endpoint_config", "ValidationException", 'Could not find "gone".'
    )
    found = status(DEV, MODEL)
    assert found.live == "unknown: gone or its model was deleted"
    assert not found.agree
