"""The shortest round trip that calls at a group of customers."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np

from logistics.vehicle_routing.data import VehicleRouting

Group = tuple[int, ...]
"""Customers of one route by their positions in the instance, ascending."""

Matrix = tuple[tuple[int, ...], ...]

EXACT = 12
"""Rounds of up to this many customers are proven shortest; longer ones are a local optimum."""

STARTS = 60
"""Local searches of a round start at so many places divided by its length."""

WORK = 20_000_000
"""A local search makes at most so many steps divided by the square of the length."""


def shortest_round(instance: VehicleRouting, group: Group) -> tuple[Group, int]:
    """The order of the shortest round from the depot through the group, and its length.

    Held & Karp 1962, to 12 customers; beyond, the nearest neighbour from several first calls,
    improved by reversing segments and moving short ones until no such change shortens the round.
    """
    if not group:
        return (), 0
    places = (0, *(c + 1 for c in group))
    part = tuple(tuple(instance.distances[i][j] for j in places) for i in places)
    order = _exact(part) if len(group) <= EXACT else _improved(part)
    visited = tuple(group[k - 1] for k in order)
    return visited, length(instance, visited)


def length(instance: VehicleRouting, visited: Group) -> int:
    """The length of a round that calls at the customers in the given order."""
    stops = [0, *(c + 1 for c in visited), 0]
    return sum(instance.distances[i][j] for i, j in pairwise(stops))


@lru_cache(maxsize=1 << 14)
def _exact(d: Matrix) -> tuple[int, ...]:
    """Held–Karp over the places 1..m of a small matrix; 0 is the depot.

    `best[mask][j]` is the shortest way from the depot through `mask` that ends in its
    member j; customers are bits.
    """
    m = len(d) - 1
    dist = np.array(d, dtype=np.int64)
    far = np.iinfo(np.int64).max // 4
    best = np.full((1 << m, m), far)
    best[1 << np.arange(m), np.arange(m)] = dist[0, 1:]
    for masks, last in _layers(m):
        before = masks ^ (1 << last)
        best[masks, last] = (best[before] + dist[1:, 1:].T[last]).min(axis=1)
    return _traced(best, dist, (1 << m) - 1)


@lru_cache(maxsize=EXACT)
def _layers(m: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Sets of 2, 3, … m customers with each of their members, as two arrays per size."""
    masks, last = np.divmod(np.arange(m << m), m)
    inside = masks >> last & 1 == 1
    masks, last = masks[inside], last[inside]
    sizes = np.bitwise_count(masks)
    return [(masks[sizes == size], last[sizes == size]) for size in range(2, m + 1)]


def _traced(best: np.ndarray, dist: np.ndarray, mask: int) -> tuple[int, ...]:
    """The order behind the table's best entry; ties go to the lower place."""
    at = int(np.argmin(best[mask] + dist[1:, 0]))
    order = [at + 1]
    while rest := mask ^ (1 << at):
        at, mask = int(np.argmin(best[rest] + dist[1:, at + 1])), rest
        order.append(at + 1)
    return tuple(reversed(order))


@lru_cache(maxsize=1 << 14)
def _improved(d: Matrix) -> tuple[int, ...]:
    """The shortest of the local optima that the nearest neighbour of each first call leads to."""
    dist = np.array(d, dtype=np.int64)
    firsts = np.argsort(dist[0, 1:], kind="stable")[: max(1, STARTS // len(d))] + 1
    found = (_descended(dist, _nearest(dist, int(first))) for first in firsts)
    return min(found, key=lambda order: (_length(d, order), order))


def _length(d: Matrix, order: tuple[int, ...]) -> int:
    return sum(d[i][j] for i, j in zip((0, *order), (*order, 0), strict=True))


def _nearest(dist: np.ndarray, first: int) -> np.ndarray:
    """From the first call on, always the nearest place that is left; the depot at both ends."""
    order, left = [0, first], np.ones(len(dist), dtype=bool)
    left[order] = False
    while left.any():
        order.append(int(np.where(left, dist[order[-1]], np.iinfo(np.int64).max).argmin()))
        left[order[-1]] = False
    return np.array([*order, 0])


def _descended(dist: np.ndarray, path: np.ndarray) -> tuple[int, ...]:
    """The local optimum below: of all changes of a path, the best one at a time."""
    for _ in range(max(1, WORK // len(path) ** 2)):
        d = dist[np.ix_(path, path)]
        changes = [_reversals(d), *(_moves(d, size) for size in (1, 2, 3))]
        kind = int(np.argmin([change.min(initial=0) for change in changes]))
        if changes[kind].min(initial=0) >= 0:
            break
        i, k = divmod(int(changes[kind].argmin()), len(path))
        path = _reversed(path, i, k) if kind == 0 else _moved(path, i, k, kind)
    return tuple(path[1:-1].tolist())


def _reversals(d: np.ndarray) -> np.ndarray:
    """What reversing the calls from i to j adds, 0 where there are none; shape (places, places)."""
    m = len(d) - 2
    there = np.concatenate([[0], d.diagonal(1).cumsum()])
    back = np.concatenate([[0], d.diagonal(-1).cumsum()])
    turned = back - there  # of the whole way to a place
    change = np.zeros_like(d)
    i, j = np.triu_indices(m, 1)
    i, j = i + 1, j + 1
    change[i, j] = d[i - 1, j] + d[i, j + 1] - d[i - 1, i] - d[j, j + 1] + turned[j] - turned[i]
    return change


def _reversed(path: np.ndarray, i: int, j: int) -> np.ndarray:
    return np.concatenate([path[:i], path[i : j + 1][::-1], path[j + 1 :]])


def _moves(d: np.ndarray, size: int) -> np.ndarray:
    """What moving the `size` calls from i on behind place k adds; shape (places, places)."""
    m = len(d) - 2
    change = np.zeros_like(d)
    if m <= size:
        return change
    i, k = np.arange(1, m - size + 2)[:, None], np.arange(m + 1)[None, :]
    last = i + size - 1
    added = d[i - 1, last + 1] - d[i - 1, i] - d[last, last + 1]
    added = added + d[k, i] + d[last, k + 1] - d[k, k + 1]
    change[1 : m - size + 2, : m + 1] = np.where((k >= i - 1) & (k <= last), 0, added)
    return change


def _moved(path: np.ndarray, i: int, k: int, size: int) -> np.ndarray:
    part = path[i : i + size]
    rest = np.concatenate([path[:i], path[i + size :]])
    at = k + 1 if k < i else k + 1 - size
    return np.concatenate([rest[:at], part, rest[at:]])
