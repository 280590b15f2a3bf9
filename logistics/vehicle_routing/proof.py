"""What classical computing proves, on a path of its own: no model, no pool, no penalty."""

from __future__ import annotations

import math
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logistics.vehicle_routing.data import VehicleRouting
from usecases.errors import Infeasible, MissingExtra, TooLarge
from usecases.records import Reference

SUBSETS = 12
"""To this many customers a dynamic programme over all subsets is quick."""

ROUTES = 150_000
"""To this many loadable groups all of them are priced, and HiGHS proves the best choice."""

SECONDS = 60.0
"""HiGHS stops here, and without its proof the best plan known is the reference."""

ITERATIONS = 4000
"""Of PyVRP to 100 customers; beyond, fewer by the root of their number, as each takes longer."""

Ints = NDArray[np.int64]


def prove(instance: VehicleRouting) -> Reference:
    """The least total distance: proven where all routes can be listed, else the best known.

    Raises Infeasible with its proof, and MissingExtra when only PyVRP could say something.
    """
    if instance.limit is not None and instance.fewest > instance.limit:
        raise _impossible(instance, "the demands exceed what the fleet carries")
    listed = loadable(instance)
    if listed is None:
        return _best_known(instance)
    masks, costs = listed
    if len(instance.customers) <= SUBSETS:
        value, method = _over_subsets(instance, masks, costs), "dynamic programme over subsets"
    else:
        try:
            value = _over_routes(instance, masks, costs)
        except TooLarge:
            return _best_known(instance)
        method = f"all {len(masks)} routes, HiGHS (SciPy {version('scipy')})"
    return Reference(value=float(value), kind="optimal", method=method)


def loadable(instance: VehicleRouting) -> tuple[Ints, Ints] | None:
    """Every group a vehicle can carry, as bit masks, and its shortest round; None when too many.

    Groups grow by one customer from layer to layer. `ends[k, j]` is the shortest way from the
    depot through group k that ends in customer j (Held & Karp 1962).
    """
    n = len(instance.customers)
    if n > 62:
        return None
    d = np.array(instance.distances, dtype=np.int64)
    demands = np.array(instance.demands, dtype=np.int64)
    far = np.int64(1) << 40
    masks, loads = np.int64(1) << np.arange(n), demands.copy()
    ends = np.where(np.eye(n, dtype=bool), d[0, 1:, None], far)
    found = [(masks, (ends + d[1:, 0]).min(axis=1))]
    while len(masks):
        grown, loads = _grown(masks, loads, demands, instance.capacity)
        if sum(len(m) for m, _ in found) + len(grown) > ROUTES:
            return None
        longer = np.full((len(grown), n), far)
        for j in range(n):
            inside = np.flatnonzero(grown >> j & 1)
            before = np.searchsorted(masks, grown[inside] ^ (np.int64(1) << j))
            longer[inside, j] = (ends[before] + d[1:, j + 1]).min(axis=1, initial=far)
        masks, ends = grown, longer
        found.append((masks, (ends + d[1:, 0]).min(axis=1, initial=far)))
    return np.concatenate([m for m, _ in found]), np.concatenate([c for _, c in found])


def _grown(masks: Ints, loads: Ints, demands: Ints, capacity: int) -> tuple[Ints, Ints]:
    """All groups of one more customer that still fit, ascending, with their loads."""
    parts, weights = [masks[:0]], [loads[:0]]
    for j in range(len(demands)):
        fits = (masks >> j == 0) & (loads + demands[j] <= capacity)
        parts.append(masks[fits] | np.int64(1) << j)
        weights.append(loads[fits] + demands[j])
    grown, weight = np.concatenate(parts), np.concatenate(weights)
    order = np.argsort(grown)
    return grown[order], weight[order]


def _over_subsets(instance: VehicleRouting, masks: Ints, costs: Ints) -> int:
    """Serve all customers with at most the fleet, one vehicle after another.

    `served[s]` is the least cost of serving exactly the customers of mask s so far; each
    vehicle takes the lowest customer still waiting, so that every plan is met once.
    """
    n = len(instance.customers)
    everyone = (1 << n) - 1
    lowest = masks & -masks
    served, best = {0: 0}, -1
    for _ in range(instance.limit or n):
        further: dict[int, int] = {}
        for done, cost in served.items():
            first = ~done & (done + 1)
            fits = (lowest == first) & (masks & done == 0)
            for mask, extra in zip(masks[fits].tolist(), costs[fits].tolist(), strict=True):
                total = cost + extra
                if total < further.get(done | mask, total + 1):
                    further[done | mask] = total
        if everyone in further and (best < 0 or further[everyone] < best):
            best = further[everyone]
        served = {done: cost for done, cost in further.items() if done != everyone}
    if best < 0:
        raise _impossible(instance, "a dynamic programme over all loadings finds none that fits")
    return best


def _over_routes(instance: VehicleRouting, masks: Ints, costs: Ints) -> int:
    """The best choice among all routes, by their reduced costs (Baldacci et al. 2008).

    A plan that uses a route whose reduced cost exceeds g costs more than the relaxation plus
    g. So the best plan over the routes below g is the best of all as soon as it costs no more.
    """
    cover = (masks[:, None] >> np.arange(len(instance.customers)) & 1).astype(np.float64)
    floor, reduced = _relaxed(instance, cover, costs)
    gap = max(1.0, 0.01 * floor)
    while True:
        near = reduced <= gap
        best = _chosen(instance, cover[near], costs[near])
        if best is not None and best <= floor + gap - 1e-6 * max(1.0, floor):
            return best
        if near.all():
            if best is None:
                raise _impossible(instance, "HiGHS proves that no choice of routes serves all")
            return best
        gap *= 2.0


def _relaxed(
    instance: VehicleRouting, cover: NDArray[np.float64], costs: Ints
) -> tuple[float, NDArray[np.float64]]:
    """A lower bound of all plans, and the reduced cost of each route."""
    from scipy.optimize import linprog

    limit = min(instance.limit or len(instance.customers), len(instance.customers))
    found = linprog(
        costs,
        A_eq=cover.T,
        b_eq=np.ones(cover.shape[1]),
        A_ub=np.ones((1, len(cover))),
        b_ub=[limit],
        method="highs",
    )
    if found.status == 2:
        raise _impossible(instance, "HiGHS proves that not even fractions of routes serve all")
    prices, fleet = found.eqlin.marginals, min(float(found.ineqlin.marginals[0]), 0.0)
    reduced = costs - cover @ prices - fleet
    slip = min(float(reduced.min()), 0.0)  # rounding of the solver, at most `limit` routes pay it
    return float(prices.sum() + fleet * limit + slip * limit), reduced - slip


def _chosen(instance: VehicleRouting, cover: NDArray[np.float64], costs: Ints) -> int | None:
    """The least cost of serving every customer once by some of the routes, if they can."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    limit = instance.limit or len(instance.customers)
    found = milp(
        costs,
        integrality=np.ones(len(costs), dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(cover.T, 1, 1),
            LinearConstraint(np.ones((1, len(cover))), 0, limit),
        ],
        options={"mip_rel_gap": 0.0, "time_limit": SECONDS},
    )
    if found.status == 2:
        return None
    if found.status != 0:
        raise TooLarge(f"HiGHS stopped before a proof: {found.message}")
    return int(costs[np.round(found.x) == 1].sum())


def _best_known(instance: VehicleRouting) -> Reference:
    """The best plan of a good heuristic that knows the fleet limit; proves nothing."""
    try:
        import pyvrp
    except ImportError:
        raise MissingExtra("pyvrp", "logistics") from None
    problem = _for_pyvrp(instance)
    iterations = int(ITERATIONS * min(1.0, math.sqrt(100 / len(instance.customers))))
    stop = pyvrp.stop.MaxIterations(iterations)
    found = problem.solve(stop, seed=0, collect_stats=False, display=False)
    if not found.is_feasible():
        raise TooLarge(
            f"PyVRP found no feasible plan in {iterations} iterations, so there is no reference"
        )
    method = f"PyVRP {version('pyvrp')}, {iterations} iterations, seed 0"
    return Reference(value=float(found.cost()), kind="best_known", method=method)


def _for_pyvrp(instance: VehicleRouting) -> Any:
    import pyvrp

    model = pyvrp.Model()
    places = [model.add_location(0, 0) for _ in instance.distances]
    depot = model.add_depot(places[0])
    for place, demand in zip(places[1:], instance.demands, strict=True):
        model.add_client(place, delivery=demand)
    fleet = instance.limit or len(instance.customers)
    model.add_vehicle_type(fleet, capacity=instance.capacity, start_depot=depot, end_depot=depot)
    for start, row in zip(places, instance.distances, strict=True):
        for end, distance in zip(places, row, strict=True):
            model.add_edge(start, end, distance)
    return model


def _impossible(instance: VehicleRouting, proof: str) -> Infeasible:
    return Infeasible(
        f"{instance.limit} vehicles of {instance.capacity} cannot serve all customers: {proof}",
        "Allow more vehicles or a larger capacity",
    )
