"""Stems, what they are worth, and which of them fit into one structure.

The stacking energies are those of Turner's rules of 2004 for 37 °C (Mathews et al. 2004, PNAS
101:7287; NNDB: Turner and Mathews 2010, Nucleic Acids Res. 38:D280), in kcal/mol to one decimal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

from pydantic import Field

from life_science.rna_folding.strand import PAIRS, Strand
from usecases.records import Record

# fmt: off
_STACKS = {  # the outer pair, then the inner one: AU, CG, GC, GU, UA, UG
    "AU": (-0.9, -2.2, -2.1, -0.6, -1.1, -1.4),
    "CG": (-2.1, -3.3, -2.4, -1.4, -2.1, -2.1),
    "GC": (-2.4, -3.4, -3.3, -1.5, -2.2, -2.5),
    "GU": (-1.3, -2.5, -2.1, -0.5, -1.4, +1.3),
    "UA": (-1.3, -2.4, -2.1, -1.0, -0.9, -1.3),
    "UG": (-1.0, -1.5, -1.4, +0.3, -0.6, -0.5),
}
# fmt: on

Pair = tuple[int, int]
"""Two bases that pair, the one nearer the 5' end first, counted from 1."""


class Stem(Record):
    """Base pairs stacked without a gap: first with last, the next one inwards, and so on."""

    first: int = Field(ge=1, description="the outermost base on the 5' side, from 1")
    last: int = Field(ge=1, description="the base it pairs with")
    pairs: int = Field(ge=1)

    @property
    def ladder(self) -> list[Pair]:
        """The pairs, from the outermost inwards."""
        return [(self.first + k, self.last - k) for k in range(self.pairs)]

    @property
    def inside(self) -> Pair:
        """The first and the last base of the loop that it closes."""
        return self.first + self.pairs, self.last - self.pairs

    @property
    def label(self) -> str:
        """Its name among the model's variables: six pairs from 1–29 inwards are "1-29x6"."""
        return f"{self.first}-{self.last}x{self.pairs}"


def stacking(strand: Strand, outer: Pair, inner: Pair) -> float:
    """The energy in kcal/mol of one pair stacked on another."""
    letters = strand.sequence
    (i, j), (p, q) = outer, inner
    return _STACKS[letters[i - 1] + letters[j - 1]][PAIRS.index(letters[p - 1] + letters[q - 1])]


def energy(strand: Strand, stem: Stem) -> float:
    """The energy of a stem in kcal/mol: its stacks, and what the strand charges for its loop."""
    stacked = sum(stacking(strand, a, b) for a, b in pairwise(stem.ladder))
    return round(stacked + strand.loop, 9)  # the dust of tenths must not make a candidate


def runs(strand: Strand) -> Iterator[Stem]:
    """The longest stems: no further pair extends them, and they are as long as is asked for."""
    n = strand.bases
    for first in range(1, n + 1):
        for last in range(first + 1, n + 1):
            if first > 1 and last < n and strand.pairs(first - 1, last + 1):
                continue
            pairs = 0
            while first + pairs < last - pairs and strand.pairs(first + pairs, last - pairs):
                pairs += 1
            if pairs >= strand.shortest:
                yield Stem(first=first, last=last, pairs=pairs)


def parts(strand: Strand, run: Stem) -> dict[Stem, float]:
    """The stems within a run that lower the energy, with their energies; the run may be one."""
    found = (
        Stem(first=run.first + skip, last=run.last - skip, pairs=pairs)
        for skip in range(run.pairs - strand.shortest + 1)
        for pairs in range(strand.shortest, run.pairs - skip + 1)
    )
    return {stem: value for stem in found if (value := energy(strand, stem)) < 0}


@lru_cache(maxsize=16)
def candidates(strand: Strand) -> Mapping[Stem, float]:
    """Every stem that lowers the energy, with its energy in kcal/mol."""
    return {stem: value for run in runs(strand) for stem, value in parts(strand, run).items()}


def together(one: Stem, other: Stem) -> bool:
    """Whether two stems fit into one structure: side by side, or one in the other's loop.

    A stem that begins right where another ends continues it, and is no stem of its own.
    """
    if one.last < other.first or other.last < one.first:
        return True
    outer, inner = (one, other) if one.first < other.first else (other, one)
    begin, end = outer.inside
    within = begin <= inner.first and inner.last <= end
    return within and (begin, end) != (inner.first, inner.last)
