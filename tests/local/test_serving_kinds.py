"""Each kind of serving, by real Terraform: made, rolled, planned empty, switched, destroyed."""

import json
from collections.abc import Iterator

import pytest

from config.schema.rollout import AllAtOnce, Canary
from config.schema.scaling import (
    CpuScaling,
    Instances,
    InstancesOrNone,
    InvocationScaling,
    ProvisionedConcurrency,
    Scaling,
    ScheduledCapacity,
)
from config.schema.serving import Async, RealTime, Serverless, Serving
from rollforward.aws.predictions import Queued
from rollforward.errors import RollforwardError
from rollforward.operations import invoke
from tests.local.site import QUESTION, V1, V2, Site, actions, sentiment

pytestmark = pytest.mark.timeout(600)

SERVERLESS = Serverless(
    kind="serverless",
    memory_mb=2048,
    max_concurrency=2,
    provisioned=ProvisionedConcurrency(min=1, max=2),
)
ASYNC = Async(
    kind="async",
    instance_type="ml.m5.large",
    instances=InstancesOrNone(min=0, max=2),
    concurrent_invocations=4,
    notify=["success", "error"],
)
REAL_TIME = RealTime(
    kind="realtime",
    instance_type="ml.m5.large",
    instances=Instances(min=2, max=4),
    scaling=Scaling(
        cpu=CpuScaling(target_percent=50),
        invocations=InvocationScaling(target_per_minute=100),
        schedule=[ScheduledCapacity(cron="0 7 ? * MON *", timezone="Europe/Berlin", min=3, max=4)],
    ),
    rollout=Canary(kind="canary", percent=50, bake_minutes=2),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with sentiment(tmp_path_factory.mktemp("kinds")) as site:
        yield site


def test_a_serverless_endpoint_is_made_and_rolls_in_place(site: Site) -> None:
    site.point(V1)
    assert actions(site.serve(SERVERLESS)) == ("create",)
    assert "positive" in site.predicts()
    site.point(V2)
    assert actions(site.serve(SERVERLESS)) == ("update",)
    assert "negative" in site.predicts()


def test_more_memory_rolls_in_place(site: Site) -> None:
    larger = SERVERLESS.model_copy(update={"memory_mb": 4096})
    assert actions(site.serve(larger)) == ("update",)


def test_another_kind_replaces_the_endpoint_for_all_to_see_in_the_plan(site: Site) -> None:
    assert actions(site.serve(REAL_TIME)) == ("delete", "create")
    assert "negative" in site.predicts()


def test_a_canary_rolls_in_place_and_so_does_another_rollout(site: Site) -> None:
    site.point(V1)
    assert actions(site.serve(REAL_TIME)) == ("update",)
    assert "positive" in site.predicts()
    at_once = REAL_TIME.model_copy(update={"rollout": AllAtOnce(kind="all-at-once")})
    assert actions(site.serve(at_once)) == ("update",)


def test_another_instance_type_rolls_in_place_and_scales_again_afterwards(site: Site) -> None:
    plan = site.serve(REAL_TIME.model_copy(update={"instance_type": "ml.c5.xlarge"}))
    assert actions(plan) == ("update",)
    (target,) = plan.of_type("aws_appautoscaling_target")
    assert target.actions == ("delete", "create")
    scaling = site.deployment.client("application-autoscaling")
    found = scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
    assert len(found) == 2


def test_an_asynchronous_endpoint_rolls_in_place_and_answers_through_s3(site: Site) -> None:
    assert actions(site.serve(ASYNC)) == ("delete", "create")
    site.point(V2)
    assert actions(site.serve(ASYNC)) == ("update",)
    with site.operator():
        answer = invoke.wait_for_answer(site.target, ASYNC, queued(site, QUESTION))
        assert json.loads(answer.body)["label"] == "negative"
        with pytest.raises(RollforwardError, match=r"no prediction: .*async/sentiment/failures/"):
            invoke.wait_for_answer(site.target, ASYNC, queued(site, b"no JSON"))


def queued(site: Site, body: bytes) -> Queued:
    return invoke.enqueue(site.target, ASYNC, body, "application/json")


# With those above, each step from one kind to another once.
STEPS: list[Serving] = [SERVERLESS, ASYNC, REAL_TIME, SERVERLESS]


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_every_kind_can_follow_every_other(site: Site, step: int) -> None:
    assert actions(site.serve(STEPS[step])) == ("delete", "create")


def test_destroy_leaves_no_endpoint(site: Site) -> None:
    stack = site.deployment.stack("sagemaker-sentiment")
    stack.plan("-destroy")
    stack.apply()
    site.deployment.await_no_endpoint()
