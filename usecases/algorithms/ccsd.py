"""Coupled cluster with single and double excitations.

Purvis and Bartlett 1982, J. Chem. Phys. 76, 1910. By PySCF; open shells over ROHF orbitals.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from usecases.contracts import Algorithm, Execute, NonVariational, Outcome
from usecases.models import FermionicHamiltonian


class CCSD(Algorithm):
    """The exponential of single and double excitations on the Hartree–Fock determinant.

    Its energy is projected, not an expectation value, so it is no bound: where bonds break it
    falls below the exact one.
    """

    accepts: ClassVar[tuple[type, ...]] = (FermionicHamiltonian,)

    def solve(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[NonVariational]]:
        """One outcome, computed without a machine."""
        from usecases.solvers.coupled_cluster import coupled_cluster

        energy = float(coupled_cluster(model).e_tot)
        value = NonVariational(energy, model.alpha, model.beta, method="CCSD")
        return [Outcome(value, energy, stderr=0.0)]


algorithm = CCSD
