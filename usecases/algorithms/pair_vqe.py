"""Paired coupled cluster: electrons move two by two, on half of the qubits.

Elfving et al. 2021, arXiv:2002.00035. With every orbital empty or doubly filled, one qubit holds
one orbital, and the Hamiltonian of these hard-core bosons is measured in three settings. What is
left out, broken pairs, is usually worth more than chemical accuracy; turning the orbitals wins a
part of it back (oo_vqe).
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from usecases.ansatze import pairs
from usecases.contracts import Algorithm, Energy, Execute, Outcome
from usecases.encodings import PAIRS
from usecases.models import FermionicHamiltonian
from usecases.programs import FermionicEnergy, FermionicGradient, Program
from usecases.training import measured, near, trained


class PairVQE(Algorithm):
    """Paired unitary coupled cluster doubles, trained exactly and measured at the end."""

    accepts: ClassVar[tuple[type, ...]] = (FermionicHamiltonian,)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (FermionicGradient, FermionicEnergy)

    iterations: int = Field(default=200, ge=1, le=10_000)
    """Most steps of the optimiser; each takes a gradient."""
    shots: int | None = Field(default=None, ge=1, le=100_000_000)
    """Shots of the final energy; None computes it exactly."""

    def width(self, model: FermionicHamiltonian) -> int:
        return model.orbitals

    def solve(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Energy]]:
        """One outcome: the trained state's energy and its measured electron numbers."""
        ansatz = pairs(model)
        parameters = trained(
            model, ansatz, execute, near(ansatz, rng), self.iterations, encoding=PAIRS
        )
        return measured(model, ansatz, parameters, execute, self.shots, rng, encoding=PAIRS)


algorithm = PairVQE
