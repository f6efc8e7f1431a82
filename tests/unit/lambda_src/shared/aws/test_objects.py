"""The requests that S3 receives, and what its answers become."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from lambda_src.shared.aws.objects import S3Objects
from lambda_src.shared.objects import MAX_READ_BYTES, ObjectGone, ObjectVersion
from lambda_src.shared.s3_url import S3Url
from tests.unit.lambda_src.shared.aws.clients import client

KEY = "models/m/v1/model.tar.gz"
URL = S3Url("b", KEY)
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def listed(key: str, version_id: str, latest: bool) -> dict[str, Any]:
    return {
        "Key": key,
        "VersionId": version_id,
        "LastModified": NOON,
        "Size": 7,
        "IsLatest": latest,
    }


def test_versions_are_those_of_exactly_this_key() -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        page = {
            "IsTruncated": True,
            "NextKeyMarker": KEY,
            "NextVersionIdMarker": "2",
            "Versions": [listed(KEY, "3", True), listed(KEY, "2", False)],
        }
        stub.add_response("list_object_versions", page, {"Bucket": "b", "Prefix": KEY})
        stub.add_response(
            "list_object_versions",
            {"Versions": [listed(KEY, "1", False), listed(f"{KEY}.part", "9", True)]},
            {"Bucket": "b", "Prefix": KEY, "KeyMarker": KEY, "VersionIdMarker": "2"},
        )
        versions = S3Objects(s3).versions(URL)
    assert [version.version_id for version in versions] == ["3", "2", "1"]
    assert versions[0] == ObjectVersion("3", NOON, size=7, latest=True)


def test_a_key_that_was_never_written_has_no_versions() -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_response("list_object_versions", {}, {"Bucket": "b", "Prefix": KEY})
        assert S3Objects(s3).versions(URL) == []


def test_one_version_is_opened() -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_response(
            "get_object",
            {"Body": StreamingBody(io.BytesIO(b"data"), 4)},
            {"Bucket": "b", "Key": KEY, "VersionId": "1"},
        )
        assert S3Objects(s3).open(URL, "1").read(9) == b"data"


@pytest.mark.parametrize(
    ("code", "status"), [("NoSuchKey", 404), ("NoSuchVersion", 404), ("MethodNotAllowed", 405)]
)
def test_a_missing_version_is_gone(code: str, status: int) -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", code, http_status_code=status)
        with pytest.raises(ObjectGone):
            S3Objects(s3).open(URL, "1")


def test_a_forbidden_version_is_an_error() -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", "AccessDenied", http_status_code=403)
        with pytest.raises(ClientError, match="AccessDenied"):
            S3Objects(s3).open(URL, "1")


def test_a_copy_is_of_one_version_and_leaves_its_tags() -> None:
    s3 = client("s3")
    source = {"Bucket": "b", "Key": KEY, "VersionId": "1"}
    with Stubber(s3) as stub:
        stub.add_response("head_object", {"ContentLength": 7, "ETag": '"e"'}, source)
        stub.add_response(
            "copy_object",
            {},
            {
                "Bucket": "b",
                "Key": "registered/k",
                "CopySource": source,
                "TaggingDirective": "REPLACE",
            },
        )
        S3Objects(s3).copy(URL, "1", to=S3Url("b", "registered/k"))
        stub.assert_no_pending_responses()


def test_a_copy_of_a_missing_version_is_gone() -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("head_object", "404", http_status_code=404)
        with pytest.raises(ObjectGone):
            S3Objects(s3).copy(URL, "1", to=S3Url("b", "registered/k"))


def test_a_small_object_is_read_or_is_not_there() -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        body = StreamingBody(io.BytesIO(b"{}"), 2)
        stub.add_response("get_object", {"Body": body}, {"Bucket": "b", "Key": "k"})
        stub.add_client_error("get_object", "NoSuchKey")
        assert S3Objects(s3).read(S3Url("b", "k")) == b"{}"
        assert S3Objects(s3).read(S3Url("b", "k")) is None


def test_of_a_large_object_only_the_first_bytes_are_read() -> None:
    s3 = client("s3")
    size = MAX_READ_BYTES + 100
    with Stubber(s3) as stub:
        body = StreamingBody(io.BytesIO(b" " * size), size)
        stub.add_response("get_object", {"Body": body}, {"Bucket": "b", "Key": "k"})
        assert len(S3Objects(s3).read(S3Url("b", "k")) or b"") == MAX_READ_BYTES + 1
