"""k-UpCCGSD: layers of generalised singles and paired doubles.

Lee, Huggins, Head-Gordon and Whaley 2019, arXiv:1810.02327. The circuit's depth grows linearly
with the orbitals, and more layers bring the energy to the exact one.
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from usecases.ansatze import upccgsd
from usecases.contracts import Energy, Execute, Outcome
from usecases.models import FermionicHamiltonian
from usecases.training import Encoded, near


class UpCCGSD(Encoded):
    """Generalised singles and paired doubles, trained exactly and measured at the end."""

    layers: int = Field(default=2, ge=1, le=20)
    """How often the factors are repeated: the k of the name."""
    starts: int = Field(default=5, ge=1, le=1000)
    """Trainings from different parameters; the lowest energy counts."""

    def solve(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Energy]]:
        """One outcome: the best trained state's energy and its measured electron numbers."""
        ansatz = upccgsd(model, self.layers)
        starts = [near(ansatz, rng), *(_wide(ansatz.size, rng) for _ in range(self.starts - 1))]
        parameters = self.minimum(model, ansatz, execute, *starts)
        return self.measured(model, ansatz, parameters, execute, rng)


def _wide(size: int, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return 0.3 * rng.standard_normal(size)


algorithm = UpCCGSD
