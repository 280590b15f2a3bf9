"""Unit commitment as a mixed-integer program with outputs as variables.

The quadratic fuel cost is a maximum of tangents, c (2 q p − q² on) at outputs q. Because
each is multiplied by `on`, they stay tight when HiGHS relaxes on to a fraction (perspective
cuts: Frangioni and Gentile 2006, Mathematical Programming 106:225). Starts and minimum times
follow Rajan and Takriti (IBM RC23628, 2005).

HiGHS works with absolute tolerances of about 1e-6. So every output is a share of its unit's
p_max, every quadratic cost a share of c p_max², the demand of a fleet with larger units than
1000 MW is counted in thousandths of the largest, and dollars in shares of what is expected.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from energy.unit_commitment.fleet import WATT, Fleet
from usecases.models import Floats

CLOSED = 1e-8
"""The relative distance of the two bounds at which the optimum counts as proven."""

ON, OUTPUT, FUEL, START, STOP, COLD = range(6)
"""Columns, each per unit and hour: OUTPUT is a share of p_max, FUEL one of c p_max²."""

Term = tuple[int, int, int, float]
"""Column kind, unit, hour, coefficient; hours below 0 are the known past."""


class Impossible(Exception):
    """HiGHS claims that the program has no solution."""


class Program:
    """The program with the tangents found so far; without fuel, only the commitments' rules."""

    def __init__(self, fleet: Fleet, *, fuel: bool = True) -> None:
        self.fleet, self.fuel = fleet, fuel
        self.entries: list[tuple[int, int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        for u in range(len(fleet.units)):
            for hour in range(fleet.hours):
                self._changes(u, hour)
                self._minimum_times(u, hour)
                if fuel:
                    self._limits(u, hour)
        for hour in range(fleet.hours):
            self._service(hour)

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

    def _changes(self, u: int, hour: int) -> None:
        change = [(START, u, hour, 1.0), (STOP, u, hour, -1.0)]
        self._row([*change, (ON, u, hour, -1.0), (ON, u, hour - 1, 1.0)], 0.0, 0.0)

    def _limits(self, u: int, hour: int) -> None:
        unit = self.fleet.units[u]
        self._row([(OUTPUT, u, hour, 1.0), (ON, u, hour, -1.0)], -np.inf, 0.0)
        least = unit.p_min / unit.p_max
        self._row([(OUTPUT, u, hour, 1.0), (ON, u, hour, -least)], 0.0, np.inf)
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

    def _service(self, hour: int) -> None:
        """Demand and reserve of an hour, in MW or thousandths of the largest unit's output.

        Whichever is larger: HiGHS's tolerance then forgives a watt or more, as the rules do.
        """
        units, demand = list(enumerate(self.fleet.units)), self.fleet.demand[hour]
        part = min(1.0, 1000.0 / max(u.p_max for u in self.fleet.units))
        capacity = ((ON, u, hour, part * unit.p_max) for u, unit in units)
        self._row(capacity, part * (self.fleet.required(hour) - WATT), np.inf)
        if self.fuel:
            output = ((OUTPUT, u, hour, part * unit.p_max) for u, unit in units)
            self._row(output, part * demand, part * demand)
        else:
            least = ((ON, u, hour, part * unit.p_min) for u, unit in units)
            self._row(least, -np.inf, part * (demand + WATT))

    def tangent(self, u: int, hour: int, output: float) -> None:
        """Bound the quadratic cost from below by its tangent at an output in MW."""
        unit = self.fleet.units[u]
        if unit.c > 0:
            share = output / unit.p_max
            slope = [(OUTPUT, u, hour, -2.0 * share), (ON, u, hour, share * share)]
            self._row([(FUEL, u, hour, 1.0), *slope], 0.0, np.inf)

    def exclude(self, on: NDArray[np.int64]) -> None:
        """Forbid one commitment, [hour][unit]."""
        terms = [(ON, u, h, 1.0 if on[h, u] else -1.0) for h, u in np.ndindex(on.shape)]
        self._row(terms, -np.inf, float(on.sum()) - 1.0)

    def costs(self) -> Floats:
        """$ per unit of each column; all zero without fuel."""
        rates = [
            [u.a for u in self.fleet.units],
            [u.b * u.p_max for u in self.fleet.units],
            [u.c * u.p_max**2 for u in self.fleet.units],
            [u.hot_start for u in self.fleet.units],
            [0.0 for _ in self.fleet.units],
            [u.cold_start - u.hot_start for u in self.fleet.units],
        ]
        return float(self.fuel) * np.repeat(np.array(rates).ravel(), self.fleet.hours)

    def solve(
        self, seconds: float, expected: float = 0.0
    ) -> tuple[NDArray[np.int64] | None, Floats, float]:
        """The commitment and outputs in MW found, [hour][unit], and the lower bound in $.

        `expected` is about what the optimum costs in $, 0 where unknown; HiGHS then counts
        in hundred-thousandths of it. Raises Impossible when HiGHS claims that there is none.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        costs = self.costs()
        block, dear = len(costs) // 6, float(costs.max())
        dollars = max(expected / 1e5, dear / 1e10) if expected else dear / 1e4
        dollars = dollars or 1.0
        rows, columns, values = zip(*self.entries, strict=True)
        matrix = csr_array((values, (rows, columns)), shape=(len(self.low), len(costs)))
        found = milp(
            costs / dollars,
            constraints=LinearConstraint(matrix, self.low, self.high),
            bounds=Bounds(0.0, 1.0),
            integrality=(np.arange(len(costs)) < block).astype(np.int64),
            options={"time_limit": max(seconds, 0.1), "mip_rel_gap": CLOSED / 10},
        )
        if found.status == 2:
            raise Impossible
        bound = -np.inf if found.mip_dual_bound is None else dollars * float(found.mip_dual_bound)
        if found.x is None:
            return None, np.zeros(0), bound
        on, share = (found.x[k * block :][:block].reshape(-1, self.fleet.hours).T for k in (0, 1))
        return np.round(on).astype(np.int64), share * [u.p_max for u in self.fleet.units], bound
