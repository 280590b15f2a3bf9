"""Other good rounds for a few neighbouring vehicles: ruin and recreate, and pairs split anew."""

from __future__ import annotations

from collections.abc import Iterable
from math import log

import numpy as np
from numpy.typing import NDArray

from logistics.vehicle_routing.data import VehicleRouting
from logistics.vehicle_routing.rounds import Group, length, shortest_round

Visits = list[list[int]]
"""Routes as customers in visiting order."""

TOGETHER = 4
"""Vehicles whose rounds are changed together; a block of qubits undoes about as many."""

KEPT = 12
"""Plans of such vehicles that are kept, the best ones."""

WAYS = 60
"""Two routes are split anew where at most this many ways to load the two vehicles exist."""

REMOVED, LONGEST = 10, 10
"""Customers that a ruin takes out on average, and the longest string among them."""

HEAT = 0.1
"""The temperature at the beginning, in mean legs; it falls to zero."""


def plans_nearby(
    instance: VehicleRouting, plan: Iterable[Group], rng: np.random.Generator, turns: int
) -> list[list[list[Group]]]:
    """For several sets of neighbouring vehicles, plans of their own, the shortest first.

    Each serves the customers of these vehicles, so that it fits into the plan beside the others.
    In all about `turns` ruins are made.
    """
    visits = [list(shortest_round(instance, group)[0]) for group in plan]
    spare = len(instance.customers) if instance.limit is None else instance.limit - len(visits)
    home = {c: r for r, visit in enumerate(visits) for c in visit}
    d = np.array(instance.distances)[1:, 1:]
    sets = 1 if len(visits) <= TOGETHER else -(-3 * len(visits) // TOGETHER)
    found = []
    for centre in rng.integers(len(home), size=sets).tolist():
        order = np.argsort(d[centre] + d[:, centre], kind="stable").tolist()
        near = list(dict.fromkeys(home[c] for c in order))[:TOGETHER]
        part = [visits[r] for r in near]
        found.append(_annealed(instance, part, rng, -(-turns // sets), len(part) + spare))
    return found


def _annealed(
    instance: VehicleRouting, visits: Visits, rng: np.random.Generator, turns: int, most: int
) -> list[list[Group]]:
    """The best plans met, the given one among them, for at most `most` vehicles.

    Slack induction by string removals (Christiaens & Vanden Berghe 2020); where the fleet is
    limited, every fourth turn splits a pair of routes at best.
    """
    near = _neighbours(instance, visits)
    now = _total(instance, visits)
    heat = HEAT * now / (len(near) + len(visits))
    met = {_groups(visits): now}
    for turn in range(turns):
        pair = instance.limit is not None and turn % 4 == 0
        change = _split_anew if pair else _recreated
        trial = change(instance, visits, near, rng, most)
        if trial is None:
            continue
        cost = _total(instance, trial)
        if cost <= now - heat * (1 - turn / turns) * log(1.0 - rng.random()):
            visits, now = trial, cost
            met.setdefault(_groups(visits), now)
    return [list(groups) for groups in sorted(met, key=lambda g: (met[g], g))[:KEPT]]


def _neighbours(instance: VehicleRouting, visits: Visits) -> dict[int, list[int]]:
    """All customers of these routes by their distance from each of them, itself first."""
    members = [c for visit in visits for c in visit]
    d = instance.distances
    return {
        c: sorted(members, key=lambda o: (o != c, d[c + 1][o + 1] + d[o + 1][c + 1]))
        for c in members
    }


def _total(instance: VehicleRouting, visits: Visits) -> int:
    return sum(length(instance, tuple(v)) for v in visits)


def _groups(visits: Visits) -> tuple[Group, ...]:
    return tuple(sorted(tuple(sorted(v)) for v in visits))


def _split_anew(
    instance: VehicleRouting,
    visits: Visits,
    near: dict[int, list[int]],
    rng: np.random.Generator,
    most: int,
) -> Visits | None:
    """The plan with the routes of a customer and of its next neighbour elsewhere split at best."""
    order = near[list(near)[int(rng.integers(len(near)))]]
    first = next(v for v in visits if order[0] in v)
    second = next((v for c in order for v in visits if c in v and v is not first), None)
    if second is None or len(first) + len(second) > 2 * 7:
        return None
    union = np.array(sorted(first + second))
    ways = _ways(instance, union)
    if not 0 < len(ways) <= WAYS:
        return None
    groups = [(union[part], union[~part]) for part in ways]
    rounds = [[shortest_round(instance, tuple(g.tolist())) for g in pair] for pair in groups]
    best = min(rounds, key=lambda pair: (pair[0][1] + pair[1][1], pair))
    rest = [v for v in visits if v is not first and v is not second]
    return [*rest, *(list(order) for order, _ in best if order)]


def _ways(instance: VehicleRouting, union: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Who may ride with the first of a union, one row each, so that both vehicles can take it."""
    masks = np.arange(1, 1 << len(union), 2)  # the first customer's bit is set
    parts = (masks[:, None] >> np.arange(len(union)) & 1).astype(bool)
    demands = np.array([instance.demands[c] for c in union])
    loads = parts @ demands
    fits = (loads <= instance.capacity) & (demands.sum() - loads <= instance.capacity)
    return np.asarray(parts[fits])


def _recreated(
    instance: VehicleRouting,
    visits: Visits,
    near: dict[int, list[int]],
    rng: np.random.Generator,
    most: int,
) -> Visits | None:
    """The plan with strings of neighbours taken out and put back one by one; None if one is left.

    The order is random, or the largest, the farthest or the nearest to the depot come first.
    """
    out = _strings(visits, near, rng)
    gone, to = set(out), instance.distances[0]
    trial = [kept for v in visits if (kept := [c for c in v if c not in gone])]
    loads = [instance.load(tuple(v)) for v in trial]
    rng.shuffle(out)
    rule = int(rng.integers(8))
    if rule < 4:
        keys = (lambda c: -instance.demands[c], lambda c: -to[c + 1], lambda c: to[c + 1])
        out.sort(key=keys[max(rule - 1, 0)])
    for c in out:
        if len(trial) < most:
            trial.append([])
            loads.append(0)
        best = _cheapest(instance, trial, loads, c)
        if best is None:
            return None
        route, place = best
        trial[route].insert(place, c)
        loads[route] += instance.demands[c]
        if not trial[-1]:
            trial.pop()
            loads.pop()
    return trial


def _strings(visits: Visits, near: dict[int, list[int]], rng: np.random.Generator) -> list[int]:
    """A string of consecutive calls from each of some routes near a random customer."""
    longest = min(LONGEST, len(near) / len(visits))
    count = int(rng.uniform(1.0, max(4.0 * REMOVED / (1.0 + longest), 2.0)))
    out: list[int] = []
    ruined: list[list[int]] = []
    for c in near[list(near)[int(rng.integers(len(near)))]]:
        if len(ruined) == count:
            break
        visit = next(v for v in visits if c in v)
        if any(visit is other for other in ruined):
            continue
        size = int(rng.uniform(1.0, min(len(visit), longest) + 1.0))
        at = visit.index(c)
        start = int(rng.integers(max(0, at - size + 1), min(at, len(visit) - size) + 1))
        out += visit[start : start + size]
        ruined.append(visit)
    return out


def _cheapest(
    instance: VehicleRouting, trial: Visits, loads: list[int], c: int
) -> tuple[int, int] | None:
    """The route and place where customer c fits with the least detour."""
    d, new = instance.distances, c + 1
    best: tuple[int, int, int] | None = None
    for r, visit in enumerate(trial):
        if loads[r] + instance.demands[c] > instance.capacity:
            continue
        before = 0
        for place, after in enumerate([*(v + 1 for v in visit), 0]):
            detour = d[before][new] + d[new][after] - d[before][after]
            if best is None or (detour, r, place) < best:
                best = (detour, r, place)
            before = after
    return None if best is None else best[1:]
