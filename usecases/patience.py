"""How a machine elsewhere is asked: again while out of reach, and no longer than a run waits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from usecases.errors import BackendUnavailable, StillQueued, Unreachable
from usecases.secrets import scrub

T = TypeVar("T")

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 30.0
"""Seconds between two looks at a queue, reached by doubling."""

FIRST_RETRY = 0.5
PATIENCE = 120.0
"""Seconds for which a machine that is out of reach is asked again."""


class Patience:
    """One run's: `most` is how many seconds it waits; `say` is told what it waits for."""

    def __init__(self, run: str, most: float | None, say: Callable[[str], None]) -> None:
        self._run, self._most, self._waited = run, most, 0.0
        self._say = say

    def say(self, words: str) -> None:
        """Tell, without secrets."""
        self._say(scrub(words))

    def ask(self, ask: Callable[[], T]) -> T:
        """What the machine answers; asked again, after longer and longer, while out of reach."""
        pause, spent = FIRST_RETRY, 0.0
        while True:
            try:
                return ask()
            except Unreachable as error:
                wait = pause if error.retry_after is None else max(error.retry_after, 0.0)
                spent, pause = spent + wait, min(2 * pause, LONGEST_PAUSE)
                if spent > PATIENCE:
                    raise
                self.pause(wait, str(error.what))

    def until(self, look: Callable[[], T | None], words: Callable[[], str]) -> T:
        """What the machine gives when it has it; looked for after longer and longer."""
        pause = FIRST_PAUSE
        while (found := self.ask(look)) is None:
            self.pause(self._within(pause), self.ask(words))
            pause = min(2 * pause, LONGEST_PAUSE)
        return found

    def _within(self, seconds: float) -> float:
        """So long a pause, or a shorter one at whose end the run may wait no more."""
        left = math.inf if self._most is None else self._most - self._waited
        return min(seconds, left) if left > 0 else seconds

    def pause(self, seconds: float, why: str) -> None:
        """Wait, or leave when the run has waited for as long as it may."""
        self.say(why)
        if self._most is not None and self._waited + seconds > self._most:
            raise StillQueued(
                f"{why}, after {self._waited:.0f} s of waiting",
                f"Pick it up with: usecases jobs attach {self._run}",
            )
        time.sleep(seconds)
        self._waited += seconds


def each(tasks: Iterable[Callable[[], T]]) -> list[T]:
    """What the tasks give; where some wait in queues, that is raised after all have been sent."""
    done: list[T] = []
    waiting: list[StillQueued] = []
    for task in tasks:
        try:
            done.append(task())
        except StillQueued as error:
            waiting.append(error)
    if len(waiting) == 1:
        raise waiting[0]
    if waiting:
        what = "; ".join(error.what for error in waiting)
        runs = ", ".join(error.run for error in waiting)
        raise StillQueued(what, f"Pick each up with: usecases jobs attach, of {runs}")
    return done


def hoped(ask: Callable[[], T]) -> T | None:
    """What the machine answers, if it does; nothing hangs on it."""
    try:
        return ask()
    except BackendUnavailable:
        return None
