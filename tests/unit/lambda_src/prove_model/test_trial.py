"""The rule that holds failed smoke requests against the new fleet, as properties of it."""

import random
from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.prove_model.trial import Trial
from lambda_src.shared.sampling import CERTAIN, REACHED, requests_to_reach

SHARES = st.floats(min_value=0.005, max_value=1)
ANSWERS = st.lists(st.booleans(), max_size=300)


def play(trial: Trial, *, old: bool, new: bool, by_the_new: list[bool]) -> Trial:
    """The trial after these requests, of which each fleet passes all or none."""
    for is_new in by_the_new:
        if trial.is_over:
            break
        trial = trial.after(passed=new if is_new else old)
    return trial


@pytest.mark.parametrize(
    ("share", "number"), [(1, 1), (0.5, 7), (0.25, 17), (0.1, 44), (0.01, 459)]
)
def test_the_requests_reach_the_new_fleet_with_99_percent(share: float, number: int) -> None:
    assert requests_to_reach(share, REACHED) == number
    assert 1 - (1 - share) ** number >= REACHED


@given(share=SHARES, probability=st.sampled_from([REACHED, CERTAIN]))
def test_no_smaller_number_of_requests_would_do(share: float, probability: float) -> None:
    number = requests_to_reach(share, probability)
    assert number == 1 or 1 - (1 - share) ** (number - 1) < probability + 1e-9


@given(share=SHARES, by_the_new=ANSWERS, old=st.booleans(), old_passes=st.booleans())
def test_a_version_that_passes_is_blamed_only_for_a_row_that_it_had_no_part_in(
    share: float, by_the_new: list[bool], old: bool, old_passes: bool
) -> None:
    trial = play(
        Trial(share, old_passes=old and old_passes), old=old, new=True, by_the_new=by_the_new
    )
    if trial.has_failed:
        row = len(list(takewhile(lambda is_new: not is_new, by_the_new[: trial.sent][::-1])))
        assert not old
        assert row >= requests_to_reach(share, CERTAIN)


@given(share=SHARES, by_the_new=ANSWERS, old=st.booleans())
def test_a_version_that_fails_is_blamed_at_its_first_answer_if_the_old_one_passes(
    share: float, by_the_new: list[bool], old: bool
) -> None:
    trial = play(Trial(share, old_passes=True), old=True, new=False, by_the_new=by_the_new)
    assert trial.has_failed == any(by_the_new[: trial.sent])


@given(share=SHARES)
def test_a_version_that_fails_is_blamed_whatever_the_old_one_answers_once_it_answers_alone(
    share: float,
) -> None:
    number = requests_to_reach(share, CERTAIN)
    trial = play(Trial(share, old_passes=False), old=True, new=False, by_the_new=[True] * number)
    assert trial.has_failed
    assert trial.sent == number


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3, 0.5])
def test_of_ten_thousand_good_versions_whose_predecessor_fails_about_one_is_rolled_back(
    share: float,
) -> None:
    chance = random.Random(7)  # noqa: S311
    blamed = 0
    for _ in range(10_000):
        trial = Trial(share, old_passes=False)
        while not trial.is_over:
            trial = trial.after(passed=chance.random() < share)
        blamed += trial.has_failed
    assert blamed <= 6


@given(share=SHARES, old_passes=st.booleans())
def test_where_the_new_fleet_answers_alone_one_request_decides(
    share: float, old_passes: bool
) -> None:
    assert Trial(1, old_passes).after(passed=False).has_failed
    passed = Trial(1, old_passes).after(passed=True)
    assert (passed.is_over, passed.has_failed) == (True, False)
