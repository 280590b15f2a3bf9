"""Pieces of a tour that are kept together while their order is chosen anew."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from logistics.tour.data import TravellingSalesman

Order = tuple[int, ...]
"""Cities one after the other, by their positions in the instance; never the first city."""

Piece = tuple[Order, ...]
"""The ways to run through the same cities: one of a single city, forth and back of several."""


def single_cities(instance: TravellingSalesman) -> tuple[Piece, ...]:
    """Every city but the first as a piece of its own."""
    return tuple(((city,),) for city in range(1, len(instance.cities)))


def cut(
    instance: TravellingSalesman, calls: Order, centre: int, variables: int
) -> tuple[Piece, ...]:
    """A tour in pieces, cut in front of the cities nearest to `centre`.

    There are as many as leaves each way to run through a piece, in each place, within so many
    variables. Putting k pieces together in another order and direction is a k-opt move (Lin &
    Kernighan, Operations Research 21 (1973) 498); legs near one another are worth exchanging.
    """
    d = instance.matrix
    near = [k for k in np.argsort((d + d.T)[centre], kind="stable").tolist() if k]
    found: tuple[Piece, ...] = (_ways(calls),)
    for many in range(1, len(near) + 1):
        parts = _parted(calls, set(near[:many]))
        if len(parts) * sum(map(len, parts)) > variables:
            break
        found = parts
    return found


def _parted(calls: Order, starts: set[int]) -> tuple[Piece, ...]:
    at = [0, *(k for k, city in enumerate(calls) if k and city in starts), len(calls)]
    return tuple(_ways(calls[a:b]) for a, b in pairwise(at))


def _ways(order: Order) -> Piece:
    return (order,) if len(order) == 1 else (order, order[::-1])


def length(instance: TravellingSalesman, order: Order) -> float:
    """The length from the first to the last city of an order."""
    return float(instance.matrix[list(order[:-1]), list(order[1:])].sum())


def round_trip(instance: TravellingSalesman, calls: Order) -> float:
    """The length of the tour that makes these calls."""
    return length(instance, (0, *calls, 0))


def most_regretted(instance: TravellingSalesman, calls: Order) -> int:
    """The city whose legs exceed those to its two nearest neighbours by most."""
    d = (instance.matrix + instance.matrix.T) / 2
    order = np.array([0, *calls])
    legs = d[np.roll(order, 1), order] + d[order, np.roll(order, -1)]
    near: NDArray[np.float64] = np.sort(d + np.diag(np.full(len(d), np.inf)), axis=1)
    return int(order[np.argmax(legs - near[order, 0] - near[order, 1])])
