"""The feeder as arrays: incidence, impedances, loops, and how many radial configurations it has.

All substations are one node, the root, which is left out of the incidence matrix. A set of open
branches leaves the feeder radial exactly when its columns of the loop matrix are a basis: as many
as there are loops, and independent (the cographic matroid).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from usecases.models import Floats

if TYPE_CHECKING:
    from energy.network_reconfiguration.feeder import Feeder

Indices = NDArray[np.intp]
Complex = NDArray[np.complex128]


@dataclass(frozen=True, eq=False)
class Grid:
    """Per unit on 1 MVA; n buses that are no source, m branches that can be closed.

    `load` and `shunt` have shape (n,), `impedance` and `charging` (m,). `incidence` (n, m) is +1
    where a branch begins and −1 where it ends. `branch` and `bus` are places in the feeder.
    """

    branch: Indices
    bus: Indices
    incidence: Floats
    impedance: Complex
    charging: Floats
    load: Complex
    shunt: Complex
    switchable: NDArray[np.bool_]
    tree: Indices
    """The branches of one spanning tree, those that are closed today first."""

    @classmethod
    def of(cls, feeder: Feeder) -> Grid:
        order = [k for k, b in enumerate(feeder.branches) if b.switchable or b.closed]
        buses = [k for k, b in enumerate(feeder.buses) if b.name not in feeder.sources]
        place = {feeder.buses[k].name: i for i, k in enumerate(buses)}
        root = len(buses)
        branches = [feeder.branches[k] for k in order]
        ends = [(place.get(b.from_bus, root), place.get(b.to_bus, root)) for b in branches]
        incidence = np.zeros((root + 1, len(ends)))
        for e, (f, t) in enumerate(ends):
            incidence[f, e] += 1.0
            incidence[t, e] -= 1.0
        base = feeder.kv**2  # ohm on 1 MVA
        rows = [feeder.buses[k] for k in buses]
        tree = _tree(ends, sorted(range(len(ends)), key=lambda e: not branches[e].closed), root)
        return cls(
            branch=np.array(order, dtype=np.intp),
            bus=np.array(buses, dtype=np.intp),
            incidence=incidence[:-1],
            impedance=np.array([complex(b.r_ohm, b.x_ohm) for b in branches], np.complex128) / base,
            charging=np.array([b.b_us * 1e-6 for b in branches]) * base,
            load=np.array([complex(b.p_kw, b.q_kvar) for b in rows], np.complex128) / 1e3,
            shunt=np.array([complex(b.g_kw, b.b_kvar) for b in rows], np.complex128) / 1e3,
            switchable=np.array([b.switchable for b in branches]),
            tree=np.array(tree, dtype=np.intp),
        )

    @property
    def loops(self) -> int:
        """How many branches must be open: branches − buses that are supplied."""
        return len(self.branch) - len(self.bus)

    @cached_property
    def cycles(self) -> Floats:
        """A loop for each branch outside the tree, shape (loops, m), entries −1, 0 and 1."""
        rest = np.setdiff1d(np.arange(len(self.branch)), self.tree)
        found = np.zeros((len(rest), len(self.branch)))
        if len(rest):
            paths = np.linalg.solve(self.incidence[:, self.tree], self.incidence[:, rest])
            found[:, self.tree] = -np.rint(paths).T
            found[np.arange(len(rest)), rest] = 1.0
        return found

    @cached_property
    def movable(self) -> Indices:
        """The branches that have a switch and lie in a loop."""
        return np.flatnonzero(self.switchable & self.cycles.any(axis=0))

    @cached_property
    def configurations(self) -> int:
        """How many radial configurations there are (matrix-tree theorem); exact to about 1e15."""
        part = self.cycles[:, self.switchable]
        return int(max(np.rint(np.linalg.det(part @ part.T)), 0.0))

    def radial(self, opened: Indices) -> NDArray[np.bool_]:
        """Which rows of branches, shape (rows, loops), leave the feeder radial if opened."""
        parts = self.cycles.T[opened]
        kept: NDArray[np.bool_] = np.abs(np.linalg.det(parts)) > 0.5
        return kept

    def closed(self, opened: Indices) -> Indices:
        """The other branches, row by row, shape (rows, n)."""
        mask = np.ones((len(opened), len(self.branch)), dtype=bool)
        np.put_along_axis(mask, opened, False, axis=1)
        return np.nonzero(mask)[1].reshape(len(opened), -1)


def _tree(ends: Sequence[tuple[int, int]], order: Sequence[int], root: int) -> list[int]:
    """A spanning tree that takes branches in this order (Kruskal)."""
    group = list(range(root + 1))

    def leader(k: int) -> int:
        while group[k] != k:
            group[k] = k = group[group[k]]
        return k

    found = []
    for e in order:
        a, b = (leader(end) for end in ends[e])
        if a != b:
            group[a] = b
            found.append(e)
    return sorted(found)


def reachable(starts: Iterable[str], ends: Iterable[tuple[str, str]]) -> set[str]:
    """The nodes that paths lead to from the starts, the starts included."""
    near: dict[str, list[str]] = {}
    for a, b in ends:
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    seen = set(starts)
    waiting = deque(seen)
    while waiting:
        for other in near.get(waiting.popleft(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen
