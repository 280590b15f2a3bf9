"""Which routes are worth a variable: all of them when few, else those that prices ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from logistics.vehicle_routing.data import VehicleRouting
from logistics.vehicle_routing.rounds import Group, shortest_round

Routes = dict[Group, int]
"""Groups of customers and the lengths of their shortest rounds."""

VISITED = 20_000
"""Enumeration gives up after looking at this many groups."""

BEAM = 200
"""Partial routes kept at each length while pricing."""

FRESH = 30
"""Routes that one look at the prices adds."""


def all_routes(instance: VehicleRouting, most: int) -> Routes | None:
    """Every group one vehicle can take in a feasible plan, or None when more than `most`.

    With a limited fleet a vehicle that leaves too much to the others is in no feasible plan.
    """
    groups: list[Group] = []
    for looked_at, group in enumerate(_fitting(instance)):
        if instance.load(group) >= instance.least_load:
            groups.append(group)
        if len(groups) > most or looked_at >= VISITED:
            return None
    return {group: shortest_round(instance, group)[1] for group in sorted(groups)}


def _fitting(instance: VehicleRouting, group: Group = (), load: int = 0) -> Iterator[Group]:
    """All groups within the capacity that extend `group` by later customers."""
    for c in range(group[-1] + 1 if group else 0, len(instance.customers)):
        total = load + instance.demands[c]
        if total <= instance.capacity:
            yield (*group, c)
            yield from _fitting(instance, (*group, c), total)


def priced_routes(
    instance: VehicleRouting,
    keep: list[list[Group]],
    seen: list[list[Group]],
    most: int,
    turns: int,
) -> Routes:
    """About `most` good routes, those of the plans in `keep` among them.

    Column generation (Desrosiers, Soumis & Desrochers 1984): the linear relaxation over the
    routes so far prices each customer, and a beam search finds routes that are cheaper than
    the prices of the customers on them. Those of least reduced cost at the end are kept.
    """
    sure = {group: 0 for plan in keep for group in plan}
    groups = dict.fromkeys([*sure, *(group for plan in seen for group in plan)])
    routes = {group: shortest_round(instance, group)[1] for group in groups}
    for _ in range(turns):
        fresh = [
            g for g in _beam(instance, *relaxation_prices(instance, routes)) if g not in routes
        ]
        routes |= {group: shortest_round(instance, group)[1] for group in fresh}
        if not fresh:
            break
    prices, _ = relaxation_prices(instance, routes)
    ranked = sorted(routes, key=lambda g: (routes[g] - prices[list(g)].sum(), g))
    kept = dict.fromkeys([*sure, *ranked[: max(most - len(sure), 0)]])
    return {group: routes[group] for group in sorted(kept)}


def relaxation_prices(
    instance: VehicleRouting, routes: Routes
) -> tuple[NDArray[np.float64], float]:
    """Dual prices of the linear relaxation: of each customer, and (≤ 0) of a vehicle."""
    from scipy.optimize import linprog

    cover = coverage(instance, routes)
    found = linprog(
        list(routes.values()),
        A_eq=cover.T,
        b_eq=np.ones(len(instance.customers)),
        A_ub=np.ones((1, len(routes))),
        b_ub=np.array([instance.limit or len(instance.customers)]),
        method="highs-ds",
    )
    return found.eqlin.marginals, float(found.ineqlin.marginals[0])


def coverage(instance: VehicleRouting, routes: Iterable[Group]) -> NDArray[np.float64]:
    """Shape (routes, customers): 1 where the route calls at the customer."""
    groups = list(routes)
    cover = np.zeros((len(groups), len(instance.customers)))
    for r, group in enumerate(groups):
        cover[r, list(group)] = 1.0
    return cover


def _beam(instance: VehicleRouting, prices: NDArray[np.float64], fleet: float) -> list[Group]:
    """Groups whose found round costs less than their customers' prices, cheapest first.

    Routes grow one call at a time from the depot; of those that visit the same customers and
    end at the same one, the shortest is kept, and of the rest the `BEAM` most promising.
    """
    d = np.array(instance.distances, dtype=np.float64)
    demands = np.array(instance.demands)
    n = len(demands)
    visited, last = np.eye(n, dtype=bool), np.arange(n)
    cost, load = d[0, 1:] - prices, demands.copy()
    found: dict[Group, float] = {}
    while len(last):
        closed = cost + d[last + 1, 0] - fleet
        for k in np.flatnonzero((closed < -1e-6) & (load >= instance.least_load)):
            group = tuple(np.flatnonzero(visited[k]).tolist())
            found[group] = min(found.get(group, 0.0), float(closed[k]))
        grown = cost[:, None] + d[last + 1, 1:] - prices
        grown[visited | (load[:, None] + demands > instance.capacity)] = np.inf
        row, last = _promising(grown, grown + d[1:, 0], visited)
        visited = visited[row]
        visited[np.arange(len(row)), last] = True
        cost, load = grown[row, last], load[row] + demands[last]
    return sorted(found, key=lambda g: (found[g], g))[:FRESH]


def _promising(
    cost: NDArray[np.float64], rank: NDArray[np.float64], visited: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and next customers of the best extensions, one per set visited and last customer."""
    most = min(4 * BEAM, rank.size - 1)
    order = np.flatnonzero(rank <= np.partition(rank, most, axis=None)[most])
    order = order[np.argsort(rank.flat[order], kind="stable")][: 4 * BEAM]
    row, last = np.unravel_index(order, cost.shape)
    finite = np.isfinite(cost[row, last])
    row, last = row[finite], last[finite]
    grown = visited[row]
    grown[np.arange(len(row)), last] = True
    state = np.column_stack([np.packbits(grown, axis=1), last >> 8, last & 255]).astype(np.uint8)
    _, first = np.unique(state, axis=0, return_index=True)
    best = np.sort(first)[:BEAM]
    return row[best], last[best]
