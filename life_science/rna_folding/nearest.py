"""The fuller model beside the stems': nearest-neighbour rules, and seqfold's fold by them.

Loops cost by kind and size. Their initiations are those of Turner's rules of 2004 (Mathews et al.
2004, PNAS 101:7287; NNDB: Turner and Mathews 2010, Nucleic Acids Res. 38:D280), multibranch loops
after Mathews and Turner (2002, Biochemistry 41:869), in kcal/mol at 37 °C. What the rules add for
mismatches, dangling ends and special loops is left out; it lowers most loops by up to 2 kcal/mol.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from life_science.rna_folding.stems import Pair, stacking
from life_science.rna_folding.strand import PAIRS, Strand
from usecases.errors import MissingExtra

HAIRPINS = {3: 5.4, 4: 5.6, 5: 5.7, 6: 5.4, 7: 6.0, 8: 5.5, 9: 6.4}
BULGES = {1: 3.8, 2: 2.8, 3: 3.2, 4: 3.6, 5: 4.0, 6: 4.4}
INTERNAL = {2: 1.0, 3: 1.0, 4: 1.1, 5: 2.0, 6: 2.0}
"""kcal/mol by unpaired bases; longer loops grow by 1.75 RT ln of the length."""

SLOPE = 1.75 * 1.987e-3 * 310.15
LOPSIDED = 0.6
"""For each base by which the sides of an internal loop differ."""
WEAK_INTERNAL, WEAK_END = 0.7, 0.45
"""For each AU or GU pair at an internal loop, and at the end of a stem elsewhere."""
MULTIBRANCH, PER_BRANCH = 9.3, -0.9


def nearest(strand: Strand, pairs: Sequence[Pair]) -> float:
    """The energy of a nested structure in kcal/mol, loop by loop."""
    inner = {pair: _branches(pair, pairs) for pair in pairs}
    outermost = _branches((0, strand.bases + 1), pairs)
    ends = sum(_weak(strand, pair, WEAK_END) for pair in outermost)
    return ends + sum(_loop(strand, pair, branches) for pair, branches in inner.items())


def _branches(outer: Pair, pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs that face the loop which a pair closes."""
    found: list[Pair] = []
    for pair in sorted(p for p in pairs if outer[0] < p[0] and p[1] < outer[1]):
        if not found or pair[0] > found[-1][1]:
            found.append(pair)
    return found


def _loop(strand: Strand, outer: Pair, branches: list[Pair]) -> float:
    """The energy of the loop that `outer` closes."""
    if not branches:
        size = outer[1] - outer[0] - 1
        return _sized(HAIRPINS, size) + (_weak(strand, outer, WEAK_END) if size == 3 else 0.0)
    if len(branches) == 1:
        return _two_sided(strand, outer, branches[0])
    ends = sum(_weak(strand, pair, WEAK_END) for pair in (outer, *branches))
    return MULTIBRANCH + PER_BRANCH * (len(branches) + 1) + ends


def _two_sided(strand: Strand, outer: Pair, inner: Pair) -> float:
    """A stack, a bulge or an internal loop between two pairs."""
    left, right = inner[0] - outer[0] - 1, outer[1] - inner[1] - 1
    if left + right == 0:
        return stacking(strand, outer, inner)
    if left and right:
        weak = sum(_weak(strand, pair, WEAK_INTERNAL) for pair in (outer, inner))
        return _sized(INTERNAL, left + right) + LOPSIDED * abs(left - right) + weak
    if left + right == 1:  # the helix goes on stacking past a single base
        return _sized(BULGES, 1) + stacking(strand, outer, inner)
    ends = sum(_weak(strand, pair, WEAK_END) for pair in (outer, inner))
    return _sized(BULGES, left + right) + ends


def _sized(table: dict[int, float], size: int) -> float:
    longest = max(table)
    if size > longest:
        return table[longest] + SLOPE * math.log(size / longest)
    return table[size]


def _weak(strand: Strand, pair: Pair, price: float) -> float:
    return 0.0 if {strand.sequence[k - 1] for k in pair} == {"C", "G"} else price


def seqfold(strand: Strand) -> tuple[float, tuple[Pair, ...]]:
    """seqfold's minimum free energy in kcal/mol, and its pairs: Watson–Crick ones only.

    Raises MissingExtra without the package.
    """
    try:
        import seqfold as package
    except ImportError:
        raise MissingExtra("seqfold", "life_science") from None
    found = package.fold(strand.sequence, temp=37.0)
    if not all(math.isfinite(part.e) for part in found):
        return 0.0, ()
    total = round(sum(part.e for part in found), 2)
    if total >= 0:
        return 0.0, ()  # the open strand
    # What joins branches side by side names the bases it spans, which need not pair.
    places = sorted(found, key=lambda part: part.desc.startswith("BIFURCATION"))
    pairs: list[Pair] = []
    for first, last in (part.ij[0] for part in places):
        taken = {base for pair in pairs for base in pair}
        fits = strand.sequence[first] + strand.sequence[last] in PAIRS
        if fits and not {first + 1, last + 1} & taken:
            pairs.append((first + 1, last + 1))
    return total, tuple(sorted(pairs))
