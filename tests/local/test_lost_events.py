"""The prover and the stand-in: DescribeEndpoint lags behind the events, and all events but one are lost."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lambda_src.prove_model.aws import SageMakerInvocations
from lambda_src.prove_model.proof_request import proof_request
from lambda_src.prove_model.prover import Prover
from lambda_src.prove_model.watch import Watch
from lambda_src.shared.aws.endpoints import SageMakerEndpoints
from lambda_src.shared.prover_answer import Verdict
from localcloud.behaviour import Behaviour
from tests.unit.lambda_src.fakes.endpoints import ENDPOINT, MODEL
from tests.unit.lambda_src.fakes.objects import BUCKET
from tests.unit.lambda_src.prove_model.fake_rolls import NAMES, V1, V2, FakeRolls
from tests.unit.localcloud.standin import (
    Endpoints,
    serve_stand_in,
    variant,
    wait_until,
    with_fake_containers,
)

BAKES = {
    "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "smoke"}]},
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
        "TerminationWaitInSeconds": 20,
    },
}
LAG = 0.4


def create(endpoints: Endpoints) -> None:
    """v1 is live; v2 is registered."""
    for name, key in (("v1", V1), ("v2", V2)):
        container = {"Image": "image", "ModelDataUrl": f"s3://{BUCKET}/{key}"}
        endpoints.sagemaker.create_model(ModelName=name, PrimaryContainer=container)
        endpoints.config(name, variant("primary", ModelName=name))
    endpoints.sagemaker.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName="v1")
    wait_until(lambda: described(endpoints)["EndpointStatus"] == "InService")


def described(endpoints: Endpoints) -> Any:
    return endpoints.sagemaker.describe_endpoint(EndpointName=ENDPOINT)


def deployments(endpoints: Endpoints) -> list[Any]:
    return [event for event in endpoints.events if "PendingDeploymentSummary" in event["detail"]]


def briefly(seconds: float) -> None:
    time.sleep(min(seconds, 2 * LAG))


@pytest.mark.parametrize("event", [0, 1], ids=["Creating", "Baking"])
def test_one_event_of_a_deployment_is_enough_for_the_bake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, event: int
) -> None:
    behaviour = Behaviour(0, 1.5, baking_seconds=20, outdated_seconds=LAG)
    with serve_stand_in(tmp_path, behaviour) as url:
        endpoints = with_fake_containers(url, monkeypatch)
        create(endpoints)
        endpoints.sagemaker.update_endpoint(
            EndpointName=ENDPOINT, EndpointConfigName="v2", DeploymentConfig=BAKES
        )
        wait_until(lambda: len(deployments(endpoints)) > event)
        request = proof_request(deployments(endpoints)[event], NAMES)
        assert request is not None
        assert request.deployment is not None

        fake = FakeRolls()
        fake.bring_smoke(V2, '{"request": {}, "answer": "what no container of this test says"}')
        cloud = replace(
            fake.connect(),
            endpoints=SageMakerEndpoints(endpoints.sagemaker),
            invocations=SageMakerInvocations(endpoints.runtime),
            sleep=briefly,
        )
        finding = Prover(cloud, NAMES, request).prove()
        assert finding.answer.verdict == Verdict.NOT_SETTLED
        trial = Watch(cloud, NAMES, MODEL, request.deployment, lambda: 900).run()
        assert trial is not None
        assert trial.has_failed
        assert fake.failures_counted == ["v2"]
        assert fake.rejected == []


def test_describe_endpoint_returns_the_state_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve_stand_in(tmp_path, Behaviour(0, 20, outdated_seconds=LAG)) as url:
        endpoints = with_fake_containers(url, monkeypatch)
        create(endpoints)
        endpoints.sagemaker.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName="v2")
        assert len(deployments(endpoints)) == 1
        assert described(endpoints)["EndpointStatus"] == "InService"
        wait_until(lambda: described(endpoints)["EndpointStatus"] == "Updating")
        assert described(endpoints)["PendingDeploymentSummary"]["EndpointConfigName"] == "v2"
