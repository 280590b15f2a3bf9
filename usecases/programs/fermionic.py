"""What is asked of electrons in an ansatz state: energy, gradient and samples.

A simulator of determinants answers natively; for gate machines the work is lowered to circuits
on the qubits of an encoding.
The energy is an expectation value of the Hamiltonian (Peruzzo et al. 2014, arXiv:1304.3061).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from usecases.encodings import JORDAN_WIGNER, Encoding, Register
from usecases.errors import VerificationFailed
from usecases.fermions import electron_counts, electron_parities, hamiltonian
from usecases.models import FermionicHamiltonian, Floats
from usecases.paulis import operator
from usecases.programs.ansatz import Ansatz
from usecases.programs.base import Lowered, Program
from usecases.programs.circuits import (
    Counts,
    Estimated,
    SampleCircuits,
    checked_counts,
    checked_estimates,
)
from usecases.programs.estimates import Estimate
from usecases.programs.measuring import Grouping, Symmetry
from usecases.programs.sweeps import Sweep
from usecases.records import sha256

if TYPE_CHECKING:
    from qiskit.quantum_info import SparsePauliOp

_STEP = 1e-4
"""Radians of a difference: rounding and curvature balance."""


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
    encoding: Encoding = JORDAN_WIGNER
    grouping: Grouping = "qubit-wise"
    verified: bool = False

    @property
    def register(self) -> Register:
        """The qubits that hold the state."""
        return self.ansatz.register(self.encoding, self.hamiltonian)

    @property
    def qubits(self) -> int:
        return self.register.qubits

    def key(self) -> str:
        asked = (_content(self, self.hamiltonian), self.shots, self.seed)
        how = (self.grouping, self.verified)
        return sha256(repr(("fermionic energy", asked, how)))

    def read(self, raw: Any) -> Electrons:
        """Raises VerificationFailed unless it is three values with their standard errors."""
        return Electrons(*checked_estimates(raw, 3))

    def lower(self) -> Lowered[Electrons]:
        register = self.register
        circuit = self.ansatz.circuit(self.parameters, register)
        observables = _observables(self.hamiltonian, register)
        known = _electrons(self.ansatz, register) if self.verified else ()
        program = Estimate(circuit, observables, self.shots, self.seed, self.grouping, known)
        return Lowered(program, lambda found: Electrons(*found))


@dataclass(frozen=True, eq=False)
class FermionicGradient(Program[Slope]):
    """The exact energy of an ansatz state and its gradient."""

    hamiltonian: FermionicHamiltonian
    ansatz: Ansatz
    parameters: tuple[float, ...]
    encoding: Encoding = JORDAN_WIGNER

    @property
    def qubits(self) -> int:
        return self.ansatz.register(self.encoding, self.hamiltonian).qubits

    def key(self) -> str:
        return sha256(repr(("fermionic gradient", _content(self, self.hamiltonian))))

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
        register = self.ansatz.register(self.encoding, self.hamiltonian)
        here = np.array(self.parameters, dtype=float)
        moved = [here, *(here + s * e for e in np.eye(len(here)) for s in (_STEP, -_STEP))]
        circuit = self.ansatz.template(register)
        used = [p.index for p in circuit.parameters]
        points = np.array([self.ansatz.angles(point)[used] for point in moved])
        energy = _observables(self.hamiltonian, register)[:1]

        def back(found: Floats) -> Slope:
            values = found[:, 0]
            return Slope(float(values[0]), (values[1::2] - values[2::2]) / (2 * _STEP))

        return Lowered(Sweep(circuit, energy, points), back)


@dataclass(frozen=True, eq=False)
class FermionicSamples(Program[Counts]):
    """Shots of an ansatz state: which spin orbitals are occupied, the last character the first."""

    ansatz: Ansatz
    parameters: tuple[float, ...]
    shots: int
    seed: int
    encoding: Encoding = JORDAN_WIGNER

    @property
    def qubits(self) -> int:
        return self.ansatz.register(self.encoding).qubits

    def key(self) -> str:
        content = (_content(self, None), self.shots, self.seed)
        return sha256(repr(("fermionic samples", content)))

    def read(self, raw: Any) -> Counts:
        return checked_counts(raw, self.shots, 2 * self.ansatz.orbitals)

    def lower(self) -> Lowered[Counts]:
        register = self.ansatz.register(self.encoding)
        circuit = self.ansatz.circuit(self.parameters, register)
        circuit.measure_all()
        program = SampleCircuits((circuit,), self.shots, self.seed)
        return Lowered(program, lambda tables: register.occupations(tables[0]))


@lru_cache(maxsize=4)
def _observables(h: FermionicHamiltonian, register: Register) -> tuple[SparsePauliOp, ...]:
    """The Hamiltonian and the electrons of each spin on the register's qubits."""
    terms = (hamiltonian(h), *electron_counts(h.orbitals))
    return tuple(operator(register.encoded(t), register.qubits) for t in terms)


def _electrons(ansatz: Ansatz, register: Register) -> tuple[Symmetry, ...]:
    """The electrons of each spin, and whether their number is even, which more circuits show."""
    held, m = (ansatz.alpha, ansatz.beta), ansatz.orbitals
    values = (*map(float, held), *((-1.0) ** n for n in held))
    terms = (*electron_counts(m), *electron_parities(m))
    return tuple(
        Symmetry(operator(register.encoded(t), register.qubits), value)
        for t, value in zip(terms, values, strict=True)
    )


def _content(
    asked: FermionicEnergy | FermionicGradient | FermionicSamples, h: FermionicHamiltonian | None
) -> tuple[str, ...]:
    parameters = repr(tuple(map(float, asked.parameters)))
    return h.content if h else "", asked.ansatz.content, parameters, repr(asked.encoding)
