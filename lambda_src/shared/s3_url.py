"""The URL of an S3 object."""

import re
from dataclasses import dataclass

_URL = re.compile(r"s3://(?P<bucket>[^/]+)/(?P<key>.+)", re.DOTALL)


@dataclass(frozen=True)
class S3Url:
    """`s3://bucket/key`; `str()` returns it as text."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, text: str) -> "S3Url | None":
        """The URL in `text`; None if `text` is not the URL of an S3 object."""
        match = _URL.fullmatch(text)
        return cls(match["bucket"], match["key"]) if match else None

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"
