"""Does an answer contain what it must?"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.shared.smoke_request import SmokeRequest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def contains(answer: Any, wanted: Any) -> bool:
    # In a list: a wanted answer that is null itself takes anything.
    return SmokeRequest(request=None, answer=[wanted]).accepts([answer])


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ({"label": "positive", "score": 0.98}, {"label": "positive"}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}),
        ([{"label": "positive", "score": 0.98}], [{"label": "positive"}]),
        ({"a": 1}, {}),
        (1, 1.0),
        ("text", "text"),
    ],
)
def test_an_object_may_hold_more_than_is_wanted(answer: Any, wanted: Any) -> None:
    assert contains(answer, wanted)


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (1, True),
        ({"label": "negative"}, {"label": "positive"}),
        ({}, {"label": None}),
        ({"a": {"c": 2}}, {"a": {"b": 1}}),
        ([1, 2], [1]),
        ([], [1]),
        ([1], {"0": 1}),
        ("12", 12),
        ({"a": 1}, [{"a": 1}]),
        (None, 0),
    ],
)
def test_everything_else_must_be_as_it_is_wanted(answer: Any, wanted: Any) -> None:
    assert not contains(answer, wanted)


@given(JSON)
def test_every_value_contains_itself(value: Any) -> None:
    assert contains(value, value)


@given(JSON, st.data())
def test_wanting_less_of_an_object_never_turns_an_answer_down(
    value: Any, data: st.DataObject
) -> None:
    assert contains(value, less(value, data))


def less(value: Any, data: st.DataObject) -> Any:
    """The value with some keys left out, at any depth."""
    if isinstance(value, list):
        return [less(item, data) for item in value]
    if isinstance(value, dict):
        return {key: less(item, data) for key, item in value.items() if data.draw(st.booleans())}
    return value
