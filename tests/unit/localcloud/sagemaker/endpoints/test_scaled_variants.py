"""Changes that SageMaker refuses for a variant that is a scalable target."""

import pytest

from tests.unit.localcloud.standin import Endpoints, refusal, variant, with_fake_containers

PLACE = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/e/variant/a",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}


@pytest.fixture
def scaled(url: str, monkeypatch: pytest.MonkeyPatch) -> Endpoints:
    """An endpoint whose variant `a`, of two, is a scalable target."""
    endpoints = with_fake_containers(url, monkeypatch)
    endpoints.config("before", variant("a"), variant("b"))
    endpoints.create("before")
    endpoints.scaling.register_scalable_target(**PLACE, MinCapacity=1, MaxCapacity=2)
    return endpoints


def refusal_of(endpoints: Endpoints) -> str:
    update = endpoints.sagemaker.update_endpoint
    return refusal(update, EndpointName="e", EndpointConfigName="after")


def test_a_variant_that_is_a_scalable_target_keeps_its_name(scaled: Endpoints) -> None:
    scaled.config("after", variant("renamed"), variant("b"))
    assert 'The variant(s) "a" must be deregistered as a scalable target' in refusal_of(scaled)


def test_a_variant_that_is_a_scalable_target_keeps_its_instance_type(scaled: Endpoints) -> None:
    scaled.config("after", variant("a", InstanceType="ml.c5.large"), variant("b"))
    assert 'The variant(s) "a" must be deregistered as a scalable target' in refusal_of(scaled)


def test_a_scalable_target_may_change_model_and_count_and_others_all_members(
    scaled: Endpoints,
) -> None:
    other = variant("b", InstanceType="ml.c5.large")
    scaled.config("after", variant("a", ModelName="new", InitialInstanceCount=3), other)
    scaled.update("after", {})
    assert scaled.wait_until_settled()["EndpointConfigName"] == "after"


def test_a_deregistered_variant_may_change(scaled: Endpoints) -> None:
    scaled.scaling.deregister_scalable_target(**PLACE)
    scaled.config("after", variant("c"))
    scaled.update("after", {})
    assert scaled.wait_until_settled()["EndpointConfigName"] == "after"
