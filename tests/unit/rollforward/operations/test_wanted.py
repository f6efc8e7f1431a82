"""What the commands say of models that do not come by the pointer, and of variants beside the primary one."""

from pathlib import Path
from typing import Any

import pytest

from config.schema import settings
from lambda_src.shared.registry import Approval
from rollforward.cli import prove as proof_commands
from rollforward.cli import revert as revert_command
from rollforward.cli.app import app
from rollforward.operations import deliver
from rollforward.operations import prove as proof
from rollforward.operations.deliver import DeliveryResult
from rollforward.operations.history import history
from rollforward.operations.status import VariantStatus, status
from rollforward.target import Target
from tests.unit.rollforward.account import MODEL, V1, V2, Account, package, target
from tests.unit.rollforward.typed import typed

REVISION = "0" * 40
HUB = f"hub:acme/tiny@{REVISION}"
OTHER = f"hub:acme/tiny@{'1' * 40}"
ON_INSTANCES = {
    "kind": "realtime",
    "instance_type": "ml.m5.large",
    "instances": {"min": 1, "max": 2},
}
FROM_HUB = {"hub": "acme/tiny", "revision": REVISION, "task": "fill-mask"}
HUB_ALONE = target(source=FROM_HUB, serving={**ON_INSTANCES, "isolated": False})
PINNED = target(source={"key": V1})
CHALLENGER = {"challenger": {"traffic_percent": 10}}
PINNED_AND_CHALLENGED = target(source={"key": V1}, serving={**ON_INSTANCES, "variants": CHALLENGER})
WITH_SHADOW = target(
    serving={**ON_INSTANCES, "shadow": {"source": {"key": V1}, "sampling_percent": 10}}
)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "POLL_SECONDS", 0)


def load(monkeypatch: pytest.MonkeyPatch, target: Target) -> None:
    monkeypatch.setattr(settings, "load", lambda _: target.environment)


def test_a_model_of_the_hub_is_live_by_its_name_and_revision(aws: Account) -> None:
    aws.point("none")
    aws.serve(HUB)
    found = status(HUB_ALONE)
    assert (found.source, found.wanted, found.live, found.agree) == (HUB, HUB, HUB, True)


def test_another_revision_of_the_hub_does_not_agree(aws: Account) -> None:
    aws.point("none")
    aws.serve(OTHER)
    found = status(HUB_ALONE)
    assert (found.live, found.agree) == (OTHER, False)


def test_a_model_of_the_hub_without_an_endpoint_does_not_agree(aws: Account) -> None:
    aws.point("none")
    assert not status(HUB_ALONE).agree


def test_a_pinned_model_agrees_whatever_is_registered(aws: Account) -> None:
    aws.point(V2)
    aws.serve(V1)
    found = status(PINNED)
    assert (found.registered, found.live, found.follows, found.agree) == (V2, V1, False, True)


def test_a_variant_that_lags_behind_the_pointer_does_not_agree(aws: Account) -> None:
    aws.point(V2)
    aws.serve(V1, challenger=V1)
    found = status(PINNED_AND_CHALLENGED)
    assert (found.live, found.wanted, found.follows) == (V1, V1, True)
    assert found.beside == {"challenger": VariantStatus(wanted=V2, live=V1)}
    assert not found.agree


def test_a_variant_that_is_no_longer_wanted_does_not_agree(aws: Account) -> None:
    aws.point(V2)
    aws.serve(V1, challenger=V2)
    found = status(PINNED)
    assert found.beside == {"challenger": VariantStatus(wanted=None, live=V2)}
    assert not found.agree


def test_a_shadow_is_shown_beside_what_answers(aws: Account) -> None:
    aws.point(V2)
    aws.serve(V2, shadow=V1)
    found = status(WITH_SHADOW)
    assert (found.live, found.beside) == (V2, {"shadow": VariantStatus(wanted=V1, live=V1)})
    assert found.agree


def test_before_the_first_registered_model_nothing_is_wanted_of_any_variant(aws: Account) -> None:
    aws.point("none")
    found = status(PINNED_AND_CHALLENGED)
    assert (found.wanted, found.agree) == (None, True)


def test_the_status_says_that_the_endpoint_does_not_follow_the_pointer(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(monkeypatch, HUB_ALONE)
    aws.point("none")
    aws.serve(HUB)
    ran = typed(app, "status")
    assert ran.lines == [
        MODEL,
        "registered none",
        f"source {HUB}, whatever is registered",
        f"live {HUB}",
        "endpoint rollforward-dev-sentiment: InService",
        "agree yes",
    ]


def test_the_status_shows_each_variant(aws: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    load(monkeypatch, PINNED_AND_CHALLENGED)
    aws.point(V2)
    aws.serve(V1, challenger=V1)
    assert f"variant challenger {V1}, not {V2}" in typed(app, "status").lines
    (found,) = typed(app, "status", "--json").json
    assert found["beside"] == {"challenger": {"wanted": V2, "live": V1}}


def test_the_history_of_a_model_that_comes_from_the_hub_has_nothing_live(aws: Account) -> None:
    aws.register(package(1, key=V1), registered=V1, live=HUB)
    (version,) = history(HUB_ALONE)
    assert (version.is_registered, version.is_live) == (True, False)


def prove(monkeypatch: pytest.MonkeyPatch, target: Target) -> Any:
    load(monkeypatch, target)
    return typed(proof_commands.app)


def test_a_model_of_the_hub_is_proven_and_no_apply_is_due(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.prover_says("live")
    aws.point(V1)
    aws.serve(HUB)
    ran = prove(monkeypatch, HUB_ALONE)
    assert ran.code == 0
    assert ran.lines == ["sentiment: live", f"live {HUB}", f"registered {V1}"]


def test_a_variant_that_lags_behind_makes_an_apply_due(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.prover_says("live", live=V1, asked=V1)
    aws.point(V2)
    aws.serve(V1, challenger=V1)
    ran = prove(monkeypatch, PINNED_AND_CHALLENGED)
    assert ran.lines[-1] == "next an apply is due: rollforward apply sentiment --env dev"


def test_a_model_of_the_hub_without_an_endpoint_needs_an_apply(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.prover_says("no endpoint")
    aws.point("none")
    ran = prove(monkeypatch, HUB_ALONE)
    assert ran.code == 1
    assert f"in config {HUB}" in ran.lines
    assert ran.lines[-1].startswith("next an apply is due: ")


def test_a_model_of_the_hub_that_was_rolled_back_is_to_be_changed_in_config(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.serve(OTHER)
    aws.configure(HUB, "the-new")
    aws.last_apply("the-new")
    aws.prover_says("rolled back", reason="No weights")
    ran = prove(monkeypatch, HUB_ALONE)
    assert ran.code == 1
    assert ran.lines == [
        "sentiment: rolled back",
        f"asked for {HUB}",
        f"live {OTHER}",
        f"in config {HUB}",
        "reason No weights",
        "next the model that the configuration names failed: change its source, then "
        "rollforward apply sentiment --env dev",
    ]


@pytest.mark.parametrize(
    ("chosen", "is_noted"), [(HUB_ALONE, True), (PINNED, True), (PINNED_AND_CHALLENGED, False)]
)
def test_a_delivery_says_if_the_endpoint_does_not_follow_the_pointer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, chosen: Target, is_noted: bool
) -> None:
    load(monkeypatch, chosen)
    result = DeliveryResult(
        MODEL, "models/sentiment/v2/model.tar.gz", "1", 2, Approval.APPROVED, "Sound", V2
    )
    monkeypatch.setattr(deliver, "deliver", lambda *_: result)
    archive = tmp_path / "model.tar.gz"
    archive.write_bytes(b"an archive")
    ran = typed(app, "deliver", MODEL, str(archive))
    assert ran.code == 0
    assert ("The endpoint does not follow the pointer" in ran.err) == is_noted


def test_a_revert_says_if_the_endpoint_does_not_follow_the_pointer(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(monkeypatch, HUB_ALONE)
    aws.register(package(2, key=V2), package(1, key=V1), registered=V2, live=HUB)
    ran = typed(revert_command.app, MODEL)
    assert ran.code == 0
    assert f"note: sentiment in dev serves {HUB}, as its configuration says" in ran.err


def test_after_a_roll_back_that_terraforms_state_does_not_know_nothing_is_named_as_asked_for(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.serve(HUB)
    aws.objects.clear()
    aws.prover_says("rolled back", reason="No weights")
    ran = prove(monkeypatch, HUB_ALONE)
    assert ran.lines == [
        "sentiment: rolled back",
        f"live {HUB}",
        "reason No weights",
        "next nothing: the endpoint already serves the registered version",
    ]
