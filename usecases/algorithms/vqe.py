"""The variational quantum eigensolver with unitary coupled cluster, singles and doubles.

Peruzzo et al. 2014, arXiv:1304.3061; unitary coupled cluster as in Romero et al. 2018,
arXiv:1701.02691.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from usecases.ansatze import uccsd
from usecases.contracts import Algorithm, Energy, Execute, Outcome
from usecases.encodings import Encoding, Linear
from usecases.models import FermionicHamiltonian
from usecases.programs import FermionicEnergy, FermionicGradient, Program
from usecases.training import measured, near, trained


class VQE(Algorithm):
    """Unitary coupled cluster singles and doubles, trained exactly and measured at the end."""

    accepts: ClassVar[tuple[type, ...]] = (FermionicHamiltonian,)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (FermionicGradient, FermionicEnergy)

    iterations: int = Field(default=200, ge=1, le=10_000)
    """Most steps of the optimiser; each takes a gradient."""
    shots: int | None = Field(default=None, ge=1, le=100_000_000)
    """Shots of the final energy; None computes it exactly."""
    encoding: Linear = "jordan-wigner"
    """How electrons are written on qubits where circuits run."""
    tapered: bool = False
    """Whether qubits that symmetries fix are left out."""

    def solve(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Energy]]:
        """One outcome: the trained state's energy and its measured electron numbers."""
        ansatz, encoding = uccsd(model), Encoding(self.encoding, self.tapered)
        parameters = trained(
            model, ansatz, execute, near(ansatz, rng), self.iterations, encoding=encoding
        )
        return measured(model, ansatz, parameters, execute, self.shots, rng, encoding=encoding)


algorithm = VQE
