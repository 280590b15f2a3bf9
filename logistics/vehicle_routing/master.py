"""The set-partitioning model over routes, with a penalty weight that is proven to suffice."""

from __future__ import annotations

import hashlib
import math
import zlib
from collections.abc import Iterable

import numpy as np

from logistics.vehicle_routing.data import VehicleRouting
from logistics.vehicle_routing.packing import first_plans
from logistics.vehicle_routing.pricing import Routes, all_routes, coverage, priced_routes
from logistics.vehicle_routing.rounds import Group, shortest_round
from logistics.vehicle_routing.ruin import plans_nearby
from usecases.errors import UsecasesError
from usecases.models import BQM, Choose, Floats, Incumbent, Sample, Squares, Structured

COMPLETE = 100
"""Up to this many routes the model holds them all; beyond, it holds a pool of good ones."""

POOL = 300

TURNS = 3000
"""Ruins made around a plan."""

FEW = 40
"""To this many customers a tight fleet is loaded in two ways."""

WHOLE = 24
"""Up to this many variables a statevector holds the model; beyond, a first plan comes with it."""

Plan = list[Group]


def label(instance: VehicleRouting, group: Group) -> str:
    """A route's variable, readable without the model: its customers joined by +."""
    return "+".join(instance.customers[c] for c in group)


def spare_weights(instance: VehicleRouting) -> dict[str, int]:
    """The bits that count vehicles left at the depot: label → how many each stands for.

    They reach every number from 0 to limit − fewest and no other; none when the fleet is
    unlimited or needed whole. No route's label starts with +, as names are not empty.
    """
    spare = 0 if instance.limit is None else instance.limit - instance.fewest
    weights: dict[str, int] = {}
    while spare > 0:
        weight = 1 << len(weights)
        weights[f"+spare{len(weights)}"] = min(weight, spare)
        spare -= weight
    return weights


def build(instance: VehicleRouting) -> Structured | Incumbent:
    """All routes where few exist, else a pool of good ones, as a binary quadratic model.

    It says of which routes exactly one is in every plan. Beyond `WHOLE` variables a first plan
    comes with it instead, to be improved block by block.

    Deterministic: random choices are seeded by the instance's content. Raises Infeasible
    when no loading of the fleet exists.
    """
    rng = np.random.default_rng(_seed(instance))
    plans = first_plans(instance, rng, tries=2 if len(instance.customers) <= FEW else 1)
    routes = all_routes(instance, COMPLETE)
    if routes is None:
        return _pool(instance, plans, rng, generation=0)
    nearby = [part[0] for plan in plans for part in plans_nearby(instance, plan, rng, TURNS)]
    whole = [plan for plan in nearby if sum(map(len, plan)) == len(instance.customers)]
    known = min(_cost(instance, plan) for plan in [*plans, *whole])
    weight = sufficient_weight(instance, routes, known)
    model = partition(instance, routes, weight)
    if model.num_variables <= WHOLE:
        return Structured(model, exclusive(instance, routes))
    rules, wanted = equations(instance, routes)
    squares = Squares(rules.T, wanted, weight)
    return Incumbent(model, chosen(instance, routes, plans[0]), rules=squares)


def _pool(
    instance: VehicleRouting, plans: list[Plan], rng: np.random.Generator, generation: int
) -> Incumbent:
    """Routes around the first of these plans, which is the incumbent, and those of the others.

    There are plans near it, a few vehicles changed at a time, and routes that prices ask for.
    """
    first, size = plans[0], len(instance.customers)
    nearby = plans_nearby(instance, first, rng, TURNS)
    best = [part[0] for part in nearby]
    seen = [plan for part in nearby for plan in part]
    most, looks = POOL + 2 * len(first), min(max(1, 1000 // size), 40)
    routes = priced_routes(instance, [*plans, *best], seen, most, looks)
    known = min(_cost(instance, plan) for plan in plans)
    model = partition(instance, routes, sufficient_weight(instance, routes, known))

    def grow(sample: Sample) -> Incumbent:
        return regrown(instance, sample, generation + 1)

    return Incumbent(model, chosen(instance, routes, first), grow)


def regrown(instance: VehicleRouting, sample: Sample, generation: int) -> Incumbent:
    """A new pool around the plan of a sample.

    Deterministic: random choices are seeded by the instance, the plan and the generation.
    """
    place = {name: c for c, name in enumerate(instance.customers)}
    names = sorted(name for name, bit in sample.items() if bit and not name.startswith("+"))
    plan = [tuple(sorted(place[customer] for customer in name.split("+"))) for name in names]
    seed = [_seed(instance), zlib.crc32(repr(plan).encode()), generation]
    return _pool(instance, [plan], np.random.default_rng(seed), generation)


def exclusive(instance: VehicleRouting, routes: Routes) -> tuple[Choose, ...]:
    """Groups of routes of which a plan holds exactly one: all that call at one customer.

    For the groups to be disjoint no route may call at two of their customers; those with the
    largest demands are taken first, as they share a vehicle least.
    """
    cover = coverage(instance, routes) > 0
    taken = np.zeros(len(routes), dtype=bool)
    groups = []
    for customer in sorted(range(len(instance.customers)), key=lambda c: -instance.demands[c]):
        if not (cover[:, customer] & taken).any():
            taken |= cover[:, customer]
            groups.append(Choose(tuple(np.flatnonzero(cover[:, customer]).tolist())))
    return tuple(groups)


def partition(instance: VehicleRouting, routes: Routes, weight: int) -> BQM:
    """H = Σ c_r x_r + A Σ_i (1 − Σ_r a_ir x_r)² + A (K − Σ_r x_r − Σ_k w_k y_k)².

    A is `weight`. The last term stands only where the fleet limit K can bind.
    """
    spare = spare_weights(instance)
    names = [*(label(instance, group) for group in routes), *spare]
    rules, wanted = equations(instance, routes)
    # |wanted − xᵀ rules|² written out; a bit equals its square
    square = weight * rules @ rules.T
    costs = np.array([*map(float, routes.values()), *(0.0 for _ in spare)])
    linear = costs + square.diagonal() - 2.0 * weight * rules @ wanted
    model = BQM(linear, np.triu(2.0 * square, 1), weight * float(wanted @ wanted), "BINARY")
    model.relabel_variables(dict(enumerate(names)))
    return model


def equations(instance: VehicleRouting, routes: Routes) -> tuple[Floats, Floats]:
    """What a plan adds up to, xᵀ rules = wanted: each customer once, and the fleet if it binds."""
    spare = spare_weights(instance)
    rules = np.vstack([coverage(instance, routes), np.zeros((len(spare), len(instance.customers)))])
    wanted = np.ones(len(instance.customers))
    if instance.limit is None:
        return rules, wanted
    vehicles = [*(1.0 for _ in routes), *map(float, spare.values())]
    return np.column_stack([rules, vehicles]), np.append(wanted, instance.limit)


def sufficient_weight(instance: VehicleRouting, routes: Routes, known: int) -> int:
    """A whole number above the least weight that this argument proves sufficient.

    Take prices π_i of customers and μ ≤ 0 of a vehicle with Σ_{i∈r} π_i + μ ≤ c_r for every
    route. For any bits, with u_i = Σ_r a_ir x_r − 1 and e = Σ_r x_r + Σ_k w_k y_k − K,
    Σ c_r x_r ≥ Σ π_i + μK + Σ π_i u_i + μe, so that H ≥ Σ π_i + μK plus at least A − t for
    each unit of |u_i| and |e|, where t = max(|π_i|, |μ|). Hence broken rules cost more than
    any plan of cost `known` when A > t + known − Σ π_i − μK: a linear program finds the
    prices for which the right side is least. It holds for every set of routes, for
    distances that are no metric, and with a limited fleet.
    """
    from scipy.optimize import linprog

    cover = coverage(instance, routes)
    n, limit = len(instance.customers), instance.limit or 0
    costs = np.array(list(routes.values()), dtype=np.float64)
    # columns: π_1..π_n, μ, t
    dual = np.hstack([cover, np.ones((len(costs), 1)), np.zeros((len(costs), 1))])
    size = np.vstack([np.hstack([s * np.eye(n + 1), -np.ones((n + 1, 1))]) for s in (1, -1)])
    found = linprog(
        np.array([*[-1.0] * n, -float(limit), 1.0]),
        A_ub=np.vstack([dual, size]),
        b_ub=np.concatenate([costs, np.zeros(2 * n + 2)]),
        bounds=[(None, None)] * n + [(None if limit else 0, 0), (0, None)],
        method="highs",
    )
    if found.x is None:
        raise UsecasesError(f"HiGHS finds no prices: {found.message}")
    prices, fleet = found.x[:n], min(float(found.x[n]), 0.0)
    prices = prices - max(float((cover @ prices + fleet - costs).max()), 0.0)  # exactly dual
    largest = max(float(np.abs(prices).max()), -fleet)
    return math.floor(largest + known - float(prices.sum()) - fleet * limit + 1e-6) + 1


def chosen(instance: VehicleRouting, routes: Iterable[Group], plan: Plan) -> dict[str, int]:
    """The bits of a plan: its routes, and the vehicles it leaves at the depot."""
    taken = set(plan)
    sample = {label(instance, group): int(group in taken) for group in routes}
    left = (instance.limit or 0) - len(plan)
    for name, weight in sorted(spare_weights(instance).items(), key=lambda w: -w[1]):
        sample[name] = int(weight <= left)
        left -= weight * sample[name]
    return sample


def _cost(instance: VehicleRouting, plan: Plan) -> int:
    return sum(shortest_round(instance, group)[1] for group in plan)


def _seed(instance: VehicleRouting) -> int:
    digest = hashlib.sha256(instance.model_dump_json().encode()).digest()
    return int.from_bytes(digest[:8], "big")
