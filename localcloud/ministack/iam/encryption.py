"""A service that encrypts with a customer's KMS key uses the key with its caller's rights.

A key of AWS's own, such as `alias/aws/sns`, lets everybody in the account use it through its service.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import s3, sns, sqs

_DECRYPT, _NEW_KEY = "kms:Decrypt", "kms:GenerateDataKey"
_NEEDED = {
    "s3:GetObject": (_DECRYPT,),
    "s3:GetObjectVersion": (_DECRYPT,),
    "s3:PutObject": (_NEW_KEY,),
    "sns:Publish": (_DECRYPT, _NEW_KEY),
    "sqs:SendMessage": (_DECRYPT, _NEW_KEY),
}


def enforce_keys() -> None:
    """Have every decision about an encrypted resource include its key from now on."""
    iam_evaluator.enforce = _with_keys(iam_evaluator.enforce)


def _with_keys(enforce: Any) -> Any:
    @wraps(enforce)
    def decided(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Any = None,
    ) -> Any:
        refusal = enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        if refusal is not None or iam_action not in _NEEDED:
            return refusal
        namespace = iam_action.partition(":")[0]
        key = _KEY_OF[namespace](resource_arn)
        context = {
            "kms:ViaService": f"{namespace}.{region}.amazonaws.com",
            "kms:CallerAccount": get_account_id(),
        }
        if not key or key.startswith("alias/aws/"):
            return None
        for action in _NEEDED[iam_action]:
            refusal = enforce(access_key_id, action, "kms", region, _arn(key, region), context)
            if refusal is not None:
                return refusal
        return None

    return decided


def _arn(key: str, region: str) -> str:
    place = f"arn:aws:kms:{region}:{get_account_id()}:"
    return key if key.startswith("arn:") else place + (key if "/" in key else f"key/{key}")


def _of_bucket(object_arn: str) -> str:
    """The key of the bucket's default encryption, which is what the stacks set."""
    bucket = object_arn.rpartition(":")[2].partition("/")[0]
    headers = s3._bucket_default_sse_headers(bucket)
    return str(headers.get("x-amz-server-side-encryption-aws-kms-key-id", ""))


def _of_topic(arn: str) -> str:
    topic = sns._topic_by_arn_any_scope(arn) or {}
    return str(topic.get("attributes", {}).get("KmsMasterKeyId", ""))


def _of_queue(arn: str) -> str:
    queue = sqs._queue_by_arn(arn) or {}
    return str(queue.get("attributes", {}).get("KmsMasterKeyId", ""))


_KEY_OF: dict[str, Callable[[str], str]] = {"s3": _of_bucket, "sns": _of_topic, "sqs": _of_queue}
