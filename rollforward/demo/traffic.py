"""Requests beside a roll, one after the other, and what became of them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rollforward.errors import RollforwardError
from rollforward.operations.invoke import invoke
from rollforward.target import Target

PAUSE_SECONDS = 0.02


@dataclass
class Traffic:
    """`failed` are the moments, in seconds, at which a request got an error for its answer."""

    sent: int = 0
    failed: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        if not self.failed:
            return f"all {self.sent} requests were answered"
        share = 100 * len(self.failed) / self.sent
        seconds = self.failed[-1] - self.failed[0]
        return (
            f"the bad version was live for {seconds:.1f} s, and answered {len(self.failed)} of "
            f"{self.sent} requests ({share:.0f} %) during the apply"
        )


@contextmanager
def traffic(target: Target, body: bytes) -> Iterator[Traffic]:
    """Send requests until the end of the block."""
    seen, over = Traffic(), threading.Event()

    def send() -> None:
        while not over.wait(PAUSE_SECONDS):
            seen.sent += 1
            try:
                invoke(target, body, "application/json")
            except RollforwardError:
                seen.failed.append(time.monotonic())

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield seen
    finally:
        over.set()
        sender.join()
