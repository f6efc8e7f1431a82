"""CreateModel: the containers that AWS refuses."""

from typing import Any

import pytest

from tests.unit.localcloud.standin import (
    CONTAINER,
    refusal,
)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "Exactly one of PrimaryContainer and Containers"),
        ({"PrimaryContainer": CONTAINER, "Containers": [CONTAINER]}, "Exactly one of"),
        ({"PrimaryContainer": {"ModelDataUrl": "s3://b/k"}}, "an Image or a ModelPackageName"),
        (
            {
                "PrimaryContainer": CONTAINER
                | {
                    "ModelDataSource": {
                        "S3DataSource": {
                            "S3Uri": "s3://b/k/",
                            "S3DataType": "S3Prefix",
                            "CompressionType": "None",
                        }
                    }
                }
            },
            "either a ModelDataUrl or a ModelDataSource",
        ),
        (
            {
                "PrimaryContainer": {
                    "Image": "image",
                    "ModelDataSource": {
                        "S3DataSource": {
                            "S3Uri": "s3://b/k",
                            "S3DataType": "S3Prefix",
                            "CompressionType": "None",
                        }
                    },
                }
            },
            "must end with a slash",
        ),
        (
            {
                "PrimaryContainer": CONTAINER
                | {"Environment": {f"K{n}": "v" * 1000 for n in range(40)}}
            },
            "the maximum is 32768",
        ),
    ],
)
def test_a_model_with_containers_that_aws_refuses_is_refused(
    sagemaker: Any, params: Any, words: str
) -> None:
    assert words in refusal(sagemaker.create_model, ModelName="m", **params)
