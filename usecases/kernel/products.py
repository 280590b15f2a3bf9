"""Operators applied to an ansatz state among all determinants, and the matrices between them."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from usecases.fermions import spin_squared
from usecases.kernel.sector import Sector, rows_of, sector_of
from usecases.models import Floats
from usecases.programs import Excitation, FermionicProducts


def products(program: FermionicProducts) -> Floats:
    """The matrices of the program, shape (4, 1 + n, 1 + n).

    The sector holds every determinant of these electrons: operators leave the symmetry of the
    state.
    """
    ansatz, h = program.ansatz, program.hamiltonian
    m = ansatz.orbitals
    spins = (range(m), range(m, 2 * m))
    singles = [Excitation((p,), (q,)) for spin in spins for p, q in combinations(spin, 2)]
    generators = dict.fromkeys((*ansatz.generators, *program.operators, *singles))
    sector = sector_of(m, ansatz.reference, tuple(generators))
    rows, spin = rows_of(h, sector), rows_of(spin_squared(h), sector)
    state = sector.state(sector.which(ansatz), ansatz.angles(program.parameters))
    basis = _applied(sector, program.operators, state)
    moved = _flat(basis) @ _flat(_applied(sector, program.operators, rows.apply(state))).T
    images = (r.apply(basis.reshape(-1, sector.size)).reshape(basis.shape) for r in (rows, spin))
    energy, squares = (_flat(basis) @ _flat(image).T for image in images)
    overlap = _flat(basis) @ _flat(basis).T
    return np.array([overlap, energy, energy - 0.5 * (moved + moved.T), squares])


def _applied(sector: Sector, operators: tuple[Excitation, ...], state: Floats) -> Floats:
    """The state and T of it for all operators, shape (1 + n, rows, determinants)."""
    return np.array([state, *(sector.moved(operator, state) for operator in operators)])


def _flat(states: Floats) -> Floats:
    return states.reshape(len(states), -1)
