"""What classical computing proves, on a path of its own: no model, no penalty."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from logistics.tour.bound import lower_bound
from logistics.tour.data import TravellingSalesman
from logistics.tour.first import in_whole_numbers, local_optimum
from logistics.tour.pieces import Order, round_trip
from usecases.errors import MissingExtra
from usecases.records import Reference

SUBSETS = 16
"""Up to this many cities a dynamic programme over all subsets takes a second at most."""

CIRCUITS = 60
"""Up to this many cities CP-SAT is asked for a proof."""

EFFORT = 20.0
"""CP-SAT's deterministic time, about as many seconds."""

ITERATIONS = 1000
"""PyVRP's, for instances that are too large for a proof."""

FINE = 1e6
"""PyVRP counts in whole numbers; the longest leg becomes this one."""


def prove(instance: TravellingSalesman) -> Reference:
    """The least length: proven to some dozens of cities, else the best known beside a bound.

    Raises MissingExtra beyond 16 cities without OR-Tools, and beyond 60 without PyVRP.
    """
    if len(instance.cities) <= SUBSETS:
        value, method = over_subsets(instance.matrix), "Held and Karp's dynamic programme"
        return Reference(value=value, kind="optimal", method=method)
    if len(instance.cities) <= CIRCUITS:
        return over_circuits(instance)
    return best_known(instance)


def over_subsets(d: NDArray[np.float64]) -> float:
    """The length of the shortest round trip through all places, from place 0.

    `best[s, j]` is the shortest way from place 0 through the places of mask s that ends in its
    member j (Held & Karp 1962; Bellman 1962).
    """
    m = len(d) - 1
    best = np.full((1 << m, m), np.inf)
    best[1 << np.arange(m), np.arange(m)] = d[0, 1:]
    masks = np.arange(1 << m)
    sizes = np.bitwise_count(masks)
    for size in range(2, m + 1):
        layer = masks[sizes == size]
        for j in range(m):
            inside = layer[layer >> j & 1 == 1]
            best[inside, j] = (best[inside ^ (1 << j)] + d[1:, j + 1]).min(axis=1)
    return float((best[-1] + d[1:, 0]).min())


def over_circuits(instance: TravellingSalesman) -> Reference:
    """CP-SAT's circuit through all cities: optimal when its bound meets the tour it finds."""
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        raise MissingExtra("ortools", "exact") from None
    legs, scale = in_whole_numbers(instance)
    n, calls = len(legs), local_optimum(instance)
    problem = cp_model.CpModel()
    arcs = {(i, j): problem.new_bool_var("") for i in range(n) for j in range(n) if i != j}
    problem.add_circuit([(i, j, taken) for (i, j), taken in arcs.items()])
    problem.minimize(sum(int(legs[leg]) * taken for leg, taken in arcs.items()))
    known = set(zip((0, *calls), (*calls, 0), strict=True))
    for leg, taken in arcs.items():
        problem.add_hint(taken, leg in known)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2  # without its cuts the bound hardly moves
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = EFFORT
    status = solver.solve(problem)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        calls = _followed({i: j for (i, j), taken in arcs.items() if solver.value(taken)})
    value, name = round_trip(instance, calls), f"CP-SAT circuit (OR-Tools {version('ortools')})"
    # rounding to whole numbers moves each leg by half a unit at most
    slack = 0.0 if np.array_equal(legs / scale, instance.matrix) else n / 2 / scale
    bound = solver.best_objective_bound / scale - slack
    if status == cp_model.OPTIMAL and value - bound <= 1e-9 * value:
        return Reference(value=value, kind="optimal", method=name)
    method = f"{name}, deterministic time {EFFORT:g}: no tour is shorter than {bound:.10g}"
    return Reference(value=value, kind="best_known", method=method)


def best_known(instance: TravellingSalesman) -> Reference:
    """A good tour of PyVRP's with one vehicle, and a length that none falls below."""
    try:
        import pyvrp
    except ImportError:
        raise MissingExtra("pyvrp", "logistics") from None
    d = instance.matrix
    n, legs = len(d), np.round(d * (FINE / (float(d.max()) or 1.0))).astype(np.int64)
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0)] * n,
        depots=[pyvrp.Depot(0)],
        clients=[pyvrp.Client(k) for k in range(1, n)],
        vehicle_types=[pyvrp.VehicleType(1)],
        distance_matrices=[legs],
        duration_matrices=[np.zeros_like(legs)],
    )
    start = pyvrp.Solution(data, [[city - 1 for city in local_optimum(instance)]])
    found = pyvrp.solve(
        data,
        stop=pyvrp.stop.MaxIterations(ITERATIONS),
        seed=0,
        collect_stats=False,
        display=False,
        initial_solution=start,
    )
    (route,) = found.best.routes()
    calls = tuple(stop.idx + 1 for stop in route if stop.is_client())
    value = round_trip(instance, calls)
    bound, source = lower_bound(d, value)
    method = f"PyVRP {version('pyvrp')}, {ITERATIONS} iterations, seed 0"
    if value - bound <= 1e-9 * value:
        return Reference(value=value, kind="optimal", method=f"{method}; {source} prove it")
    method += f"; no tour is shorter than {bound:.10g} ({source})"
    return Reference(value=value, kind="best_known", method=method)


def _followed(onward: dict[int, int]) -> Order:
    calls, here = [], onward[0]
    while here:
        calls.append(here)
        here = onward[here]
    return tuple(calls)
