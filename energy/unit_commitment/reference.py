"""What classical computing proves: a mixed-integer program with outputs as variables.

The quadratic fuel cost is a maximum of tangents, c (2 q p − q² on) at outputs q. Because
each is multiplied by `on`, they stay tight when HiGHS relaxes on to a fraction (perspective
cuts: Frangioni and Gentile 2006, Mathematical Programming 106:225). Starts and minimum times
follow Rajan and Takriti (IBM RC23628, 2005). Every relaxation bounds the cost from below, the
schedule it finds bounds it from above, and tangents at that schedule's outputs close the rest.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from energy.unit_commitment.fleet import WATT, Fleet, single_hours
from energy.unit_commitment.reading import objective, scheduled, violations
from energy.unit_commitment.tables import unservable
from usecases.errors import Infeasible, TooLarge
from usecases.models import Floats
from usecases.records import Reference

TIME_LIMIT = 60.0
MOST_ROUNDS = 40
CLOSED = 1e-8
"""The relative distance of the two bounds at which the optimum counts as proven."""

ON, OUTPUT, FUEL, START, STOP, COLD = range(6)
"""Columns, each per unit and hour; FUEL is the quadratic part of the cost in $."""

Term = tuple[int, int, int, float]
"""Column kind, unit, hour, coefficient; hours below 0 are the known past."""


class _Impossible(Exception):
    """The relaxation has no solution, so the fleet has no schedule."""


class _Relaxation:
    """The program with the tangents found so far."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.entries: list[tuple[int, int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        for u in range(len(fleet.units)):
            for hour in range(fleet.hours):
                self._limits(u, hour)
                self._minimum_times(u, hour)
        for hour, demand in enumerate(fleet.demand):
            units = list(enumerate(fleet.units))
            self._row(((OUTPUT, u, hour, 1.0) for u, _ in units), demand, demand)
            capacity = ((ON, u, hour, unit.p_max) for u, unit in units)
            self._row(capacity, fleet.required(hour) - WATT, np.inf)

    def _column(self, kind: int, unit: int, hour: int) -> int:
        return (kind * len(self.fleet.units) + unit) * self.fleet.hours + hour

    def _past(self, kind: int, unit: int, hour: int) -> int:
        was = self.fleet.units[unit].was_on
        change = was(-hour) - was(-hour + 1)
        return {ON: was(-hour), START: max(change, 0), STOP: max(-change, 0)}[kind]

    def _row(self, terms: Iterable[Term], low: float, high: float) -> None:
        """Require low ≤ Σ coefficient · column ≤ high, the past folded into the limits."""
        past = 0.0
        for kind, unit, hour, value in terms:
            if hour < 0:
                past += value * self._past(kind, unit, hour)
            else:
                self.entries.append((len(self.low), self._column(kind, unit, hour), value))
        self.low.append(low - past)
        self.high.append(high - past)

    def _limits(self, u: int, hour: int) -> None:
        unit = self.fleet.units[u]
        self._row([(OUTPUT, u, hour, 1.0), (ON, u, hour, -unit.p_max)], -np.inf, 0.0)
        self._row([(OUTPUT, u, hour, 1.0), (ON, u, hour, -unit.p_min)], 0.0, np.inf)
        change = [(START, u, hour, 1.0), (STOP, u, hour, -1.0)]
        self._row([*change, (ON, u, hour, -1.0), (ON, u, hour - 1, 1.0)], 0.0, 0.0)
        for output in np.linspace(unit.p_min, unit.p_max, 5):
            self.tangent(u, hour, float(output))

    def _minimum_times(self, u: int, hour: int) -> None:
        """A unit started within min_up hours is on; one stopped within min_down is off.

        A start is cold unless the unit stopped no more than min_down + cold_hours hours ago.
        """
        unit = self.fleet.units[u]
        started = [(START, u, hour - k, 1.0) for k in range(unit.min_up)]
        self._row([*started, (ON, u, hour, -1.0)], -np.inf, 0.0)
        stopped = [(STOP, u, hour - k, 1.0) for k in range(unit.min_down)]
        self._row([*stopped, (ON, u, hour, 1.0)], -np.inf, 1.0)
        warm = range(1, unit.min_down + unit.cold_hours + 1)
        recent = [(STOP, u, hour - k, 1.0) for k in warm]
        self._row([(COLD, u, hour, 1.0), (START, u, hour, -1.0), *recent], 0.0, np.inf)

    def tangent(self, u: int, hour: int, output: float) -> None:
        """Bound the quadratic cost from below by its tangent at an output in MW."""
        c = self.fleet.units[u].c
        if c > 0:
            slope = [(OUTPUT, u, hour, -2.0 * c * output), (ON, u, hour, c * output * output)]
            self._row([(FUEL, u, hour, 1.0), *slope], 0.0, np.inf)

    def exclude(self, on: NDArray[np.int64]) -> None:
        """Forbid one commitment, [hour][unit]."""
        terms = [(ON, u, h, 1.0 if on[h, u] else -1.0) for h, u in np.ndindex(on.shape)]
        self._row(terms, -np.inf, float(on.sum()) - 1.0)

    def costs(self) -> Floats:
        """$ per unit of each column."""
        rates = [
            [u.a for u in self.fleet.units],
            [u.b for u in self.fleet.units],
            [1.0 for _ in self.fleet.units],
            [u.hot_start for u in self.fleet.units],
            [0.0 for _ in self.fleet.units],
            [u.cold_start - u.hot_start for u in self.fleet.units],
        ]
        return np.repeat(np.array(rates).ravel(), self.fleet.hours)

    def solve(self, seconds: float) -> tuple[NDArray[np.int64] | None, Floats, float]:
        """The commitment and outputs found, [hour][unit], and the lower bound in $.

        Raises _Impossible when HiGHS proves that there is none.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        costs = self.costs()
        block = len(costs) // 6
        rows, columns, values = zip(*self.entries, strict=True)
        matrix = csr_array((values, (rows, columns)), shape=(len(self.low), len(costs)))
        upper = np.ones((6, len(self.fleet.units)))
        upper[OUTPUT] = [u.p_max for u in self.fleet.units]
        upper[FUEL] = [u.c * u.p_max**2 for u in self.fleet.units]
        found = milp(
            costs,
            constraints=LinearConstraint(matrix, self.low, self.high),
            bounds=Bounds(0.0, np.repeat(upper.ravel(), self.fleet.hours)),
            integrality=(np.arange(len(costs)) < block).astype(np.int64),
            options={"time_limit": max(seconds, 0.1), "mip_rel_gap": CLOSED / 10},
        )
        if found.status == 2:
            raise _Impossible
        bound = -np.inf if found.mip_dual_bound is None else float(found.mip_dual_bound)
        if found.x is None:
            return None, np.zeros(0), bound
        on, output = (found.x[k * block :][:block].reshape(-1, self.fleet.hours).T for k in (0, 1))
        return np.round(on).astype(np.int64), output, bound


def reference(fleet: Fleet) -> Reference:
    """The least cost in $, proven by bounds from below and above that meet.

    When the time limit comes first, the best schedule found is "best_known", with the bound.
    Raises Infeasible with the reason, and TooLarge when no schedule is found in time.
    """
    begun = time.monotonic()
    relaxation = _Relaxation(fleet)
    best, bound, rounds = np.inf, -np.inf, 0
    while (np.isinf(best) or best - bound > CLOSED * abs(best)) and rounds < MOST_ROUNDS:
        left = TIME_LIMIT - (time.monotonic() - begun)
        if left <= 0:
            break
        try:
            on, output, lower = relaxation.solve(left)
        except _Impossible:
            raise _reason(fleet) from None
        rounds, bound = rounds + 1, max(bound, lower)
        if on is not None:
            best = min(best, _refined(relaxation, on, output))
    if np.isinf(best):
        raise TooLarge(
            f"HiGHS found no schedule for {len(fleet.units)} units over {fleet.hours} hours in"
            f" {TIME_LIMIT:.0f} s",
            "Divide the fleet or shorten the horizon",
        )
    return _told(best, bound, rounds)


def _refined(relaxation: _Relaxation, on: NDArray[np.int64], output: Floats) -> float:
    """The exact cost in $ of the commitment; the relaxation learns what it missed."""
    fleet = relaxation.fleet
    schedule = scheduled(fleet, on.tolist())
    if violations(fleet, schedule):  # only within HiGHS's tolerances
        relaxation.exclude(on)
        return np.inf
    for hour, row in enumerate(schedule.output):
        for u in np.flatnonzero(on[hour]).tolist():
            relaxation.tangent(u, hour, row[u] if row else 0.0)
            relaxation.tangent(u, hour, float(output[hour, u]))
    return objective(fleet, schedule)


def _told(best: float, bound: float, rounds: int) -> Reference:
    import scipy

    gap = max(best - bound, 0.0) / max(abs(best), 1e-10)
    return Reference(
        value=best,
        kind="optimal" if gap <= CLOSED else "best_known",
        method=(
            f"HiGHS via SciPy {scipy.__version__}, mixed-integer program with perspective cuts"
            f" ({rounds} rounds): lower bound {bound:.6f} $, relative gap {gap:.1e}"
        ),
    )


def _reason(fleet: Fleet) -> Infeasible:
    """Why there is no schedule: an hour that no set of units can serve, or the times between."""
    for hour, alone in enumerate(single_hours(fleet)):
        try:
            _Relaxation(alone).solve(TIME_LIMIT)
        except _Impossible:
            return unservable(fleet, hour)
    return Infeasible(
        "each hour alone can be served, but no schedule keeps the minimum up and down times"
        " from the initial status on",
        "Shorten min_up or min_down, or change initial_hours",
    )
