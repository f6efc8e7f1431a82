import re
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import ANY

from config import names
from config.errors import ConfigError
from config.settings import load
from rollforward import delivery
from rollforward.delivery import Verdict, deliver
from rollforward.errors import RollforwardError
from tests.unit.conftest import Stub

DEV = load("dev")
MODEL = "sentiment"
BUCKET = names.model_bucket(DEV)
KEY = "models/sentiment/v1/model.tar.gz"
PINNED = "registered/sentiment/v1/1/model.tar.gz"
ARN = "arn:aws:sagemaker:us-east-1:123456789012:model-package/rollforward-dev-sentiment/"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "model.tar.gz"
    path.write_bytes(b"an archive")
    return path


def deployed(stub: Stub) -> None:
    stub("ssm").add_response("get_parameter", {"Parameter": {"Value": "none"}})


class KeyLike:
    """Equal to any key that matches the pattern."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __eq__(self, key: object) -> bool:
        return bool(re.fullmatch(self.pattern, str(key)))

    __hash__ = None  # type: ignore[assignment]


def uploaded(stub: Stub, version_id: str, key: object = KEY) -> None:
    s3 = stub("s3")
    sent = {"Bucket": BUCKET, "Key": key, "Body": ANY, "ChecksumAlgorithm": ANY}
    s3.add_response("put_object", {}, sent)
    s3.add_response("head_object", {"VersionId": version_id}, {"Bucket": BUCKET, "Key": key})


def package(number: int, version_id: str, status: str, reason: str) -> dict[str, Any]:
    return {
        "ModelPackageArn": f"{ARN}{number}",
        "ModelPackageVersion": number,
        "ModelPackageDescription": reason,
        "ModelApprovalStatus": status,
        "ModelPackageName": "group",
        "CreationTime": 0,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "CustomerMetadataProperties": {"delivery_version_id": version_id},
        "InferenceSpecification": {
            "Containers": [{"Image": "i", "ModelDataUrl": f"s3://{BUCKET}/{PINNED}"}],
        },
    }


def registry(stub: Stub, *packages: dict[str, Any]) -> None:
    """The model registry holds `packages`, newest first, and describes them until asked no more."""
    summary = ("ModelPackageArn", "ModelPackageName", "CreationTime", "ModelPackageStatus")
    stub("sagemaker").add_response(
        "list_model_packages",
        {"ModelPackageSummaryList": [{name: one[name] for name in summary} for one in packages]},
        {
            "ModelPackageGroupName": "rollforward-dev-sentiment",
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
            "MaxResults": ANY,
        },
    )
    for one in packages:
        stub("sagemaker").add_response(
            "describe_model_package", one, {"ModelPackageName": one["ModelPackageArn"]}
        )


def ignore(_: int) -> None:
    pass


def test_the_verdict_is_that_of_this_upload_not_of_the_newest(stub: Stub, archive: Path) -> None:
    deployed(stub)
    uploaded(stub, "mine")
    registry(
        stub,
        package(9, "somebody-elses", "Approved", "Sound"),
        package(8, "mine", "Rejected", "The archive is truncated"),
    )
    verdict = deliver(DEV, MODEL, archive, "v1", ignore)
    assert verdict == Verdict(
        model=MODEL,
        delivered=KEY,
        version_id="mine",
        registry_version=8,
        status="Rejected",
        reason="The archive is truncated",
        registered=PINNED,
    )
    assert not verdict.approved


def test_the_verdict_is_waited_for(stub: Stub, archive: Path) -> None:
    deployed(stub)
    uploaded(stub, "mine")
    registry(stub)
    registry(stub, package(1, "mine", "Approved", "Sound"))
    assert deliver(DEV, MODEL, archive, "v1", ignore).approved


def test_a_verdict_that_does_not_come_says_where_to_look(
    stub: Stub, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "VERDICT_TIMEOUT_SECONDS", 0)
    deployed(stub)
    uploaded(stub, "mine")
    registry(stub)
    with pytest.raises(RollforwardError) as caught:
        deliver(DEV, MODEL, archive, "v1", ignore)
    assert f"{KEY} is delivered (version id mine)" in str(caught.value)
    assert "/aws/lambda/rollforward-dev-registrar" in str(caught.value)
    assert "rollforward-dev-registrar-dead-letters" in str(caught.value)


def test_nothing_is_uploaded_where_nothing_would_read_it(stub: Stub, archive: Path) -> None:
    stub("ssm").add_client_error("get_parameter", "ParameterNotFound")
    stub("sts").add_response("get_caller_identity", {"Account": DEV.account})
    stub("s3")  # which has no answer to an upload
    with pytest.raises(RollforwardError, match="deploy the stack dev-lambda first"):
        deliver(DEV, MODEL, archive, "v1", ignore)


@pytest.mark.parametrize("version", ["a/b", " "])
@pytest.mark.usefixtures("stub")
def test_a_version_that_would_make_another_key_is_refused(archive: Path, version: str) -> None:
    with pytest.raises(ConfigError, match="is empty or holds a slash"):
        deliver(DEV, MODEL, archive, version, ignore)


@pytest.mark.usefixtures("stub")
def test_an_unknown_model_is_refused_by_the_names_there_are(archive: Path) -> None:
    with pytest.raises(ConfigError, match="it has: sentiment"):
        deliver(DEV, "other", archive, "v1", ignore)


def test_a_delivery_without_a_version_is_named_by_the_time_of_day(
    stub: Stub, archive: Path
) -> None:
    deployed(stub)
    uploaded(stub, "mine", KeyLike(r"models/sentiment/\d{8}-\d{6}/model\.tar\.gz"))
    registry(stub, package(1, "mine", "Approved", "Sound"))
    assert deliver(DEV, MODEL, archive, None, ignore).approved
