"""Run jobs at once, one step at a time, in an order that the test decides.

Each job is a thread, but only one ever runs: it hands back at every gate, and the schedule says who
goes on, or crashes, next. The same schedule gives the same run.
"""

from collections.abc import Callable
from threading import Semaphore, Thread, current_thread

_STEPS = (1, 1, 2, 3, 5, 8, 13, 21)
_CRASHES = 31


class Crash(BaseException):
    """The process died here; nothing in it gets to clean up on purpose."""


class _Worker(Thread):
    def __init__(self, job: Callable[[], object], handed_back: Semaphore) -> None:
        super().__init__(daemon=True)
        self.job = job
        self.turn = Semaphore(0)
        self.doomed = False
        self.ended = False
        self.failure: BaseException | None = None
        self._handed_back = handed_back

    def run(self) -> None:
        self.turn.acquire()
        try:
            self.job()
        except BaseException as failure:
            self.failure = failure
        self.ended = True
        self._handed_back.release()

    def pause(self) -> None:
        self._handed_back.release()
        self.turn.acquire()
        if self.doomed:
            raise Crash


class Interleaving:
    """Jobs may add further jobs; a job that crashed is run again, as Lambda does."""

    def __init__(self) -> None:
        self._handed_back = Semaphore(0)
        self._running: list[_Worker] = []

    def add(self, job: Callable[[], object]) -> None:
        worker = _Worker(job, self._handed_back)
        worker.start()
        self._running.append(worker)

    def gate(self) -> None:
        worker = current_thread()
        if isinstance(worker, _Worker):
            worker.pause()

    def run(self, schedule: bytes) -> None:
        """Follow the schedule as far as it goes, then let the rest end one after the other.

        Each byte says who goes on and for how many steps; runs of steps matter, because a race
        needs one job to stand still while another goes a long way.
        """
        turns = iter(schedule)
        while self._running:
            turn = next(turns, 0)
            who, steps = turn & 31, _STEPS[turn >> 5]
            worker = self._running[who % len(self._running)]
            worker.doomed = who == _CRASHES
            for _ in range(steps):
                worker.turn.release()
                self._handed_back.acquire()
                if worker.ended:
                    self._end(worker)
                    break

    def _end(self, worker: _Worker) -> None:
        self._running.remove(worker)
        worker.join()
        if isinstance(worker.failure, Crash):
            self.add(worker.job)
        elif worker.failure is not None:
            raise worker.failure
