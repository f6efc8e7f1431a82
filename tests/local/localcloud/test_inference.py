"""Invocations of real models: real-time, asynchronous, by variant."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.localcloud.client import (
    BUCKET,
    PICKY_MODEL,
    PRAISE,
    Cloud,
    archive_of,
    variant,
)


def test_the_caller_gets_an_error_of_the_model(cloud: Cloud) -> None:
    cloud.deliver("picky", archive_of(PICKY_MODEL))
    cloud.create("picky", "picky")
    with pytest.raises(ClientError) as refused:
        cloud.invoke("picky", 0)
    error: Any = refused.value.response
    assert error["Error"]["Code"] == "ModelError"
    assert error["OriginalStatusCode"] == 500
    assert error["OriginalMessage"] == "division by zero"


def test_asynchronous_answers_and_failures_are_written_to_s3(cloud: Cloud) -> None:
    cloud.deliver("reciprocal", archive_of(PICKY_MODEL))
    places = {
        "S3OutputPath": f"s3://{BUCKET}/async/output/",
        "S3FailurePath": f"s3://{BUCKET}/async/failure/",
    }
    cloud.configure(
        "queued",
        [variant("primary", "reciprocal")],
        AsyncInferenceConfig={"OutputConfig": places},
    )
    cloud.create("queued", "queued")
    accepted = []
    for divisor in ("2", "0"):
        cloud.s3.put_object(Bucket=BUCKET, Key=f"async/input/{divisor}", Body=divisor)
        accepted.append(
            cloud.runtime.invoke_endpoint_async(
                EndpointName="queued",
                InputLocation=f"s3://{BUCKET}/async/input/{divisor}",
                ContentType="application/json",
            )
        )
    assert cloud.read_when_written(accepted[0]["OutputLocation"]) == b"0.5"
    assert cloud.read_when_written(accepted[1]["FailureLocation"]) == b"division by zero"
    with pytest.raises(ClientError, match="does not support this inference type"):
        cloud.invoke("queued", 2)


def test_variants_get_requests_in_proportion_to_their_weights(cloud: Cloud) -> None:
    cloud.configure(
        "weighted",
        [
            variant("primary", "v1", InitialVariantWeight=3),
            variant("challenger", "v2", InitialVariantWeight=1),
        ],
    )
    cloud.create("weighted", "weighted")

    def share(variant: str, requests: int = 200) -> float:
        answers = [
            cloud.runtime.invoke_endpoint(
                EndpointName="weighted",
                ContentType="application/json",
                Body=json.dumps({"inputs": PRAISE}),
            )["InvokedProductionVariant"]
            for _ in range(requests)
        ]
        return answers.count(variant) / requests

    assert 0.1 < share("challenger") < 0.45
    cloud.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="weighted",
        DesiredWeightsAndCapacities=[{"VariantName": "primary", "DesiredWeight": 0}],
    )
    cloud.wait_until_settled("weighted")
    assert share("challenger", requests=20) == 1
