"""A wrapper sees each call of a function by the names of its arguments."""

import inspect

import pytest

from localcloud.ministack.wrapping import Call, wrap


def add(first: int, second: int = 2, *more: int, factor: int = 1) -> int:
    return (first + second + sum(more)) * factor


def test_arguments_have_their_names_however_they_are_passed() -> None:
    named = wrap(add, lambda call: (call["first"], call["second"], call["factor"]))
    assert named(5) == (5, 2, 1)
    assert named(second=6, first=5, factor=3) == (5, 6, 3)


def test_the_function_gets_the_same_arguments() -> None:
    assert wrap(add, Call.proceed)(1, 2, 3, factor=2) == 12


def test_a_wrapper_may_call_the_function_with_other_arguments() -> None:
    assert wrap(add, lambda call: call.function(call["first"], 0))(7) == 7


def test_a_wrapped_function_can_be_wrapped_again() -> None:
    twice = wrap(wrap(add, lambda call: call.proceed() * 10), lambda call: call.proceed() + 1)
    assert twice(1) == 31
    assert inspect.signature(twice) == inspect.signature(add)


def test_a_call_with_wrong_arguments_fails_as_the_function_does() -> None:
    with pytest.raises(TypeError, match="missing a required argument: 'first'"):
        wrap(add, Call.proceed)()
