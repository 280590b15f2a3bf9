"""An exact search for the heaviest clique: branch and bound with colourings as bounds.

The candidates of a branch are coloured; of each colour class a clique has one member at most,
so the heaviest of all classes bound what the branch can add (Kumlander 2004 for weights,
Tomita and Seki 2003 for sizes). Sets of vertices are the bits of whole numbers (San Segundo et
al. 2011). The work is bounded by a number of branches, so that the answer does not depend on
the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from life_science.docking.bounds import Adjacency


@dataclass(frozen=True)
class Found:
    """The heaviest clique of a search, whether no heavier one exists, and the branches taken."""

    clique: tuple[int, ...]
    proven: bool
    branches: int


def heaviest(
    adjacency: Adjacency, weights: Sequence[int], clique: Sequence[int], most: int
) -> Found:
    """Search until nothing can beat what is found, or `most` branches were taken.

    `clique` is where the search begins; weights are positive whole numbers.
    """
    near = [int("".join("1" if a else "0" for a in row[::-1]), 2) for row in adjacency]
    best, weight = tuple(clique), sum(weights[v] for v in clique)
    branches = 0
    everything = (1 << len(weights)) - 1
    # One entry for each vertex of the clique in the making: what may still be added to it.
    stack = [(everything, _bounded(everything, near, weights))]
    taken: list[int] = []
    made = 0
    while stack:
        candidates, order = stack[-1]
        if not order or made + order[-1][1] <= weight:
            stack.pop()
            if taken:
                made -= weights[taken.pop()]
            continue
        v, _ = order.pop()
        candidates ^= 1 << v
        stack[-1] = (candidates, order)
        branches += 1
        if branches > most:
            return Found(best, False, most)
        taken.append(v)
        made += weights[v]
        if made > weight:
            best, weight = tuple(taken), made
        inside = candidates & near[v]
        stack.append((inside, _bounded(inside, near, weights)))
    return Found(tuple(sorted(best)), True, branches)


def _bounded(candidates: int, near: Sequence[int], weights: Sequence[int]) -> list[tuple[int, int]]:
    """The candidates in an order, each with a bound on cliques of it and those before it."""
    found: list[tuple[int, int]] = []
    below = 0
    while candidates:
        members, free = [], candidates
        while free:
            lowest = free & -free
            v = lowest.bit_length() - 1
            members.append(v)
            free &= ~(near[v] | lowest)
            candidates ^= lowest
        members.sort(key=weights.__getitem__)
        found += [(v, below + weights[v]) for v in members]
        below += weights[members[-1]]
    return found
