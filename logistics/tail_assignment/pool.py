"""A pool of good routes out of very many, by the prices of a linear relaxation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logistics.tail_assignment.data import TailAssignment
from logistics.tail_assignment.feasibility import beginnings, fleets
from logistics.tail_assignment.routes import (
    Column,
    Columns,
    Network,
    coverage,
    listed,
    priced,
)
from usecases.errors import UsecasesError
from usecases.models import Floats

LISTED = 20_000
"""Up to this many routes are listed; beyond, they are generated as prices ask for them."""

POOL = 300

TURNS = 80
"""Generations of columns at most."""

GENERATED = 20_000
"""None are generated beyond about so many, as each relaxation takes longer."""

UNFLOWN = 1e6
"""Euro for a flight that no route flies, so that the relaxation always has an answer."""


@dataclass(frozen=True, eq=False)
class Pricing:
    """Routes to choose from and their reduced costs in the linear relaxation, euro.

    `whole` tells whether these are all routes. `cover` has a row for each of them; `prices`
    are those of the flights, `begun` of beginning each route.
    """

    columns: Columns
    whole: bool
    cover: Floats
    prices: Floats
    begun: Floats

    @property
    def costs(self) -> Floats:
        return np.array(list(self.columns.values()), dtype=np.float64)

    @property
    def reduced(self) -> Floats:
        return self.costs - self.cover @ self.prices - self.begun


def pricing(instance: TailAssignment) -> Pricing:
    """All routes where they can be listed, else those that prices asked for, priced."""
    columns = listed(instance, LISTED)
    whole = columns is not None
    if columns is None:
        columns = generated(instance)
    prices, fleet = relaxation(instance, columns)
    begun = beginnings(instance, columns) @ np.array(list(fleet.values()))
    return Pricing(columns, whole, coverage(instance, columns), prices, begun)


def generated(instance: TailAssignment) -> Columns:
    """Column generation (Desrosiers, Soumis & Desrochers 1984), from no routes at all."""
    network = Network(instance)
    columns: Columns = {}
    for _ in range(TURNS):
        prices, fleet = relaxation(instance, columns)
        found = priced(network, prices, fleet)
        fresh = {column: cost for column, cost in found.items() if column not in columns}
        if not fresh:
            break
        columns |= fresh
        if len(columns) > GENERATED:
            break
    return dict(sorted(columns.items()))


def relaxation(instance: TailAssignment, columns: Columns) -> tuple[Floats, dict[str, float]]:
    """Prices of the linear relaxation: of each flight, and (≤ 0) of an aircraft at each base."""
    from scipy.optimize import linprog

    n, limits = len(instance.flights), fleets(instance)
    cover = np.vstack([coverage(instance, columns), np.eye(n)])
    begin = np.vstack([beginnings(instance, columns), np.zeros((n, len(limits)))])
    found = linprog(
        [*columns.values(), *[UNFLOWN] * n],
        A_eq=cover.T,
        b_eq=np.ones(n),
        A_ub=begin.T if limits else None,
        b_ub=list(limits.values()) if limits else None,
        method="highs-ds",
    )
    if found.x is None:
        raise UsecasesError(f"HiGHS finds no prices: {found.message}")
    fleet: list[float] = found.ineqlin.marginals.tolist() if limits else []
    return found.eqlin.marginals, dict(zip(limits, fleet, strict=True))


def pool(found: Pricing, plan: list[Column]) -> Columns:
    """The plan's routes and `POOL` others that could improve it.

    Half of them cost least beyond the relaxation's prices; the others beyond the mean of these
    and of the plan's own, which spread the cost of each of its routes over its flights.
    """
    own = np.zeros(len(found.prices))
    for column in plan:
        share = np.maximum(found.prices[list(column)], 1e-9)
        own[list(column)] = found.columns[column] * share / share.sum()
    mixed = found.costs - found.cover @ (found.prices + own) / 2 - found.begun / 2
    columns = list(found.columns)
    orders = [np.argsort(values, kind="stable").tolist() for values in (found.reduced, mixed)]
    ranked = [columns[k] for pair in zip(*orders, strict=True) for k in pair]
    kept = list(dict.fromkeys([*plan, *ranked]))[: POOL + len(plan)]
    return {column: found.columns[column] for column in sorted(kept)}
