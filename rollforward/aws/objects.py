"""S3 objects."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from config import names
from lambda_src.shared.s3_url import S3Url
from rollforward.aws import clients
from rollforward.aws.errors import code, translate_errors
from rollforward.errors import RollforwardError, UsageError
from rollforward.target import Target


@dataclass(frozen=True)
class Object:
    body: bytes
    content_type: str


@translate_errors()
def upload(
    target: Target, file: Path, key: str, on_upload: Callable[[int], None] | None = None
) -> None:
    """Upload a file into the model bucket.

    `on_upload` is called with the size of each part that was sent, in bytes. Raises UsageError if the file
    cannot be read, RollforwardError if the bucket does not exist.
    """
    client = clients.s3(target.region)
    try:
        with file.open("rb") as body:
            client.upload_fileobj(body, target.bucket, key, Callback=on_upload)
    except OSError as error:
        raise UsageError(f"cannot read {str(file)!r}: {error.strerror}") from error
    except client.exceptions.NoSuchBucket as error:
        raise RollforwardError(
            f"the bucket {target.bucket} does not exist: deploy the stack "
            f"{names.stack(target.environment, 's3')} first, with "
            f"`rollforward apply --env {target.environment.name}`"
        ) from error


@translate_errors()
def put(target: Target, key: str, body: bytes, content_type: str) -> S3Url:
    """Write an object into the model bucket."""
    clients.s3(target.region).put_object(
        Bucket=target.bucket, Key=key, Body=body, ContentType=content_type
    )
    return S3Url(target.bucket, key)


@translate_errors()
def version_id(target: Target, key: str) -> str:
    """The id of the newest version of an object in the model bucket."""
    return clients.s3(target.region).head_object(Bucket=target.bucket, Key=key)["VersionId"]


@translate_errors()
def etag(target: Target, key: str) -> str:
    """The ETag of an object in the model bucket: it changes when the content changes."""
    return clients.s3(target.region).head_object(Bucket=target.bucket, Key=key)["ETag"]


@translate_errors()
def read(region: str, url: S3Url, *, if_allowed: bool = False) -> Object | None:
    """The object; None if it does not exist.

    With `if_allowed`, also None if the bucket does not exist, or if the caller may not read the object.
    """
    absent = {"NoSuchKey"} | ({"NoSuchBucket", "AccessDenied"} if if_allowed else set())
    try:
        found = clients.s3(region).get_object(Bucket=url.bucket, Key=url.key)
    except ClientError as error:
        if code(error) in absent:
            return None
        raise
    return Object(found["Body"].read(), found["ContentType"])
