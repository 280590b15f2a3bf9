"""A first feasible plan: who rides together, so that everything fits on the fleet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from logistics.vehicle_routing.data import VehicleRouting
from logistics.vehicle_routing.rounds import Group
from usecases.errors import Infeasible, MissingExtra, TooLarge


def first_plans(
    instance: VehicleRouting, rng: np.random.Generator, tries: int
) -> list[list[Group]]:
    """Feasible plans, at least one; a tight fleet is loaded in `tries` different ways.

    Savings (Clarke & Wright 1964) where its routes fit the fleet, else seeds and generalised
    assignment (Fisher & Jaikumar 1981). Raises Infeasible when no loading exists.
    """
    if instance.limit is not None and instance.fewest > instance.limit:
        raise Infeasible(
            f"the customers ask for {sum(instance.demands)}, and {instance.limit} vehicles of "
            f"{instance.capacity} carry {instance.limit * instance.capacity}",
            "Allow more vehicles or a larger capacity",
        )
    plan = savings(instance)
    if instance.limit is None:
        return [plan]
    plans = [assigned(instance, seeds) for seeds in _seed_sets(instance, rng, tries)]
    return [plan, *plans] if len(plan) <= instance.limit else plans


def savings(instance: VehicleRouting) -> list[Group]:
    """Merge routes end to start, largest saving d(i,0) + d(0,j) − d(i,j) first."""
    n = len(instance.customers)
    d = np.array(instance.distances, dtype=np.int64)
    saved = d[1:, :1] + d[:1, 1:] - d[1:, 1:]
    route = {c: [c] for c in range(n)}
    load = dict(enumerate(instance.demands))  # of the route that begins with a customer
    first = np.argsort(-saved, axis=None, kind="stable")[: int((saved > 0).sum())]
    for i, j in zip(*(side.tolist() for side in np.divmod(first, n)), strict=True):
        head, tail = route[i], route[j]
        if head[-1] != i or tail[0] != j or head is tail:
            continue
        if load[head[0]] + load[j] <= instance.capacity:
            load[head[0]] += load[j]
            head += tail
            route |= dict.fromkeys(tail, head)
    return sorted({tuple(sorted(r)) for r in route.values()})


def assigned(instance: VehicleRouting, seeds: Sequence[int]) -> list[Group]:
    """Load the fleet: each customer to one vehicle, whose direction a seed customer gives.

    Least total detour Σ ½(d(0,i) + d(i,s) − d(0,s) and the same way back), by CP-SAT.
    Raises Infeasible when CP-SAT proves that no loading exists.
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        raise MissingExtra("ortools", "logistics") from None
    model = cp_model.CpModel()
    customers, vehicles = range(len(instance.customers)), range(len(seeds))
    rides = {(c, v): model.new_bool_var("") for c in customers for v in vehicles}
    for c in customers:
        model.add_exactly_one(rides[c, v] for v in vehicles)
    for v in vehicles:
        loads = [instance.demands[c] * rides[c, v] for c in customers]
        model.add(sum(loads) <= instance.capacity)
    detour = _detours(instance, seeds)
    model.minimize(sum(int(detour[c, v]) * ride for (c, v), ride in rides.items()))
    solver = _solver(cp_model, seconds=0.0002 * len(rides))
    status = solver.solve(model)
    if status == cp_model.UNKNOWN:  # first of all a loading; its detours come second
        model.clear_objective()
        solver = _solver(cp_model, seconds=30.0)
        status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        raise Infeasible(
            f"CP-SAT proves that the demands cannot be split over {len(seeds)} vehicles of "
            f"{instance.capacity}",
            "Allow more vehicles or a larger capacity",
        )
    if status == cp_model.UNKNOWN:
        raise TooLarge(f"no way to load the {len(seeds)} vehicles was found, nor proven impossible")
    groups = [tuple(c for c in customers if solver.boolean_value(rides[c, v])) for v in vehicles]
    return sorted(group for group in groups if group)


def _solver(cp_model: Any, seconds: float) -> Any:
    """A solver whose result depends on the model alone: one worker, deterministic time."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = seconds
    return solver


def _detours(instance: VehicleRouting, seeds: Sequence[int]) -> np.ndarray:
    """Twice the mean detour of calling at customer c on the way to seed s; shape (n, seeds)."""
    d = np.array(instance.distances, dtype=np.int64)
    at = np.array(seeds) + 1
    out = d[0, 1:, None] + d[1:, at] - d[0, at]
    back = d[at, 1:].T + d[1:, :1] - d[at, 0]
    return np.asarray(out + back)


def _seed_sets(
    instance: VehicleRouting, rng: np.random.Generator, tries: int
) -> list[tuple[int, ...]]:
    """Sets of far-apart seed customers: the first at random, the rest farthest first."""
    assert instance.limit is not None  # noqa: S101
    d = np.array(instance.distances, dtype=np.float64)
    near = d[1:, 1:] + d[1:, 1:].T
    depot = d[0, 1:] + d[1:, 0]
    found: dict[tuple[int, ...], None] = {}
    for k in range(tries):
        noise = rng.uniform(0.6, 1.4, len(depot)) if k else np.ones(len(depot))
        seeds = [int(np.argmax(depot * noise))]
        while len(seeds) < instance.limit:
            gap = np.minimum(near[seeds].min(axis=0), depot) * noise
            gap[seeds] = -math.inf
            seeds.append(int(np.argmax(gap)))
        found[tuple(sorted(seeds))] = None
    return list(found)
