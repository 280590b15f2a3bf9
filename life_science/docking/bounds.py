"""Bounds on the heaviest clique: a greedy clique from below, a colouring from above.

A graph is given by its adjacency matrix, shape (n, n), and the positive weights of its
vertices, shape (n,). Everything is deterministic.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from usecases.models import Floats

Adjacency = NDArray[np.bool_]
Places = NDArray[np.intp]


def greedy_clique(adjacency: Adjacency, weights: Floats) -> list[int]:
    """A maximal clique: again and again the vertex that leaves the most weight to choose from."""
    chosen: list[int] = []
    open_to = np.arange(len(weights))
    while len(open_to):
        among = adjacency[np.ix_(open_to, open_to)]
        best = int(open_to[np.argmax(weights[open_to] + among @ weights[open_to])])
        chosen.append(best)
        open_to = open_to[adjacency[best, open_to]]
    return sorted(chosen)


def colour_classes(
    adjacency: Adjacency, weights: Floats, among: Places | None = None
) -> list[list[int]]:
    """Vertices in classes without an edge inside, so that a clique has at most one of each.

    Greedy colouring, the heaviest and then the best connected first (Welsh and Powell 1967).
    """
    places = np.arange(len(weights)) if among is None else among
    order = places[np.lexsort((-adjacency[np.ix_(places, places)].sum(axis=1), -weights[places]))]
    classes = []
    while len(order):
        members, left = [], order
        while len(left):
            members.append(int(left[0]))
            left = left[1:][~adjacency[left[0], left[1:]]]
        classes.append(members)
        order = order[~np.isin(order, members)]
    return classes


def colour_bound(weights: Floats, classes: Sequence[Sequence[int]]) -> float:
    """No clique weighs more than the heaviest vertices of all classes together."""
    return float(sum(weights[members].max() for members in map(list, classes)))


def useful(adjacency: Adjacency, weights: Floats, clique: Sequence[int]) -> list[int]:
    """The vertices that a heavier clique than this one could use, and those of this one.

    A vertex goes when it and the colouring bound of its neighbours do not exceed the weight of
    `clique`; this is repeated until nothing goes. What is left holds a heaviest clique. Weights
    are whole numbers here, so that sums are exact.
    """
    known = float(weights[list(clique)].sum())
    kept = np.ones(len(weights), dtype=bool)
    before = -1
    while before != int(kept.sum()):
        before = int(kept.sum())
        for v in np.flatnonzero(kept).tolist():
            kept[v] = _promises(adjacency, weights, np.flatnonzero(adjacency[v] & kept), v, known)
    kept[list(clique)] = True
    return np.flatnonzero(kept).tolist()


def _promises(
    adjacency: Adjacency, weights: Floats, near: Places, vertex: int, known: float
) -> bool:
    """Whether a clique with this vertex and some of those near it may exceed what is known."""
    wanted = known - float(weights[vertex])
    if float(weights[near].sum()) <= wanted:
        return False
    return colour_bound(weights, colour_classes(adjacency, weights, near)) > wanted
