"""Paired coupled cluster: electrons move two by two, on half of the qubits.

Elfving et al. 2021, arXiv:2002.00035. With every orbital empty or doubly filled, one qubit holds
one orbital, and the Hamiltonian of these hard-core bosons is measured in three settings. What is
left out, broken pairs, is usually worth more than chemical accuracy; turning the orbitals wins a
part of it back (oo_vqe).
"""

from __future__ import annotations

import numpy as np

from usecases.ansatze import pairs
from usecases.contracts import Energy, Execute, Outcome
from usecases.models import FermionicHamiltonian
from usecases.training import Paired, near


class PairVQE(Paired):
    """Paired unitary coupled cluster doubles, trained exactly and measured at the end."""

    def width(self, model: FermionicHamiltonian) -> int:
        return model.orbitals

    def solve(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Energy]]:
        """One outcome: the trained state's energy and its measured electron numbers."""
        ansatz = pairs(model)
        parameters = self.minimum(model, ansatz, execute, near(ansatz, rng))
        return self.measured(model, ansatz, parameters, execute, rng)


algorithm = PairVQE
