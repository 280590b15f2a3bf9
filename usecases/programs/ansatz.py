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

from usecases.fermions import Rotation, excitation_rotations
from usecases.models import Floats
from usecases.records import sha256

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import ParameterExpression

    Angle: TypeAlias = ParameterExpression


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

    def angles(self, parameters: Sequence[float]) -> Floats:
        """The angle of each factor, radians. Raises ValueError when parameters do not fit."""
        if len(parameters) != self.size:
            raise ValueError(f"{len(parameters)} parameters where the ansatz has {self.size}")
        values = np.append(np.asarray(parameters, dtype=float), 1.0)
        return np.asarray(values[self._taken] * self._weights)

    def by_parameter(self, slopes: Floats) -> Floats:
        """Derivatives by the parameters from those by the factors' angles."""
        summed = np.bincount(self._taken, slopes * self._weights, minlength=self.size + 1)
        return np.asarray(summed[: self.size])

    def circuit(self, parameters: Sequence[float]) -> QuantumCircuit:
        """The state on 2m qubits by Jordan–Wigner, in the gates x, h, s, sdg, cx, rz, p, cp."""
        return _template(self).assign_parameters(self.angles(parameters))

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
def _template(ansatz: Ansatz) -> QuantumCircuit:
    """The circuit with an open angle for each factor: built once, bound hundreds of times."""
    from qiskit import QuantumCircuit
    from qiskit.circuit import ParameterVector

    circuit = QuantumCircuit(2 * ansatz.orbitals)
    for qubit in ansatz.reference:
        circuit.x(qubit)
    angles = ParameterVector("θ", len(ansatz.factors))
    for theta, factor in zip(angles, ansatz.factors, strict=True):
        if isinstance(factor.generator, Occupied):
            _mark(circuit, factor.generator.orbitals, theta)
        else:
            moved = factor.generator
            _excite(circuit, excitation_rotations(moved.occupied, moved.virtual), theta)
    return circuit


def _mark(circuit: QuantumCircuit, orbitals: tuple[int, ...], theta: Angle) -> None:
    *controls, last = orbitals
    if len(controls) > 1:
        raise ValueError("a phase of more than two spin orbitals has no circuit here")
    if controls:
        circuit.cp(theta, controls[0], last)
    else:
        circuit.p(theta, last)


def _excite(circuit: QuantumCircuit, rotations: tuple[Rotation, ...], theta: Angle) -> None:
    """exp θ(T − T†) as the product of its 2 or 8 commuting Pauli rotations, exactly.

    One Clifford circuit turns all of them into rotations about Z on one pivot and a subset of
    the other moved qubits; a Gray code walks through the subsets with one CX between two
    (the CX count of Yordanov, Arvidsson-Shukur and Barnes 2020, arXiv:2005.14475).
    """
    letters = rotations[0].letters
    pivot, *others = [qubit for qubit, letter in letters if letter != "Z"]
    tail = [qubit for qubit, letter in letters if letter == "Z"]
    angles = dict(_pivoted(rotation, pivot, others) for rotation in rotations)
    for other in others:
        circuit.cx(pivot, other)
    circuit.sdg(pivot)
    circuit.h(pivot)
    for qubit in tail:
        circuit.cx(qubit, pivot)
    for step in range(1 << len(others)):
        gray, following = step ^ step >> 1, (step + 1) ^ (step + 1) >> 1
        circuit.rz(-2.0 * angles[gray] * theta, pivot)
        # The last subset is the highest qubit alone: dropping it closes the walk.
        changed = min((gray ^ following).bit_length() - 1, len(others) - 1)
        circuit.cx(others[changed], pivot)
    for qubit in reversed(tail):
        circuit.cx(qubit, pivot)
    circuit.h(pivot)
    circuit.s(pivot)
    for other in reversed(others):
        circuit.cx(pivot, other)


def _pivoted(rotation: Rotation, pivot: int, others: list[int]) -> tuple[int, float]:
    """Which of the other qubits the rotation holds a Z on after the CXs, and its signed size.

    A CX from the pivot takes X⊗X to X⊗I, X⊗Y to Y⊗Z and Y⊗Y to −X⊗Z.
    """
    letters = dict(rotation.letters)
    subset, coefficient, y_on_pivot = 0, rotation.coefficient, letters[pivot] == "Y"
    for position, other in enumerate(others):
        if letters[other] == "Y":
            coefficient = -coefficient if y_on_pivot else coefficient
            y_on_pivot = not y_on_pivot
            subset |= 1 << position
    return subset, coefficient
