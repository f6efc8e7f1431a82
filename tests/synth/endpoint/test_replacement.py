"""What replaces the endpoint, and what scales it."""

import pytest

from config.schema.serving import Serving
from config.schema.variants import Variant
from tests.synth.conftest import Synthesize
from tests.synth.endpoint.samples import ASYNC, CHALLENGER, PINNED, REAL_TIME, endpoint_stack
from tests.synth.template import Template


@pytest.mark.parametrize("how", [REAL_TIME, ASYNC], ids=["realtime", "async"])
def test_another_kind_replaces_the_endpoint_and_the_plan_shows_it(
    synthesize: Synthesize, how: Serving
) -> None:
    template = endpoint_stack(synthesize, how)
    triggers = template.only("aws_sagemaker_endpoint")["lifecycle"]["replace_triggered_by"]
    assert "terraform_data.footing.input" in triggers
    footing = template.content["resource"]["terraform_data"]["footing"]
    assert footing["input"] == {"kind": how.kind}


def test_a_variant_added_or_removed_replaces_the_endpoint_and_all_that_scales_it(
    synthesize: Synthesize,
) -> None:
    how = REAL_TIME.model_copy(update={"variants": {"challenger": CHALLENGER}})
    template = endpoint_stack(synthesize, how)
    names = template.content["resource"]["terraform_data"]["variants"]
    assert names["input"] == ["challenger", "primary"]
    for resource_type in ("aws_sagemaker_endpoint", "aws_appautoscaling_target"):
        triggers = template.only(resource_type)["lifecycle"]["replace_triggered_by"]
        # The whole resource, not its input: otherwise the first apply would replace the endpoint.
        assert "terraform_data.variants" in triggers


@pytest.mark.parametrize(
    "resource_type",
    ["aws_appautoscaling_target", "aws_appautoscaling_policy"],
)
def test_what_scales_is_replaced_with_the_instance_type(
    dev: dict[str, Template], resource_type: str
) -> None:
    stack = dev["sagemaker-sentiment"]
    trigger, _ = stack.only(resource_type)["lifecycle"]["replace_triggered_by"]
    assert trigger in stack.only("aws_sagemaker_endpoint")["depends_on"]
    footing = stack.content["resource"]["terraform_data"]["footing"]
    assert trigger == "terraform_data.footing"
    assert footing["triggers_replace"] == {"instance_type": "ml.m5.large"}


def test_a_pinned_primary_stays_while_its_challenger_has_no_model(
    synthesize: Synthesize,
) -> None:
    how = REAL_TIME.model_copy(update={"variants": {"challenger": Variant(traffic_percent=10)}})
    footing = endpoint_stack(synthesize, how, PINNED).content["resource"]["terraform_data"][
        "footing"
    ]
    (condition,) = footing["lifecycle"]["precondition"]
    assert condition["condition"] == '${local.asked != "none"}'
    assert "deliver a model first" in condition["error_message"]
