"""An environment after its first `cdktf deploy '*'`: before a model, and when one is delivered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from config import names
from examples.sentiment.build import build
from tests.local.deployment import Deployment
from tests.local.snapshots import story_of
from tests.local.stories import assert_nothing_to_do, registered, status

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def empty(deployed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """For tests that register nothing."""
    with story_of(deployed, tmp_path_factory.mktemp("first-day")) as deployment:
        yield deployment


def test_bootstrap_again_changes_nothing(empty: Deployment) -> None:
    again = empty.run("bootstrap", "--json")
    assert (again.code, again.json["created"]) == (0, False)
    bucket = again.json["bucket"]
    s3 = empty.client("s3")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert "aws:SecureTransport" in s3.get_bucket_policy(Bucket=bucket)["Policy"]


def test_before_the_first_model_nothing_is_served_and_plans_are_empty(empty: Deployment) -> None:
    found = status(empty)
    assert found["registered"] is None
    assert found["live"] is None
    assert found["agree"] is True
    assert_nothing_to_do(empty)


def test_a_refused_delivery_says_why_and_changes_nothing(empty: Deployment, tmp_path: Path) -> None:
    bad = tmp_path / "model.tar.gz"
    bad.write_bytes(b"no archive")
    ran = empty.run("deliver", "sentiment", str(bad), "--json")
    assert ran.code == 1
    assert ran.json["status"] == "Rejected"
    assert "not a gzipped tar archive" in ran.json["reason"]
    assert registered(empty) is None


def test_deliveries_under_any_name_are_registered_for_good_and_an_apply_is_due(
    deployed: Path, tmp_path: Path
) -> None:
    archive = build("v1", tmp_path)
    with story_of(deployed, tmp_path / "story") as deployment:
        for version in ("v1", "v 2+ü (final)"):
            ran = deployment.deliver(archive, archive.with_name("metrics.json"), version)
            assert (ran.code, ran.json["status"]) == (0, "Approved"), ran.err
            assert ran.json["delivered"] == f"models/sentiment/{version}/model.tar.gz"
            assert registered(deployment) == ran.json["registered"]

        # Not even the account's root deletes what is registered.
        s3, bucket = deployment.client("s3"), names.model_bucket(deployment.environment)
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.delete_object(Bucket=bucket, Key=ran.json["registered"])

        due = deployment.run("status", "sentiment", "--json")
        assert due.code == 1
        assert due.json[0]["agree"] is False
