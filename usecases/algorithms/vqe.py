"""The variational quantum eigensolver with unitary coupled cluster, singles and doubles.

Peruzzo et al. 2014, arXiv:1304.3061; unitary coupled cluster as in Romero et al. 2018,
arXiv:1701.02691.
"""

from __future__ import annotations

import numpy as np

from usecases.ansatze import uccsd
from usecases.contracts import Energy, Execute, Outcome
from usecases.models import FermionicHamiltonian
from usecases.training import Encoded, near


class VQE(Encoded):
    """Unitary coupled cluster singles and doubles, trained exactly and measured at the end."""

    def solve(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Energy]]:
        """One outcome: the trained state's energy and its measured electron numbers."""
        ansatz = uccsd(model)
        parameters = self.minimum(model, ansatz, execute, near(ansatz, rng))
        return self.measured(model, ansatz, parameters, execute, rng)


algorithm = VQE
