from typing import Any

import pytest

from config.schema.rollout import Canary
from config.schema.scaling import Instances, InstancesOrNone
from config.schema.serving import Async, RealTime, Serverless, Serving
from config.schema.variants import Variant
from rollforward.operations.apply.bake_note import bake_note
from rollforward.terraform.plans import REPLACE, Change

INSTANCES: dict[str, Any] = {"instance_type": "ml.m5.large", "instances": Instances(min=2, max=2)}
ON_INSTANCES = RealTime(
    kind="realtime", **INSTANCES, rollout=Canary(kind="canary", percent=10, bake_minutes=10)
)
SERVERLESS = Serverless(kind="serverless", memory_mb=1024, max_concurrency=1)
QUEUED = Async(
    kind="async",
    instance_type="ml.m5.large",
    instances=InstancesOrNone(min=2, max=2),
    variants={"challenger": Variant(traffic_percent=10, instances=2)},
)
INF1 = RealTime(kind="realtime", instance_type="ml.inf1.xlarge", instances=Instances(min=1, max=1))
BESIDE_INF1 = RealTime(
    kind="realtime",
    **INSTANCES,
    variants={"cheap": Variant(traffic_percent=10, instance_type="ml.inf1.xlarge")},
)
ENDPOINT = "aws_sagemaker_endpoint.serving[0]"


@pytest.mark.parametrize(
    ("serving", "said"),
    [
        (
            ON_INSTANCES,
            "bakes for 20 minutes. If the version fails its smoke request during the bake",
        ),
        (SERVERLESS, "after the apply: a serverless endpoint rolls without a bake."),
        (INF1, "after the apply: an endpoint on Inf1 instances rolls without a bake."),
        (BESIDE_INF1, "after the apply: an endpoint on Inf1 instances rolls without a bake."),
        (
            QUEUED,
            "bakes for 5 minutes. The smoke request is sent after the apply: before that, any",
        ),
    ],
)
def test_a_roll_says_when_its_smoke_request_is_sent(serving: Serving, said: str) -> None:
    note = bake_note(serving, [Change(ENDPOINT, ("update",))])
    assert note is not None
    assert said in note


@pytest.mark.parametrize("actions", [("create",), REPLACE])
def test_a_new_endpoint_gets_its_smoke_request_after_the_apply(actions: tuple[str, ...]) -> None:
    note = bake_note(ON_INSTANCES, [Change(ENDPOINT, actions)])
    assert note is not None
    assert note.endswith("SageMaker cannot roll back a new endpoint.")


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [Change(ENDPOINT, ("delete",))],
        [Change("aws_sagemaker_endpoint_configuration.configuration", ("create",))],
    ],
)
def test_a_plan_that_does_not_roll_the_endpoint_has_no_note(changes: list[Change]) -> None:
    assert bake_note(ON_INSTANCES, changes) is None
