"""Encodings: how the occupations of spin orbitals are written on qubits, and on fewer of them.

An encoding is a linear map of bits, b = A n over GF(2): A = 1 is Jordan–Wigner, a triangle of
ones parity, a Fenwick tree Bravyi–Kitaev (Seeley, Richard, Love 2012, arXiv:1208.5986). The
strings of Jordan–Wigner follow: X^x Z^z becomes X^(A x) Z^(A^−T z). Bits that nothing flips keep
the reference's values and need no qubits: those are Z2 symmetries, tapered off (Bravyi, Gambetta,
Mezzacapo, Temme 2017, arXiv:1701.08213), or, where electrons move in pairs only, the difference
of an orbital's two spins (Elfving et al. 2021, arXiv:2002.00035).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Literal, TypeAlias

import numpy as np

from usecases.errors import TooLarge, UsageError
from usecases.paulis import QUARTERS, Masks, Paulis, collected, mask_of, set_bits, weight

LARGEST = 64
"""Spin orbitals that fill a mask."""

Linear: TypeAlias = Literal["jordan-wigner", "parity", "bravyi-kitaev"]
"""The encodings that hold every state of electrons."""


@dataclass(frozen=True)
class Encoding:
    """An encoding by name; `pairs` has one qubit for each orbital and holds pairs only.

    When `tapered`, the qubits that the symmetries of Hamiltonian and ansatz fix are left out.
    """

    name: Linear | Literal["pairs"] = "jordan-wigner"
    tapered: bool = False


JORDAN_WIGNER, PAIRS = Encoding(), Encoding("pairs")


@dataclass(frozen=True)
class Register:
    """Qubits and bits that stay as they are, together holding occupations.

    `flipped[p]` are the bits that change with the occupation of spin orbital p, `seen[p]` those
    whose parity it is. Bits from `qubits` on are no qubits and have the values `fixed`.
    """

    flipped: tuple[int, ...]
    seen: tuple[int, ...]
    qubits: int
    fixed: int

    def encoded(self, terms: Paulis) -> Paulis:
        """The strings on the qubits, without those that change a fixed bit: they have no mean."""
        low = np.uint64((1 << self.qubits) - 1)
        x, z = _mapped(terms.x, self.flipped), _mapped(terms.z, self.seen)
        signs = 2 * weight(z & np.uint64(self.fixed))
        quarter = (weight(terms.x & terms.z) - weight(x & z) + signs) & 3
        kept = (x & ~low) == 0
        coefficients = terms.coefficients * QUARTERS[quarter]
        return collected(Paulis(x[kept], (z & low)[kept], coefficients[kept]))

    def bits(self, occupied: Sequence[int]) -> int:
        """The qubits that are set when these spin orbitals are occupied, as a mask."""
        return _sum(self.flipped, mask_of(occupied)) & ((1 << self.qubits) - 1)

    def occupations(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Counts of qubit strings as counts of occupations; the last character is the first."""
        found = {}
        for key, count in counts.items():
            bits = int(key, 2) | self.fixed
            held = ((bits & mask).bit_count() & 1 for mask in reversed(self.seen))
            found["".join(map(str, held))] = count
        return found


def register(
    encoding: Encoding, reference: Sequence[int], moves: Sequence[int], terms: Masks, orbitals: int
) -> Register:
    """The qubits of an encoding for states that `moves` make from the reference determinant.

    `moves` and `terms` are masks of spin orbitals that the ansatz's factors and the Hamiltonian's
    strings flip together. Raises UsageError when a move breaks the pairs that the encoding holds,
    and TooLarge beyond 64 spin orbitals.
    """
    n = 2 * orbitals
    if n > LARGEST:
        raise TooLarge(f"{n} spin orbitals are to be encoded", f"The largest size is {LARGEST}")
    flipped, seen = _written(encoding.name, n)
    free = _flips(encoding, moves, terms, orbitals)
    rows = _reduced(_sum(flipped, f) for f in free) or {1: 1}  # one qubit stays when nothing moves
    kept, others = sorted(rows), [1 << k for k in range(n) if 1 << k not in rows]
    symmetries = [f | sum(p for p, row in rows.items() if row & f) for f in others]
    flipped = tuple(_parities(x, [*kept, *symmetries]) for x in flipped)
    seen = tuple(_parities(z, [*(rows[p] for p in kept), *others]) for z in seen)
    values = _sum(flipped, mask_of(reference))
    return Register(flipped, seen, len(kept), values >> len(kept) << len(kept))


def _flips(encoding: Encoding, moves: Sequence[int], terms: Masks, orbitals: int) -> Sequence[int]:
    """Masks of spin orbitals that span all that may be flipped."""

    def paired(mask: int) -> bool:
        return mask >> orbitals == mask & ((1 << orbitals) - 1)

    if encoding.name == "pairs" and not all(map(paired, moves)):
        raise UsageError(
            "the encoding pairs holds whole pairs of electrons, and this ansatz breaks them",
            "Take jordan-wigner, parity or bravyi-kitaev",
        )
    ones = [1 << p for p in range(2 * orbitals)]
    twos = [1 << p | 1 << p + orbitals for p in range(orbitals)]
    found = [*moves, *np.unique(terms).tolist()] if encoding.tapered else [*ones, *twos]
    return list(filter(paired, found)) if encoding.name == "pairs" else found


def _written(name: str, n: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Of each occupation the bits that it flips and those whose parity it is: A and its inverse."""
    ones = tuple(1 << p for p in range(n))
    if name == "parity":
        return tuple((1 << n) - one for one in ones), tuple(one | one >> 1 for one in ones)
    if name == "bravyi-kitaev":
        return tuple(_above(p, n) for p in range(n)), tuple(_below(p) for p in range(n))
    return ones, ones


def _above(p: int, n: int) -> int:
    """The nodes of a Fenwick tree of n leaves whose sums hold leaf p."""
    node, found = p + 1, 0
    while node <= n:
        found |= 1 << node - 1
        node += node & -node
    return found


def _below(p: int) -> int:
    """The node of leaf p and its children, whose sums differ by that leaf."""
    node, found = p, 1 << p
    while node > p & p + 1:
        found |= 1 << node - 1
        node &= node - 1
    return found


def _reduced(masks: Iterable[int]) -> dict[int, int]:
    """A reduced basis over GF(2) of what the masks span: each row by its lowest bit, its alone."""
    rows: dict[int, int] = {}
    for mask in masks:
        left = reduce(xor, (row for pivot, row in rows.items() if mask & pivot), mask)
        if left:
            pivot = left & -left
            rows = {p: row ^ left if row & pivot else row for p, row in rows.items()}
            rows[pivot] = left
    return rows


def _parities(mask: int, strings: Sequence[int]) -> int:
    """The parities of a mask's bits in each string, as a mask."""
    return sum(((mask & s).bit_count() & 1) << k for k, s in enumerate(strings))


def _sum(columns: Sequence[int], mask: int) -> int:
    """The matrix with these columns times a mask, over GF(2)."""
    return reduce(xor, (columns[p] for p in set_bits(mask)), 0)


def _mapped(masks: Masks, columns: Sequence[int]) -> Masks:
    """The matrix with these columns times each mask, over GF(2)."""
    found = np.zeros_like(masks)
    for p, column in enumerate(columns):
        found ^= ((masks >> np.uint64(p)) & np.uint64(1)) * np.uint64(column)
    return found
