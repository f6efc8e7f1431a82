"""Wrap a function of ministack: our function decides what happens with each call of it."""

from collections.abc import Callable
from functools import wraps
from inspect import BoundArguments, signature
from typing import Any


class Call:
    """One call of a wrapped function. `call["name"]` is the argument of that name."""

    def __init__(self, function: Callable[..., Any], arguments: BoundArguments) -> None:
        self.function = function
        self._arguments = arguments

    def __getitem__(self, name: str) -> Any:
        return self._arguments.arguments[name]

    def proceed(self) -> Any:
        """Call ministack's function with the arguments as they are now, and return its result."""
        return self.function(*self._arguments.args, **self._arguments.kwargs)


def wrap(function: Callable[..., Any], wrapper: Callable[[Call], Any]) -> Callable[..., Any]:
    """A function with the signature of `function` that returns what `wrapper` returns for the call."""
    parameters = signature(function)

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        arguments = parameters.bind(*args, **kwargs)
        arguments.apply_defaults()
        return wrapper(Call(function, arguments))

    return wrapped
