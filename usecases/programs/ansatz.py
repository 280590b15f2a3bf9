"""States of electrons as products of exponentials on a determinant.

|θ⟩ = U_K ⋯ U_2 U_1 |reference⟩, each U_k = exp w_k θ_{j(k)} G_k, and several factors may share
a parameter. Two kinds of generators suffice for unitary coupled cluster, for orbital rotations
and for Jastrow factors: those that move electrons, and those that look where they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from usecases.encodings import JORDAN_WIGNER, Encoding, Register, register
from usecases.fermions import excitation, hamiltonian, occupation
from usecases.models import FermionicHamiltonian, Floats
from usecases.paulis import Masks, Paulis, mask_of, set_bits
from usecases.programs.rotations import rotate
from usecases.records import sha256

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

FORBIDDEN = 1e-8
"""Terms of the Hamiltonian below this, in hartree, are zero by a symmetry up to rounding."""


@dataclass(frozen=True, order=True)
class Excitation:
    """T − T†: electrons moved from occupied to virtual spin orbitals, and back.

    T = a†_v1 a†_v2 ... a_o2 a_o1. Spin orbitals stand in blocks: alpha, then beta.
    """

    occupied: tuple[int, ...]
    virtual: tuple[int, ...]

    @property
    def orbitals(self) -> tuple[int, ...]:
        """All spin orbitals that it touches."""
        return self.occupied + self.virtual


@dataclass(frozen=True, order=True)
class Occupied:
    """i n_p n_q ...: a phase where all of these spin orbitals are occupied."""

    orbitals: tuple[int, ...]


Generator: TypeAlias = Excitation | Occupied


@dataclass(frozen=True)
class Factor:
    """exp (weight · parameter · generator); without a parameter the angle is the weight."""

    generator: Generator
    parameter: int | None
    weight: float = 1.0


@dataclass(frozen=True, eq=False)
class Ansatz:
    """A product of factors on a determinant; the first factor is applied first.

    `orbitals` counts spatial orbitals; `reference` lists the occupied spin orbitals, ascending.
    """

    orbitals: int
    reference: tuple[int, ...]
    factors: tuple[Factor, ...]

    @property
    def alpha(self) -> int:
        """How many electrons have spin alpha."""
        return sum(p < self.orbitals for p in self.reference)

    @property
    def beta(self) -> int:
        """How many electrons have spin beta."""
        return len(self.reference) - self.alpha

    @cached_property
    def size(self) -> int:
        """How many parameters there are."""
        return 1 + max((f.parameter for f in self.factors if f.parameter is not None), default=-1)

    @cached_property
    def generators(self) -> tuple[Generator, ...]:
        """Each generator once, in a fixed order."""
        return tuple(sorted({f.generator for f in self.factors}, key=_rank))

    @cached_property
    def content(self) -> str:
        """A hash of the ansatz."""
        return sha256(repr((self.orbitals, self.reference, self.factors)))

    def __hash__(self) -> int:
        return hash(self.content)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ansatz) and self.content == other.content

    def then(self, factors: Sequence[Factor]) -> Ansatz:
        """The ansatz with more factors, applied after its own."""
        return replace(self, factors=(*self.factors, *factors))

    def angles(self, parameters: Sequence[float] | Floats) -> Floats:
        """The angle of each factor, radians. Raises ValueError when parameters do not fit."""
        if len(parameters) != self.size:
            raise ValueError(f"{len(parameters)} parameters where the ansatz has {self.size}")
        values = np.append(np.asarray(parameters, dtype=float), 1.0)
        return np.asarray(values[self._taken] * self._weights)

    def by_parameter(self, slopes: Floats) -> Floats:
        """Derivatives by the parameters from those by the factors' angles."""
        summed = np.bincount(self._taken, slopes * self._weights, minlength=self.size + 1)
        return np.asarray(summed[: self.size])

    def circuit(self, parameters: Sequence[float], held: Register | None = None) -> QuantumCircuit:
        """The state on the qubits of a register, by default of Jordan–Wigner.

        In the gates x, h, s, sdg, cx and rz; up to a phase.
        """
        template = self.template(held or self.register())
        used = [p.index for p in template.parameters]
        return template.assign_parameters(self.angles(parameters)[used])

    def template(self, held: Register) -> QuantumCircuit:
        """The circuit with an open angle for each factor, by its index, that does anything."""
        return _template(self, held)

    def register(
        self, encoding: Encoding = JORDAN_WIGNER, h: FermionicHamiltonian | None = None
    ) -> Register:
        """The qubits that hold the ansatz's states, and the Hamiltonian if there is one.

        Raises UsageError when the encoding cannot hold them.
        """
        return _register(self, encoding, h if encoding.tapered else None)

    @cached_property
    def _taken(self) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        taken = [self.size if f.parameter is None else f.parameter for f in self.factors]
        return np.array(taken, dtype=np.intp)

    @cached_property
    def _weights(self) -> Floats:
        return np.array([f.weight for f in self.factors], dtype=float)


def _rank(generator: Generator) -> tuple[bool, Generator]:
    return isinstance(generator, Occupied), generator


@lru_cache(maxsize=16)
def _register(ansatz: Ansatz, encoding: Encoding, h: FermionicHamiltonian | None) -> Register:
    moves = [mask_of(g.orbitals) for g in ansatz.generators if isinstance(g, Excitation)]
    return register(encoding, ansatz.reference, moves, _flips(h), ansatz.orbitals)


def _flips(h: FermionicHamiltonian | None) -> Masks:
    """Which spin orbitals the Hamiltonian's terms flip together."""
    if h is None:
        return np.zeros(0, dtype=np.uint64)
    terms = hamiltonian(h)
    return np.unique(terms.x[np.abs(terms.coefficients) > FORBIDDEN])


@lru_cache(maxsize=16)
def _template(ansatz: Ansatz, held: Register) -> QuantumCircuit:
    """The circuit with an open angle for each factor: built once, bound hundreds of times."""
    from qiskit import QuantumCircuit
    from qiskit.circuit import ParameterVector

    circuit = QuantumCircuit(held.qubits)
    for qubit in set_bits(held.bits(ansatz.reference)):
        circuit.x(qubit)
    angles = ParameterVector("θ", len(ansatz.factors))
    turns = {g: held.encoded(_strings(g)) for g in ansatz.generators}
    for theta, factor in zip(angles, ansatz.factors, strict=True):
        rotate(circuit, turns[factor.generator], theta)
    return circuit


def _strings(generator: Generator) -> Paulis:
    if isinstance(generator, Occupied):
        return occupation(generator.orbitals)
    return excitation(generator.occupied, generator.virtual)
