"""What the commands say of models that do not come by the pointer, and of variants beside the primary one."""

from pathlib import Path
from typing import Any

import pytest

from config.schema import settings
from config.schema.settings import Environment
from rollforward.cli import decide
from rollforward.cli import prove as proof_commands
from rollforward.cli.app import app
from rollforward.operations import deliver
from rollforward.operations import prove as proof
from rollforward.operations.deliver import Verdict
from rollforward.operations.history import history
from rollforward.operations.status import Beside, status
from tests.unit.conftest import Stub
from tests.unit.rollforward.answers import (
    MODEL,
    V1,
    V2,
    configuration,
    decided,
    deployed,
    dev,
    endpoint,
    endpoint_is,
    last_apply,
    no_endpoint,
    package,
    pointer,
)
from tests.unit.rollforward.operations.test_prove import prover_says
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
HUB_ALONE = dev(source=FROM_HUB, serving={**ON_INSTANCES, "isolated": False})
PINNED = dev(source={"key": V1})
CHALLENGER = {"challenger": {"traffic_percent": 10}}
PINNED_AND_CHALLENGED = dev(source={"key": V1}, serving={**ON_INSTANCES, "variants": CHALLENGER})
WITH_SHADOW = dev(
    serving={**ON_INSTANCES, "shadow": {"source": {"key": V1}, "sampling_percent": 10}}
)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "POLL_SECONDS", 0)


def load(monkeypatch: pytest.MonkeyPatch, environment: Environment) -> None:
    monkeypatch.setattr(settings, "load", lambda _: environment)


def test_a_model_of_the_hub_is_live_by_its_name_and_revision(stub: Stub) -> None:
    pointer(stub, "none")
    endpoint(stub, HUB)
    found = status(HUB_ALONE, MODEL)
    assert (found.source, found.wanted, found.live, found.agree) == (HUB, HUB, HUB, True)


def test_another_revision_of_the_hub_does_not_agree(stub: Stub) -> None:
    pointer(stub, "none")
    endpoint(stub, OTHER)
    found = status(HUB_ALONE, MODEL)
    assert (found.live, found.agree) == (OTHER, False)


def test_a_model_of_the_hub_without_an_endpoint_does_not_agree(stub: Stub) -> None:
    pointer(stub, "none")
    no_endpoint(stub)
    assert not status(HUB_ALONE, MODEL).agree


def test_a_pinned_model_agrees_whatever_is_registered(stub: Stub) -> None:
    pointer(stub, V2)
    endpoint(stub, V1)
    found = status(PINNED, MODEL)
    assert (found.registered, found.live, found.follows, found.agree) == (V2, V1, False, True)


def test_a_variant_that_lags_behind_the_pointer_does_not_agree(stub: Stub) -> None:
    pointer(stub, V2)
    endpoint(stub, V1, challenger=V1)
    found = status(PINNED_AND_CHALLENGED, MODEL)
    assert (found.live, found.wanted, found.follows) == (V1, V1, True)
    assert found.beside == {"challenger": Beside(wanted=V2, live=V1)}
    assert not found.agree


def test_a_variant_that_is_no_longer_wanted_does_not_agree(stub: Stub) -> None:
    pointer(stub, V2)
    endpoint(stub, V1, challenger=V2)
    found = status(PINNED, MODEL)
    assert found.beside == {"challenger": Beside(wanted=None, live=V2)}
    assert not found.agree


def test_a_shadow_is_shown_beside_what_answers(stub: Stub) -> None:
    pointer(stub, V2)
    endpoint(stub, V2, shadow=V1)
    found = status(WITH_SHADOW, MODEL)
    assert (found.live, found.beside) == (V2, {"shadow": Beside(wanted=V1, live=V1)})
    assert found.agree


def test_before_the_first_registered_model_nothing_is_wanted_of_any_variant(stub: Stub) -> None:
    pointer(stub, "none")
    no_endpoint(stub)
    found = status(PINNED_AND_CHALLENGED, MODEL)
    assert (found.wanted, found.agree) == (None, True)


def test_the_status_says_that_nobody_need_wait_for_the_pointer(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(monkeypatch, HUB_ALONE)
    pointer(stub, "none")
    endpoint(stub, HUB)
    ran = typed(app, "status")
    assert ran.lines == [
        MODEL,
        "registered none",
        f"source {HUB}, whatever is registered",
        f"live {HUB}",
        "endpoint rollforward-dev-sentiment: InService",
        "agree yes",
    ]


def test_the_status_shows_each_variant(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    load(monkeypatch, PINNED_AND_CHALLENGED)
    for _ in range(2):
        pointer(stub, V2)
        endpoint(stub, V1, challenger=V1)
    assert f"beside, challenger {V1}, not {V2}" in typed(app, "status").lines
    (found,) = typed(app, "status", "--json").json
    assert found["beside"] == {"challenger": {"wanted": V2, "live": V1}}


def test_the_history_of_a_model_that_comes_from_the_hub_has_nothing_live(stub: Stub) -> None:
    deployed(stub, package(1, key=V1), registered=V1, live=HUB)
    (version,) = history(HUB_ALONE, MODEL)
    assert (version.is_registered, version.is_live) == (True, False)


def prove(monkeypatch: pytest.MonkeyPatch, environment: Environment) -> Any:
    load(monkeypatch, environment)
    return typed(proof_commands.app)


def test_a_model_of_the_hub_is_proven_and_no_apply_is_due(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_is(stub, "InService")
    prover_says(stub, "live")
    pointer(stub, V1)
    endpoint(stub, HUB)
    ran = prove(monkeypatch, HUB_ALONE)
    assert ran.code == 0
    assert ran.lines == ["sentiment: live", f"live {HUB}", f"registered {V1}"]


def test_a_variant_that_lags_behind_makes_an_apply_due(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_is(stub, "InService")
    prover_says(stub, "live", live=V1, asked=V1)
    pointer(stub, V2)
    endpoint(stub, V1, challenger=V1)
    ran = prove(monkeypatch, PINNED_AND_CHALLENGED)
    assert ran.lines[-1] == "next an apply is due: rollforward apply sentiment --env dev"


def test_a_smoke_request_without_an_answer_is_told(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_is(stub, "InService")
    unheard = "Its smoke request has no answer after 60 seconds."
    prover_says(stub, "live", live=V1, asked=V1, reason=unheard)
    pointer(stub, V1)
    endpoint(stub, V1)
    ran = prove(monkeypatch, dev())
    assert (ran.code, ran.lines[-1]) == (0, f"note {unheard}")


def test_a_model_of_the_hub_that_is_not_there_yet_needs_an_apply(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_endpoint(stub)
    prover_says(stub, "no endpoint")
    pointer(stub, "none")
    ran = prove(monkeypatch, HUB_ALONE)
    assert ran.code == 1
    assert f"in config {HUB}" in ran.lines
    assert ran.lines[-1].startswith("next an apply is due: ")


def test_a_model_of_the_hub_that_was_rolled_back_is_to_be_changed_in_config(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_is(stub, "InService")
    prover_says(stub, "rolled back", reason="No weights")
    pointer(stub, "none")
    endpoint_is(stub, "InService")
    configuration(stub, OTHER)
    last_apply(stub, "the-new")
    configuration(stub, HUB, "the-new")
    pointer(stub, "none")
    ran = prove(monkeypatch, HUB_ALONE)
    assert ran.code == 1
    assert ran.lines == [
        "sentiment: rolled back",
        f"asked for {HUB}",
        f"live {OTHER}",
        f"in config {HUB}",
        "reason No weights",
        "next the model's source in config is what failed: change that, then "
        "rollforward apply sentiment --env dev",
    ]


@pytest.mark.parametrize(
    ("environment", "told"), [(HUB_ALONE, True), (PINNED, True), (PINNED_AND_CHALLENGED, False)]
)
def test_who_delivers_to_a_model_that_nobody_follows_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, environment: Environment, told: bool
) -> None:
    load(monkeypatch, environment)
    verdict = Verdict(MODEL, "models/sentiment/v2/model.tar.gz", "1", 2, "Approved", "Sound", V2)
    monkeypatch.setattr(deliver, "deliver", lambda *_: verdict)
    archive = tmp_path / "model.tar.gz"
    archive.write_bytes(b"an archive")
    ran = typed(app, "deliver", MODEL, str(archive))
    assert ran.code == 0
    assert ("it does not follow the pointer, and so no delivery" in ran.err) == told


def test_who_reverts_a_model_that_nobody_follows_is_told(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(monkeypatch, HUB_ALONE)
    deployed(stub, package(2, key=V2), package(1, key=V1), registered=V2, live=HUB)
    pointer(stub, V2)
    decided(stub, 2, verdict="Rejected", reason="Reverted by hand")
    pointer(stub, V1)
    ran = typed(decide.app, "revert", MODEL)
    assert ran.code == 0
    assert f"note: sentiment in dev serves {HUB}, as its config says" in ran.err
