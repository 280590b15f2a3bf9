"""The variational quantum eigensolver: a state with parameters, trained to the lowest energy.

Peruzzo et al. 2014, arXiv:1304.3061; unitary coupled cluster as in Romero et al. 2018,
arXiv:1701.02691. The energy of every state is an upper bound of the ground energy among states
with its electrons, so a trained energy that lies above the exact one is an honest shortfall.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from usecases.contracts import Algorithm, Energy, Execute, Outcome
from usecases.fermions import cached_jordan_wigner, electron_numbers
from usecases.models import FermionicHamiltonian, Floats
from usecases.programs import UCCSD, Estimate, FermionicEnergy, Program

_SPREAD = 0.01
"""Radians by which the first parameters differ from the Hartree–Fock state."""

_CONVERGED = 1e-8
"""Hartree between two steps below which training stops."""


class VQE(Algorithm):
    """Unitary coupled cluster singles and doubles, trained exactly and measured at the end."""

    accepts: ClassVar[tuple[type, ...]] = (FermionicHamiltonian,)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (FermionicEnergy,)

    iterations: int = Field(default=200, ge=1, le=10_000)
    """Most steps of the optimiser; each takes a gradient, one energy per parameter."""
    shots: int | None = Field(default=None, ge=1, le=100_000_000)
    """Shots for each group of terms of the final energy; None computes it exactly."""

    def solve(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Energy]]:
        """One outcome: the trained state's energy and its measured electron numbers."""
        ansatz = UCCSD.of(model)
        parameters = self._trained(model, ansatz, execute, rng)
        observables = (cached_jordan_wigner(model), *electron_numbers(model.orbitals))
        seed = int(rng.integers(2**31))
        circuit = ansatz.circuit(parameters)
        energy, alpha, beta = execute(Estimate(circuit, observables, self.shots, seed))
        value = Energy(energy.value, alpha.value, beta.value, energy.stderr)
        return [Outcome(value, energy=energy.value, stderr=energy.stderr)]

    def _trained(
        self,
        model: FermionicHamiltonian,
        ansatz: UCCSD,
        execute: Execute,
        rng: np.random.Generator,
    ) -> tuple[float, ...]:
        from scipy.optimize import minimize

        tied = tied_parameters(model, ansatz)
        if not tied.size:
            return ()

        def energy(free: Floats) -> float:
            point = tuple(free[tied].tolist())
            return execute.train(FermionicEnergy(model, ansatz, point)).value

        start = _SPREAD * rng.standard_normal(int(tied.max()) + 1)
        found = minimize(
            energy,
            start,
            method="SLSQP",
            options={"maxiter": self.iterations, "ftol": _CONVERGED},
        )
        return tuple(np.asarray(found.x, dtype=float)[tied].tolist())


def tied_parameters(model: FermionicHamiltonian, ansatz: UCCSD) -> NDArray[np.intp]:
    """Which free parameter each excitation takes, shape (excitations,).

    In a singlet an excitation and its mirror image, alpha and beta exchanged, move alike.
    """
    m, closed = ansatz.orbitals, model.alpha == model.beta and model.multiplicity == 1
    free: dict[tuple[tuple[int, ...], ...], int] = {}
    found = []
    for excitation in ansatz.excitations:
        own = excitation.occupied, excitation.virtual
        mirrored = tuple(tuple(sorted((p + m) % (2 * m) for p in side)) for side in own)
        key = min(own, mirrored) if closed else own
        found.append(free.setdefault(key, len(free)))
    return np.array(found, dtype=np.intp)


algorithm = VQE
