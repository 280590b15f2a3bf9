"""What classical computing proves: the best nested stems, by dynamic programming over intervals."""

from __future__ import annotations

from life_science.rna_folding.stems import Stem, stacking
from life_science.rna_folding.strand import Strand
from usecases.records import Reference

Closed = list[tuple[int, float]]
"""Stems with one outermost pair: how many pairs, and the energy."""


class Recursion:
    """The lowest energy of each interval of bases (Nussinov and Jacobson 1980, PNAS 77:6309).

    Either the first base of the interval is unpaired, or a stem begins there; then what the
    stem's loop holds and what follows the stem are intervals of their own. `free` is the
    same without the stems that span the whole interval: a stem's loop may hold no stem that
    continues it.
    """

    def __init__(self, strand: Strand) -> None:
        self.strand, n = strand, strand.bases
        self.closed = {
            (i, j): found
            for i in range(1, n + 1)
            for j in range(i + 1, n + 1)
            if (found := self._closed(i, j))
        }
        self.ends = {
            i: [j for j in range(i + 1, n + 1) if (i, j) in self.closed] for i in range(1, n + 1)
        }
        self.lowest = [[0.0] * (n + 2) for _ in range(n + 2)]
        self.free = [[0.0] * (n + 2) for _ in range(n + 2)]
        for i in range(n, 0, -1):
            for j in range(i + 1, n + 1):
                within = [
                    self.lowest[i + 1][j],
                    *self._begun(i, j, [e for e in self.ends[i] if e < j]),
                ]
                self.free[i][j] = min(within)
                spanning = self._begun(i, j, [j] if (i, j) in self.closed else [])
                self.lowest[i][j] = min([self.free[i][j], *spanning])

    def _begun(self, first: int, end: int, lasts: list[int]) -> list[float]:
        """The lowest energies with a stem that begins at `first` and ends at one of `lasts`."""
        return [
            self._with(first, last, pairs, energy, end)
            for last in lasts
            for pairs, energy in self.closed[first, last]
        ]

    def _closed(self, first: int, last: int) -> Closed:
        """The stems with this outermost pair that are long enough."""
        strand, found, total, pairs = self.strand, [], self.strand.loop, 0
        while strand.pairs(first + pairs, last - pairs):
            if pairs:
                outer = (first + pairs - 1, last - pairs + 1)
                total += stacking(strand, outer, (first + pairs, last - pairs))
            pairs += 1
            if pairs >= strand.shortest:
                found.append((pairs, total))
        return found

    def _with(self, first: int, last: int, pairs: int, energy: float, end: int) -> float:
        """The lowest energy from `first` to `end` with this stem."""
        return energy + self.free[first + pairs][last - pairs] + self.lowest[last + 1][end]

    def structure(self) -> tuple[Stem, ...]:
        """Stems of lowest energy in all."""
        found: list[Stem] = []
        todo = [(1, self.strand.bases, True)]
        while todo:
            i, j, whole = todo.pop()
            if i >= j:
                continue
            target = self.lowest[i][j] if whole else self.free[i][j]
            if abs(self.lowest[i + 1][j] - target) < 1e-9:
                todo.append((i + 1, j, True))
                continue
            ends = [e for e in self.ends[i] if e < j or (whole and e == j)]
            _, last, pairs = min(
                (self._with(i, last, pairs, energy, j), last, pairs)
                for last in ends
                for pairs, energy in self.closed[i, last]
            )
            found.append(Stem(first=i, last=last, pairs=pairs))
            todo += [(i + pairs, last - pairs, False), (last + 1, j, True)]
        return tuple(sorted(found, key=lambda stem: stem.first))


def reference(strand: Strand) -> Reference:
    """The lowest energy of any set of nested stems, kcal/mol, proven by the recursion."""
    return Reference(
        value=Recursion(strand).lowest[1][strand.bases],
        kind="optimal",
        method="dynamic programming over intervals, exact, in Python",
        source="R. Nussinov, A. B. Jacobson, PNAS 77:6309-6313, 1980",
    )
