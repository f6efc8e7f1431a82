"""How a delivery is written into the model registry: the words, within SageMaker's limits."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from hashlib import sha256

from lambda_src.register_model.cloud import Approval, NewVersion
from lambda_src.register_model.delivery import METRICS, Delivery
from lambda_src.register_model.judgement import Judgement
from lambda_src.register_model.metrics import Metrics
from lambda_src.register_model.pinned_key import PinnedKey, slug
from lambda_src.shared.description import description

METRICS_VERSION_ID = "metrics_version_id"
_MAX_METADATA = 256
_METADATA_MARKS = "_.:/=+-@"
# SageMaker takes 50 properties; four are about the delivery.
_MAX_METRICS = 46
_METRIC_NAME = re.compile(r"[\w.:/=+\-@]{1,120}")


def judged(
    delivery: Delivery,
    pinned: PinnedKey,
    image: str,
    judgement: Judgement,
    metrics: Metrics | None,
    first: Iterable[str],
) -> NewVersion:
    """A version of a sound archive. If it has more metrics than fit, those named `first` go before others."""
    numbers = metrics.numbers if metrics else {}
    return _with_token(
        delivery,
        NewVersion(
            approval=judgement.approval,
            description=description(f"{judgement.reason} {_origin(delivery)}".strip()),
            image=image,
            model_data=f"s3://{delivery.bucket}/{pinned}",
            metrics=f"s3://{delivery.bucket}/{pinned.beside(METRICS)}" if numbers else None,
            metadata=_metadata(delivery)
            | ({METRICS_VERSION_ID: metrics.version_id} if metrics else {})
            | _searchable(numbers, first),
        ),
    )


def refused(delivery: Delivery, reason: str, image: str) -> NewVersion:
    """A version of an archive that nobody could serve."""
    return _with_token(
        delivery,
        NewVersion(
            approval=Approval.REJECTED,
            description=description(f"Refused: {reason}"),
            image=image,
            model_data=None,
            metrics=None,
            metadata=_metadata(delivery),
        ),
    )


def _with_token(delivery: Delivery, version: NewVersion) -> NewVersion:
    """The token stands for the delivery and for all that is sent with it.

    AWS does not say what CreateModelPackage does with a token that comes again with other parameters, and
    other services refuse it. A second attempt may have other parameters: another version may be live by then.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
    """
    content = json.dumps([delivery.identity, asdict(version)], sort_keys=True)
    return replace(version, token=sha256(content.encode()).hexdigest()[:32])


def _origin(delivery: Delivery) -> str:
    return f"Delivered as {delivery.key} (version id {delivery.version_id}) at {_time(delivery)}."


def _metadata(delivery: Delivery) -> dict[str, str]:
    label = delivery.address.version
    fits = len(label) <= _MAX_METADATA and all(map(_allowed_in_metadata, label))
    return {
        "delivery_version_id": delivery.version_id,
        "delivered_at": _time(delivery),
        "delivery_version": label if fits else slug(label),
    }


def _searchable(numbers: Mapping[str, float], first: Iterable[str]) -> dict[str, str]:
    """All of them are in the pinned file; here are those that SageMaker takes."""
    leading = set(first)
    names = sorted(filter(_METRIC_NAME.fullmatch, numbers), key=lambda name: name not in leading)
    texts = {f"metrics.{name}": str(numbers[name]) for name in names[:_MAX_METRICS]}
    return {name: text for name, text in texts.items() if len(text) <= _MAX_METADATA}


def _time(delivery: Delivery) -> str:
    return delivery.delivered_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _allowed_in_metadata(char: str) -> bool:
    return char in _METADATA_MARKS or unicodedata.category(char)[0] in "LZN"
