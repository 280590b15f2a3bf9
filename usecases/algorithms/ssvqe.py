"""Subspace-search VQE: one unitary turns the lowest determinants into the lowest states.

Nakanishi, Mitarai and Fujii 2019, arXiv:1810.09434, with equal weights; H is then diagonalised
among the turned determinants as in MC-VQE (Parrish et al. 2019, arXiv:1901.01234). Orthogonal
references stay orthogonal, so only energies are measured: an element between two of them is half
the difference of the energies of their sum and of their difference, each over √2. By Rayleigh and
Ritz no level lies below the exact one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from usecases.ansatze import determinant, factors, generalised, replacements
from usecases.contracts import Algorithm, Energy, Execute, Levels, Outcome
from usecases.fermions import determinant_energy, spin_squared
from usecases.models import FermionicHamiltonian, Floats, Spectrum
from usecases.programs import (
    Ansatz,
    Excitation,
    Factor,
    FermionicEnergy,
    FermionicGradient,
    Program,
)
from usecases.solvers.ritz import DEGENERATE, Matrix, ritz
from usecases.training import averaged, measured, near


class SubspaceSearch(Algorithm):
    """Generalised singles and doubles on as many determinants as there are states."""

    accepts: ClassVar[tuple[type, ...]] = (Spectrum,)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (FermionicGradient, FermionicEnergy)

    layers: int = Field(default=2, ge=1, le=20)
    """How often the generalised singles and doubles are applied."""
    extra: int = Field(default=0, ge=0, le=100)
    """References beyond the states that are asked for; they cost accuracy and mend a bad choice."""
    iterations: int = Field(default=200, ge=1, le=10_000)
    """Most steps of the optimiser; each takes a gradient for each reference."""
    shots: int | None = Field(default=None, ge=1, le=100_000_000)
    """Shots of each energy at the end, n² for H and n² for S² with n references; None: exact."""

    def solve(
        self, model: Spectrum, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Levels]]:
        """One outcome: the lowest levels, fewer than asked for where there are fewer references."""
        h = model.hamiltonian
        ansatz = generalised_coupled_cluster(h, self.layers)
        states = [replace(ansatz, reference=r) for r in references(h, model.states + self.extra)]
        point = averaged(h, states, execute, near(ansatz, rng), self.iterations)
        spin = spin_squared(h)

        def matrix(operator: FermionicHamiltonian) -> tuple[Matrix, Energy]:
            return _matrix(operator, states, point, execute, self.shots, rng)

        energy, electrons = matrix(h)
        one = np.eye(len(states))
        found = ritz(energy, Matrix(one, np.zeros_like(one)), matrix(spin)[0].values)
        return found.outcome(model.states, electrons)


def generalised_coupled_cluster(h: FermionicHamiltonian, layers: int) -> Ansatz:
    """Generalised singles and doubles between any orbitals, `layers` times (arXiv:1810.02327)."""
    moves = generalised(h)
    found = determinant(h)
    for _ in range(layers):
        found = found.then(factors(h, moves, found.size))
    return found


def references(h: FermionicHamiltonian, count: int) -> list[tuple[int, ...]]:
    """The `count` lowest determinants among the Hartree–Fock one, its singles and doubles.

    More where the last ones are degenerate: mirror images, alpha and beta exchanged, and the
    directions of a degenerate orbital stay together.
    """
    start = set(determinant(h).reference)
    moves = replacements(h)
    occupied = [start, *(start - set(e.occupied) | set(e.virtual) for e in moves)]
    bits = np.zeros((len(occupied), 2 * h.orbitals), dtype=np.int8)
    for row, orbitals in zip(bits, occupied, strict=True):
        row[list(orbitals)] = 1
    energies = determinant_energy(h, bits)
    order = sorted(range(len(occupied)), key=lambda k: (round(float(energies[k]) / DEGENERATE), k))
    last = energies[order[min(count, len(order)) - 1]]
    chosen = [k for k in order[count:] if energies[k] - last < 2 * DEGENERATE]
    return [tuple(sorted(occupied[k])) for k in (*order[:count], *chosen)]


def _matrix(
    operator: FermionicHamiltonian,
    states: Sequence[Ansatz],
    point: Floats,
    execute: Execute,
    shots: int | None,
    rng: np.random.Generator,
) -> tuple[Matrix, Energy]:
    """An operator among the states, and the electrons of the first one."""

    def energy(ansatz: Ansatz) -> Energy:
        return measured(operator, ansatz, point, execute, shots, rng)[0].value

    own = [energy(state) for state in states]
    values, errors = np.diag([e.energy for e in own]), np.diag([e.stderr for e in own])
    for i, j in combinations(range(len(states)), 2):
        plus, minus = (energy(_superposed(states[i], states[j], s)) for s in (1, -1))
        values[i, j] = values[j, i] = 0.5 * (plus.energy - minus.energy)
        errors[i, j] = errors[j, i] = 0.5 * math.hypot(plus.stderr, minus.stderr)
    return Matrix(values, errors), own[0]


def _superposed(one: Ansatz, other: Ansatz, sign: int) -> Ansatz:
    """The ansatz on (|one⟩ ± |other⟩)/√2: a first factor that moves half of one to the other."""
    occupied, virtual = (
        tuple(sorted(set(a.reference) - set(b.reference))) for a, b in ((one, other), (other, one))
    )
    quarter = sign * _parity(one.reference, occupied, virtual) * math.pi / 4
    first = Factor(Excitation(occupied, virtual), None, quarter)
    return replace(one, factors=(first, *one.factors))


def _parity(reference: tuple[int, ...], occupied: tuple[int, ...], virtual: tuple[int, ...]) -> int:
    """The sign that a†_v1 a†_v2 ... a_o2 a_o1 gives a determinant."""
    held, passed = set(reference), 0
    for orbital in (*occupied, *reversed(virtual)):
        passed += sum(p < orbital for p in held)
        held ^= {orbital}
    return -1 if passed % 2 else 1


algorithm = SubspaceSearch
