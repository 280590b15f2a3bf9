"""Results of the same circuit beside one another: ideal, noisy, recorded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from usecases.circuit_record import Tally
from usecases.errors import UsageError


class Distance(NamedTuple):
    """Total variation distance of two tallies, and what shots alone would make of equal ones."""

    seen: float
    by_chance: float


def distance(one: Tally, two: Tally) -> Distance:
    """How far two machines' counts are apart.

    ½ Σ |p − q|. Two samples of one distribution differ as well: with p from both together, by
    about ½ Σ √(2/π · p(1−p)(1/n + 1/m)). Raises UsageError when the strings have other widths.
    """
    if len(next(iter(one.counts))) != len(next(iter(two.counts))):
        raise UsageError("these circuits measure different numbers of bits")
    keys = {*one.counts, *two.counts}
    both = one.shots + two.shots
    apart = luck = 0.0
    for key in keys:
        a, b = one.counts.get(key, 0), two.counts.get(key, 0)
        apart += abs(a / one.shots - b / two.shots) / 2
        p = (a + b) / both
        luck += math.sqrt(2 / math.pi * p * (1 - p) * (1 / one.shots + 1 / two.shots)) / 2
    return Distance(apart, luck)


def split(key: str, registers: tuple[tuple[str, int], ...]) -> str:
    """A string with a space between registers, the last one first, as Qiskit writes it."""
    parts, end = [], len(key)
    for _, size in registers:
        parts.append(key[end - size : end])
        end -= size
    return " ".join(reversed(parts))


def rows(tallies: Mapping[str, Tally], most: int = 16) -> list[list[str]]:
    """The most frequent strings of all, a column for each machine: share and 95 % interval."""
    total: dict[str, float] = {}
    for tally in tallies.values():
        for key, count in tally.counts.items():
            total[key] = total.get(key, 0.0) + count / tally.shots
    first = next(iter(tallies.values()))
    best = sorted(total, key=lambda key: (-total[key], key))[:most]
    return [
        [split(key, first.registers), *(_share(tally, key) for tally in tallies.values())]
        for key in best
    ]


def _share(tally: Tally, key: str) -> str:
    if key not in tally.counts:
        return "–"
    low, high = tally.intervals[key]
    return f"{tally.counts[key] / tally.shots:.3f} ({low:.3f} to {high:.3f})"
