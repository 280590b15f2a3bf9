"""Hartree–Fock: the best single determinant, where each electron feels the average of the rest.

Roothaan 1951, Rev. Mod. Phys. 23, 69; open shells 1960, Rev. Mod. Phys. 32, 179. By PySCF.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from usecases.contracts import Algorithm, Energy, Execute, Outcome
from usecases.models import FermionicHamiltonian


class HartreeFock(Algorithm):
    """One determinant over self-consistent orbitals; unpaired electrons in orbitals of their own.

    In an active space the orbitals turn within it. The energy is a state's, so it is a bound.
    """

    accepts: ClassVar[tuple[type, ...]] = (FermionicHamiltonian,)

    def solve(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Energy]]:
        """One outcome, computed without a machine."""
        from usecases.solvers.mean_field import mean_field

        energy = float(mean_field(model).e_tot)
        return [Outcome(Energy(energy, model.alpha, model.beta), energy, stderr=0.0)]


algorithm = HartreeFock
