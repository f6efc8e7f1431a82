"""How a delivery is written into the model registry: the words, within SageMaker's limits."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
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
    return NewVersion(
        approval=judgement.approval,
        description=description(f"{judgement.reason} {_origin(delivery)}".strip()),
        image=image,
        model_data=f"s3://{delivery.bucket}/{pinned}",
        metrics=f"s3://{delivery.bucket}/{pinned.beside(METRICS)}" if numbers else None,
        metadata=_metadata(delivery)
        | ({METRICS_VERSION_ID: metrics.version_id} if metrics else {})
        | _searchable(numbers, first),
        token=_token(delivery, judgement.approval, metrics),
    )


def refused(delivery: Delivery, reason: str, image: str) -> NewVersion:
    """A version of an archive that nobody could serve."""
    return NewVersion(
        approval=Approval.REJECTED,
        description=description(f"Refused: {reason}"),
        image=image,
        model_data=None,
        metrics=None,
        metadata=_metadata(delivery),
        token=_token(delivery, Approval.REJECTED, None),
    )


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


def _token(delivery: Delivery, approval: Approval, metrics: Metrics | None) -> str:
    # The verdict is part of it: a delivery refused by mistake can be approved once that is mended.
    identity = f"{delivery.identity} {approval} {metrics.version_id if metrics else ''}"
    return sha256(identity.encode()).hexdigest()[:32]


def _time(delivery: Delivery) -> str:
    return delivery.delivered_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _allowed_in_metadata(char: str) -> bool:
    return char in _METADATA_MARKS or unicodedata.category(char)[0] in "LZN"
