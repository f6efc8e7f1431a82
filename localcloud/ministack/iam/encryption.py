"""KMS keys: a service that encrypts with a customer managed key uses the key with its caller's permissions.

An AWS managed key, such as `alias/aws/sns`, may be used through its service by everybody in the account.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
"""

from collections.abc import Callable
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import s3, sns, sqs

from localcloud.ministack.wrapping import Call, wrap

_DECRYPT, _GENERATE = "kms:Decrypt", "kms:GenerateDataKey"
_KEY_ACTIONS = {
    "s3:GetObject": (_DECRYPT,),
    "s3:GetObjectVersion": (_DECRYPT,),
    "s3:PutObject": (_GENERATE,),
    "sns:Publish": (_DECRYPT, _GENERATE),
    "sqs:SendMessage": (_DECRYPT, _GENERATE),
}


def authorize_keys() -> None:
    """Make every decision about an encrypted resource include the use of its key."""
    iam_evaluator.enforce = wrap(iam_evaluator.enforce, _enforce_with_key)


def _enforce_with_key(call: Call) -> Any:
    """The refusal of the call itself, or else of the use of the key; None if both are allowed."""
    refusal = call.proceed()
    action, region = call["iam_action"], call["region"]
    if refusal is not None or action not in _KEY_ACTIONS:
        return refusal
    service = action.partition(":")[0]
    key = _KEY_OF[service](call["resource_arn"])
    if not key or key.startswith("alias/aws/"):
        return None
    context = {
        "kms:ViaService": f"{service}.{region}.amazonaws.com",
        "kms:CallerAccount": get_account_id(),
    }
    for key_action in _KEY_ACTIONS[action]:
        refusal = call.function(
            call["access_key_id"], key_action, "kms", region, _arn(key, region), context
        )
        if refusal is not None:
            return refusal
    return None


def _arn(key: str, region: str) -> str:
    """The ARN of a key that is given by its id, its alias or its ARN."""
    place = f"arn:aws:kms:{region}:{get_account_id()}:"
    return key if key.startswith("arn:") else place + (key if "/" in key else f"key/{key}")


def _key_of_bucket(object_arn: str) -> str:
    """The key of the bucket's default encryption; empty for none."""
    bucket = object_arn.rpartition(":")[2].partition("/")[0]
    headers = s3._bucket_default_sse_headers(bucket)
    return str(headers.get("x-amz-server-side-encryption-aws-kms-key-id", ""))


def _key_of_topic(arn: str) -> str:
    topic = sns._topic_by_arn_any_scope(arn) or {}
    return str(topic.get("attributes", {}).get("KmsMasterKeyId", ""))


def _key_of_queue(arn: str) -> str:
    queue = sqs._queue_by_arn(arn) or {}
    return str(queue.get("attributes", {}).get("KmsMasterKeyId", ""))


_KEY_OF: dict[str, Callable[[str], str]] = {
    "s3": _key_of_bucket,
    "sns": _key_of_topic,
    "sqs": _key_of_queue,
}
