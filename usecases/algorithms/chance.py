"""Uniform random answers: what shots score when the machine knows nothing.

Every sampled answer must beat this row before it deserves attention.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from usecases.contracts import Algorithm, Execute, Outcome
from usecases.models import (
    BQM,
    CostNetwork,
    Evaluated,
    FermionicHamiltonian,
    Incumbent,
    Ising,
    Model,
    Spectrum,
    Structured,
)
from usecases.observe import outcomes
from usecases.spaces import of_model


class Chance(Algorithm):
    """Draw `shots` strings uniformly, within the rules of the groups that a model declares.

    A fermionic string fills spin orbitals at random, once for each state of a spectrum.
    """

    accepts: ClassVar[tuple[type, ...]] = (
        BQM,
        CostNetwork,
        Ising,
        Evaluated,
        Incumbent,
        Structured,
        FermionicHamiltonian,
        Spectrum,
    )

    shots: int = Field(default=4096, ge=1, le=1_000_000)

    def solve(self, model: Model, execute: Execute, rng: np.random.Generator) -> list[Outcome[Any]]:
        bits = of_model(model).draw(self.shots, rng)
        distinct, counts = np.unique(bits, axis=0, return_counts=True)
        return outcomes(model, distinct, counts.tolist())


algorithm = Chance
