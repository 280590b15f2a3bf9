"""The quantum equation of motion: excitation energies from a trained ground state.

Ollitrault et al. 2020, arXiv:1910.12890: an excitation O† = Σ X_i E_i − Y_i E_i†, with E_i the
singles and doubles out of the reference, has the energy ω that makes

    ω = ⟨[O, H, O†]⟩ / ⟨[O, O†]⟩        [A, B, C] = ½ [[A, B], C] + ½ [A, [B, C]]

stationary. For real states and z = (X, −Y), in the basis of the E_i and E_i†,

    (D + P D P) z = ω (S − P S P) z

where S holds the overlaps ⟨B_j† B_k⟩, D the differences ⟨B_j† H B_k⟩ − ½⟨B_j† B_k H + H B_j† B_k⟩,
and P exchanges each E_i with its E_i†: the double commutators, multiplied out.

Exact for two electrons on an exact ground state. With more, states that move more than two
electrons out of the ground state are missing, and those that mostly move two come out too high.
The method is not variational: an energy may lie below the exact one.
"""

from __future__ import annotations

import numpy as np

from usecases.ansatze import replacements
from usecases.contracts import Differences, Execute, Outcome
from usecases.models import Floats, Spectrum
from usecases.programs import (
    Excitation,
    FermionicProducts,
    Products,
)
from usecases.solvers.ritz import SURE, Matrix, States, by_spin, directions
from usecases.training import Expanded

_STABLE = 1e-8
"""Curvature, relative to its largest element, below which a direction is left out."""

_SLOW = 1e-6
"""1/ω below which there is no excitation, per hartree."""


class EquationOfMotion(Expanded):
    """Unitary coupled cluster for the ground state, the equation of motion for those above it."""

    def solve(
        self, model: Spectrum, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Differences]]:
        """One outcome: the lowest levels, fewer than asked for where there are fewer operators.

        All of them lie above the trained state.
        """
        h = model.hamiltonian
        ansatz, at, ground = self.ground(h, execute, rng)
        ups = replacements(h)
        operators = (*ups, *(Excitation(e.virtual, e.occupied) for e in ups))
        seed = int(rng.integers(2**31))
        found = execute(FermionicProducts(h, ansatz, at, operators, self.shots, seed))
        excited = excitations(found)
        states = States(
            ground.energy + np.append(0.0, excited.energies),
            np.hypot(ground.stderr, np.append(0.0, excited.errors)),
            np.append(found.values[3, 0, 0], excited.spins),
            excited.vectors,
        )
        levels = Differences(states.levels(model.states, ground), method="equation of motion")
        return [Outcome(levels, levels.energy, stderr=levels.stderr)]


def excitations(found: Products) -> States:
    """Excitation energies, their errors and the spins of the states, ascending.

    A direction in which the ground state is no minimum has none, and one whose 1/ω errors hide is
    left out. Raises UsageError when errors leave nothing of the curvature.
    """
    overlap, _, difference, spin = found.values[:, 1:, 1:]
    of_overlap, _, of_difference, _ = found.errors[:, 1:, 1:]
    curvature = Matrix(difference + _swapped(difference), of_difference + _swapped(of_difference))
    metric = Matrix(overlap - _swapped(overlap), of_overlap + _swapped(of_overlap))
    basis = directions(curvature, _STABLE * np.abs(curvature.values).max(initial=0.0))
    # Positive curvature makes the problem symmetric with 1/ω for an eigenvalue.
    inverse, mixes = np.linalg.eigh(basis.T @ metric.values @ basis)
    uncertain = metric.error_along(basis @ mixes)
    upward = np.flatnonzero(inverse > np.maximum(_SLOW, SURE * uncertain))[::-1]
    energies, vectors = 1.0 / inverse[upward], basis @ mixes[:, upward]
    vectors = vectors / np.sqrt(np.einsum("ik,ij,jk->k", vectors, overlap, vectors))
    turned, spins = by_spin(energies, vectors.T @ spin @ vectors)
    vectors, energies = vectors @ turned, (turned**2).T @ energies
    norms = np.einsum("ik,ij,jk->k", vectors, metric.values, vectors)
    errors = curvature.error_along(vectors) + energies * metric.error_along(vectors)
    return States(energies, errors / norms, spins, vectors)


def _swapped(matrix: Floats) -> Floats:
    """P A P: each E_i exchanged with its E_i†."""
    half = len(matrix) // 2
    return np.roll(matrix, (half, half), axis=(0, 1))


algorithm = EquationOfMotion
