import signal

import pytest

from rollforward.terraform.processes import defer_interrupts


def test_an_interrupt_is_raised_after_the_block_that_it_comes_in() -> None:
    finished: list[bool] = []

    def interrupted() -> None:
        with defer_interrupts():
            signal.raise_signal(signal.SIGINT)
            finished.append(True)

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert finished


def test_a_block_without_an_interrupt_leaves_the_handlers_as_they_were() -> None:
    before = signal.getsignal(signal.SIGINT)
    with defer_interrupts():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
