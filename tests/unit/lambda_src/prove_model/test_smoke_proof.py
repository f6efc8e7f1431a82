"""What the prover makes of a smoke request that a model brought along."""

import json
from collections.abc import Callable

import pytest

from lambda_src.prove_model.cloud import InvocationFailed
from lambda_src.shared.announcement import Announcement, Event
from lambda_src.shared.objects import MAX_READ_BYTES
from lambda_src.shared.prover_answer import ProverAnswer, Verdict
from lambda_src.shared.registry import Approval
from tests.unit.lambda_src.fakes.endpoints import MODEL
from tests.unit.lambda_src.prove_model.fake_rolls import LIVE, V1, V2, FakeRolls

SMOKE = '{"request": {"inputs": "lovely"}, "answer": {"label": "positive"}}'


def answering(text: str) -> Callable[[bytes], bytes]:
    return lambda _: text.encode()


def crashing(_: bytes) -> bytes:
    raise InvocationFailed("ModelError: Received server error (500) from primary.")


def test_a_model_with_the_required_answer_is_live(cloud: FakeRolls) -> None:
    cloud.bring_smoke(V1, SMOKE)
    sent: list[object] = []

    def answer(body: bytes) -> bytes:
        sent.append(json.loads(body))
        return b'{"label": "positive", "score": 0.98}'

    cloud.answers = answer
    assert cloud.prove().answer == ProverAnswer(Verdict.LIVE, MODEL, live=V1, asked=V1)
    assert sent == [{"inputs": "lovely"}]
    assert cloud.events == [Event.LIVE]


@pytest.mark.parametrize(
    "text",
    [
        '{"label": ' + "[" * 1_100 + "]" * 1_100 + "}",
        "[" * 100_000,
        '{"label": "negative", "echo": ' + '{"a":' * 1_100 + "1" + "}" * 1_101,
        '{"label": "positive", "echo": "' + "x" * MAX_READ_BYTES + '"}',
        "9" * 5_000,
        '"\\ud800"',
    ],
    ids=["deep list", "too deep", "deep object", "too long", "too large", "half a character"],
)
def test_an_answer_of_any_content_fails_with_a_reason_and_does_not_crash(
    cloud: FakeRolls, text: str
) -> None:
    cloud.bring_smoke(V1, SMOKE)
    cloud.answers = answering(text)
    answer = cloud.prove().answer
    assert answer.verdict == Verdict.SMOKE_FAILED
    assert "must contain" in str(answer.reason)
    assert len(str(answer.reason)) <= 1024


def test_of_several_variants_only_the_primary_one_is_invoked(cloud: FakeRolls) -> None:
    cloud.bring_smoke(V1, SMOKE)
    cloud.answers = answering('{"label": "positive"}')
    cloud.variants = ("primary", "challenger")
    assert cloud.prove().answer.verdict == Verdict.LIVE
    assert cloud.invoked_variants == ["primary"]


def test_a_variant_that_is_alone_is_not_named(cloud: FakeRolls) -> None:
    cloud.bring_smoke(V1, SMOKE)
    cloud.prove()
    assert cloud.invoked_variants == [None]


def test_an_asynchronous_model_is_invoked_through_s3(cloud: FakeRolls) -> None:
    cloud.asynchronous = True
    cloud.bring_smoke(V1, SMOKE)
    cloud.answers = answering('{"label": "positive"}')
    assert cloud.prove().answer == ProverAnswer(Verdict.LIVE, MODEL, live=V1, asked=V1)
    [request] = [key for key in cloud.stored if key.startswith(f"async/{MODEL}/requests/")]
    assert json.loads(cloud.bytes_of(request)) == {"inputs": "lovely"}


@pytest.mark.parametrize("answer", [answering('{"label": "negative"}'), crashing])
def test_an_asynchronous_model_that_answers_wrongly_is_rejected(
    cloud: FakeRolls, answer: Callable[[bytes], bytes]
) -> None:
    cloud.asynchronous = True
    cloud.bring_smoke(V1, SMOKE)
    cloud.answers = answer
    assert cloud.prove().answer.verdict == Verdict.SMOKE_FAILED
    assert cloud.rejected == [1]
    assert '"negative"' in cloud.reasons[1] or "Got an error: ModelError" in cloud.reasons[1]


def test_a_missing_answer_does_not_count_against_an_asynchronous_model(cloud: FakeRolls) -> None:
    cloud.asynchronous = True
    cloud.bring_smoke(V1, SMOKE)
    cloud.answers = answering("")
    pauses: list[float] = []
    answer = cloud.prove(sleep=pauses.append).answer
    reason = "Its smoke request has no answer after 60 seconds."
    assert answer == ProverAnswer(Verdict.LIVE, MODEL, live=V1, asked=V1, reason=reason)
    assert (sum(pauses), cloud.rejected, cloud.values[LIVE]) == (60, [], V1)
    told = f"The endpoint serves what was asked for. {reason}"
    assert cloud.announced == [Announcement(Event.LIVE, MODEL, 1, told, V1)]


def test_no_variant_is_invoked_if_another_might_answer(cloud: FakeRolls) -> None:
    cloud.asynchronous = True
    cloud.variants = ("primary", "challenger")
    cloud.bring_smoke(V1, SMOKE)
    cloud.answers = crashing
    answer = cloud.prove().answer
    assert answer.verdict == Verdict.LIVE
    assert "any variant of the asynchronous endpoint might answer" in (answer.reason or "")


def test_a_wrong_answer_rejects_the_live_version_and_is_part_of_the_reason(
    cloud: FakeRolls,
) -> None:
    cloud.bring_smoke(V1, SMOKE)
    cloud.answers = answering('{"label": "negative"}')
    answer = cloud.prove().answer
    reason = (
        'Its smoke request failed. Sent: {"inputs": "lovely"}. '
        'The answer must contain: {"label": "positive"}. Answered: {"label": "negative"}'
    )
    assert answer == ProverAnswer(Verdict.SMOKE_FAILED, MODEL, V1, V1, reason, rejected=(1,))
    assert cloud.reasons == {1: reason}
    assert cloud.announced == [Announcement(Event.ROLLED_BACK, MODEL, 1, reason, V1)]
    assert cloud.values[LIVE] == "none"


def test_a_model_that_crashes_on_its_smoke_request_is_rejected(cloud: FakeRolls) -> None:
    cloud.bring_smoke(V1, SMOKE)
    cloud.answers = crashing
    answer = cloud.prove().answer
    assert (answer.verdict, cloud.rejected) == (Verdict.SMOKE_FAILED, [1])
    assert "Got an error: ModelError: Received server error (500)" in cloud.reasons[1]


@pytest.mark.parametrize("answer", [b"", b"positive", b"{", b"\x80"])
def test_an_answer_that_is_no_json_contains_nothing(cloud: FakeRolls, answer: bytes) -> None:
    cloud.bring_smoke(V1, SMOKE)
    cloud.answers = lambda _: answer
    assert cloud.prove().answer.verdict == Verdict.SMOKE_FAILED


def test_any_answer_passes_if_the_smoke_request_has_no_answer(cloud: FakeRolls) -> None:
    cloud.bring_smoke(V1, '{"request": []}')
    cloud.answers = answering("positive")
    assert cloud.prove().answer.verdict == Verdict.LIVE


def test_long_requests_and_answers_fit_into_the_description(cloud: FakeRolls) -> None:
    long = {"request": "a" * 2000, "answer": "b" * 2000}
    cloud.bring_smoke(V1, json.dumps(long))
    cloud.answers = answering("c" * 2000)
    cloud.prove()
    reason = cloud.reasons[1]
    assert len(reason) == 1024
    assert all(letter * 200 in reason for letter in "abc")


def test_a_failed_smoke_request_is_announced_once_however_many_events_come(
    cloud: FakeRolls,
) -> None:
    cloud.bring_smoke(V1, SMOKE)
    cloud.answers = crashing
    answers = [cloud.prove().answer for _ in range(3)]
    assert [answer.verdict for answer in answers] == [Verdict.SMOKE_FAILED] * 3
    assert [answer.rejected for answer in answers] == [(1,)] * 3
    assert cloud.events == [Event.ROLLED_BACK]


def test_a_model_that_was_announced_as_live_is_checked_again_only_for_an_operator(
    cloud: FakeRolls,
) -> None:
    cloud.values[LIVE] = V1
    cloud.bring_smoke(V1, SMOKE)
    cloud.answers = crashing
    assert cloud.prove().answer.verdict == Verdict.LIVE
    assert cloud.prove(by_operator=True).answer.verdict == Verdict.SMOKE_FAILED


def test_a_second_proof_for_an_operator_announces_nothing(cloud: FakeRolls) -> None:
    cloud.values[LIVE] = V1
    assert cloud.prove(by_operator=True).answer.verdict == Verdict.LIVE
    assert cloud.announced == []


def test_a_version_that_was_mended_by_hand_goes_live_after_all(cloud: FakeRolls) -> None:
    cloud.bring_smoke(V1, SMOKE)
    cloud.answers = crashing
    cloud.prove()
    cloud.decide(1, Approval.APPROVED)
    cloud.answers = answering('{"label": "positive"}')
    assert cloud.prove().answer.verdict == Verdict.LIVE
    assert cloud.events == [Event.ROLLED_BACK, Event.LIVE]


def test_a_model_is_not_rejected_for_what_its_successor_answered(cloud: FakeRolls) -> None:
    cloud.bring_smoke(V1, SMOKE)

    def roll_and_crash(body: bytes) -> bytes:
        cloud.live = "v2"
        return crashing(body)

    cloud.answers = roll_and_crash
    assert cloud.prove().answer == ProverAnswer(Verdict.LIVE, MODEL, live=V2, asked=V2)
    assert cloud.rejected == []


def test_a_model_that_is_live_again_after_a_failed_one_is_announced_again(cloud: FakeRolls) -> None:
    cloud.prove()
    assert cloud.values[LIVE] == V1
    cloud.live = "v2"
    cloud.bring_smoke(V2, SMOKE)
    cloud.answers = crashing
    cloud.prove()
    cloud.live = "v1"
    cloud.prove()
    assert cloud.events == [Event.LIVE, Event.ROLLED_BACK, Event.LIVE]


UNREADABLE = ['{"request": ' + "[" * 40 + "]" * 40 + "}", "[" * 100_000, "no JSON", "{}"]


@pytest.mark.parametrize("text", UNREADABLE, ids=["deep", "too deep", "no JSON", "no request"])
def test_a_malformed_smoke_request_is_not_sent_and_reported(cloud: FakeRolls, text: str) -> None:
    cloud.bring_smoke(V1, text)
    answer = cloud.prove().answer
    assert answer.verdict == Verdict.LIVE
    assert str(answer.reason).startswith("Its smoke request was not sent: smoke.json ")
    assert cloud.invoked_variants == []
