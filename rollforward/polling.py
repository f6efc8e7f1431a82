"""Waits for something that AWS does on its own."""

from collections.abc import Callable
from typing import TypeVar

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_exponential

Found = TypeVar("Found")


def poll(
    look: Callable[[], Found | None],
    *,
    timeout_seconds: float,
    pause_seconds: float,
    longest_pause_seconds: float | None = None,
) -> Found | None:
    """Call `look` until it finds something. Return what it found, or None after the timeout.

    With `longest_pause_seconds`, the pause between two calls doubles each time, up to that length.
    """
    waiting = Retrying(
        retry=retry_if_result(lambda found: found is None),
        wait=wait_exponential(multiplier=pause_seconds, max=longest_pause_seconds or pause_seconds),
        stop=stop_after_delay(timeout_seconds),
        retry_error_callback=lambda _: None,
    )
    found: Found | None = waiting(look)
    return found
