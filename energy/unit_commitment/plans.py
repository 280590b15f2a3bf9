"""Feasible schedules without a search: unit by unit, each by dynamic programming."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from energy.unit_commitment.dispatch import served
from energy.unit_commitment.fleet import Fleet, Unit
from usecases.models import Bits, Floats

SWEEPS = 20
"""After so many rounds through the fleet at most, decommitment ends."""


def decommitted(fleet: Fleet, start: Bits | None = None) -> Bits:
    """A good schedule: each unit in turn reruns as best suits the others, until none gains.

    Unit decommitment (Tseng, Li and Oren 2000, J. Optim. Theory Appl. 105:707). `start` and the
    result have shape (hours, units); left out, all units are on at first. Every unit keeps to its
    minimum times. Hours that the start serves stay served; others may stay unserved.
    """
    hours = np.arange(fleet.hours)
    runs = np.ones((fleet.hours, len(fleet.units)), np.int8) if start is None else start.copy()
    order = np.argsort([-(x.b + x.a / x.p_max) for x in fleet.units], kind="stable")
    charge = max(1e9, 2.0 * _dearest(fleet))
    for _ in range(SWEEPS):
        before = runs.copy()
        for u in order.tolist():
            rows = np.concatenate([runs, runs])
            rows[: fleet.hours, u], rows[fleet.hours :, u] = 0, 1
            cost, missing = served(fleet, rows, np.concatenate([hours, hours]))
            paid = np.where(missing > 0, charge * (1.0 + missing), cost)
            runs[:, u] = best_run(fleet.units[u], paid[: fleet.hours], paid[fleet.hours :])
        if (runs == before).all():
            break
    return runs


def _dearest(fleet: Fleet) -> float:
    """More than any schedule costs, in $."""
    hour = sum(u.a + u.b * u.p_max + u.c * u.p_max**2 + u.cold_start for u in fleet.units)
    return fleet.hours * hour


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


def run_costs(unit: Unit, runs: Bits) -> tuple[Floats, Floats]:
    """What the starts of each run cost in $, and by how many hours it breaks minimum times.

    `runs` has shape (rows, hours), one unit's hours on and off.
    """
    was = np.full(len(runs), unit.initial_hours > 0)
    lasted = np.full(len(runs), abs(unit.initial_hours))
    cost, early = np.zeros(len(runs)), np.zeros(len(runs))
    for now in runs.T > 0:
        changed = now != was
        short = np.where(was, unit.min_up, unit.min_down) - lasted
        early += np.where(changed, np.maximum(short, 0), 0)
        cold = lasted > unit.min_down + unit.cold_hours
        cost += np.where(changed & now, np.where(cold, unit.cold_start, unit.hot_start), 0.0)
        lasted = np.where(changed, 1, lasted + 1)
        was = now
    return cost, early


def cost_of(fleet: Fleet, runs: Bits) -> float:
    """The cost in $ of a schedule, shape (hours, units); infinite where it breaks a rule."""
    cost, broken = costs_of(fleet, runs[None, :, :])
    return np.inf if broken[0] else float(cost[0])


def costs_of(fleet: Fleet, schedules: Bits) -> tuple[Floats, Floats]:
    """What served hours and starts cost in $, and how badly rules are broken, of each schedule.

    `schedules` has shape (schedules, hours, units). Each hour that is not served counts as 1 and
    the fraction of the required capacity that is missing, each hour by which a run is too short
    as 1.
    """
    hours = np.arange(fleet.hours)
    required = np.array([fleet.required(h) for h in range(fleet.hours)])
    cost, broken = np.zeros(len(schedules)), np.zeros(len(schedules))
    for k, runs in enumerate(schedules):
        paid, missing = served(fleet, runs, hours)
        cost[k] = paid[missing == 0].sum()
        broken[k] = ((missing > 0) + missing / required).sum()
    for unit, runs in zip(fleet.units, np.moveaxis(schedules, 2, 0), strict=True):
        starts, early = run_costs(unit, runs)
        cost, broken = cost + starts, broken + early
    return cost, broken
