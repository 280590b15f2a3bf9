"""What classical computing proves: the best partition, by mixed-integer programs."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from energy.grid_partition.reading import Islands, islands_of, objective, violations
from energy.grid_partition.zones import Partition
from usecases.errors import MissingExtra
from usecases.models import Floats
from usecases.records import Reference

TIME_LIMIT = 30.0
"""Of HiGHS, in seconds."""

LARGEST = 150
"""Buses for which the program is stated; beyond, Louvain's answer stands."""

TIE = 1e-8
"""Modularities this close count as one."""

SCALE = 1e4
"""Of the objective, so that the solver's absolute tolerance is 1e-10 of modularity."""


def reference(zones: Partition) -> Reference:
    """The best modularity where it is proven, else the best known and a bound.

    Raises Infeasible where the islanding rule can never be kept.
    """
    if zones.islanding:
        zones.check_islanding()
    quick = louvain(zones)
    value = objective(zones, quick)
    if zones.grid.size > LARGEST:
        bound = 1.0 - 1.0 / zones.parts
        told = f"Louvain (NetworkX), merged to {zones.parts} islands; none above {bound:.4f}"
        return Reference(value=value, kind="best_known", method=told)
    best, bound, told = _proven(zones)
    value = max(value, objective(zones, best)) if best is not None else value
    if bound - value <= TIE:
        return Reference(value=value, kind="optimal", method=told)
    told += f": stopped after {TIME_LIMIT:.0f} s, none above {bound:.6f}"
    return Reference(value=value, kind="best_known", method=told)


def louvain(zones: Partition) -> Islands:
    """Louvain's communities (Blondel et al. 2008), merged while there are too many.

    Each merger costs least modularity. Where the islanding rule is broken, the connected pieces
    of the grid stand instead. Raises MissingExtra without NetworkX.
    """
    try:
        import networkx as nx
    except ImportError:
        raise MissingExtra("networkx", "energy") from None
    graph = nx.Graph()
    graph.add_nodes_from(range(zones.grid.size))
    graph.add_weighted_edges_from((i, j, w) for (i, j), w in zones.weight.items())
    parts = [set(p) for p in nx.community.louvain_communities(graph, seed=0)]
    while len(parts) > zones.parts:
        a, b = max(combinations(range(len(parts)), 2), key=lambda ab: _gain(zones, parts, *ab))
        parts[a] |= parts.pop(b)
    found = _islands(zones, parts)
    return _islands(zones, zones.grid.components()) if violations(zones, found) else found


def _gain(zones: Partition, parts: list[set[int]], a: int, b: int) -> float:
    """What merging two islands adds to modularity."""
    small, other = sorted((parts[a], parts[b]), key=len)
    near = [(i, j) for i in small for j in zones.grid.neighbours[i] if j in other]
    between = sum(zones.weight[min(e), max(e)] for e in near)
    degrees = [float(zones.degrees[list(p)].sum()) for p in (small, other)]
    return between / zones.total - degrees[0] * degrees[1] / (2 * zones.total**2)


def _islands(zones: Partition, parts: Any) -> Islands:
    return islands_of(zones, ((k, p) for p, members in enumerate(parts) for k in members))


@dataclass
class Program:
    """A mixed-integer program: x_ip, then a cut for each connection, then t_p; rows Σ a v ≥ low."""

    zones: Partition
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    low: list[float] = field(default_factory=list)

    def x(self, bus: int, part: int) -> int:
        return bus * self.zones.parts + part

    def cut(self, pair: int) -> int:
        return self.zones.grid.size * self.zones.parts + pair

    def t(self, part: int) -> int:
        return self.cut(len(self.zones.grid.pairs)) + part

    def add(self, terms: Iterable[tuple[int, float]], low: float) -> None:
        """One more row."""
        self.entries += [(len(self.low), v, a) for v, a in terms]
        self.low.append(low)

    def support(self, part: int, low: float, high: float) -> None:
        """t_p above the line through (low, low²) and (high, high²): a tangent where they are one.

        No share u_p of the weight may lie between the two.
        """
        slope, share = low + high, self.zones.degrees / (2 * self.zones.total)
        terms = [(self.x(i, part), -slope * float(s)) for i, s in enumerate(share)]
        self.add([(self.t(part), 1.0), *terms], -low * high)

    def solved(self) -> tuple[Floats | None, float]:
        """Values of the variables, if any were found, and a proven bound on modularity."""
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        zones, count = self.zones, self.t(self.zones.parts)
        cost = np.zeros(count)
        cost[self.t(0) :] = 1.0
        cost[self.cut(0) : self.t(0)] = [zones.weight[e] / zones.total for e in zones.grid.pairs]
        whole = np.zeros(count, dtype=np.int64)
        whole[: self.cut(0)] = 1
        most = np.ones(count)
        for bus in range(min(zones.parts, zones.grid.size)):  # names of parts mean nothing
            most[self.x(bus, bus + 1) : self.x(bus + 1, 0)] = 0.0
        rows, columns, values = zip(*self.entries, strict=True)
        matrix = csr_array((values, (rows, columns)), shape=(len(self.low), count))
        found = milp(
            SCALE * cost,
            integrality=whole,
            bounds=Bounds(0, most),
            constraints=LinearConstraint(matrix, lb=self.low),
            options={"time_limit": TIME_LIMIT, "mip_rel_gap": 0.0},
        )
        cheapest = 0.0 if found.mip_dual_bound is None else found.mip_dual_bound / SCALE
        return found.x, 1.0 - cheapest


def stated(zones: Partition) -> Program:
    """1 − Q = cut / m + Σ_p u_p², with u_p the share of the weight in part p.

    u_p² is convex, so lines support it; where weights are whole numbers the lines between
    neighbouring values make it exact, elsewhere tangents are added as they are needed.
    """
    program, parts = Program(zones), range(zones.parts)
    for i in range(zones.grid.size):
        for sign in (1.0, -1.0):
            program.add([(program.x(i, p), sign) for p in parts], sign)
    for e, (i, j) in enumerate(zones.grid.pairs):
        for p in parts:
            for a, b in ((i, j), (j, i)):
                terms = [(program.cut(e), 1.0), (program.x(a, p), -1.0), (program.x(b, p), 1.0)]
                program.add(terms, 0.0)
    steps = round(2 * zones.total) if zones.weights == "unweighted" else 0
    for p in parts:
        for k in range(steps):
            program.support(p, k / steps, (k + 1) / steps)
        for k in range(0 if steps else 17):
            program.support(p, k / 16, k / 16)
        if zones.islanding:
            for i in set(range(zones.grid.size)) - set(zones.sources):
                terms = [(program.x(g, p), 1.0) for g in zones.sources]
                program.add([*terms, (program.x(i, p), -1.0)], 0.0)
    return program


def _proven(zones: Partition) -> tuple[Islands | None, float, str]:
    """A best partition, a proven bound on modularity, and the method.

    An island that falls apart is cut off: u and v in different pieces share a part only if some
    neighbour of u's piece is in it too.
    """
    import scipy

    program, n = stated(zones), zones.grid.size
    begun, rounds = time.monotonic(), 0
    best: Islands | None = None
    bound, done = 1.0, False
    while not done and time.monotonic() - begun < TIME_LIMIT:
        values, bound = program.solved()
        rounds += 1
        if values is None:
            break
        part = values[: n * zones.parts].reshape(n, zones.parts).argmax(axis=1)
        found = islands_of(zones, enumerate(part.tolist()))
        done = not violations(zones, found)
        if not done:
            _cut_off(program, found)
            continue
        if best is None or objective(zones, found) > objective(zones, best):
            best = found
        done = bound - objective(zones, best) <= TIE
        for p in range(zones.parts):
            share = float(zones.degrees[part == p].sum()) / (2 * zones.total)
            for q in range(zones.parts):
                program.support(q, share, share)
    told = f"HiGHS (SciPy {scipy.__version__}), {rounds} mixed-integer programs with lines below u²"
    return best, bound, told


def _cut_off(program: Program, found: Islands) -> None:
    zones = program.zones
    for island in found.islands:
        pieces = zones.grid.components([zones.grid.place[n] for n in island])
        for piece in pieces if len(pieces) > 1 else []:
            u, v = piece[0], next(other[0] for other in pieces if other is not piece)
            fence = {j for i in piece for j in zones.grid.neighbours[i]} - set(piece)
            for p in range(zones.parts):
                terms = [(program.x(w, p), 1.0) for w in sorted(fence)]
                program.add([*terms, (program.x(u, p), -1.0), (program.x(v, p), -1.0)], -1.0)
