"""How long a suite will still take: a run is expected to take what others like it took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable


class Pace:
    """Seconds that are left for runs of several kinds, done by so many workers."""

    def __init__(self, kinds: Iterable[Hashable], workers: int) -> None:
        self._left = Counter(kinds)
        self._workers = workers
        self._took: Counter[Hashable] = Counter()
        self._seconds: dict[Hashable, float] = {}

    def left(self, kind: Hashable, seconds: float | None) -> float:
        """Seconds left after a run of this kind took so many; None for one that was not done."""
        self._left[kind] -= 1
        if seconds is not None:
            self._took[kind] += 1
            self._seconds[kind] = self._seconds.get(kind, 0.0) + seconds
        work = sum(count * self._usual(one) for one, count in self._left.items())
        return work / min(self._workers, max(self._left.total(), 1))

    def _usual(self, kind: Hashable) -> float:
        if took := self._took[kind]:
            return self._seconds[kind] / took
        return sum(self._seconds.values()) / max(self._took.total(), 1)
