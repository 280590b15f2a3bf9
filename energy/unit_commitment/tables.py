"""What each set of units costs in each hour, and how large a penalty must be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from energy.unit_commitment.dispatch import served
from energy.unit_commitment.fleet import WATT, Fleet
from energy.unit_commitment.plans import cost_of, decommitted
from usecases.errors import Infeasible, TooLarge
from usecases.models import Floats, all_bits

MOST_UNITS = 14
MOST_ENTRIES = 1 << 20
LEAST_MARGIN = 1e-3
"""Of the largest cost in the model: by what the penalty exceeds the sufficient one at least."""


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
    cost = np.empty((fleet.hours, len(on)))
    missing = np.empty_like(cost)
    for hour in range(fleet.hours):
        cost[hour], missing[hour] = served(fleet, on, np.full(len(on), hour))
    if not np.isfinite(cost).any(axis=1).all():
        raise unservable(fleet, int(np.argmin(np.isfinite(cost).any(axis=1))))
    return HourTables(cost, missing)


def fit(fleet: Fleet) -> bool:
    """Whether tables of all sets of units in every hour are not too large."""
    units = len(fleet.units)
    return units <= MOST_UNITS and fleet.hours << units <= MOST_ENTRIES


def check_size(fleet: Fleet) -> None:
    """Raises TooLarge when the tables of 2^units costs per hour would not fit."""
    units = len(fleet.units)
    if not fit(fleet):
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
    found = cost_of(fleet, decommitted(fleet))
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
