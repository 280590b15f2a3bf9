"""A length that no tour falls below, for instances too large for a proof."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Distances = NDArray[np.float64]

STEPS = 200
"""Subgradient steps; a thousand cities take some seconds."""


def lower_bound(d: Distances, known: float) -> tuple[float, str]:
    """The bound and what it is: a 1-tree of symmetric distances, else an assignment.

    `known` is the length of some tour, which the steps are measured by.
    """
    if np.array_equal(d, d.T):
        return one_trees(d, known), "Held and Karp's 1-trees"
    return assignment(d), "assignment of successors"


def assignment(d: Distances) -> float:
    """The least total when each city has one successor and one predecessor, in any cycles."""
    from scipy.optimize import linear_sum_assignment

    apart = d + np.diag(np.full(len(d), float(d.sum()) + 1.0))
    return float(apart[linear_sum_assignment(apart)].sum())


def one_trees(d: Distances, known: float) -> float:
    """The best of some 1-trees under prices of cities (Held & Karp, Operations Research 18 (1970)
    1138).

    A tour is a tree through all cities but the first, and two legs to that one. A price π_i on
    each leg at city i lengthens every tour by 2 Σ π_i, so the shortest 1-tree less that sum is a
    bound. Cities with more than two legs are made dearer, those with one cheaper.
    """
    prices, best, eager = np.zeros(len(d)), -np.inf, 1.0
    for step in range(STEPS):
        length, degrees = _one_tree(d + prices[:, None] + prices[None])
        value = length - 2.0 * float(prices.sum())
        best = max(best, value)
        surplus = degrees - 2.0
        if not surplus.any():
            break
        prices += eager * max(known - value, 0.0) / float(surplus @ surplus) * surplus
        eager *= 0.5 if step % 20 == 19 else 1.0
    return best


def _one_tree(w: Distances) -> tuple[float, Distances]:
    """The length of the shortest tree through cities 1, 2, … with two legs to city 0, and the
    legs at each city (Prim 1957)."""
    n = len(w)
    degrees = np.zeros(n)
    near, parent = w[1].copy(), np.ones(n, dtype=np.intp)
    near[:2] = np.inf
    total = 0.0
    for _ in range(n - 2):
        city = int(near.argmin())
        total += float(near[city])
        degrees[city] += 1.0
        degrees[parent[city]] += 1.0
        near[city] = np.inf
        outside = np.isfinite(near)
        closer = outside & (w[city] < near)
        near[closer] = w[city][closer]
        parent[closer] = city
    home = np.argsort(w[0, 1:], kind="stable")[:2] + 1
    degrees[home] += 1.0
    degrees[0] = 2.0
    return total + float(w[0, home].sum()), degrees
