"""Each kind of serving, by real Terraform: made, rolled, planned empty, switched, destroyed."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from config import names
from config.rollout import AllAtOnce, Canary
from config.scaling import (
    CpuScaling,
    Instances,
    InstancesOrNone,
    InvocationScaling,
    ProvisionedConcurrency,
    Scaling,
    ScheduledCapacity,
)
from config.serving import Async, RealTime, Serverless, Serving
from config.settings import Environment, load
from examples.sentiment.build import build
from main import build_app
from rollforward.local.cloud import local_cloud
from rollforward.terraform import Change, Plan, cli_environment
from tests.local.deployment import Deployment, own_environ

pytestmark = pytest.mark.timeout(600)

V1, V2 = (f"registered/sentiment/20260131T1{hour}0000Z-v-00000000/model.tar.gz" for hour in "01")
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
    rollout=Canary(kind="canary", percent=50, bake_minutes=1),
)

FORGOTTEN = {"actions_enabled", "alarm_actions", "dimensions", "period", "statistic"}


@dataclass(frozen=True)
class Site:
    """Only the endpoint's stack is deployed: it knows its neighbours by name alone."""

    deployment: Deployment
    environment: Environment

    def serve(self, serving: Serving) -> Plan:
        """Synthesize the stack for this kind, and apply it."""
        model = self.environment.models["sentiment"].model_copy(update={"serving": serving})
        environment = self.environment.model_copy(update={"models": {"sentiment": model}})
        folder = str(self.deployment.folder / "cdktf.out")
        build_app(environment, selected=["sentiment"], outdir=folder).synth()
        stack = self.deployment.stack("sagemaker-sentiment")
        stack.init()
        plan = stack.plan()
        stack.apply()
        again = stack.plan()
        assert not [found for found in map(_difference, again.changes) if found], again
        return plan

    def point(self, key: str) -> None:
        ssm = self.deployment.client("ssm")
        for name in (names.pointer, names.recent):
            parameter = name(self.environment, "sentiment")
            ssm.put_parameter(Name=parameter, Value=key, Type="String", Overwrite=True)

    def predicts(self) -> str:
        ran = self.deployment.run("invoke", "sentiment", '{"inputs": "this is not good"}')
        assert ran.code == 0, ran.err
        return ran.out

    def actions(self, plan: Plan) -> tuple[str, ...]:
        (endpoint,) = plan.of_type("aws_sagemaker_endpoint")
        return endpoint.actions


def _difference(change: Change) -> set[str]:
    """What a plan would change, but for what the local CloudWatch forgets of an alarm."""
    before, after = change.before or {}, change.after or {}
    differ = {key for key in after if before.get(key) != after[key]} or {change.address}
    return differ - (FORGOTTEN if "wake_up_alarm" in change.address else set())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("kinds")
    environment = load("dev")
    with local_cloud(folder, environment.account, environment.region) as cloud:
        environ = {**own_environ(), **cloud.environment, **cli_environment(folder)}
        deployment = Deployment(environment, folder, environ)
        assert deployment.run("bootstrap").code == 0
        s3, bucket = deployment.client("s3"), names.model_bucket(environment)
        s3.create_bucket(Bucket=bucket)
        for key, version in ((V1, "v1"), (V2, "v2")):
            s3.upload_file(str(build(version, folder)), bucket, key)
        yield Site(deployment, environment)


def test_a_serverless_endpoint_is_made_and_rolls_in_place(site: Site) -> None:
    site.point(V1)
    assert site.actions(site.serve(SERVERLESS)) == ("create",)
    assert "positive" in site.predicts()
    site.point(V2)
    assert site.actions(site.serve(SERVERLESS)) == ("update",)
    assert "negative" in site.predicts()


def test_more_memory_rolls_in_place(site: Site) -> None:
    larger = SERVERLESS.model_copy(update={"memory_mb": 4096})
    assert site.actions(site.serve(larger)) == ("update",)


def test_another_kind_replaces_the_endpoint_for_all_to_see_in_the_plan(site: Site) -> None:
    assert site.actions(site.serve(REAL_TIME)) == ("delete", "create")
    assert "negative" in site.predicts()


def test_a_canary_rolls_in_place_and_so_does_another_rollout(site: Site) -> None:
    site.point(V1)
    assert site.actions(site.serve(REAL_TIME)) == ("update",)
    assert "positive" in site.predicts()
    at_once = REAL_TIME.model_copy(update={"rollout": AllAtOnce(kind="all-at-once")})
    assert site.actions(site.serve(at_once)) == ("update",)


# From real-time on, each step between two kinds once.
STEPS: list[Serving] = [ASYNC, SERVERLESS, ASYNC, REAL_TIME, SERVERLESS]


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_every_kind_can_follow_every_other(site: Site, step: int) -> None:
    assert site.actions(site.serve(STEPS[step])) == ("delete", "create")


def test_destroy_leaves_no_endpoint(site: Site) -> None:
    stack = site.deployment.stack("sagemaker-sentiment")
    stack.plan(destroy=True)
    stack.apply()
    assert site.deployment.client("sagemaker").list_endpoints()["Endpoints"] == []
