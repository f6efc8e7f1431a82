"""The version that records a delivery in the model registry, within SageMaker's limits."""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256

from lambda_src.register_model.delivery import Delivery
from lambda_src.register_model.judgement import Judgement
from lambda_src.shared.description import description
from lambda_src.shared.inspection.layout import AWS_CONTAINERS, repository
from lambda_src.shared.metrics import kept_names
from lambda_src.shared.pinned_key import ARCHIVE, METRICS, slug
from lambda_src.shared.registry import Approval, NewVersion

METRICS_VERSION_ID = "metrics_version_id"
_MAX_METADATA = 256
_METADATA_MARKS = "_.:/=+-@"


def judged_version(
    delivery: Delivery, judgement: Judgement, image: str, first: Iterable[str]
) -> NewVersion:
    """A version of a sound archive. If its metrics exceed the limit, the names in `first` take precedence."""
    metrics = delivery.metrics
    numbers = metrics.numbers if metrics else {}
    return _with_token(
        delivery,
        NewVersion(
            approval=judgement.approval,
            description=description(
                f"{judgement.reason} {_origin(delivery)} {_unchecked_layout(image)}".strip()
            ),
            image=image,
            model_data=delivery.pinned(ARCHIVE),
            metrics=delivery.pinned(METRICS) if numbers else None,
            metadata=_metadata(delivery)
            | ({METRICS_VERSION_ID: metrics.version_id} if metrics else {})
            | _searchable(numbers, first),
        ),
    )


def refused_version(delivery: Delivery, reason: str, image: str) -> NewVersion:
    """A version of an archive that the inspection refused."""
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
    """The token identifies the delivery and all parameters of the request.

    AWS does not document what CreateModelPackage does when a token is repeated with other parameters; other
    services refuse it. A second attempt may have other parameters, because another version may be live by
    then.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
    """
    content = json.dumps([delivery.identity, vars(version)], sort_keys=True, default=str)
    return replace(version, token=sha256(content.encode()).hexdigest()[:32])


def _origin(delivery: Delivery) -> str:
    key = delivery.folder.archive.key
    return f"Delivered as {key} (version id {delivery.version_id}) at {_time(delivery)}."


def _unchecked_layout(image: str) -> str:
    """What the inspection cannot know; empty if the image is one of AWS's containers."""
    name = repository(image)
    if name in AWS_CONTAINERS:
        return ""
    return f"What {name} loads was not checked: it is not one of AWS's containers."


def _metadata(delivery: Delivery) -> dict[str, str]:
    label = delivery.folder.version
    fits = len(label) <= _MAX_METADATA and all(map(_is_allowed_in_metadata, label))
    return {
        "delivery_version_id": delivery.version_id,
        "delivered_at": _time(delivery),
        "delivery_version": label if fits else slug(label),
    }


def _searchable(numbers: Mapping[str, float], first: Iterable[str]) -> dict[str, str]:
    """The metrics that SageMaker accepts as metadata; the pinned file holds all of them."""
    texts = {f"metrics.{name}": str(numbers[name]) for name in kept_names(numbers, first)}
    return {name: text for name, text in texts.items() if len(text) <= _MAX_METADATA}


def _time(delivery: Delivery) -> str:
    return delivery.delivered_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_allowed_in_metadata(char: str) -> bool:
    return char in _METADATA_MARKS or unicodedata.category(char)[0] in "LZN"
