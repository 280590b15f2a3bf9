"""Electrons on qubits: the Jordan–Wigner transform, and what single determinants are worth.

Spin orbitals stand in blocks: qubit p is orbital p with spin alpha, qubit m + p the same
orbital with spin beta. A set qubit is an occupied spin orbital.

    a†_p = Z_0 ... Z_{p−1} (X_p − i Y_p) / 2        (Jordan and Wigner 1928)

Pauli strings are pairs of bit masks (x, z): the letter on a qubit is X, Z or Y where x, z or
both have its bit, so that products are XORs and whole sums multiply in a few array operations.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from usecases.errors import TooLarge
from usecases.models import Bits, FermionicHamiltonian, Floats

if TYPE_CHECKING:
    from qiskit.quantum_info import SparsePauliOp

LARGEST = 32
"""Orbitals whose spin orbitals fill the 64 bits of a mask."""

_NEGLIGIBLE = 1e-12
_CHUNK = 1 << 20

Masks = NDArray[np.uint64]


class Paulis(NamedTuple):
    """A sum of Pauli strings: masks x and z and a coefficient for each."""

    x: Masks
    z: Masks
    coefficients: NDArray[np.complex128]


class Rotation(NamedTuple):
    """e^{iθ c P} for a Pauli string P, its letters by qubit, and the real number c."""

    letters: tuple[tuple[int, str], ...]
    coefficient: float


def jordan_wigner(h: FermionicHamiltonian) -> SparsePauliOp:
    """The Hamiltonian on 2m qubits as a sum of Pauli strings.

    Sums h'_pq E_pq + ½ (pq|rs) E_pq E_rs with E_pq = Σ_σ a†_pσ a_qσ and
    h'_pq = h_pq − ½ Σ_r (pr|rq) (Helgaker, Jørgensen, Olsen 2000, eq. 2.2.15–16).
    Raises TooLarge beyond 32 orbitals.
    """
    m = h.orbitals
    if m > LARGEST:
        raise TooLarge(f"{m} orbitals need {2 * m} qubits", f"The largest size is {LARGEST}")
    terms, pair = _excitation_operators(m)
    effective = h.one_body - 0.5 * np.einsum("prrq->pq", h.two_body)
    coefficients = terms.coefficients * effective.reshape(-1)[pair]
    parts = [_number(h.constant), Paulis(terms.x, terms.z, coefficients)]
    repulsion = 0.5 * h.two_body.reshape(m * m, m * m)
    rows = max(1, _CHUNK // max(len(pair), 1))
    for start in range(0, len(pair), rows):
        some = slice(start, start + rows)
        weights = repulsion[np.ix_(pair[some], pair)]
        left = Paulis(terms.x[some], terms.z[some], terms.coefficients[some])
        parts.append(_collected(_product(left, terms, weights)))
    return _operator(_collected(_joined(parts)), 2 * m)


def electron_numbers(orbitals: int) -> tuple[SparsePauliOp, SparsePauliOp]:
    """The operators that count the electrons of spin alpha and of spin beta."""
    from qiskit.quantum_info import SparsePauliOp

    def count(first: int) -> SparsePauliOp:
        ones = [("Z", [p], -0.5) for p in range(first, first + orbitals)]
        terms = [("", [], orbitals / 2), *ones]
        return SparsePauliOp.from_sparse_list(terms, num_qubits=2 * orbitals)

    return count(0), count(orbitals)


def electron_parities(orbitals: int) -> tuple[SparsePauliOp, SparsePauliOp]:
    """The operators that are 1 on an even and −1 on an odd number of electrons of each spin."""
    from qiskit.quantum_info import SparsePauliOp

    rest, whole = "I" * orbitals, "Z" * orbitals
    return SparsePauliOp(rest + whole), SparsePauliOp(whole + rest)


def hartree_fock_bits(orbitals: int, alpha: int, beta: int) -> Bits:
    """The determinant with the lowest orbitals filled, shape (1, 2m)."""
    filled = [*range(alpha), *range(orbitals, orbitals + beta)]
    bits = np.zeros((1, 2 * orbitals), dtype=np.int8)
    bits[0, filled] = 1
    return bits


def determinant_energy(h: FermionicHamiltonian, bits: Bits) -> Floats:
    """The energy of each determinant, hartree; `bits` has shape (rows, 2m), result (rows,).

    E = constant + Σ n_p h_pp + ½ Σ n_p n_q [(pp|qq) − δ_spin (pq|qp)] (Slater–Condon).
    """
    up, down = bits[:, : h.orbitals].astype(float), bits[:, h.orbitals :].astype(float)
    coulomb = np.einsum("ppqq->pq", h.two_body)
    exchange = np.einsum("pqqp->pq", h.two_body)
    both = up + down
    energy = h.constant + both @ np.diagonal(h.one_body)
    energy += 0.5 * np.einsum("kp,pq,kq->k", both, coulomb, both, optimize=True)
    for spin in (up, down):
        energy -= 0.5 * np.einsum("kp,pq,kq->k", spin, exchange, spin, optimize=True)
    return np.asarray(energy)


def excitation_rotations(
    occupied: tuple[int, ...], virtual: tuple[int, ...]
) -> tuple[Rotation, ...]:
    """The commuting rotations whose product is exp θ(T − T†), T moving electrons up.

    T = a†_v1 a†_v2 ... a_o2 a_o1 over spin orbitals; T − T† = i Σ c_k P_k.
    """
    lift = [_ladder(v, -0.5j) for v in virtual] + [_ladder(o, 0.5j) for o in reversed(occupied)]
    terms = _collected(reduce(_product, lift))
    kept = abs(terms.coefficients.imag) > _NEGLIGIBLE
    # The adjoint conjugates coefficients: T − T† doubles the imaginary and cancels the real.
    return tuple(
        Rotation(_letters(int(x), int(z)), 2.0 * float(c))
        for x, z, c in zip(terms.x[kept], terms.z[kept], terms.coefficients[kept].imag, strict=True)
    )


@lru_cache(maxsize=4)
def cached_jordan_wigner(h: FermionicHamiltonian) -> SparsePauliOp:
    """The same as `jordan_wigner`; the last few Hamiltonians are remembered by content."""
    return jordan_wigner(h)


def _excitation_operators(m: int) -> tuple[Paulis, NDArray[np.intp]]:
    """All strings of E_pq for all pairs, and the flat index p m + q each belongs to."""
    parts = [
        _product(_ladder(spin + p, -0.5j), _ladder(spin + q, 0.5j))
        for p in range(m)
        for q in range(m)
        for spin in (0, m)
    ]
    sizes = [len(part.x) for part in parts]
    pair = np.repeat(np.arange(m * m).repeat(2), sizes)
    return _joined(parts), pair


def _ladder(p: int, y: complex) -> Paulis:
    """(X_p + 2y Y_p)/2 with its tail of Z; y = −i/2 creates, +i/2 annihilates."""
    tail, own = (1 << p) - 1, 1 << p
    x = np.array([own, own], dtype=np.uint64)
    z = np.array([tail, tail | own], dtype=np.uint64)
    return Paulis(x, z, np.array([0.5, y], dtype=np.complex128))


def _number(value: float) -> Paulis:
    zero = np.zeros(1, dtype=np.uint64)
    return Paulis(zero, zero, np.array([value], dtype=np.complex128))


def _product(a: Paulis, b: Paulis, weights: Floats | None = None) -> Paulis:
    """All products of a string of `a` with a string of `b`, weighted by `weights[i, j]`."""
    x1, z1, x2, z2 = a.x[:, None], a.z[:, None], b.x[None], b.z[None]
    x, z = x1 ^ x2, z1 ^ z2
    # P(x, z) = i^{|x∧z|} X^x Z^z, and moving Z^{z1} past X^{x2} costs (−1)^{|z1∧x2|}.
    quarter = (_weight(x1 & z1) + _weight(x2 & z2) + 2 * _weight(z1 & x2) - _weight(x & z)) & 3
    c = a.coefficients[:, None] * b.coefficients[None] * np.array([1, 1j, -1, -1j])[quarter]
    if weights is None:
        return Paulis(x.reshape(-1), z.reshape(-1), c.reshape(-1))
    kept = weights != 0
    return Paulis(x[kept], z[kept], (c * weights)[kept])


def _weight(masks: Masks) -> NDArray[np.int64]:
    return np.bitwise_count(masks).astype(np.int64)


def _joined(parts: list[Paulis]) -> Paulis:
    x, z, c = zip(*parts, strict=True)
    return Paulis(np.concatenate(x), np.concatenate(z), np.concatenate(c))


def _collected(terms: Paulis) -> Paulis:
    """Equal strings added up, in a fixed order, without those that vanish."""
    if not len(terms.x):
        return terms
    order = np.lexsort((terms.z, terms.x))
    x, z, c = terms.x[order], terms.z[order], terms.coefficients[order]
    starts = np.flatnonzero(np.r_[True, (x[1:] != x[:-1]) | (z[1:] != z[:-1])])
    total = np.add.reduceat(c, starts)
    kept = abs(total) > _NEGLIGIBLE
    return Paulis(x[starts][kept], z[starts][kept], total[kept])


def _operator(terms: Paulis, qubits: int) -> SparsePauliOp:
    from qiskit.quantum_info import PauliList, SparsePauliOp

    bit = np.arange(qubits, dtype=np.uint64)
    x, z = (((mask[:, None] >> bit) & np.uint64(1)).astype(bool) for mask in (terms.x, terms.z))
    return SparsePauliOp(PauliList.from_symplectic(z, x), terms.coefficients)


def _letters(x: int, z: int) -> tuple[tuple[int, str], ...]:
    names = {(1, 0): "X", (0, 1): "Z", (1, 1): "Y"}
    return tuple((q, names[x >> q & 1, z >> q & 1]) for q in _set_bits(x | z))


def _set_bits(mask: int) -> Iterator[int]:
    return (q for q in range(mask.bit_length()) if mask >> q & 1)
