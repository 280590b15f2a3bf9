"""Runs that differ in the seed at most, taken together: medians, and who did better where."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from usecases.naming import label, machine
from usecases.records import RunRecord
from usecases.statistics.paired import Paired, paired
from usecases.statistics.spread import Spread, spread


@dataclass(frozen=True)
class Repeats:
    """The runs of one contender, an algorithm on a machine, on one instance."""

    contender: str
    records: tuple[RunRecord, ...]

    @property
    def first(self) -> RunRecord:
        return self.records[0]

    @property
    def place(self) -> str:
        """The use case and the instance, for a table."""
        return f"{self.first.usecase} {self.first.instance.name}"

    @property
    def key(self) -> str:
        """What tells two instances apart."""
        return self.first.usecase + self.first.instance.sha256

    @property
    def gaps(self) -> list[float]:
        """Distances to the reference; infinite where the answer breaks rules."""
        return [math.inf if r.score.gap is None else r.score.gap for r in self.records]

    @cached_property
    def gap(self) -> Spread:
        return spread(self.gaps)

    @cached_property
    def optimal(self) -> Spread | None:
        """Shares of optimal shots; None where an answer is no shot or nothing is proven."""
        shares = [r.score.optimal_share for r in self.records]
        known = [s for s in shares if s is not None]
        return spread(known) if len(known) == len(shares) else None

    @cached_property
    def seconds(self) -> Spread:
        """What an answer took, without queues."""
        return spread([r.timing.solving for r in self.records])

    @property
    def solution_time(self) -> float:
        """The median time to a proven optimum with 99 % confidence; infinite where not reached."""
        return spread([solution_time(r) for r in self.records]).median


def solution_time(record: RunRecord) -> float:
    """TTS99 of shots; of one answer the time it took, if it is the optimum; else infinite."""
    score = record.score
    if score.optimal_share is not None:
        return math.inf if score.tts99 is None else score.tts99
    optimal = score.gap is not None and (score.gap <= 0 or bool(score.within_tolerance))
    return record.timing.solving if optimal else math.inf


def repeats(records: Iterable[RunRecord]) -> list[Repeats]:
    """Runs grouped by instance and contender, in the order in which these first came.

    A simulated or classical run that is done again with its seed says nothing new, so that the
    last one counts; on hardware each one does.
    """
    kept = list(records)
    several = _several_shots(kept)
    groups: dict[tuple[str, ...], dict[str, RunRecord]] = {}
    for record in kept:
        contender = _contender(record, several)
        key = (record.usecase, record.instance.sha256, contender)
        again = record.id if record.source == "hardware" else f"seed {record.seed}"
        groups.setdefault(key, {})[again] = record
    return [Repeats(key[2], tuple(group.values())) for key, group in groups.items()]


def _several_shots(records: Sequence[RunRecord]) -> set[str]:
    """Contenders that were asked for different numbers of shots: these have to be told apart."""
    shots: dict[str, set[int | None]] = {}
    for record in records:
        shots.setdefault(_contender(record, set()), set()).add(record.shots)
    return {name for name, found in shots.items() if len(found) > 1}


def _contender(record: RunRecord, several: set[str]) -> str:
    name = f"{label(record)} on {machine(record)}" if record.backend else label(record)
    return f"{name}, {record.shots} shots" if name in several else name


def contenders(groups: Iterable[Repeats]) -> dict[str, list[Repeats]]:
    """The groups of each contender, one for each instance."""
    found: dict[str, list[Repeats]] = {}
    for group in groups:
        found.setdefault(group.contender, []).append(group)
    return found


def on_common(groups: Sequence[Repeats]) -> list[Repeats]:
    """The groups of those instances that all contenders tried, so that they can be compared.

    Who tried less than half as many instances as another is left out first: nothing would be
    common.
    """
    tried = {name: {g.key for g in of} for name, of in contenders(groups).items()}
    most = max(map(len, tried.values()), default=0)
    tried = {name: keys for name, keys in tried.items() if 2 * len(keys) >= most}
    common = set.intersection(*tried.values()) if tried else set()
    return [g for g in groups if g.contender in tried and g.key in common]


def duels(groups: Iterable[Repeats]) -> dict[tuple[str, str], Paired]:
    """Each two contenders on the instances that both tried, by their median gaps."""
    medians: Mapping[str, dict[str, float]] = {
        name: {g.key: g.gap.median for g in of} for name, of in contenders(groups).items()
    }
    found = {}
    for a, b in combinations(medians, 2):
        if common := [p for p in medians[a] if p in medians[b]]:
            pairs = [[medians[name][p] for p in common] for name in (a, b)]
            found[a, b] = paired(*pairs)
    return found
