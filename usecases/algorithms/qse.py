"""Quantum subspace expansion: excited states as singles and doubles on a trained ground state.

McClean et al. 2017, arXiv:1603.05681: H and the overlaps are measured among |ψ⟩ and the
a†_a a_i|ψ⟩, a†_a a†_b a_j a_i|ψ⟩, and diagonalised. The ground state is improved as well, and by
Rayleigh and Ritz no level lies below the exact one. States that differ from the ground state by
more than two electrons come out too high.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from usecases.ansatze import replacements, uccsd
from usecases.contracts import Algorithm, Execute, Levels, Outcome
from usecases.models import Spectrum
from usecases.programs import FermionicEnergy, FermionicGradient, FermionicProducts, Program
from usecases.solvers.ritz import Matrix, ritz
from usecases.training import measured, near, trained


class SubspaceExpansion(Algorithm):
    """Unitary coupled cluster for the ground state, singles and doubles on it for the others."""

    accepts: ClassVar[tuple[type, ...]] = (Spectrum,)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (
        FermionicGradient,
        FermionicEnergy,
        FermionicProducts,
    )

    iterations: int = Field(default=200, ge=1, le=10_000)
    """Most steps of the optimiser; each takes a gradient."""
    shots: int | None = Field(default=None, ge=1, le=100_000_000)
    """Shots of each measurement at the end, of the trained state's energy and of all matrix
    elements together; None computes them exactly."""

    def solve(
        self, model: Spectrum, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Levels]]:
        """One outcome: the lowest levels, fewer than asked for where the subspace is smaller."""
        h = model.hamiltonian
        ansatz = uccsd(h)
        point = trained(h, ansatz, execute, near(ansatz, rng), self.iterations)
        ground = measured(h, ansatz, point, execute, self.shots, rng)[0].value
        operators, seed = tuple(replacements(h)), int(rng.integers(2**31))
        at = tuple(point.tolist())
        # Counted from the ground state's energy, overlaps' errors weigh little.
        counted = replace(h, constant=h.constant - ground.energy)
        found = execute(FermionicProducts(counted, ansatz, at, operators, self.shots, seed))
        overlap, energy, _, spin = map(Matrix, found.values, found.errors)
        states = ritz(energy, overlap, spin.values)
        raised = states._replace(energies=states.energies + ground.energy)
        return raised.outcome(model.states, ground)


algorithm = SubspaceExpansion
