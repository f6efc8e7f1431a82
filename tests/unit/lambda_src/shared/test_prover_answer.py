import json

from lambda_src.shared.prover_answer import ProverAnswer, Verdict


def test_an_answer_survives_its_way_through_json() -> None:
    answer = ProverAnswer(Verdict.ROLLED_BACK, "m", "a", "b", "Crashed.", rejected=(2, 3))
    assert ProverAnswer.from_json(json.loads(json.dumps(answer.as_json()))) == answer
