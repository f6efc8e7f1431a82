"""S3 objects by boto3. A missing object version becomes None or ObjectGone; other errors pass through."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambda_src.shared.objects import MAX_READ_BYTES, ObjectGone, ObjectVersion, Readable
from lambda_src.shared.s3_url import S3Url

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_GONE = {"404", "405", "MethodNotAllowed", "NoSuchKey", "NoSuchVersion"}


@dataclass(frozen=True)
class S3Objects:
    client: "S3Client"

    def versions(self, url: S3Url) -> Sequence[ObjectVersion]:
        # ListObjectVersions works for a key without versions, where HeadObject answers "forbidden".
        pages = self.client.get_paginator("list_object_versions").paginate(
            Bucket=url.bucket, Prefix=url.key
        )
        found: list[ObjectVersion] = []
        for page in pages:
            for version in page.get("Versions", []):
                # S3 lists keys in order, and the prefix itself is the first key that can match.
                if version["Key"] != url.key:
                    return found
                found.append(
                    ObjectVersion(
                        version_id=version["VersionId"],
                        modified=version["LastModified"],
                        size=version["Size"],
                        latest=version["IsLatest"],
                    )
                )
        return found

    def read(self, url: S3Url) -> bytes | None:
        try:
            found = self.client.get_object(Bucket=url.bucket, Key=url.key)
        except self.client.exceptions.NoSuchKey:
            return None
        return found["Body"].read(MAX_READ_BYTES + 1)

    def write(self, url: S3Url, content: bytes) -> None:
        self.client.put_object(
            Bucket=url.bucket, Key=url.key, Body=content, ContentType="application/json"
        )

    def open(self, url: S3Url, version_id: str) -> Readable:
        with _object_gone():
            return self.client.get_object(Bucket=url.bucket, Key=url.key, VersionId=version_id)[
                "Body"
            ]

    def copy(self, url: S3Url, version_id: str, to: S3Url) -> None:
        # The managed copy uses parts above 5 GB, S3's limit for CopyObject. The delivery's tags
        # are not copied: reading them needs another permission.
        with _object_gone():
            self.client.copy(
                CopySource={"Bucket": url.bucket, "Key": url.key, "VersionId": version_id},
                Bucket=to.bucket,
                Key=to.key,
                ExtraArgs={"TaggingDirective": "REPLACE"},
            )


@contextmanager
def _object_gone() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            raise ObjectGone from error
        raise
