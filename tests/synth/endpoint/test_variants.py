"""Variants beside the primary one."""

import pytest

from config.schema.variants import Shadow, Variant
from tests.synth.conftest import Synthesize
from tests.synth.endpoint.samples import (
    BUCKET,
    CHALLENGER,
    PINNED,
    REAL_TIME,
    configuration,
    endpoint_stack,
)
from tests.synth.template import Template


@pytest.fixture
def template(synthesize: Synthesize) -> Template:
    twin = Variant(traffic_percent=5)
    how = REAL_TIME.model_copy(update={"variants": {"challenger": CHALLENGER, "twin-2": twin}})
    return endpoint_stack(synthesize, how)


def test_each_has_its_own_instances_and_a_share_that_one_variable_moves(template: Template) -> None:
    primary, challenger, twin = configuration(template)["production_variants"]
    assert challenger["instance_type"] == "ml.c5.large"
    assert challenger["initial_instance_count"] == 2
    assert twin["instance_type"] == "ml.m5.large"
    shares = [one["initial_variant_weight"] for one in (primary, challenger, twin)]
    assert shares == [
        "${100 - var.challenger_percent - var.twin_2_percent}",
        "${var.challenger_percent}",
        "${var.twin_2_percent}",
    ]
    variables = template.content["variable"]
    assert variables["challenger_percent"]["default"] == 10
    assert variables["twin_2_percent"]["default"] == 5


def test_another_share_is_another_configuration(template: Template) -> None:
    assert "${var.challenger_percent}" in configuration(template)["name"]


def test_another_number_of_its_instances_is_another_configuration(
    synthesize: Synthesize, template: Template
) -> None:
    more = CHALLENGER.model_copy(update={"instances": 3})
    twin = Variant(traffic_percent=5)
    how = REAL_TIME.model_copy(update={"variants": {"challenger": more, "twin-2": twin}})
    assert configuration(endpoint_stack(synthesize, how))["name"] != configuration(template)["name"]


def test_one_that_follows_the_pointer_has_a_model_for_each_version(template: Template) -> None:
    models = {one["name"]: one["for_each"] for one in template.resources("aws_sagemaker_model")}
    versions = "${toset(local.versions)}"
    assert sorted(models.values()) == [f'${{toset(["{PINNED.key}"])}}', versions, versions]


def test_the_role_reads_the_pinned_copy_too(template: Template) -> None:
    (read,) = [one for one in template.policies() if one["Action"] == ["s3:GetObject"]]
    assert read["Resource"][1:] == [f"arn:aws:s3:::{BUCKET}/{PINNED.key}"]


def test_only_the_primary_variant_scales(template: Template) -> None:
    target = template.only("aws_appautoscaling_target")
    assert target["resource_id"].endswith("/variant/primary")


def test_a_shadow_gets_a_copy_of_its_share(synthesize: Synthesize) -> None:
    how = REAL_TIME.model_copy(update={"shadow": Shadow(sampling_percent=20, source=PINNED)})
    template = endpoint_stack(synthesize, how)
    (primary,) = configuration(template)["production_variants"]
    (shadow,) = configuration(template)["shadow_production_variants"]
    assert primary["initial_variant_weight"] == 100
    assert shadow["variant_name"] == "shadow"
    assert shadow["initial_variant_weight"] == "${var.shadow_percent}"
    assert template.content["variable"]["shadow_percent"]["default"] == 20
