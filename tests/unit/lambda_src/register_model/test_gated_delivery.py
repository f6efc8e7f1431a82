"""Deliveries with metrics, under each gate."""

import json
from dataclasses import replace

import pytest

from lambda_src.register_model.events import Notice
from lambda_src.register_model.registration import Registrar
from lambda_src.register_model.result import Outcome, Result
from lambda_src.shared.objects import ObjectGone, Readable
from lambda_src.shared.registry import Approval
from lambda_src.shared.s3_url import S3Url
from tests.unit.lambda_src.fakes.endpoints import MODEL
from tests.unit.lambda_src.fakes.objects import BUCKET, FakeObjects
from tests.unit.lambda_src.register_model.fake_deliveries import (
    NAMES,
    POINTER,
    FakeDeliveries,
)
from tests.unit.lambda_src.shared.archives import CODE, packed, sound_archive, tar_of

RULES = [
    {"metric": "accuracy", "direction": "higher", "tolerance": 0.01},
    {"metric": "latency_ms_p95", "ceiling": 120},
]
GOOD = {"accuracy": 0.91, "latency_ms_p95": 88}


class Site:
    """A registrar, and somebody who delivers."""

    def __init__(self, approve: str, rules: list[dict[str, object]] | None = None) -> None:
        self.cloud = FakeDeliveries(approve=approve, rules=rules or [])
        self.registrar = Registrar(self.cloud.connect(), NAMES)

    def archive(self, version: str) -> Result:
        return self._deliver(version, "model.tar.gz", sound_archive(version))

    def metrics(self, version: str, numbers: object) -> Result:
        text = numbers if isinstance(numbers, bytes) else json.dumps(numbers).encode()
        return self._deliver(version, "metrics.json", text)

    def live(self, version: str, numbers: dict[str, float]) -> None:
        """As if it had been delivered and applied."""
        self.metrics(version, numbers)
        self.cloud.serve(str(self.archive(version).pinned))

    def _deliver(self, version: str, file: str, data: bytes) -> Result:
        notice = self.cloud.deliver(f"models/{MODEL}/{version}/{file}", data)
        result = self.registrar.register(notice)
        assert self.registrar.register(notice).outcome != Outcome.REGISTERED, "never twice"
        return result

    @property
    def pointer(self) -> str:
        return self.cloud.values[POINTER]


@pytest.fixture
def gated() -> Site:
    return Site("better", RULES)


@pytest.mark.parametrize("metrics_first", [True, False])
def test_a_version_carries_its_metrics_delivered_before_or_after_it(
    gated: Site, metrics_first: bool
) -> None:
    if metrics_first:
        assert gated.metrics("v1", GOOD).outcome == Outcome.EARLY_METRICS
        result = gated.archive("v1")
    else:
        assert gated.archive("v1").outcome == Outcome.WAITING
        result = gated.metrics("v1", GOOD)
    assert result.outcome == Outcome.REGISTERED
    assert gated.pointer == result.pinned
    version = gated.cloud.versions[-1]
    copy = str(result.pinned).replace("model.tar.gz", "metrics.json")
    assert version.metrics == S3Url(BUCKET, copy)
    assert json.loads(gated.cloud.bytes_of(copy)) == GOOD
    assert version.metadata["metrics.accuracy"] == "0.91"


def test_a_version_without_metrics_waits_and_a_person_may_approve_it(gated: Site) -> None:
    assert gated.archive("v1").outcome == Outcome.WAITING
    assert gated.pointer == "none"
    [version] = gated.cloud.versions
    assert version.approval == Approval.PENDING
    assert version.description.startswith("Waits for its metrics.json")


def test_a_worse_version_is_rejected_with_the_rule_and_both_numbers(gated: Site) -> None:
    gated.live("v1", GOOD)
    gated.metrics("v2", {"accuracy": 0.8, "latency_ms_p95": 150})
    result = gated.archive("v2")
    assert result.outcome == Outcome.REFUSED
    assert gated.pointer == gated.cloud.live
    version = gated.cloud.versions[-1]
    assert version.approval == Approval.REJECTED
    assert (
        "accuracy is 0.8, worse than 0.91, which is live, by more than 0.01" in version.description
    )
    assert "latency_ms_p95 is 150, above the ceiling of 120" in version.description


def test_a_version_that_is_worse_within_the_tolerance_goes_on(gated: Site) -> None:
    gated.live("v1", GOOD)
    gated.metrics("v2", GOOD | {"accuracy": 0.9})
    assert gated.archive("v2").outcome == Outcome.REGISTERED


def test_the_comparison_is_with_what_is_live_not_with_what_is_registered(gated: Site) -> None:
    gated.live("v1", GOOD)
    gated.metrics("v2", GOOD | {"accuracy": 0.99})
    gated.archive("v2")
    gated.metrics("v3", GOOD | {"accuracy": 0.9})
    assert gated.archive("v3").outcome == Outcome.REGISTERED


def test_the_first_version_is_judged_by_the_absolute_limits_only(gated: Site) -> None:
    gated.metrics("v1", {"accuracy": 0.01, "latency_ms_p95": 100})
    assert gated.archive("v1").outcome == Outcome.REGISTERED
    gated.metrics("v2", {"accuracy": 0.01, "latency_ms_p95": 121})
    assert gated.archive("v2").outcome == Outcome.REFUSED


def test_a_live_version_without_metrics_leaves_the_absolute_limits(gated: Site) -> None:
    gated.cloud.serve(str(gated.archive("v1").pinned))
    gated.metrics("v2", GOOD)
    assert gated.archive("v2").outcome == Outcome.REGISTERED


def test_metrics_without_what_a_rule_is_about_are_refused_saying_so(gated: Site) -> None:
    gated.metrics("v1", {"accuracy": 0.9})
    result = gated.archive("v1")
    assert result.outcome == Outcome.REFUSED
    assert "no number latency_ms_p95, which a rule needs" in gated.cloud.versions[-1].description


def test_malformed_metrics_are_refused_and_the_model_waits_for_sound_ones(gated: Site) -> None:
    gated.archive("v1")
    result = gated.metrics("v1", b"{accuracy: high}")
    assert result.outcome == Outcome.WAITING
    assert "metrics.json is not valid JSON" in gated.cloud.versions[-1].description
    assert gated.metrics("v1", GOOD).outcome == Outcome.REGISTERED
    assert [one.approval for one in gated.cloud.versions] == [
        Approval.PENDING,
        Approval.PENDING,
        Approval.APPROVED,
    ]


@pytest.mark.parametrize("poison", [b'{"a":' * 1_100 + b"1" + b"}" * 1_100, b"[" * 100_000])
def test_a_file_nested_too_deep_is_refused_and_does_not_block_what_comes_after_it(
    gated: Site, poison: bytes
) -> None:
    refused = gated.metrics("v1", poison)
    assert refused.outcome == Outcome.REFUSED
    assert "metrics.json is nested more than 32 levels deep" in str(refused.reason)
    assert gated.archive("v1").outcome == Outcome.WAITING
    assert gated.metrics("v1", GOOD).outcome == Outcome.REGISTERED


def test_a_metrics_file_that_is_deleted_meanwhile_does_not_block_its_archive() -> None:
    class Vanishing(FakeObjects):
        def open(self, url: S3Url, version_id: str) -> Readable:
            if url.key.endswith("metrics.json"):
                raise ObjectGone(url)
            return super().open(url, version_id)

    site = Site("automatic")
    site.metrics("v1", GOOD)
    site.registrar = Registrar(replace(site.cloud.connect(), objects=Vanishing(site.cloud)), NAMES)
    assert site.archive("v1").outcome == Outcome.REGISTERED
    assert "metrics.json was deleted" in site.cloud.versions[-1].description


def test_malformed_metrics_before_their_model_are_announced_as_refused(gated: Site) -> None:
    result = gated.metrics("v1", b"[]")
    assert result.outcome == Outcome.REFUSED
    told = gated.cloud.announced[0]
    assert (told.event, told.version) == ("refused", None)
    assert (
        told.reason
        == f"models/{MODEL}/v1/metrics.json: metrics.json is not a JSON object of numbers by name."
    )
    assert gated.archive("v1").outcome == Outcome.WAITING


def test_an_ungated_model_is_registered_without_metrics_and_with_malformed_ones() -> None:
    site = Site("automatic")
    assert site.archive("v1").outcome == Outcome.REGISTERED
    site.metrics("v2", b"[]")
    assert site.archive("v2").outcome == Outcome.REGISTERED
    assert "is not a JSON object" in site.cloud.versions[-1].description


def test_late_metrics_of_an_ungated_model_are_recorded_with_the_same_copy() -> None:
    site = Site("automatic")
    first = site.archive("v1")
    late = site.metrics("v1", GOOD)
    assert (late.outcome, late.pinned) == (Outcome.REGISTERED, first.pinned)
    assert site.cloud.versions[-1].metadata["metrics.accuracy"] == "0.91"
    assert len(site.cloud.versions) == 2


def test_manual_approval_waits_whatever_the_metrics() -> None:
    site = Site("manual")
    site.metrics("v1", GOOD)
    assert site.archive("v1").outcome == Outcome.WAITING
    assert site.pointer == "none"


def test_a_decision_of_a_person_is_not_judged_again(gated: Site) -> None:
    gated.live("v1", GOOD)
    gated.archive("v2")
    gated.cloud.decide(len(gated.cloud.versions), Approval.APPROVED)
    assert (
        gated.metrics("v2", {"accuracy": 0.1, "latency_ms_p95": 500}).outcome == Outcome.REGISTERED
    )
    gated.archive("v3")
    gated.cloud.decide(len(gated.cloud.versions), Approval.REJECTED)
    assert gated.metrics("v3", GOOD).outcome == Outcome.REFUSED
    assert "-v2-" in gated.pointer


def test_metrics_of_an_unknown_model_are_refused() -> None:
    site = Site("automatic")
    notice = site.cloud.deliver("models/mood/v1/metrics.json", b'{"f1": 1}')
    assert site.registrar.register(notice).outcome == Outcome.UNKNOWN_MODEL


def test_metrics_already_gone_are_nothing_to_register(gated: Site) -> None:
    gated.archive("v1")
    notice = Notice(BUCKET, f"models/{MODEL}/v1/metrics.json", "gone")
    assert gated.registrar.register(notice).outcome == Outcome.GONE


def test_a_smoke_request_is_pinned_beside_the_model() -> None:
    site = Site("automatic")
    smoke = b'{"request": {"inputs": "hi"}}'
    archive = packed(tar_of({CODE: b"# serve", "code/smoke.json": smoke}))
    notice = site.cloud.deliver(f"models/{MODEL}/v1/model.tar.gz", archive)
    pinned = str(site.registrar.register(notice).pinned)
    assert site.cloud.bytes_of(pinned.replace("model.tar.gz", "smoke.json")) == smoke


@pytest.mark.parametrize(
    "smoke",
    [
        b"",
        b"{}",
        b"[1]",
        b'{"request": 1, "asnwer": 2}',
        b'{"request": 1, "' + b"a" * 500_000 + b'": 2}',
        b'{"request": ' + b"[" * 1_100 + b"]" * 1_100 + b"}",
        b'{"request": 1, "answer": ' + b"[" * 100_000,
    ],
)
def test_a_malformed_smoke_request_is_refused(smoke: bytes) -> None:
    site = Site("automatic")
    archive = packed(tar_of({CODE: b"# serve", "./code/smoke.json": smoke}))
    result = site.registrar.register(site.cloud.deliver(f"models/{MODEL}/v1/model.tar.gz", archive))
    assert result.outcome == Outcome.REFUSED
    assert str(result.reason).startswith("code/smoke.json ")
    assert len(str(result.reason)) < 300
