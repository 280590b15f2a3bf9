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


def shortest_round(instance: VehicleRouting, group: Group) -> tuple[Group, int]:
    """The order of the shortest round from the depot through the group, and its length.

    Held & Karp 1962, to 12 customers; beyond, nearest neighbour improved by moving and
    reversing segments until no such change shortens the round.
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


@lru_cache(maxsize=1 << 12)
def _improved(d: Matrix) -> tuple[int, ...]:
    order = _nearest(d)
    best = _length(d, order)
    while True:
        found = min(_neighbours(order), key=lambda o: _length(d, o))
        if _length(d, found) >= best:
            return order
        order, best = found, _length(d, found)


def _nearest(d: Matrix) -> tuple[int, ...]:
    rest, order = set(range(1, len(d))), [0]
    while rest:
        order.append(min(rest, key=lambda k: (d[order[-1]][k], k)))
        rest.remove(order[-1])
    return tuple(order[1:])


def _length(d: Matrix, order: tuple[int, ...]) -> int:
    return sum(d[i][j] for i, j in zip((0, *order), (*order, 0), strict=True))


def _neighbours(order: tuple[int, ...]) -> list[tuple[int, ...]]:
    """All orders with one segment reversed, or up to three calls moved elsewhere."""
    m = len(order)
    found = [
        order[:i] + order[i:j][::-1] + order[j:] for i in range(m) for j in range(i + 2, m + 1)
    ]
    for size in (1, 2, 3):
        for i in range(m - size + 1):
            part, rest = order[i : i + size], order[:i] + order[i + size :]
            found += [rest[:k] + part + rest[k:] for k in range(len(rest) + 1) if k != i]
    return found
