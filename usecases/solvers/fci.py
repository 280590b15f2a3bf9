"""Full configuration interaction: the exact ground state of electrons in a basis of orbitals.

    H = Σ_σ H_σ + Σ (pq|rs) E^α_pq E^β_rs        E^σ_pq = a†_pσ a_qσ

A state is a matrix: a row for each string of alpha electrons, a column for each of beta.
H_σ acts on one side of it and is a sparse matrix over strings; the coupling is gathered over
single moves (Knowles and Handy 1984; Olsen et al. 1988).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from usecases.errors import Infeasible, TooLarge, UsecasesError
from usecases.models import FermionicHamiltonian, Floats
from usecases.solvers.davidson import lowest

LARGEST = 1_000_000
"""Determinants that fit into the memory and a few minutes of a laptop."""
LONGEST = 20_000
"""Strings of one spin, whose own Hamiltonian is stored as a sparse matrix."""

_CONVERGED = 1e-7
_FOLLOWED = (0.02, 0.02)
"""Residuals of the upper states, which are followed loosely."""
_SPIN_ERROR = 1e-4

Ints = NDArray[np.int64]


def ground_energy(h: FermionicHamiltonian) -> float:
    """The lowest energy of the demanded spin multiplicity, hartree, to 1e-9.

    A multiplet has the same energy for all directions of its spin, so the search is in the
    smallest space that holds it: all unpaired spins up. There, states of higher spin are
    lifted by a penalty on S², and S² of the answer is checked.
    Raises Infeasible when the electrons cannot have the spin, TooLarge above a million
    determinants.
    """
    alpha, beta = spins(h)
    check_size(h.orbitals, alpha, beta)
    spin = (h.multiplicity - 1) / 2
    for penalty in (1.0, 10.0, 100.0):
        space = Space(h, alpha, beta, penalty)
        energies, states = lowest(space.apply, space.diagonal(), (_CONVERGED, *_FOLLOWED))
        if abs(space.spin_squared(states[0]) - spin * (spin + 1)) < _SPIN_ERROR:
            return float(energies[0]) + h.constant
    raise UsecasesError(f"no state of multiplicity {h.multiplicity} was found")


def spins(h: FermionicHamiltonian) -> tuple[int, int]:
    """Electrons of each spin when all unpaired spins point up."""
    electrons, unpaired = h.alpha + h.beta, h.multiplicity - 1
    alpha, odd = divmod(electrons + unpaired, 2)
    beta = electrons - alpha
    if odd or beta < 0 or alpha > h.orbitals or abs(h.alpha - h.beta) > unpaired:
        raise Infeasible(
            f"{h.alpha} + {h.beta} electrons in {h.orbitals} orbitals have no state of "
            f"multiplicity {h.multiplicity}"
        )
    return alpha, beta


def check_size(orbitals: int, alpha: int, beta: int) -> None:
    """Raises TooLarge where the determinants do not fit."""
    strings = comb(orbitals, alpha), comb(orbitals, beta)
    if strings[0] * strings[1] > LARGEST or max(strings) > LONGEST:
        raise TooLarge(
            f"full configuration interaction would need {strings[0]} × {strings[1]} determinants",
            f"The largest size is {LARGEST} in all and {LONGEST} of one spin: "
            "choose a smaller active space",
        )


@dataclass(frozen=True)
class _Moves:
    """Every a†_p a_q that does not vanish on the strings of n electrons in m orbitals.

    `pair` is p m + q, ascending; `sign`, `target` and `source` are of the same length. `order`
    sorts them by target, and `starts` says where each target's moves begin.
    """

    occupations: Floats
    pair: Ints
    target: Ints
    source: Ints
    sign: Floats
    order: Ints
    starts: Ints

    @property
    def strings(self) -> int:
        return len(self.occupations)

    def operator(self, weights: Floats) -> csr_array:
        """Σ_pq weights[pq] a†_p a_q as a sparse matrix over strings."""
        values = (weights[self.pair] * self.sign)[self.order]
        shape = (self.strings, self.strings)
        return csr_array((values, self.source[self.order], self.starts), shape=shape)


def _moves(m: int, n: int) -> _Moves:
    filled = np.array(list(combinations(range(m), n)), dtype=np.int64).reshape(comb(m, n), n)
    masks = np.sort(np.bitwise_or.reduce(np.int64(1) << filled, axis=1, initial=0))
    found = [_move(masks, p, q) for p in range(m) for q in range(m)]
    pair = np.repeat(np.arange(m * m), [len(f[0]) for f in found])
    target, source, sign = (np.concatenate(part) for part in zip(*found, strict=True))
    occupations = ((masks[:, None] >> np.arange(m)) & 1).astype(float)
    order = np.argsort(target, kind="stable")
    starts = np.searchsorted(target[order], np.arange(len(masks) + 1))
    return _Moves(occupations, pair, target, source, sign.astype(float), order, starts)


def _move(masks: Ints, p: int, q: int) -> tuple[Ints, Ints, Ints]:
    """Targets, sources and signs of a†_p a_q; passing an electron costs a sign."""
    emptied = masks & ~(1 << q)
    source = np.flatnonzero((masks >> q & 1 == 1) & (emptied >> p & 1 == 0))
    target = np.searchsorted(masks, emptied[source] | (1 << p))
    between = (1 << max(p, q)) - (1 << (min(p, q) + 1)) if p != q else 0
    passed = np.bitwise_count(masks[source] & between).astype(np.int64)
    return target, source, 1 - 2 * (passed & 1)


class Space:
    """The Hamiltonian with its spin penalty on all determinants of fixed electron numbers."""

    def __init__(self, h: FermionicHamiltonian, alpha: int, beta: int, penalty: float) -> None:
        m = h.orbitals
        self.alpha, self.beta = _moves(m, alpha), _moves(m, beta)
        self.shape = self.alpha.strings, self.beta.strings
        repulsion = h.two_body.reshape(m * m, m * m)
        repulsion = 0.5 * (repulsion + repulsion.T)
        # S² = S_z(S_z + 1) + N_β − Σ E^α_pq E^β_qp, and S_z is the spin that is sought.
        exchange = np.einsum("ps,qr->pqrs", np.eye(m), np.eye(m)).reshape(m * m, m * m)
        self._exchange = exchange
        self._coupling = repulsion - penalty * exchange
        self._shift, self._unpaired, self._down = penalty * beta, alpha - beta, beta
        effective = h.one_body.reshape(-1) - 0.5 * np.einsum("prrq->pq", h.two_body).reshape(-1)
        self._own = tuple(_same_spin(s, effective, repulsion) for s in (self.alpha, self.beta))

    def apply(self, state: Floats) -> Floats:
        """The Hamiltonian times a state, both flat; without the constant."""
        matrix = state.reshape(self.shape)
        result = self._own[0] @ matrix
        result += (self._own[1] @ np.ascontiguousarray(matrix.T)).T
        result += self._coupled(self._coupling, matrix) + self._shift * matrix
        return np.asarray(result.reshape(-1))

    def diagonal(self) -> Floats:
        """The penalised energy of each determinant, flat."""
        m = self.alpha.occupations.shape[1]
        both = np.arange(m) * (m + 1)
        coulomb = self._coupling[np.ix_(both, both)]
        up, down = (own.diagonal() for own in self._own)
        mixed = self.alpha.occupations @ coulomb @ self.beta.occupations.T
        return np.asarray((up[:, None] + down[None] + mixed + self._shift).reshape(-1))

    def spin_squared(self, state: Floats) -> float:
        """⟨S²⟩ of a normalised state."""
        return float(np.vdot(state, self.spin_applied(state)))

    def spin_applied(self, state: Floats) -> Floats:
        """S² times a state, both flat."""
        s = self._unpaired / 2
        exchanged = self._coupled(self._exchange, state.reshape(self.shape))
        return np.asarray((s * (s + 1) + self._down) * state - exchanged.reshape(-1))

    def _coupled(self, weights: Floats, matrix: Floats) -> Floats:
        """Σ weights[pq, rs] E^α_pq E^β_rs on a state."""
        turned = np.ascontiguousarray(matrix.T)
        result = np.zeros_like(turned)
        up = self.alpha
        bounds = np.searchsorted(up.pair, np.arange(len(weights) + 1))
        for pair, (start, stop) in enumerate(pairwise(bounds.tolist())):
            if start == stop or not weights[pair].any():
                continue
            source, target = up.source[start:stop], up.target[start:stop]
            moved = self.beta.operator(weights[pair]) @ turned[:, source]
            result[:, target] += moved * up.sign[start:stop]
        return np.ascontiguousarray(result.T)


def _same_spin(moves: _Moves, effective: Floats, repulsion: Floats) -> csr_array:
    """Σ h'_pq E_pq + ½ Σ (pq|rs) E_pq E_rs over the strings of one spin."""
    total = moves.operator(effective)
    one = np.zeros(len(effective))
    for pair in np.unique(moves.pair).tolist():
        one[pair] = 0.5
        total = total + moves.operator(one) @ moves.operator(repulsion[pair])
        one[pair] = 0.0
    return csr_array(total)
