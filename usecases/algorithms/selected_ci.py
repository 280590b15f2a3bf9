"""Selected configuration interaction: the exact problem among a given number of determinants.

Huron, Malrieu and Rancurel 1973, J. Chem. Phys. 58, 5745 (CIPSI). It is the classical rival of
sampling-based diagonalisation: the same answer from determinants that a computer chooses itself,
compared at the same number of them.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from usecases.contracts import Algorithm, Execute, Outcome, Subspace
from usecases.models import FermionicHamiltonian


class SelectedCI(Algorithm):
    """Determinants chosen by perturbation theory, and the lowest state among them.

    The energy is variational. What perturbation theory estimates to be missing is reported
    beside it and never added.
    """

    accepts: ClassVar[tuple[type, ...]] = (FermionicHamiltonian,)

    determinants: int = Field(default=1000, ge=1, le=200_000)
    """How many are chosen; fewer where there are no more of the state's symmetry."""

    def solve(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Subspace]]:
        """One outcome, computed without a machine."""
        from usecases.solvers.selected import ground_state

        found = ground_state(model, self.determinants)
        value = Subspace(
            energy=found.energy,
            alpha=model.alpha,
            beta=model.beta,
            determinants=len(found.keys),
            correction=found.correction,
        )
        return [Outcome(value, found.energy, stderr=0.0)]


algorithm = SelectedCI
