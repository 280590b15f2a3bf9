"""What each set of units costs in each hour, and how large a penalty must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from energy.unit_commitment.dispatch import dispatch, running_cost
from energy.unit_commitment.fleet import WATT, Fleet, Unit
from usecases.errors import Infeasible, TooLarge
from usecases.models import Floats, all_bits

MOST_UNITS = 14
MOST_ENTRIES = 1 << 20
LEAST_MARGIN = 1e-3
"""Of the largest cost in the model: by what the penalty exceeds the sufficient one at least."""

Runs = NDArray[np.int64]
"""Shape (hours, units), 1 where a unit is on."""


@dataclass(frozen=True)
class HourTables:
    """Every hour with every set of units; bit u of a column's number is unit u.

    Both have shape (hours, 2^units). `missing` is how many MW a set lacks to its demand and
    reserve, or how many MW its smallest outputs exceed the demand by; 0 where it can serve.
    `cost` is the cost in $ of the best dispatch, infinite where the set cannot serve.
    """

    cost: Floats
    missing: Floats

    @property
    def cheapest(self) -> Floats:
        """The lowest cost of each hour, in $."""
        return np.asarray(self.cost.min(axis=1))


def hour_tables(fleet: Fleet) -> HourTables:
    """Dispatch every set of units in every hour.

    Raises TooLarge beyond 14 units, and Infeasible when no set can serve an hour.
    """
    check_size(fleet)
    on = all_bits(len(fleet.units))
    high, low = (on @ np.array([getattr(u, k) for u in fleet.units]) for k in ("p_max", "p_min"))
    cost = np.empty((fleet.hours, len(on)))
    missing = np.empty_like(cost)
    for hour, demand in enumerate(fleet.demand):
        lack = np.maximum(fleet.required(hour) - high, 0.0) + np.maximum(low - demand, 0.0)
        missing[hour] = np.where(lack > WATT, lack, 0.0)
        paid = running_cost(fleet.units, on, dispatch(fleet.units, on, demand))
        cost[hour] = np.where(missing[hour] > 0, np.inf, paid)
    if not np.isfinite(cost).any(axis=1).all():
        raise unservable(fleet, int(np.argmin(np.isfinite(cost).any(axis=1))))
    return HourTables(cost, missing)


def check_size(fleet: Fleet) -> None:
    """Raises TooLarge when the tables of 2^units costs per hour would not fit."""
    units = len(fleet.units)
    if units > MOST_UNITS or fleet.hours << units > MOST_ENTRIES:
        fits = min(MOST_UNITS, (MOST_ENTRIES // fleet.hours).bit_length() - 1)
        raise TooLarge(
            f"{units} units over {fleet.hours} hours: the model lists the cost of every one of"
            f" the 2^{units} sets of units in each hour",
            f"Over {fleet.hours} hours, {fits} units fit: divide the fleet or shorten the horizon",
        )


def unservable(fleet: Fleet, hour: int) -> Infeasible:
    """Why no set of units can serve the hour (from 0)."""
    capacity, required = sum(u.p_max for u in fleet.units), fleet.required(hour)
    where = f"hour {hour + 1}: demand {fleet.demand[hour]:g} MW"
    if capacity < required - WATT:
        return Infeasible(
            f"{where} plus {fleet.reserve:.0%} reserve needs {required:g} MW of capacity, and"
            f" the whole fleet has {capacity:g} MW",
            "Lower the demand or the reserve, or add units",
        )
    return Infeasible(
        f"{where}: every set of units with the {required:g} MW of capacity that demand and"
        " reserve need produces more than the demand even at its smallest outputs",
        "Add a small or more flexible unit, or lower the reserve",
    )


def sufficient_penalty(fleet: Fleet, tables: HourTables) -> float:
    """A penalty in $ that keeps every schedule that breaks a rule above the best feasible one.

    Any schedule costs at least L, the cheapest hours one by one, plus the penalty if it
    breaks a rule; the best feasible one costs at most U, what unit decommitment finds. So
    U − L suffices. Where decommitment finds nothing feasible, U is the dearest way to serve
    each hour with every unit starting cold every other hour.
    """
    found = cost_of(fleet, tables, decommitted(fleet, tables))
    if not np.isfinite(found):
        dearest = np.where(np.isfinite(tables.cost), tables.cost, 0.0).max(axis=1)
        starts = sum(u.cold_start for u in fleet.units) * ((fleet.hours + 1) // 2)
        found = float(dearest.sum()) + starts
    return max(found - float(tables.cheapest.sum()), 0.0)


def penalty(fleet: Fleet, tables: HourTables, margin: float) -> float:
    """The sufficient penalty in $ and, beyond it, a margin in hours' least costs.

    Fuel may be free, and then a share of it is no margin. So the margin is at least a
    thousandth of the largest cost in the model: positive, and far above rounding. Where
    nothing costs anything, every positive penalty does, and it is 1 $.
    """
    bound = sufficient_penalty(fleet, tables)
    dearest = float(np.where(np.isfinite(tables.cost), tables.cost, 0.0).max())
    largest = max(bound, dearest, *(u.cold_start for u in fleet.units))
    return bound + (max(margin * float(tables.cheapest.mean()), LEAST_MARGIN * largest) or 1.0)


def decommitted(fleet: Fleet, tables: HourTables) -> Runs:
    """A good schedule: all units on, then each in turn reruns as best suits the others.

    Unit decommitment (Tseng, Li and Oren 2000, J. Optim. Theory Appl. 105:707), repeated until
    no unit gains. Every unit keeps to its minimum times; hours may stay unserved.
    """
    weights = 1 << np.arange(len(fleet.units))
    dear = np.where(np.isfinite(tables.cost), tables.cost, 0.0).max(axis=1).sum()
    dear += fleet.hours * sum(u.cold_start for u in fleet.units)
    charge = max(1e9, 2.0 * dear) * (1.0 + tables.missing)
    cost = np.where(np.isfinite(tables.cost), tables.cost, charge)
    hours = np.arange(fleet.hours)
    runs = np.ones((fleet.hours, len(fleet.units)), dtype=np.int64)
    for _ in range(20):
        before = runs.copy()
        for u in reversed(np.argsort([x.b + x.a / x.p_max for x in fleet.units])):
            others = runs @ weights - runs[:, u] * weights[u]
            runs[:, u] = best_run(
                fleet.units[u], cost[hours, others], cost[hours, others + weights[u]]
            )
        if (runs == before).all():
            break
    return runs


def best_run(unit: Unit, off: Sequence[float] | Floats, on: Sequence[float] | Floats) -> list[int]:
    """The cheapest on and off hours of one unit, by dynamic programming.

    `off` and `on` are the cost in $ of each hour with the unit off and on. The state is
    whether the unit is on and for how long it has been so.
    """
    settled = max(unit.min_up, unit.min_down + unit.cold_hours + 1)
    first = (int(unit.initial_hours > 0), min(abs(unit.initial_hours), settled))
    paths: dict[tuple[int, int], tuple[float, list[int]]] = {first: (0.0, [])}
    for costs in zip(off, on, strict=True):
        after: dict[tuple[int, int], tuple[float, list[int]]] = {}
        for (was, lasted), (cost, path) in paths.items():
            for now in (0, 1):
                if now != was and lasted < (unit.min_up if was else unit.min_down):
                    continue
                paid = cost + costs[now] + (start_cost(unit, lasted) if now > was else 0.0)
                state = (now, min(lasted + 1, settled) if now == was else 1)
                if state not in after or paid < after[state][0]:
                    after[state] = (paid, [*path, now])
        paths = after
    return min(paths.values())[1]


def start_cost(unit: Unit, hours_off: int) -> float:
    """The cost in $ of a start after so many hours off."""
    return unit.hot_start if hours_off <= unit.min_down + unit.cold_hours else unit.cold_start


def cost_of(fleet: Fleet, tables: HourTables, runs: Runs) -> float:
    """The cost in $ of a schedule that keeps to the minimum times; infinite if unserved."""
    weights = 1 << np.arange(len(fleet.units))
    total = float(tables.cost[np.arange(fleet.hours), runs @ weights].sum())
    for u, unit in enumerate(fleet.units):
        was, lasted = int(unit.initial_hours > 0), abs(unit.initial_hours)
        for now in runs[:, u].tolist():
            total += start_cost(unit, lasted) if now > was else 0.0
            was, lasted = now, lasted + 1 if now == was else 1
    return total
