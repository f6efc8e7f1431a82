"""What a model and an endpoint configuration hold."""

from config.schema.serving import Capture
from config.schema.settings import load
from tests.synth.conftest import Synthesize
from tests.synth.endpoint.samples import (
    BUCKET,
    KEY,
    REAL_TIME,
    all_stacks,
    configuration,
    endpoint_stack,
    expiry_days,
    with_serving,
)
from tests.synth.template import Template


def test_a_model_loads_the_pinned_copy_without_a_network(stack: Template) -> None:
    model = stack.only("aws_sagemaker_model")
    bucket = "rollforward-dev-models-123456789012-us-east-1"
    assert model["primary_container"]["model_data_url"] == f"s3://{bucket}/${{each.value}}"
    assert model["enable_network_isolation"] is True


def test_startup_timeout_volume_and_workers_are_set(synthesize: Synthesize) -> None:
    changed = with_serving(load("dev"), startup_timeout_seconds=900, volume_gb=50, workers=2)
    template = synthesize(changed)["sagemaker-sentiment"]
    (variant,) = template.only("aws_sagemaker_endpoint_configuration")["production_variants"]
    assert variant["container_startup_health_check_timeout_in_seconds"] == 900
    assert variant["volume_size_in_gb"] == 50
    environment = template.only("aws_sagemaker_model")["primary_container"]["environment"]
    assert environment["SAGEMAKER_MODEL_SERVER_WORKERS"] == "2"


def test_disks_are_encrypted_with_the_key_of_the_config(prod: dict[str, Template]) -> None:
    configuration = prod["sagemaker-sentiment"].only("aws_sagemaker_endpoint_configuration")
    assert configuration["kms_key_arn"].startswith("arn:aws:kms:eu-west-1:210987654321:key/")


def test_instances_with_an_instance_store_take_no_key(synthesize: Synthesize) -> None:
    how = REAL_TIME.model_copy(update={"instance_type": "ml.m5d.large"})
    assert "kms_key_arn" not in configuration(endpoint_stack(synthesize, how))


def test_captured_requests_are_encrypted_and_expire(synthesize: Synthesize) -> None:
    how = REAL_TIME.model_copy(update={"capture": Capture(percent=10, keep_days=7)})
    stacks = all_stacks(synthesize, how)
    capture = configuration(stacks["sagemaker-sentiment"])["data_capture_config"]
    assert capture == {
        "enable_capture": True,
        "initial_sampling_percentage": 10,
        "destination_s3_uri": f"s3://{BUCKET}/captured/sentiment/",
        "kms_key_id": KEY,
        "capture_options": [{"capture_mode": "Input"}, {"capture_mode": "Output"}],
        "capture_content_type_header": {"json_content_types": ["application/json"]},
    }
    assert expiry_days(stacks["s3"], "captured/sentiment/") == 7
    (write,) = [
        one for one in stacks["sagemaker-sentiment"].policies() if one["Action"] == ["s3:PutObject"]
    ]
    assert write["Resource"] == [f"arn:aws:s3:::{BUCKET}/captured/sentiment/*"]
