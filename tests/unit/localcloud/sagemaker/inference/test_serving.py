"""Inference, weights and deployments of an endpoint, with fake containers."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.sagemaker.endpoints import baking
from tests.unit.localcloud.standin import Endpoints, refusal, variant, wait_until

ALARMS = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]}}


@dataclass
class CloudWatch:
    """CloudWatch, with the alarms `alarming` in ALARM state."""

    alarming: list[str] = field(default_factory=list)
    fails: bool = False

    def describe_alarms(self, **_: Any) -> Any:
        if self.fails:
            raise ClientError({"Error": {"Code": "InternalError"}}, "DescribeAlarms")
        return {
            "MetricAlarms": [{"AlarmName": name} for name in self.alarming],
            "CompositeAlarms": [],
        }


@pytest.fixture
def cloudwatch(monkeypatch: pytest.MonkeyPatch) -> CloudWatch:
    fake = CloudWatch()
    monkeypatch.setattr(baking, "client", lambda *_: fake)
    monkeypatch.setattr(baking, "SECONDS_BETWEEN_READS", 0.05)
    return fake


def _canary(percent: int, seconds: int, last: int = 0) -> Any:
    size = {"Type": "CAPACITY_PERCENT", "Value": percent}
    routing = {"Type": "CANARY", "CanarySize": size, "WaitIntervalInSeconds": seconds}
    return ALARMS | {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": routing,
            "TerminationWaitInSeconds": last,
        }
    }


def _at_once(seconds: int) -> Any:
    routing = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
    return ALARMS | {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": routing,
            "TerminationWaitInSeconds": seconds,
        }
    }


def test_requests_are_shared_by_weight_and_the_weights_change_in_place(
    endpoints: Endpoints,
) -> None:
    endpoints.config(
        "c", variant("champion", InitialVariantWeight=9), variant("rival", InitialVariantWeight=1)
    )
    endpoints.create("c")
    assert 5 <= endpoints.answers()["rival"] <= 70  # of 300, 30 are expected

    wishes = [
        {"VariantName": "champion", "DesiredWeight": 0, "DesiredInstanceCount": 3},
        {"VariantName": "rival", "DesiredWeight": 1},
    ]
    endpoints.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="e", DesiredWeightsAndCapacities=wishes
    )
    champion, rival = endpoints.wait_until_settled()["ProductionVariants"]
    assert (champion["CurrentWeight"], champion["CurrentInstanceCount"]) == (0, 3)
    assert (rival["CurrentWeight"], rival["CurrentInstanceCount"]) == (1, 2)
    assert endpoints.answers(50) == {"rival": 50}
    assert len(endpoints.started) == 2
    wait_until(lambda: len(endpoints.events) == 4)
    assert endpoints.states() == ["CREATING", "IN_SERVICE", "UPDATING", "IN_SERVICE"]
    assert endpoints.stages() == []


def test_weights_of_an_unknown_variant_are_refused(endpoints: Endpoints) -> None:
    endpoints.config("c", variant("a"))
    endpoints.create("c")
    message = refusal(
        endpoints.sagemaker.update_endpoint_weights_and_capacities,
        EndpointName="e",
        DesiredWeightsAndCapacities=[{"VariantName": "b", "DesiredWeight": 1}],
    )
    assert 'Could not find variant "b"' in message


def test_a_variant_on_instances_has_no_concurrency_and_a_serverless_one_no_instances(
    endpoints: Endpoints,
) -> None:
    change = endpoints.sagemaker.update_endpoint_weights_and_capacities

    def refusal_of(**wish: Any) -> str:
        wishes = [{"VariantName": "a", **wish}]
        return refusal(change, EndpointName="e", DesiredWeightsAndCapacities=wishes)

    small = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    endpoints.config("small", {"VariantName": "a", "ServerlessConfig": small})
    endpoints.config("large", variant("a"))
    endpoints.create("small")
    assert "DesiredInstanceCount is not supported" in refusal_of(DesiredInstanceCount=2)
    more = {"VariantName": "a", "ServerlessUpdateConfig": {"ProvisionedConcurrency": 2}}
    change(EndpointName="e", DesiredWeightsAndCapacities=[more])
    (reached,) = endpoints.wait_until_settled()["ProductionVariants"]
    assert reached["CurrentServerlessConfig"] == small | {"ProvisionedConcurrency": 2}
    endpoints.update("large", {})
    endpoints.wait_until_settled()
    assert "ServerlessUpdateConfig is not supported" in refusal_of(
        ServerlessUpdateConfig={"MaxConcurrency": 2}
    )


def test_a_request_may_name_its_variant(endpoints: Endpoints) -> None:
    endpoints.config("c", variant("a", InitialVariantWeight=0), variant("b"))
    endpoints.create("c")
    assert endpoints.invoke() == "b"
    assert endpoints.invoke(TargetVariant="a") == "a"
    message = refusal(endpoints.invoke, TargetVariant="c")
    assert message.startswith("ValidationError: Could not find variant c")


@pytest.mark.parametrize("shadow", ["rival", "broken", "vanishing"])
def test_a_shadow_gets_its_share_of_the_requests_and_its_answers_are_discarded(
    endpoints: Endpoints, shadow: str
) -> None:
    endpoints.config(
        "c",
        variant("champion", InitialVariantWeight=2),
        ShadowProductionVariants=[variant(shadow)],
    )
    described = endpoints.create("c")
    assert described["ShadowProductionVariants"][0]["VariantName"] == shadow
    assert endpoints.answers(200) == {"champion": 200}
    wait_until(lambda: endpoints.container(shadow).at_once == 0)
    assert 60 <= len(endpoints.container(shadow).seen) <= 140  # 100 are expected


def test_a_serverless_endpoint_answers_and_is_described_as_serverless(endpoints: Endpoints) -> None:
    serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    endpoints.config("small", {"VariantName": "a", "ServerlessConfig": serverless})
    endpoints.config("large", variant("a"))
    (served_by,) = endpoints.create("small")["ProductionVariants"]
    assert served_by["CurrentServerlessConfig"] == serverless
    assert "CurrentInstanceCount" not in served_by
    assert endpoints.invoke() == "a"

    endpoints.update("large", {})
    assert endpoints.wait_until_settled()["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    message = refusal(endpoints.update, "small", {})
    assert "an instance-based endpoint cannot become serverless" in message


@pytest.mark.parametrize(
    ("deployment", "stages"),
    [
        (_at_once(300), [(300, 1)]),
        (_canary(10, 60), [(60, 0.1), (0, 1)]),
        (
            ALARMS
            | {
                "BlueGreenUpdatePolicy": {
                    "TrafficRoutingConfiguration": {
                        "Type": "LINEAR",
                        "LinearStepSize": {"Type": "INSTANCE_COUNT", "Value": 1},
                        "WaitIntervalInSeconds": 120,
                    },
                    "TerminationWaitInSeconds": 120,
                }
            },
            [(120, 0.25), (120, 1)],
        ),
        (
            ALARMS
            | {
                "RollingUpdatePolicy": {
                    "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 50},
                    "WaitIntervalInSeconds": 30,
                }
            },
            [(30, 0.5), (30, 1)],
        ),
    ],
)
def test_a_deployment_bakes_as_its_policy_specifies(
    deployment: Any, stages: list[tuple[int, float]]
) -> None:
    expected = [baking.Stage(seconds, share) for seconds, share in stages]
    assert baking.plan_bake(deployment, instances=4) == baking.Bake(["errors"], expected)


def test_a_canary_bakes_again_once_it_has_all_requests(
    endpoints: Endpoints, cloudwatch: CloudWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoints.config("old", variant("v", ModelName="good", InitialInstanceCount=4))
    endpoints.config("new", variant("v", ModelName="bad", InitialInstanceCount=4))
    endpoints.create("old")
    monkeypatch.setattr(baking, "longest_stage", lambda _: 1)
    endpoints.update("new", _canary(25, seconds=60, last=60))
    wait_until(lambda: len(endpoints.stages()) == 3)
    assert endpoints.answers(20) == {"bad": 20}
    pending = endpoints.described()["PendingDeploymentSummary"]["ProductionVariants"][0]
    assert (pending["CurrentInstanceCount"], pending["DesiredInstanceCount"]) == (4, 4)
    cloudwatch.alarming.append("errors")
    assert endpoints.wait_until_settled()["EndpointConfigName"] == "old"


def test_a_deployment_without_alarms_does_not_bake() -> None:
    assert baking.plan_bake({"BlueGreenUpdatePolicy": _at_once(300)}, instances=1) is None


def test_an_alarm_during_a_canary_bake_returns_all_requests_to_the_old_model(
    endpoints: Endpoints, cloudwatch: CloudWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baking, "longest_stage", lambda _: 60)
    endpoints.config("old", variant("v", ModelName="good"))
    endpoints.config("new", variant("v", ModelName="bad"))
    endpoints.create("old")
    endpoints.update("new", _canary(30, seconds=60))
    wait_until(lambda: len(endpoints.stages()) == 2)
    assert [stage[0]["Status"] for stage in endpoints.stages()] == ["Creating", "Baking"]
    pending = endpoints.described()["PendingDeploymentSummary"]
    assert pending["ProductionVariants"][0]["VariantStatus"] == [{"Status": "Baking"}]
    assert 20 <= endpoints.answers(200)["bad"] <= 110  # 60 are expected

    cloudwatch.alarming.append("errors")
    described = endpoints.wait_until_settled()
    assert described["EndpointConfigName"] == "old"
    assert described["FailureReason"].endswith("are in ALARM state: errors")
    assert "PendingDeploymentSummary" not in described
    assert endpoints.answers(50) == {"good": 50}
    wait_until(lambda: endpoints.container("bad").stopped)
    assert not endpoints.container("good").stopped
    wait_until(lambda: endpoints.states()[-1] == "IN_SERVICE")
    assert endpoints.states()[-3:] == ["UPDATING", "ROLLING_BACK", "IN_SERVICE"]


@pytest.mark.parametrize("fails", [False, True])
def test_a_new_model_without_an_alarm_gets_all_requests(
    endpoints: Endpoints, cloudwatch: CloudWatch, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    monkeypatch.setattr(baking, "longest_stage", lambda _: 0.3)
    cloudwatch.fails = fails
    endpoints.config("old", variant("v", ModelName="good"))
    endpoints.config("new", variant("v", ModelName="better"))
    endpoints.create("old")
    endpoints.update("new", _at_once(600))
    wait_until(lambda: "PendingDeploymentSummary" in endpoints.described())
    described = endpoints.wait_until_settled()
    assert described["EndpointConfigName"] == "new"
    assert "FailureReason" not in described
    assert endpoints.answers(20) == {"better": 20}
    wait_until(lambda: endpoints.container("good").stopped)
