"""Training an ansatz: gradients from the machine that trains, L-BFGS, and Rayleigh and Ritz.

Every energy is an upper bound of the ground energy among states with the same electrons, so a
trained energy above the exact one is an honest shortfall.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field

from usecases.contracts import Algorithm, Energy, Execute, Outcome
from usecases.models import FermionicHamiltonian, Floats
from usecases.programs import Ansatz, FermionicEnergy, FermionicGradient, Grouping, Program

SPREAD = 0.01
"""Radians by which the first parameters differ from the reference: at it, gradients may vanish."""

_FLAT = 1e-6
"""Hartree per radian below which a gradient counts as none."""


class Trained(Algorithm, ABC):
    """An algorithm that trains an ansatz exactly and measures its state at the end."""

    accepts: ClassVar[tuple[type, ...]] = (FermionicHamiltonian,)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (FermionicGradient, FermionicEnergy)

    shots: int | None = Field(default=None, ge=1, le=100_000_000)
    """Shots of the whole final measurement; None computes its values exactly."""
    grouping: Grouping = "qubit-wise"
    """Which terms of the Hamiltonian are measured together."""
    verified: bool = False
    """Whether shots that show other electrons than the ansatz holds are discarded."""

    def measured(
        self,
        h: FermionicHamiltonian,
        ansatz: Ansatz,
        parameters: ArrayLike,
        execute: Execute,
        rng: np.random.Generator,
    ) -> list[Outcome[Energy]]:
        """The trained state's energy and electrons, as the settings say."""
        how = (execute, self.shots, rng)
        return measured(h, ansatz, parameters, *how, grouping=self.grouping, verified=self.verified)


def trained(
    h: FermionicHamiltonian,
    ansatz: Ansatz,
    execute: Execute,
    start: ArrayLike,
    iterations: int,
) -> Floats:
    """The parameters of a local minimum of the energy, near `start`."""
    return _descended(h, ansatz, execute, start, iterations)[1]


def best_of(
    h: FermionicHamiltonian,
    ansatz: Ansatz,
    execute: Execute,
    starts: Iterable[ArrayLike],
    iterations: int,
) -> Floats:
    """The parameters of the lowest of the minima near several starts."""
    found = [_descended(h, ansatz, execute, start, iterations) for start in starts]
    return min(found, key=lambda pair: pair[0])[1]


def _descended(
    h: FermionicHamiltonian, ansatz: Ansatz, execute: Execute, start: ArrayLike, iterations: int
) -> tuple[float, Floats]:
    from scipy.optimize import minimize

    first = np.asarray(start, dtype=float)
    if not ansatz.size:
        return 0.0, first

    def value(point: Floats) -> tuple[float, Floats]:
        found = execute.train(FermionicGradient(h, ansatz, tuple(point.tolist())))
        return found.value, found.gradient

    found = minimize(
        value,
        first,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": iterations, "ftol": 1e-14, "gtol": _FLAT, "maxcor": 20},
    )
    return float(found.fun), np.asarray(found.x, dtype=float)


def near(ansatz: Ansatz, rng: np.random.Generator) -> Floats:
    """Parameters close to the reference."""
    return SPREAD * rng.standard_normal(ansatz.size)


def measured(
    h: FermionicHamiltonian,
    ansatz: Ansatz,
    parameters: ArrayLike,
    execute: Execute,
    shots: int | None,
    rng: np.random.Generator,
    *,
    grouping: Grouping = "qubit-wise",
    verified: bool = False,
) -> list[Outcome[Energy]]:
    """The state's energy and electrons on the machine that answers."""
    point = tuple(np.asarray(parameters, dtype=float).tolist())
    seed = int(rng.integers(2**31))
    program = FermionicEnergy(h, ansatz, point, shots, seed, grouping, verified)
    energy, alpha, beta = execute(program)
    value = Energy(energy.value, alpha.value, beta.value, energy.stderr)
    return [Outcome(value, energy=energy.value, stderr=energy.stderr)]
