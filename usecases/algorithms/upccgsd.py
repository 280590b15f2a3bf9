"""k-UpCCGSD: layers of generalised singles and paired doubles.

Lee, Huggins, Head-Gordon and Whaley 2019, arXiv:1810.02327. The circuit's depth grows linearly
with the orbitals, and more layers bring the energy to the exact one.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from usecases.ansatze import upccgsd
from usecases.contracts import Algorithm, Energy, Execute, Outcome
from usecases.encodings import Encoding, Linear
from usecases.models import FermionicHamiltonian
from usecases.programs import FermionicEnergy, FermionicGradient, Program
from usecases.training import best_of, measured, near


class UpCCGSD(Algorithm):
    """Generalised singles and paired doubles, trained exactly and measured at the end."""

    accepts: ClassVar[tuple[type, ...]] = (FermionicHamiltonian,)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (FermionicGradient, FermionicEnergy)

    layers: int = Field(default=2, ge=1, le=20)
    """How often the factors are repeated: the k of the name."""
    starts: int = Field(default=5, ge=1, le=1000)
    """Trainings from different parameters; the lowest energy counts."""
    iterations: int = Field(default=500, ge=1, le=10_000)
    """Most steps of each training."""
    shots: int | None = Field(default=None, ge=1, le=100_000_000)
    """Shots of the final energy; None computes it exactly."""
    encoding: Linear = "jordan-wigner"
    """How electrons are written on qubits where circuits run."""
    tapered: bool = False
    """Whether qubits that symmetries fix are left out."""

    def solve(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Energy]]:
        """One outcome: the best trained state's energy and its measured electron numbers."""
        ansatz, encoding = upccgsd(model, self.layers), Encoding(self.encoding, self.tapered)
        starts = [near(ansatz, rng), *(_wide(ansatz.size, rng) for _ in range(self.starts - 1))]
        parameters = best_of(model, ansatz, execute, starts, self.iterations, encoding=encoding)
        return measured(model, ansatz, parameters, execute, self.shots, rng, encoding=encoding)


def _wide(size: int, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return 0.3 * rng.standard_normal(size)


algorithm = UpCCGSD
