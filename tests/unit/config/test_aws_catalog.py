import subprocess
import sys

import boto3

from config.aws_catalog import instance_types, regions


def test_the_instance_types_are_those_of_the_api() -> None:
    service = boto3.client("sagemaker", region_name="us-east-1").meta.service_model
    assert instance_types() == set(
        service.shape_for("ProductionVariantInstanceType").metadata["enum"]
    )


def test_the_regions_are_those_of_every_partition() -> None:
    session = boto3.Session()
    known = {
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ec2", partition)
    }
    assert known <= regions()


def test_neither_boto3_nor_a_client_is_loaded() -> None:
    code = (
        "import sys; from config.schema.settings import load; load('dev'); "
        "print(*({'boto3', 'botocore.session', 'botocore.client'} & sys.modules.keys()))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == ""
