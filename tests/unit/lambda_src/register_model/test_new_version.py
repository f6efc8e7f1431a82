import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from lambda_src.register_model.delivery import Delivery, DeliveryFolder
from lambda_src.register_model.judgement import Judgement
from lambda_src.register_model.new_version import judged_version, refused_version
from lambda_src.shared.metrics import Metrics
from lambda_src.shared.registry import Approval, NewVersion

REGISTRY = "763104351884.dkr.ecr.eu-west-1.amazonaws.com"
AWS_IMAGE = f"{REGISTRY}/huggingface-pytorch-inference:2.6.0-cpu"
OWN_IMAGE = f"{REGISTRY}/team/sentiment-serving:1"
PASSES = Judgement(Approval.APPROVED, "")


def judged(
    judgement: Judgement = PASSES,
    metrics: Metrics | None = None,
    first: Sequence[str] = (),
    version: str = "v1",
    image: str = AWS_IMAGE,
) -> NewVersion:
    return judged_version(delivery(version, metrics), judgement, image, first)


def delivery(version: str = "v1", metrics: Metrics | None = None) -> Delivery:
    return Delivery(
        folder=DeliveryFolder("bucket", "m", version),
        version_id="3sL4kqtJlcpXroDTDmJ",
        delivered_at=datetime(2026, 1, 31, 12, tzinfo=UTC),
        rank=0,
        size=1,
        metrics=metrics,
    )


def test_an_approved_version_says_where_it_came_from_and_names_the_pinned_copy() -> None:
    version = judged()
    assert version.approval == Approval.APPROVED
    assert version.description == (
        "Delivered as models/m/v1/model.tar.gz (version id 3sL4kqtJlcpXroDTDmJ) "
        "at 2026-01-31T12:00:00Z."
    )
    assert version.model_data == delivery().pinned("model.tar.gz")
    assert version.metadata == {
        "delivery_version_id": "3sL4kqtJlcpXroDTDmJ",
        "delivered_at": "2026-01-31T12:00:00Z",
        "delivery_version": "v1",
    }


def test_a_version_for_an_image_of_ones_own_says_that_its_layout_was_not_checked() -> None:
    assert judged(image=OWN_IMAGE).description.endswith(
        " What team/sentiment-serving loads was not checked: it is not one of AWS's containers."
    )


def test_a_refused_archive_has_a_reason_and_no_model_data() -> None:
    version = refused_version(delivery(), "It is empty.", "image")
    assert version.approval == Approval.REJECTED
    assert version.description == "Refused: It is empty."
    assert version.model_data is None


@given(st.text(st.characters(), max_size=2000))
def test_a_description_fits_whatever_the_reason(reason: str) -> None:
    description = refused_version(delivery(), reason, "image").description
    assert len(description) <= 1024
    assert all(unicodedata.category(char)[0] in "LMZSNP" for char in description)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400))
def test_the_label_fits_whatever_the_version(label: str) -> None:
    version = refused_version(delivery(label), "No.", "image")
    kept = version.metadata["delivery_version"]
    assert 1 <= len(kept) <= 256
    assert all(unicodedata.category(char)[0] in "LZN" or char in "_.:/=+-@" for char in kept)


def test_the_token_is_the_same_only_if_all_that_is_sent_is_the_same() -> None:
    versions = [
        refused_version(delivery(), "one reason", "image"),
        refused_version(delivery(), "another reason", "image"),
        refused_version(delivery(), "one reason", "another image"),
        refused_version(delivery("v2"), "one reason", "image"),
        judged(),
        judged(metrics=Metrics("m1", {})),
        judged(metrics=Metrics("m1", {"f1": 1})),
    ]
    tokens = [version.token for version in versions]
    assert len(set(tokens)) == len(versions)
    assert refused_version(delivery(), "one reason", "image").token == tokens[0]
    assert all(re.fullmatch("[a-zA-Z0-9-]{1,36}", token) for token in tokens)


def test_metrics_are_named_by_their_pinned_copy_and_searchable_by_name() -> None:
    version = judged(metrics=Metrics("m1", {"accuracy": 0.91, "latency_ms.p95": 88}))
    assert version.metrics == delivery().pinned("metrics.json")
    assert version.metadata["metrics.accuracy"] == "0.91"
    assert version.metadata["metrics.latency_ms.p95"] == "88"
    assert version.metadata["metrics_version_id"] == "m1"


def test_a_refused_metrics_file_is_not_named() -> None:
    version = judged(metrics=Metrics("m1", {}, "metrics.json is not valid JSON"))
    assert version.metrics is None
    assert version.metadata["metrics_version_id"] == "m1"


def test_the_reason_comes_before_where_it_was_delivered() -> None:
    version = judged(Judgement(Approval.REJECTED, "Refused: f1 is 0.1."))
    assert version.description.startswith("Refused: f1 is 0.1. Delivered as models/m/v1/")
    assert version.approval == Approval.REJECTED


def test_of_too_many_metrics_the_ones_that_rules_name_come_first() -> None:
    numbers: dict[str, float] = {f"m{number:03}": number for number in range(100)}
    metadata = judged(metrics=Metrics("m1", numbers), first=["m099"]).metadata
    assert "metrics.m099" in metadata
    assert len(metadata) == 50


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.floats()))
def test_the_metadata_fits_whatever_the_metrics(numbers: dict[str, float]) -> None:
    metadata = judged(metrics=Metrics("m1", numbers)).metadata
    assert len(metadata) <= 50
    for name, text in metadata.items():
        assert len(name) <= 128
        assert 1 <= len(text) <= 256
        assert all(
            unicodedata.category(char)[0] in "LZN" or char in "_.:/=+-@" for char in name + text
        )
