"""How a delivery is written into the model registry: the words, within SageMaker's limits."""

import unicodedata
from hashlib import sha256

from lambda_src.register_model.cloud import Approval, NewVersion
from lambda_src.register_model.delivery import Delivery
from lambda_src.register_model.pinned_key import PinnedKey, slug

_MAX_DESCRIPTION = 1024
_MAX_METADATA = 256
_METADATA_MARKS = "_.:/=+-@"


def approved(delivery: Delivery, pinned: PinnedKey, image: str) -> NewVersion:
    return NewVersion(
        approval=Approval.APPROVED,
        description=_description(
            f"Delivered as {delivery.key} (version id {delivery.version_id}) at {_time(delivery)}."
        ),
        image=image,
        model_data=f"s3://{delivery.bucket}/{pinned}",
        metadata=_metadata(delivery),
        token=_token(delivery, Approval.APPROVED),
    )


def rejected(delivery: Delivery, reason: str, image: str) -> NewVersion:
    return NewVersion(
        approval=Approval.REJECTED,
        description=_description(f"Refused: {reason}"),
        image=image,
        model_data=None,
        metadata=_metadata(delivery),
        token=_token(delivery, Approval.REJECTED),
    )


def _metadata(delivery: Delivery) -> dict[str, str]:
    label = delivery.address.version
    fits = len(label) <= _MAX_METADATA and all(map(_allowed_in_metadata, label))
    return {
        "delivery_version_id": delivery.version_id,
        "delivered_at": _time(delivery),
        "delivery_version": label if fits else slug(label),
    }


def _token(delivery: Delivery, approval: Approval) -> str:
    # The verdict is part of it: a delivery refused by mistake can be approved once that is mended.
    return sha256(f"{delivery.identity} {approval}".encode()).hexdigest()[:32]


def _time(delivery: Delivery) -> str:
    return delivery.delivered_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _description(text: str) -> str:
    # SageMaker takes letters, marks, numbers, punctuation, symbols and separators of any script.
    clean = "".join("?" if unicodedata.category(char)[0] == "C" else char for char in text)
    return clean if len(clean) <= _MAX_DESCRIPTION else clean[: _MAX_DESCRIPTION - 1] + "…"


def _allowed_in_metadata(char: str) -> bool:
    return char in _METADATA_MARKS or unicodedata.category(char)[0] in "LZN"
