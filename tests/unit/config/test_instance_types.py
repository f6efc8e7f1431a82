import boto3
import pytest
from pydantic import TypeAdapter

from config.instance_types import chip, has_instance_store, is_burstable, vcpus
from config.schema.base import InstanceType

SAGEMAKER = boto3.client("sagemaker", region_name="us-east-1").meta.service_model
ALL: list[str] = SAGEMAKER.shape_for("ProductionVariantInstanceType").metadata["enum"]


@pytest.mark.parametrize(
    ("instance_type", "expected"),
    [
        ("ml.t2.medium", 2),
        ("ml.m5.large", 2),
        ("ml.c5.xlarge", 4),
        ("ml.c5.9xlarge", 36),
        ("ml.c4.8xlarge", 36),
        ("ml.m6gd.medium", 1),
        ("ml.g5.48xlarge", 192),
    ],
)
def test_vcpus_follow_from_the_size(instance_type: str, expected: int) -> None:
    assert vcpus(instance_type) == expected


@pytest.mark.parametrize("instance_type", ALL)
def test_every_instance_type_of_sagemaker_can_be_configured(instance_type: str) -> None:
    TypeAdapter(InstanceType).validate_python(instance_type)
    assert vcpus(instance_type) >= 1


@pytest.mark.parametrize(
    ("instance_type", "expected"),
    [
        ("ml.m5.large", "cpu"),
        ("ml.g5.xlarge", "gpu"),
        ("ml.p4d.24xlarge", "gpu"),
        ("ml.gr6.4xlarge", "gpu"),
        ("ml.inf2.xlarge", "other"),
        ("ml.trn1.2xlarge", "other"),
        ("ml.m7g.large", "other"),
    ],
)
def test_a_container_runs_on_one_chip(instance_type: str, expected: str) -> None:
    assert chip(instance_type) == expected


@pytest.mark.parametrize(
    ("instance_type", "expected"),
    [
        ("ml.m5.large", False),
        ("ml.m5d.large", True),
        ("ml.c6gd.large", True),
        ("ml.g4dn.xlarge", True),
        ("ml.p3.2xlarge", False),
        ("ml.trn1.2xlarge", True),
        ("ml.inf1.xlarge", False),
    ],
)
def test_some_families_have_an_instance_store(instance_type: str, expected: bool) -> None:
    assert has_instance_store(instance_type) is expected


def test_only_the_t_family_is_burstable() -> None:
    families = {one.split(".")[1] for one in ALL if is_burstable(one)}
    assert families
    assert all(family[0] == "t" and family[1].isdigit() for family in families)
