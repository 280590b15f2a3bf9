"""The density-matrix renormalisation group: the classical method for strongly correlated electrons.

White 1992, Phys. Rev. Lett. 69, 2863; for molecules White and Martin 1999, J. Chem. Phys. 110,
4127. By TeNPy.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from usecases.contracts import Algorithm, Execute, MatrixProduct, Outcome
from usecases.models import FermionicHamiltonian


class DMRG(Algorithm):
    """Sweeps over a chain of orbitals, two at a time, until the energy rests.

    The energy is variational. How much of the state did not fit is reported beside it: with a
    large enough bond dimension nothing is left out and the energy is the exact one.
    """

    accepts: ClassVar[tuple[type, ...]] = (FermionicHamiltonian,)

    bond: int = Field(default=64, ge=1, le=2000)
    """The bond dimension: the size of the matrices at most."""

    sweeps: int = Field(default=20, ge=2, le=200)
    """How often the chain is passed over at most."""

    def solve(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[MatrixProduct]]:
        """One outcome, computed without a machine."""
        from usecases.solvers.matrix_product import ground_state

        found = ground_state(model, self.bond, self.sweeps)
        value = MatrixProduct(
            found.energy, model.alpha, model.beta, bond=found.bond, discarded=found.discarded
        )
        return [Outcome(value, found.energy, stderr=0.0)]


algorithm = DMRG
