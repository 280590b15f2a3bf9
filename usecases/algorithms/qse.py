"""Quantum subspace expansion: excited states as singles and doubles on a trained ground state.

McClean et al. 2017, arXiv:1603.05681: H and the overlaps are measured among |ψ⟩ and the
a†_a a_i|ψ⟩, a†_a a†_b a_j a_i|ψ⟩, and diagonalised. The ground state is improved as well, and by
Rayleigh and Ritz no level lies below the exact one. States that differ from the ground state by
more than two electrons come out too high.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from usecases.ansatze import replacements
from usecases.contracts import Execute, Levels, Outcome
from usecases.models import Spectrum
from usecases.programs import FermionicProducts
from usecases.solvers.ritz import Matrix, ritz
from usecases.training import Expanded


class SubspaceExpansion(Expanded):
    """Unitary coupled cluster for the ground state, singles and doubles on it for the others."""

    def solve(
        self, model: Spectrum, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Levels]]:
        """One outcome: the lowest levels, fewer than asked for where the subspace is smaller."""
        h = model.hamiltonian
        ansatz, at, ground = self.ground(h, execute, rng)
        operators, seed = tuple(replacements(h)), int(rng.integers(2**31))
        # Counted from the ground state's energy, overlaps' errors weigh little.
        counted = replace(h, constant=h.constant - ground.energy)
        found = execute(FermionicProducts(counted, ansatz, at, operators, self.shots, seed))
        overlap, energy, _, spin = map(Matrix, found.values, found.errors)
        states = ritz(energy, overlap, spin.values)
        raised = states._replace(energies=states.energies + ground.energy)
        return raised.outcome(model.states, ground)


algorithm = SubspaceExpansion
