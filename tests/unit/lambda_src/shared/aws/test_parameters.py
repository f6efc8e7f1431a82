"""The requests that Parameter Store receives, and what its answers become."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lambda_src.shared.aws.parameters import SsmParameters
from tests.unit.lambda_src.shared.aws.clients import client


def test_a_parameter_is_read() -> None:
    ssm = client("ssm")
    with Stubber(ssm) as stub:
        stub.add_response("get_parameter", _parameter("none", 1), {"Name": "/p"})
        assert SsmParameters(ssm).read("/p") == "none"


def test_a_missing_parameter_is_none() -> None:
    ssm = client("ssm")
    with Stubber(ssm) as stub:
        stub.add_client_error("get_parameter", "ParameterNotFound")
        assert SsmParameters(ssm).read("/p") is None


def test_a_forbidden_parameter_is_an_error_not_a_missing_one() -> None:
    ssm = client("ssm")
    with Stubber(ssm) as stub:
        stub.add_client_error("get_parameter", "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDenied"):
            SsmParameters(ssm).read("/p")


def test_a_parameter_is_changed_never_created() -> None:
    ssm = client("ssm")
    with Stubber(ssm) as stub:
        expected = {"Name": "/p", "Value": "v", "Overwrite": True}
        stub.add_response("put_parameter", {"Version": 2}, expected)
        SsmParameters(ssm).write("/p", "v")
        stub.assert_no_pending_responses()


def _parameter(value: str, version: int) -> dict[str, Any]:
    return {"Parameter": {"Value": value, "Version": version}}


def test_a_read_that_is_older_than_ones_own_write_is_repeated() -> None:
    ssm = client("ssm")
    paused: list[float] = []
    with Stubber(ssm) as stub:
        stub.add_response("put_parameter", {"Version": 7})
        for version in (6, 6, 7):
            stub.add_response("get_parameter", _parameter(f"v{version}", version))
        parameters = SsmParameters(ssm, sleep=paused.append)
        parameters.write("/p", "v7")
        assert parameters.read("/p") == "v7"
        assert len(paused) == 2


def test_a_parameter_that_was_deleted_and_created_again_is_read_after_a_while() -> None:
    ssm = client("ssm")
    with Stubber(ssm) as stub:
        stub.add_response("put_parameter", {"Version": 7})
        for _ in range(8):
            stub.add_response("get_parameter", _parameter("none", 1))
        parameters = SsmParameters(ssm, sleep=lambda _: None)
        parameters.write("/p", "v7")
        assert [parameters.read("/p"), parameters.read("/p")] == ["none", "none"]
        stub.assert_no_pending_responses()


def test_a_write_waits_for_another_of_the_same_parameter() -> None:
    ssm = client("ssm")
    with Stubber(ssm) as stub:
        stub.add_client_error("put_parameter", "TooManyUpdates")
        stub.add_response("put_parameter", {"Version": 2})
        SsmParameters(ssm, sleep=lambda _: None).write("/p", "v")
        stub.assert_no_pending_responses()
