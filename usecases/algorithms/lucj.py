"""The variational quantum eigensolver with a local unitary cluster Jastrow ansatz.

Motta et al. 2023, arXiv:2302.11412: an ansatz cut to the qubits that are neighbours on a machine.
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from usecases.contracts import Energy, Execute, Outcome
from usecases.errors import Unsolvable
from usecases.jastrow import Connectivity, parameters, ucj
from usecases.models import FermionicHamiltonian
from usecases.solvers.coupled_cluster import amplitudes
from usecases.training import Trained, near

_JOLT = 10.0
"""By how many times the usual spread further starts stray: amplitudes have symmetries to break."""


class LUCJ(Trained):
    """Phases between neighbouring orbitals, trained from coupled-cluster amplitudes.

    The first start is what the amplitudes suggest, or the reference where coupled cluster does
    not converge; further ones stray from it.
    """

    layers: int = Field(default=1, ge=1, le=32)
    """How often orbitals are rotated, interact and are rotated back."""
    connectivity: Connectivity = "heavy-hex"
    """Which orbitals interact: neighbours on a machine's lattice, or all."""
    starts: int = Field(default=3, ge=1, le=1000)
    """Trainings, of which the lowest counts."""
    iterations: int = Field(default=500, ge=0, le=10_000)
    """Most steps of each training; 0 measures the first start itself."""

    def solve(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Energy]]:
        """One outcome: the trained state's energy and its measured electron numbers.

        Raises Unsolvable where nothing is trained and coupled cluster suggests nothing.
        """
        ansatz = ucj(model, self.layers, self.connectivity)
        found = amplitudes(model)
        if found is None and not self.iterations:
            raise Unsolvable(
                "coupled cluster gives no amplitudes here, and nothing is to be trained",
                "Leave out iterations=0",
            )
        first = np.zeros(ansatz.size)
        if found:
            first = parameters(model, self.layers, self.connectivity, found)
        point = first
        if self.iterations:
            starts = [first, *(first + _JOLT * near(ansatz, rng) for _ in range(self.starts - 1))]
            point = self.minimum(model, ansatz, execute, *starts)
        return self.measured(model, ansatz, point, execute, rng)


algorithm = LUCJ
