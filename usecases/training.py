"""Training an ansatz: gradients from the machine that trains, L-BFGS, and Rayleigh and Ritz.

Every energy is an upper bound of the ground energy among states with the same electrons, so a
trained energy above the exact one is an honest shortfall.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from usecases.ansatze import uccsd
from usecases.contracts import Algorithm, Energy, Execute, Outcome
from usecases.encodings import JORDAN_WIGNER, PAIRS, Encoding, Linear
from usecases.models import FermionicHamiltonian, Floats, Spectrum
from usecases.programs import (
    Ansatz,
    FermionicEnergy,
    FermionicGradient,
    FermionicProducts,
    Grouping,
    Program,
)

SPREAD = 0.01
"""Radians by which the first parameters differ from the reference: at it, gradients may vanish."""

_FLAT = 1e-6
"""Hartree per radian below which a gradient counts as none."""


class Trained(Algorithm, ABC):
    """An algorithm that trains an ansatz exactly and measures its state at the end."""

    accepts: ClassVar[tuple[type, ...]] = (FermionicHamiltonian,)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (FermionicGradient, FermionicEnergy)

    iterations: int = Field(default=500, ge=1, le=10_000)
    """Most steps of each training; each takes a gradient."""
    shots: int | None = Field(default=None, ge=1, le=100_000_000)
    """Shots of the whole final measurement; None computes its values exactly."""
    grouping: Grouping = "qubit-wise"
    """Which terms of the Hamiltonian are measured together."""
    verified: bool = False
    """Whether shots that show other electrons than the ansatz holds are discarded."""

    @model_validator(mode="after")
    def _has_shots_to_discard(self) -> Self:
        if self.verified and self.shots is None:
            raise ValueError("verified discards shots: give shots as well")
        return self

    @property
    def held(self) -> Encoding:
        """How electrons are written on qubits where circuits run."""
        return JORDAN_WIGNER

    def minimum(
        self, h: FermionicHamiltonian, ansatz: Ansatz, execute: Execute, *starts: ArrayLike
    ) -> Floats:
        """The parameters of the lowest of the minima near the starts."""
        return best_of(h, ansatz, execute, starts, self.iterations, encoding=self.held)

    def measured(
        self,
        h: FermionicHamiltonian,
        ansatz: Ansatz,
        parameters: ArrayLike,
        execute: Execute,
        rng: np.random.Generator,
    ) -> list[Outcome[Energy]]:
        """The trained state's energy and electrons, as the settings say."""
        program = _energy(h, ansatz, parameters, self.shots, rng)
        chosen = replace(
            program, encoding=self.held, grouping=self.grouping, verified=self.verified
        )
        return _observed(chosen, execute)


class Encoded(Trained):
    """One whose state any encoding of electrons on qubits can hold."""

    encoding: Linear = "jordan-wigner"
    """How electrons are written on qubits where circuits run."""
    tapered: bool = False
    """Whether qubits that symmetries fix are left out."""

    @property
    def held(self) -> Encoding:
        return Encoding(self.encoding, self.tapered)


class Paired(Trained):
    """One whose measured state holds pairs only, on half of the qubits."""

    @property
    def held(self) -> Encoding:
        return PAIRS


class Expanded(Algorithm, ABC):
    """An algorithm that reaches excited states from a trained ground state by its excitations."""

    accepts: ClassVar[tuple[type, ...]] = (Spectrum,)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (
        FermionicGradient,
        FermionicEnergy,
        FermionicProducts,
    )

    iterations: int = Field(default=200, ge=1, le=10_000)
    """Most steps of the optimiser; each takes a gradient."""
    shots: int | None = Field(default=None, ge=1, le=100_000_000)
    """Shots of each measurement at the end, of the trained state's energy and of all matrix
    elements together; None computes them exactly."""

    def ground(
        self, h: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> tuple[Ansatz, tuple[float, ...], Energy]:
        """Coupled cluster's ansatz, its trained parameters, and what is measured of the state."""
        ansatz = uccsd(h)
        point = trained(h, ansatz, execute, near(ansatz, rng), self.iterations)
        found = measured(h, ansatz, point, execute, self.shots, rng)[0].value
        return ansatz, tuple(point.tolist()), found


def trained(
    h: FermionicHamiltonian,
    ansatz: Ansatz,
    execute: Execute,
    start: ArrayLike,
    iterations: int,
    *,
    encoding: Encoding = JORDAN_WIGNER,
) -> Floats:
    """The parameters of a local minimum of the energy, near `start`."""
    return _descended(h, (ansatz,), execute, start, iterations, encoding)[1]


def best_of(
    h: FermionicHamiltonian,
    ansatz: Ansatz,
    execute: Execute,
    starts: Iterable[ArrayLike],
    iterations: int,
    *,
    encoding: Encoding = JORDAN_WIGNER,
) -> Floats:
    """The parameters of the lowest of the minima near several starts."""
    found = [_descended(h, (ansatz,), execute, start, iterations, encoding) for start in starts]
    return min(found, key=lambda pair: pair[0])[1]


def averaged(
    h: FermionicHamiltonian,
    ansatze: Sequence[Ansatz],
    execute: Execute,
    start: ArrayLike,
    iterations: int,
    *,
    encoding: Encoding = JORDAN_WIGNER,
) -> Floats:
    """The parameters, shared by several ansatz states, of a local minimum of their mean energy."""
    return _descended(h, ansatze, execute, start, iterations, encoding)[1]


def _descended(
    h: FermionicHamiltonian,
    ansatze: Sequence[Ansatz],
    execute: Execute,
    start: ArrayLike,
    iterations: int,
    encoding: Encoding,
) -> tuple[float, Floats]:
    from scipy.optimize import minimize

    first = np.asarray(start, dtype=float)
    if not len(first):
        return 0.0, first

    def mean(point: Floats) -> tuple[float, Floats]:
        at = tuple(point.tolist())
        found = [execute.train(FermionicGradient(h, ansatz, at, encoding)) for ansatz in ansatze]
        value, gradient = sum(f.value for f in found), sum(f.gradient for f in found)
        return value / len(found), np.asarray(gradient / len(found))

    found = minimize(
        mean,
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
) -> list[Outcome[Energy]]:
    """The state's energy and electrons on the machine that answers."""
    return _observed(_energy(h, ansatz, parameters, shots, rng), execute)


def _energy(
    h: FermionicHamiltonian,
    ansatz: Ansatz,
    parameters: ArrayLike,
    shots: int | None,
    rng: np.random.Generator,
) -> FermionicEnergy:
    point = tuple(np.asarray(parameters, dtype=float).tolist())
    return FermionicEnergy(h, ansatz, point, shots, int(rng.integers(2**31)))


def _observed(program: FermionicEnergy, execute: Execute) -> list[Outcome[Energy]]:
    energy, alpha, beta = execute(program)
    value = Energy(energy.value, alpha.value, beta.value, energy.stderr)
    return [Outcome(value, energy=energy.value, stderr=energy.stderr)]
