"""The quantum equation of motion: excitation energies from a trained ground state.

Ollitrault et al. 2020, arXiv:1910.12890: an excitation O† = Σ X_i E_i − Y_i E_i†, with E_i the
singles and doubles out of the reference, has the energy ω that makes

    ω = ⟨[O, H, O†]⟩ / ⟨[O, O†]⟩        [A, B, C] = ½ [[A, B], C] + ½ [A, [B, C]]

stationary. For real states and z = (X, −Y), in the basis of the E_i and E_i†,

    (D + P D P) z = ω (S − P S P) z

where S holds the overlaps ⟨B_j† B_k⟩, D the energies ⟨B_j† H B_k⟩ less ½⟨B_j† B_k H + H B_j† B_k⟩,
and P exchanges each E_i with its E_i†: the double commutators, multiplied out.

Exact for two electrons on an exact ground state. With more, states that move more than two
electrons out of the ground state are missing, and those that mostly move two come out too high.
The method is not variational: an energy may lie below the exact one.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from usecases.ansatze import replacements, uccsd
from usecases.contracts import Algorithm, Differences, Execute, Outcome
from usecases.models import Floats, Spectrum
from usecases.programs import (
    Excitation,
    FermionicEnergy,
    FermionicGradient,
    FermionicProducts,
    Products,
    Program,
)
from usecases.solvers.ritz import States, by_spin, error_of
from usecases.training import measured, near, trained

_STABLE = 1e-8
"""Curvature of the energy, relative to the largest, below which a direction is left out."""

_SLOW = 1e-6
"""1/ω below which there is no excitation, per hartree."""


class EquationOfMotion(Algorithm):
    """Unitary coupled cluster for the ground state, the equation of motion for those above it."""

    accepts: ClassVar[tuple[type, ...]] = (Spectrum,)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (
        FermionicGradient,
        FermionicEnergy,
        FermionicProducts,
    )

    iterations: int = Field(default=200, ge=1, le=10_000)
    """Most steps of the optimiser; each takes a gradient."""
    shots: int | None = Field(default=None, ge=1, le=100_000_000)
    """Shots of each group of terms of each matrix element; None computes them exactly."""

    def solve(
        self, model: Spectrum, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Differences]]:
        """One outcome: the lowest levels, fewer than asked for where there are fewer operators.

        All of them lie above the trained state.
        """
        h = model.hamiltonian
        ansatz = uccsd(h)
        point = trained(h, ansatz, execute, near(ansatz, rng), self.iterations)
        ground = measured(h, ansatz, point, execute, self.shots, rng)[0].value
        ups = replacements(h)
        operators = (*ups, *(Excitation(e.virtual, e.occupied) for e in ups))
        at, seed = tuple(point.tolist()), int(rng.integers(2**31))
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

    A direction in which the ground state is no minimum has none.
    """
    overlap, energy, moved, spin = found.values[:, 1:, 1:]
    difference = energy - moved
    curvature, metric = difference + _swapped(difference), overlap - _swapped(overlap)
    sizes, axes = np.linalg.eigh(curvature)
    kept = sizes > _STABLE * sizes[-1]
    basis = axes[:, kept] / np.sqrt(sizes[kept])
    # Positive curvature makes the problem symmetric with 1/ω for an eigenvalue.
    inverse, mixes = np.linalg.eigh(basis.T @ metric @ basis)
    upward = np.flatnonzero(inverse > _SLOW)[::-1]
    energies, vectors = 1.0 / inverse[upward], basis @ mixes[:, upward]
    vectors = vectors / np.sqrt(np.einsum("ik,ij,jk->k", vectors, overlap, vectors))
    turned, spins = by_spin(energies, vectors.T @ spin @ vectors)
    vectors, energies = vectors @ turned, (turned**2).T @ energies
    errors = [_error(z, w, metric, found) for z, w in zip(vectors.T, energies, strict=True)]
    return States(energies, np.array(errors), spins, vectors)


def _error(z: Floats, omega: float, metric: Floats, found: Products) -> float:
    """The standard error of an excitation energy, to first order."""
    norm = float(z @ metric @ z)
    own = np.outer(z, z)
    of_energy, of_overlap = (own + _swapped(own)) / norm, omega * (own - _swapped(own)) / norm
    overlap, energy, moved, _ = found.errors[:, 1:, 1:]
    parts = (of_overlap, overlap), (of_energy, energy), (of_energy, moved)
    return float(np.linalg.norm([error_of(weights, errors) for weights, errors in parts]))


def _swapped(matrix: Floats) -> Floats:
    """P A P: each E_i exchanged with its E_i†."""
    half = len(matrix) // 2
    return np.roll(matrix, (half, half), axis=(0, 1))


algorithm = EquationOfMotion
