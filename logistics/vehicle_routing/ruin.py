"""Other good plans near a first one: ruin and recreate, and pairs of routes split anew."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from logistics.vehicle_routing.data import VehicleRouting
from logistics.vehicle_routing.rounds import Group, length, shortest_round

Visits = list[list[int]]
"""Routes as customers in visiting order."""

WAYS = 60
"""Two routes are split anew where at most this many ways to load the two vehicles exist."""


def plans_nearby(
    instance: VehicleRouting, plan: Iterable[Group], rng: np.random.Generator, turns: int
) -> list[list[Group]]:
    """The plans met while ruining and recreating, none longer than the one before.

    Schrimpf et al. 2000: a random customer and its neighbours leave their routes and return
    where the detour is least; on a full fleet there may be no way back, and nothing changes.
    """
    visits = [list(shortest_round(instance, group)[0]) for group in plan]
    d = np.array(instance.distances)[1:, 1:]
    near = np.argsort(d + d.T, axis=1, kind="stable")
    found = [_groups(visits)]
    for turn in range(turns):
        center, size = rng.integers(len(near)), rng.integers(2, max(4, min(16, len(near) // 3)))
        out = rng.permutation(near[center, :size]).tolist()
        full = instance.limit is not None and turn % 4 == 0
        trial = _split_anew(instance, visits, out) if full else _recreated(instance, visits, out)
        if trial is not None and _total(instance, trial) <= _total(instance, visits):
            visits = trial
            found.append(_groups(visits))
    return found


def _total(instance: VehicleRouting, visits: Visits) -> int:
    return sum(length(instance, tuple(v)) for v in visits)


def _split_anew(instance: VehicleRouting, visits: Visits, near: list[int]) -> Visits | None:
    """The plan with the routes of the first two neighbours that ride apart split at best."""
    first = next(v for v in visits if near[0] in v)
    second = next((v for c in near for v in visits if c in v and v is not first), None)
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


def _groups(visits: Visits) -> list[Group]:
    return [tuple(sorted(v)) for v in visits]


def _recreated(instance: VehicleRouting, visits: Visits, out: list[int]) -> Visits | None:
    """The plan with the customers taken out and put back one by one, or None if one is left."""
    gone = set(out)
    trial = [kept for v in visits if (kept := [c for c in v if c not in gone])]
    loads = [sum(instance.demands[c] for c in v) for v in trial]
    for c in out:
        if instance.limit is None or len(trial) < instance.limit:
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
