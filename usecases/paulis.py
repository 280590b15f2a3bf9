"""Sums of Pauli strings as arrays of bit masks, multiplied and added up whole sums at a time.

A string is a pair of masks (x, z): the letter on a qubit is X, Z or Y where x, z or both have
its bit, P(x, z) = i^|x∧z| X^x Z^z, so that products are XORs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from usecases.models import Floats

if TYPE_CHECKING:
    from qiskit.quantum_info import SparsePauliOp

_NEGLIGIBLE = 1e-12

QUARTERS = np.array([1, 1j, -1, -1j])
"""The powers of i."""

Masks = NDArray[np.uint64]


class Paulis(NamedTuple):
    """A sum of Pauli strings: masks x and z and a coefficient for each."""

    x: Masks
    z: Masks
    coefficients: NDArray[np.complex128]


def paulis(terms: dict[tuple[int, int], complex]) -> Paulis:
    """The sum of a few strings, given by their masks (x, z)."""
    x, z = (np.array([key[side] for key in terms], dtype=np.uint64) for side in (0, 1))
    return Paulis(x, z, np.array(list(terms.values()), dtype=np.complex128))


def product(a: Paulis, b: Paulis, weights: Floats | None = None) -> Paulis:
    """All products of a string of `a` with a string of `b`, weighted by `weights[i, j]`."""
    x1, z1, x2, z2 = a.x[:, None], a.z[:, None], b.x[None], b.z[None]
    x, z = x1 ^ x2, z1 ^ z2
    # Moving Z^z1 past X^x2 costs (−1)^|z1∧x2|.
    quarter = (weight(x1 & z1) + weight(x2 & z2) + 2 * weight(z1 & x2) - weight(x & z)) & 3
    c = a.coefficients[:, None] * b.coefficients[None] * QUARTERS[quarter]
    if weights is None:
        return Paulis(x.reshape(-1), z.reshape(-1), c.reshape(-1))
    kept = weights != 0
    return Paulis(x[kept], z[kept], (c * weights)[kept])


def weight(masks: Masks) -> NDArray[np.int64]:
    """How many bits each mask has."""
    return np.bitwise_count(masks).astype(np.int64)


def joined(parts: list[Paulis]) -> Paulis:
    """One sum of several."""
    x, z, c = zip(*parts, strict=True)
    return Paulis(np.concatenate(x), np.concatenate(z), np.concatenate(c))


def collected(terms: Paulis) -> Paulis:
    """Equal strings added up, in a fixed order, without those that vanish."""
    if not len(terms.x):
        return terms
    order = np.lexsort((terms.z, terms.x))
    x, z, c = terms.x[order], terms.z[order], terms.coefficients[order]
    starts = np.flatnonzero(np.r_[True, (x[1:] != x[:-1]) | (z[1:] != z[:-1])])
    total = np.add.reduceat(c, starts)
    kept = abs(total) > _NEGLIGIBLE
    return Paulis(x[starts][kept], z[starts][kept], total[kept])


def operator(terms: Paulis, qubits: int) -> SparsePauliOp:
    """The sum as Qiskit writes it; a sum of nothing is 0 times the identity."""
    from qiskit.quantum_info import PauliList, SparsePauliOp

    if not len(terms.x):
        terms = paulis({(0, 0): 0.0})
    bit = np.arange(qubits, dtype=np.uint64)
    x, z = (((mask[:, None] >> bit) & np.uint64(1)).astype(bool) for mask in (terms.x, terms.z))
    return SparsePauliOp(PauliList.from_symplectic(z, x), terms.coefficients)


def set_bits(mask: int) -> list[int]:
    """The places of a mask's bits, ascending."""
    return [q for q in range(mask.bit_length()) if mask >> q & 1]


def mask_of(places: Iterable[int]) -> int:
    """The mask with bits in these places."""
    return sum(1 << p for p in places)
