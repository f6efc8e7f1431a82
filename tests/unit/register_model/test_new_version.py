import unicodedata
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from lambda_src.register_model import new_version
from lambda_src.register_model.cloud import Approval
from lambda_src.register_model.delivery import Address, Delivery
from lambda_src.register_model.pinned_key import PinnedKey


def delivery(version: str = "v1") -> Delivery:
    return Delivery(
        bucket="bucket",
        key=f"models/m/{version}/model.tar.gz",
        version_id="3sL4kqtJlcpXroDTDmJ",
        address=Address("m", version),
        delivered_at=datetime(2026, 1, 31, 12, tzinfo=UTC),
        rank=0,
        size=1,
    )


def test_an_approved_version_says_where_it_came_from_and_names_the_pinned_copy() -> None:
    pinned = PinnedKey.of(delivery())
    version = new_version.approved(delivery(), pinned, "image")
    assert version.approval == Approval.APPROVED
    assert version.description == (
        "Delivered as models/m/v1/model.tar.gz (version id 3sL4kqtJlcpXroDTDmJ) "
        "at 2026-01-31T12:00:00Z."
    )
    assert version.model_data == f"s3://bucket/{pinned}"
    assert version.metadata == {
        "delivery_version_id": "3sL4kqtJlcpXroDTDmJ",
        "delivered_at": "2026-01-31T12:00:00Z",
        "delivery_version": "v1",
    }


def test_a_rejected_version_has_a_reason_and_no_model_data() -> None:
    version = new_version.rejected(delivery(), "It is empty.", "image")
    assert version.approval == Approval.REJECTED
    assert version.description == "Refused: It is empty."
    assert version.model_data is None


@given(st.text(st.characters(), max_size=2000))
def test_a_description_fits_whatever_the_reason(reason: str) -> None:
    description = new_version.rejected(delivery(), reason, "image").description
    assert len(description) <= 1024
    assert all(unicodedata.category(char)[0] in "LMZSNP" for char in description)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400))
def test_the_label_fits_whatever_the_version(label: str) -> None:
    version = new_version.rejected(delivery(label), "No.", "image")
    kept = version.metadata["delivery_version"]
    assert 1 <= len(kept) <= 256
    assert all(unicodedata.category(char)[0] in "LZN" or char in "_.:/=+-@" for char in kept)


def test_the_token_is_the_same_for_the_same_delivery_and_verdict_only() -> None:
    tokens = {
        new_version.rejected(delivery(), "one reason", "image").token,
        new_version.rejected(delivery(), "another reason", "image").token,
        new_version.approved(delivery(), PinnedKey.of(delivery()), "image").token,
        new_version.rejected(delivery("v2"), "one reason", "image").token,
    }
    assert len(tokens) == 3
    assert all(len(token) == 32 for token in tokens)
