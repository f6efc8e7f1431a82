import boto3
import pytest
from pydantic import TypeAdapter

from config.instance_types import vcpus
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
def test_the_metric_is_multiplied_by_the_cores(instance_type: str, expected: int) -> None:
    assert vcpus(instance_type) == expected


@pytest.mark.parametrize("instance_type", ALL)
def test_every_instance_type_of_sagemaker_can_be_configured(instance_type: str) -> None:
    TypeAdapter(InstanceType).validate_python(instance_type)
    assert vcpus(instance_type) >= 1
