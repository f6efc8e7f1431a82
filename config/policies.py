"""The bucket policy that the stacks and `rollforward bootstrap` share."""

import json
from typing import Any


def policy_document(*statements: dict[str, Any]) -> str:
    """A policy document of IAM statements, as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def tls_only(bucket_arn: str) -> dict[str, Any]:
    """Deny every request without TLS.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
