"""Configuration interaction among determinants that are chosen one after the other (CIPSI).

The state among the chosen ones says by perturbation theory which others would lower its energy
most; those are taken in, until there are as many as asked for.

    e_a = |Σ_i H_ai c_i|² / (E − H_aa)

(Huron, Malrieu and Rancurel 1973, J. Chem. Phys. 58, 5745; Epstein–Nesbet energies). What is
left outside at the end, Σ e_a, estimates what is missing and is reported apart.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from usecases.errors import TooLarge, Unsolvable
from usecases.fermions import LARGEST as MOST_ORBITALS
from usecases.fermions import determinant_energy
from usecases.kernel.couplings import couplings
from usecases.kernel.determinants import Keys
from usecases.kernel.outside import spread
from usecases.models import FermionicHamiltonian, Floats
from usecases.solvers.fci import spins

_GROWTH = 3
"""By how many times as many determinants a state may be asked for its successors."""
_SLOTS = 1 << 24
"""Of the table of determinants outside; 256 MiB."""
_LEAST = 1e-9
_PENALTIES = (0.0, 0.1, 1.0)
"""Hartree for each unit of S² too many, tried in turn where another spin comes out lowest."""
_DENSE = 200
_CHUNK = 100_000


class Selected(NamedTuple):
    """The lowest state among chosen determinants.

    `energy` in hartree is variational. `keys` ascend, bit p for spin orbital p, alpha before
    beta; `state` holds their amplitudes. `correction` is the second-order estimate of what all
    others add, None where they are too many to be summed or one of them is no small addition.
    """

    energy: float
    keys: Keys
    state: Floats
    correction: float | None


def ground_state(h: FermionicHamiltonian, most: int) -> Selected:
    """The lowest energy among `most` chosen determinants, or all that can be reached.

    Only determinants of the leading one's spatial symmetry are reached. Among few of them a state
    may mix spins; where one of higher spin comes out lowest, such states are lifted. Raises
    TooLarge beyond 32 orbitals, Unsolvable when lifting does not help.
    """
    if h.orbitals > MOST_ORBITALS:
        raise TooLarge(
            f"{h.orbitals} orbitals do not fit into a determinant of 64 bits",
            f"The largest size is {MOST_ORBITALS}: choose an active space",
        )
    spin = (h.multiplicity - 1) / 2
    for penalty in _PENALTIES:
        keys, energy, state = _chosen(h, most, penalty)
        found = spin_squared(h.orbitals, keys, state, spin)
        # Nearer to the next higher spin it is another state than asked for.
        if found < (spin + 1) ** 2:
            return Selected(energy, keys, state, _correction(h, keys, energy, state))
    raise Unsolvable(
        f"the lowest state among the determinants has S² = {found:.3f}, not that of "
        f"multiplicity {h.multiplicity}",
        "Choose more determinants, or take exact",
    )


def _chosen(h: FermionicHamiltonian, most: int, penalty: float) -> tuple[Keys, float, Floats]:
    """Determinants, and the energy and amplitudes of the lowest state; `penalty` on S²."""
    alpha, beta = spins(h)
    keys = np.array([((1 << alpha) - 1) | ((1 << beta) - 1) << h.orbitals], dtype=np.uint64)
    while True:
        energy, state = _lowest(h, keys, penalty)
        if len(keys) >= most:
            return keys, energy, state
        fresh = _wanted(h, keys, energy, state, min(most - len(keys), _GROWTH * len(keys)))
        if not len(fresh):
            return keys, energy, state
        keys = np.sort(np.concatenate([keys, fresh]))


def _lowest(h: FermionicHamiltonian, keys: Keys, penalty: float) -> tuple[float, Floats]:
    """The energy and amplitudes of the lowest state among the determinants."""
    matrix = _matrix(h, keys)
    lifted = matrix
    if penalty:
        raised = _raising(h.orbitals, keys)
        lifted = csr_array(matrix + penalty * (raised.T @ raised))
    if len(keys) <= _DENSE:
        state = np.linalg.eigh(lifted.toarray())[1][:, 0]
    else:
        from scipy.sparse.linalg import eigsh

        start = np.exp(-(lifted.diagonal() - lifted.diagonal().min()))
        state = eigsh(lifted, k=1, which="SA", v0=start, tol=1e-11, ncv=30)[1][:, 0]
    return float(state @ (matrix @ state)), state


def _matrix(h: FermionicHamiltonian, keys: Keys) -> csr_array:
    one, two = _integrals(h)
    starts = np.zeros(len(keys) + 1, dtype=np.int64)
    couplings(keys, one, two, starts, np.zeros(0, np.uint32), np.zeros(0))
    starts = np.cumsum(starts)
    columns, values = np.empty(starts[-1], dtype=np.uint32), np.empty(starts[-1])
    couplings(keys, one, two, starts, columns, values)
    coupled = csr_array((values, columns, starts), shape=(len(keys), len(keys)))
    diagonal = csr_array(
        (_energies(h, keys), np.arange(len(keys)), np.arange(len(keys) + 1)), shape=coupled.shape
    )
    return csr_array(coupled + coupled.T + diagonal)


def _wanted(h: FermionicHamiltonian, keys: Keys, energy: float, state: Floats, most: int) -> Keys:
    """The determinants outside that would lower the energy most."""
    least, found = _LEAST, _outside(h, keys, state, _LEAST)
    while found is None:
        least *= 10
        found = _outside(h, keys, state, least)
    others, couple = found
    gain = couple**2 / np.abs(_energies(h, others) - energy).clip(1e-6)
    # Equal gains, as of a determinant and its mirror image, are ranked by number alone.
    order = np.lexsort((others, -np.round(gain, 13)))
    return others[order[:most]]


def _correction(h: FermionicHamiltonian, keys: Keys, energy: float, state: Floats) -> float | None:
    found = _outside(h, keys, state, 0.0)
    if found is None:
        return None
    others, couple = found
    gap = _energies(h, others) - energy
    if (np.abs(couple) > gap).any():  # an amplitude above 1 is no perturbation
        return None
    return -float(np.sum(couple**2 / gap))


def _outside(
    h: FermionicHamiltonian, keys: Keys, state: Floats, least: float
) -> tuple[Keys, Floats] | None:
    """Determinants outside, ascending, and Σ H_ai c_i of each; None when they are too many."""
    alpha, beta = spins(h)
    each = (alpha + beta) ** 2 * (2 * h.orbitals - alpha - beta) ** 2 // 4 + 1
    slots = min(_SLOTS, 1 << int(2 * each * len(keys)).bit_length())
    table, sums = np.zeros(slots, dtype=np.uint64), np.zeros(slots)
    if spread(keys, state, *_integrals(h), least, table, sums) < 0:
        return None
    used = np.flatnonzero((table != 0) & (sums != 0))
    used = used[np.argsort(table[used])]
    return table[used], sums[used]


def _energies(h: FermionicHamiltonian, keys: Keys) -> Floats:
    """The energy of each determinant, hartree."""
    places = np.arange(2 * h.orbitals, dtype=np.uint64)
    parts = [
        determinant_energy(h, ((some[:, None] >> places) & np.uint64(1)).astype(np.int8))
        for some in (keys[k : k + _CHUNK] for k in range(0, len(keys), _CHUNK))
    ]
    return np.concatenate([np.zeros(0), *parts])


def _integrals(h: FermionicHamiltonian) -> tuple[Floats, Floats]:
    one, two = (np.ascontiguousarray(a, dtype=float) for a in (h.one_body, h.two_body))
    return one, two


def spin_squared(orbitals: int, keys: Keys, state: Floats, s: float) -> float:
    """⟨S²⟩ = s (s + 1) + |S₊ψ|² of a normalised state with spin projection s."""
    raised = _raising(orbitals, keys) @ state
    return s * (s + 1) + float(raised @ raised)


def _raising(orbitals: int, keys: Keys) -> csr_array:
    """S₊ from these determinants, a column each, to all those with one more spin up."""
    rows, columns, signs = [keys[:0]], [np.zeros(0, dtype=np.intp)], [np.zeros(0)]
    one = np.uint64(1)
    for p in range(orbitals):
        up, down = one << np.uint64(p), one << np.uint64(orbitals + p)
        held = np.flatnonzero((keys & (up | down)) == down)
        passed = np.bitwise_count(keys[held] & ((down - one) & ~(up | (up - one))))
        rows.append(keys[held] ^ (up | down))
        columns.append(held)
        signs.append(1.0 - 2.0 * (passed & 1))
    found, place = np.unique(np.concatenate(rows), return_inverse=True)
    entries = np.concatenate(signs), (place, np.concatenate(columns))
    return csr_array(entries, shape=(len(found), len(keys)))
