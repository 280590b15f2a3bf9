"""The costs and angles of the race: the same on every machine."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np

from peers.cost import Cost, Floats, Term

KINDS = ("dense", "dense-field", "3-regular")
SEED = 7


def dense(n: int, field: bool) -> list[Term]:
    """Normal couplings of all pairs, scaled as Sherrington and Kirkpatrick's glass."""
    rng = np.random.default_rng([SEED, n, int(field)])
    pairs = list(combinations(range(n), 2))
    couplings = rng.normal(size=len(pairs)) / np.sqrt(n)
    terms: list[Term] = [(pair, float(w)) for pair, w in zip(pairs, couplings, strict=True)]
    if field:  # breaks the symmetry of flipping every bit
        terms += [((i,), float(w)) for i, w in enumerate(rng.normal(size=n))]
    return terms


def maxcut(n: int) -> list[Term]:
    """Minus the cut of a random 3-regular graph: whole numbers."""
    graph = nx.random_regular_graph(3, n, seed=SEED)
    edges = sorted(tuple(sorted(edge)) for edge in graph.edges)
    return [((), -len(edges) / 2), *((edge, 0.5) for edge in edges)]


def instance(kind: str, n: int) -> Cost:
    """The cost of a kind and size."""
    terms = maxcut(n) if kind == "3-regular" else dense(n, kind == "dense-field")
    return Cost(kind, n, tuple(terms))


def angles(depth: int) -> tuple[Floats, Floats]:
    """A linear ramp, as an annealer would take: γ grows while β falls."""
    steps = (np.arange(depth) + 0.5) / depth
    return 0.7 * steps, 0.7 * (1 - steps)
