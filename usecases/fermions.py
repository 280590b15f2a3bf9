"""Electrons on qubits: the Jordan–Wigner transform, and what single determinants are worth.

Spin orbitals stand in blocks: qubit p is orbital p with spin alpha, qubit m + p the same
orbital with spin beta. A set qubit is an occupied spin orbital.

    a†_p = Z_0 ... Z_{p−1} (X_p − i Y_p) / 2        (Jordan and Wigner 1928)
"""

from __future__ import annotations

from functools import lru_cache, reduce
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from usecases.errors import TooLarge
from usecases.models import Bits, FermionicHamiltonian, Floats
from usecases.paulis import Paulis, collected, joined, mask_of, operator, paulis, product

if TYPE_CHECKING:
    from qiskit.quantum_info import SparsePauliOp

LARGEST = 32
"""Orbitals whose spin orbitals fill the 64 bits of a mask."""

_CHUNK = 1 << 20


def jordan_wigner(h: FermionicHamiltonian) -> SparsePauliOp:
    """The Hamiltonian on 2m qubits as a sum of Pauli strings. Raises TooLarge."""
    return operator(hamiltonian(h), 2 * h.orbitals)


@lru_cache(maxsize=4)
def hamiltonian(h: FermionicHamiltonian) -> Paulis:
    """The Hamiltonian's Pauli strings; the last few are remembered by content.

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
    parts = [paulis({(0, 0): h.constant}), Paulis(terms.x, terms.z, coefficients)]
    repulsion = 0.5 * h.two_body.reshape(m * m, m * m)
    rows = max(1, _CHUNK // max(len(pair), 1))
    for start in range(0, len(pair), rows):
        some = slice(start, start + rows)
        weights = repulsion[np.ix_(pair[some], pair)]
        left = Paulis(terms.x[some], terms.z[some], terms.coefficients[some])
        parts.append(collected(product(left, terms, weights)))
    return collected(joined(parts))


def electron_numbers(orbitals: int) -> tuple[SparsePauliOp, SparsePauliOp]:
    """The operators that count the electrons of spin alpha and of spin beta."""
    up, down = electron_counts(orbitals)
    return operator(up, 2 * orbitals), operator(down, 2 * orbitals)


def electron_counts(orbitals: int) -> tuple[Paulis, Paulis]:
    """Σ_p n_p of spin alpha and of spin beta, with n_p = (1 − Z_p)/2."""

    def count(first: int) -> Paulis:
        ones: dict[tuple[int, int], complex] = {
            (0, 1 << p): -0.5 for p in range(first, first + orbitals)
        }
        return paulis({(0, 0): orbitals / 2} | ones)

    return count(0), count(orbitals)


def electron_parities(orbitals: int) -> tuple[Paulis, Paulis]:
    """The operators that are 1 on an even and −1 on an odd number of electrons of each spin."""
    block = (1 << orbitals) - 1
    return paulis({(0, block): 1.0}), paulis({(0, block << orbitals): 1.0})


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


def determinant_spin(bits: Bits) -> Floats:
    """The expectation of S² in each determinant; `bits` has shape (rows, 2m), result (rows,).

    S_z² and ½ for each singly occupied orbital.
    """
    up, down = np.split(bits.astype(float), 2, axis=1)
    return np.asarray((up.sum(axis=1) - down.sum(axis=1)) ** 2 / 4 + abs(up - down).sum(axis=1) / 2)


def spin_squared(h: FermionicHamiltonian) -> FermionicHamiltonian:
    """S² in the form of a Hamiltonian of the same orbitals and electrons.

    S² = (m + 2)/2 N − N²/4 − ½ Σ E_pq E_qp with E_pq summed over spins, normal ordered.
    """
    one = np.eye(h.orbitals)
    two = -np.einsum("ps,qr->pqrs", one, one) - 0.5 * np.einsum("pq,rs->pqrs", one, one)
    return FermionicHamiltonian(0.0, 0.75 * one, two, h.alpha, h.beta, h.multiplicity)


def lift(occupied: tuple[int, ...], virtual: tuple[int, ...], qubits: int) -> SparsePauliOp:
    """T = a†_v1 a†_v2 ... a_o2 a_o1 over spin orbitals as a sum of Pauli strings."""
    return operator(collected(_lifted(occupied, virtual)), qubits)


def excitation(occupied: tuple[int, ...], virtual: tuple[int, ...]) -> Paulis:
    """T − T† with T as in `lift`; its strings commute and have imaginary coefficients."""
    moved = _lifted(occupied, virtual)
    # The adjoint conjugates coefficients: T − T† doubles the imaginary and cancels the real.
    return collected(moved._replace(coefficients=moved.coefficients - moved.coefficients.conj()))


def _lifted(occupied: tuple[int, ...], virtual: tuple[int, ...]) -> Paulis:
    ladders = [_ladder(v, -0.5j) for v in virtual] + [_ladder(o, 0.5j) for o in reversed(occupied)]
    return reduce(product, ladders)


def occupation(orbitals: tuple[int, ...]) -> Paulis:
    """i n_p n_q ..., the product of (1 − Z_p)/2 over spin orbitals times i."""
    subsets = (s for size in range(len(orbitals) + 1) for s in combinations(orbitals, size))
    share = 1j / (1 << len(orbitals))
    return paulis({(0, mask_of(s)): (-1) ** len(s) * share for s in subsets})


def _excitation_operators(m: int) -> tuple[Paulis, NDArray[np.intp]]:
    """All strings of E_pq for all pairs, and the flat index p m + q each belongs to."""
    parts = [
        product(_ladder(spin + p, -0.5j), _ladder(spin + q, 0.5j))
        for p in range(m)
        for q in range(m)
        for spin in (0, m)
    ]
    sizes = [len(part.x) for part in parts]
    pair = np.repeat(np.arange(m * m).repeat(2), sizes)
    return joined(parts), pair


def _ladder(p: int, y: complex) -> Paulis:
    """(X_p + 2y Y_p)/2 with its tail of Z; y = −i/2 creates, +i/2 annihilates."""
    tail, own = (1 << p) - 1, 1 << p
    x = np.array([own, own], dtype=np.uint64)
    z = np.array([tail, tail | own], dtype=np.uint64)
    return Paulis(x, z, np.array([0.5, y], dtype=np.complex128))
