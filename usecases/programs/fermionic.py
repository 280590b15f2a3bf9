"""What is asked of electrons in an ansatz state: energy, gradient and samples.

A simulator of determinants answers natively; for gate machines the work is lowered to circuits.
The energy is an expectation value of the Hamiltonian (Peruzzo et al. 2014, arXiv:1304.3061).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from usecases.errors import VerificationFailed
from usecases.fermions import cached_jordan_wigner, electron_numbers, electron_parities
from usecases.models import FermionicHamiltonian, Floats
from usecases.programs.ansatz import Ansatz
from usecases.programs.base import Lowered, Program, Together
from usecases.programs.circuits import (
    Counts,
    Estimated,
    SampleCircuits,
    checked_counts,
    checked_estimates,
)
from usecases.programs.estimates import Estimate
from usecases.programs.measuring import Grouping, Symmetry
from usecases.records import sha256

_STEP = 1e-3
"""Radians of a difference: an energy is a short Fourier series in each angle."""


class Electrons(NamedTuple):
    """What is measured of a state: its energy, hartree, and its electrons of each spin."""

    energy: Estimated
    alpha: Estimated
    beta: Estimated


class Slope(NamedTuple):
    """An exact energy, hartree, and its derivatives by the ansatz's parameters."""

    value: float
    gradient: Floats


@dataclass(frozen=True, eq=False)
class FermionicEnergy(Program[Electrons]):
    """The energy of an ansatz state and its electrons; exact when `shots` is None.

    When `verified`, shots that show other electrons than the ansatz holds are discarded.
    """

    hamiltonian: FermionicHamiltonian
    ansatz: Ansatz
    parameters: tuple[float, ...]
    shots: int | None = None
    seed: int = 0
    grouping: Grouping = "qubit-wise"
    verified: bool = False

    @property
    def qubits(self) -> int:
        return 2 * self.ansatz.orbitals

    def key(self) -> str:
        asked = (_content(self.hamiltonian, self.ansatz, self.parameters), self.shots, self.seed)
        how = (self.grouping, self.verified)
        return sha256(repr(("fermionic energy", asked, how)))

    def read(self, raw: Any) -> Electrons:
        """Raises VerificationFailed unless it is three values with their standard errors."""
        return Electrons(*checked_estimates(raw, 3))

    def lower(self) -> Lowered[Electrons]:
        circuit = self.ansatz.circuit(self.parameters)
        observables = (
            cached_jordan_wigner(self.hamiltonian),
            *electron_numbers(self.ansatz.orbitals),
        )
        known = _electrons(self.ansatz) if self.verified else ()
        program = Estimate(circuit, observables, self.shots, self.seed, self.grouping, known)
        return Lowered(program, lambda found: Electrons(*found))


@dataclass(frozen=True, eq=False)
class FermionicGradient(Program[Slope]):
    """The exact energy of an ansatz state and its gradient."""

    hamiltonian: FermionicHamiltonian
    ansatz: Ansatz
    parameters: tuple[float, ...]

    @property
    def qubits(self) -> int:
        return 2 * self.ansatz.orbitals

    def key(self) -> str:
        content = _content(self.hamiltonian, self.ansatz, self.parameters)
        return sha256(repr(("fermionic gradient", content)))

    def read(self, raw: Any) -> Slope:
        """Raises VerificationFailed unless there is a finite number for each parameter."""
        try:
            found = Slope(float(raw[0]), np.array(raw[1], dtype=float))
        except (TypeError, ValueError, IndexError):
            raise VerificationFailed("the machine's gradient is malformed") from None
        fits = found.gradient.shape == (self.ansatz.size,)
        if not (fits and math.isfinite(found.value) and np.isfinite(found.gradient).all()):
            raise VerificationFailed("the gradient is not one finite number for each parameter")
        return found

    def lower(self) -> Lowered[Slope]:
        """Central differences of exact energies, two for each parameter."""
        here = np.array(self.parameters, dtype=float)
        moved = [here, *(here + s * e for e in np.eye(len(here)) for s in (_STEP, -_STEP))]
        energies = tuple(
            FermionicEnergy(self.hamiltonian, self.ansatz, tuple(p.tolist())) for p in moved
        )

        def back(found: tuple[Electrons, ...]) -> Slope:
            values = np.array([f.energy.value for f in found])
            return Slope(float(values[0]), (values[1::2] - values[2::2]) / (2 * _STEP))

        return Lowered(Together(energies), back)


@dataclass(frozen=True, eq=False)
class FermionicSamples(Program[Counts]):
    """Shots of an ansatz state: which spin orbitals are occupied, the last character the first."""

    ansatz: Ansatz
    parameters: tuple[float, ...]
    shots: int
    seed: int

    @property
    def qubits(self) -> int:
        return 2 * self.ansatz.orbitals

    def key(self) -> str:
        content = (_content(None, self.ansatz, self.parameters), self.shots, self.seed)
        return sha256(repr(("fermionic samples", content)))

    def read(self, raw: Any) -> Counts:
        return checked_counts(raw, self.shots, self.qubits)

    def lower(self) -> Lowered[Counts]:
        circuit = self.ansatz.circuit(self.parameters)
        circuit.measure_all()
        program = SampleCircuits((circuit,), self.shots, self.seed)
        return Lowered(program, lambda tables: dict(tables[0]))


def _electrons(ansatz: Ansatz) -> tuple[Symmetry, ...]:
    """The electrons of each spin, and whether their number is even, which more circuits show."""
    held = (ansatz.alpha, ansatz.beta)
    numbers = zip(electron_numbers(ansatz.orbitals), held, strict=True)
    parities = zip(electron_parities(ansatz.orbitals), held, strict=True)
    return (
        *(Symmetry(operator, float(n)) for operator, n in numbers),
        *(Symmetry(operator, (-1.0) ** n) for operator, n in parities),
    )


def _content(
    h: FermionicHamiltonian | None, ansatz: Ansatz, parameters: tuple[float, ...]
) -> tuple[str, ...]:
    return h.content if h else "", ansatz.content, repr(tuple(map(float, parameters)))
