"""The model's terms: hours, starts and minimum times, as tables over the decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from energy.unit_commitment.fleet import Fleet
from energy.unit_commitment.tables import HourTables
from usecases.models import Factor


def hours(fleet: Fleet, tables: HourTables, penalty: float) -> Iterator[Factor]:
    """One table per hour: the dispatch cost in $ of every set of units.

    A set that cannot serve the hour costs as much as the cheapest that can, plus the penalty
    times one plus the fraction of the required capacity that it misses.
    """
    width = len(fleet.units)
    for hour, cheapest in enumerate(tables.cheapest.tolist()):
        grade = 1.0 + tables.missing[hour] / fleet.required(hour)
        served = np.isfinite(tables.cost[hour])
        costs = np.where(served, tables.cost[hour], cheapest + penalty * grade)
        scope = tuple(range(hour * width, (hour + 1) * width))
        yield Factor(scope, dict(enumerate(costs.tolist())))


def starts(fleet: Fleet) -> Iterator[Factor]:
    """A hot start's cost when a unit goes from off to on, and the extra of a cold one."""
    for u, unit in enumerate(fleet.units):
        cold = unit.min_down + unit.cold_hours + 1
        for hour in range(fleet.hours):
            for since, cost in ((1, unit.hot_start), (cold, unit.cold_start - unit.hot_start)):
                off = {hour - k: 0 for k in range(1, since + 1)}
                if cost:
                    yield from _pattern(fleet, u, {hour: 1, **off}, cost)


def minimum_times(fleet: Fleet, penalty: float) -> Iterator[Factor]:
    """The penalty for each hour by which a run is cut short: off-on-off and on-off-on."""
    for u, unit in enumerate(fleet.units):
        for now, least in ((1, unit.min_up), (0, unit.min_down)):
            for begin in range(1 - least, fleet.hours):
                for hour in range(max(begin + 1, 0), min(begin + least, fleet.hours)):
                    change = {begin - 1: 1 - now, begin: now, hour: 1 - now}
                    yield from _pattern(fleet, u, change, penalty)


def _pattern(fleet: Fleet, u: int, states: Mapping[int, int], cost: float) -> Iterator[Factor]:
    """The cost of one unit's states at some hours (from 0); the past is known and folds away."""
    if any(fleet.units[u].was_on(-h) != s for h, s in states.items() if h < 0):
        return
    ahead = sorted(h for h in states if h >= 0)
    pattern = sum(states[h] << k for k, h in enumerate(ahead))
    yield Factor(tuple(h * len(fleet.units) + u for h in ahead), {pattern: cost})
