"""The model bucket's policy in the local cloud: who may change a pinned copy there, and who may not."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from config import names
from config.schema.settings import load
from localcloud.cloud import LocalCloud, local_cloud
from stacks.iam import arns
from stacks.iam.bucket import pinned_copies_statement
from stacks.iam.statement import document

DEV = load("dev")
BUCKET = names.model_bucket(DEV)
PINNED = "registered/sentiment/20260131T120000Z-v1-00000000/model.tar.gz"
OPERATOR = "operator"

Change = Callable[[Any, str], Any]
CHANGES: dict[str, Change] = {
    "overwrite": lambda s3, _: s3.put_object(Bucket=BUCKET, Key=PINNED, Body=b"other"),
    "copy over": lambda s3, _: s3.copy_object(
        Bucket=BUCKET, Key=PINNED, CopySource={"Bucket": BUCKET, "Key": "models/other"}
    ),
    "delete": lambda s3, _: s3.delete_object(Bucket=BUCKET, Key=PINNED),
    "delete the version": lambda s3, version: s3.delete_object(
        Bucket=BUCKET, Key=PINNED, VersionId=version
    ),
    "tag": lambda s3, _: s3.put_object_tagging(
        Bucket=BUCKET, Key=PINNED, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}
    ),
    "add one": lambda s3, _: s3.put_object(Bucket=BUCKET, Key=f"{PINNED}.new", Body=b"other"),
}


class Bucket:
    """The model bucket with one pinned copy; `root` may do everything, as the account's root may on AWS."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self.root = self._client("s3")
        self._roles()
        self.root.create_bucket(Bucket=BUCKET)
        versioning = {"Status": "Enabled"}
        self.root.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration=versioning)
        self.root.put_object(Bucket=BUCKET, Key="models/other", Body=b"other")
        self.protect()
        registrar = self.as_role(names.registrar(DEV))
        self.version = registrar.put_object(Bucket=BUCKET, Key=PINNED, Body=b"one")["VersionId"]

    def protect(self) -> None:
        self.root.put_bucket_policy(Bucket=BUCKET, Policy=document(pinned_copies_statement(DEV)))

    def as_role(self, name: str) -> Any:
        role = arns.role(DEV, name)
        assumed = self._client("sts").assume_role(RoleArn=role, RoleSessionName="session")
        key = assumed["Credentials"]
        return self._client("s3", (key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"]))

    def _roles(self) -> None:
        iam = self._client("iam")
        root = {"AWS": f"arn:aws:iam::{DEV.account}:root"}
        trust = {"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}
        everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        for name in (names.registrar(DEV), OPERATOR):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))
            iam.put_role_policy(
                RoleName=name, PolicyName="everything", PolicyDocument=_policy(everything)
            )

    def _client(self, service: str, credentials: tuple[str, str, str] | None = None) -> Any:
        url = self._cloud.environment["AWS_ENDPOINT_URL"]
        key, secret, token = credentials or (DEV.account, "local", None)
        session: Any = boto3.Session(key, secret, token, DEV.region)
        return session.client(service, endpoint_url=url)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with pytest.MonkeyPatch.context() as environ:
        # These roles may do more than the stacks' do: their recordings are nobody's.
        environ.delenv("LOCALCLOUD_DECISIONS", raising=False)
        with local_cloud(tmp_path_factory.mktemp("pinned"), DEV.account, DEV.region) as cloud:
            yield Bucket(cloud)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("who", [OPERATOR, "root"])
def test_nobody_changes_a_pinned_copy(bucket: Bucket, who: str, change: str) -> None:
    s3 = bucket.root if who == "root" else bucket.as_role(who)
    with pytest.raises(ClientError, match="explicit deny in a resource-based policy"):
        CHANGES[change](s3, bucket.version)
    assert bucket.root.get_object(Bucket=BUCKET, Key=PINNED)["Body"].read() == b"one"


def test_a_delivery_is_still_anybodys(bucket: Bucket) -> None:
    bucket.as_role(OPERATOR).put_object(Bucket=BUCKET, Key="models/other", Body=b"another")


def test_the_registrar_writes_another_one(bucket: Bucket) -> None:
    bucket.as_role(names.registrar(DEV)).put_object(Bucket=BUCKET, Key=f"{PINNED}.2", Body=b"two")


def test_without_the_policy_an_operator_cleans_up(bucket: Bucket) -> None:
    operator = bucket.as_role(OPERATOR)
    operator.delete_bucket_policy(Bucket=BUCKET)
    operator.delete_object(Bucket=BUCKET, Key=f"{PINNED}.2")
    bucket.protect()


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
