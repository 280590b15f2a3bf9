"""Mixers: the part of an alternating state that moves between answers.

e^{−iβM} with M = −Σ (moves): each move exchanges two strings, or turns a qubit about an axis. A
mixer that knows the rules of a model's groups starts in them and never leaves them. Moves that do
not commute are applied one after the other, in circuits and in simulation alike, so that both are
the same state (Hadfield et al. 2019, arXiv:1709.03489; Wang et al. 2020, arXiv:1904.09314).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from usecases.models import Floats, Group, Permute
from usecases.spaces import Register, Space

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

Angle: TypeAlias = Any
"""A number, or a free parameter of the circuit."""

Pattern: TypeAlias = Literal["ring", "complete"]
"""Which members of a group exchange: neighbours, or every two of them."""


@dataclass(frozen=True, eq=False)
class Turn:
    """e^{iβ(x X + z Z)} on each of some pairs of a register's digits; x² + z² = 1."""

    register: int
    pairs: NDArray[np.intp]
    x: float = 1.0
    z: float = 0.0


class Mixer(ABC):
    """The part of an alternating state that moves between answers.

    A mixer is a frozen dataclass: its repr is its content and goes into hashes.
    """

    @abstractmethod
    def start(self, circuit: QuantumCircuit) -> None:
        """Prepare the state that the alternation begins with from all zeros."""

    @abstractmethod
    def layer(self, circuit: QuantumCircuit, beta: Angle) -> None:
        """Apply e^{−iβM}."""

    def space(self, bits: int) -> Space:
        """The strings that the mixer moves between."""
        return Space(bits)

    def turns(self, space: Space) -> list[Turn]:
        """The moves of a layer in the order in which they are applied."""
        raise TypeError(f"{type(self).__name__} is no sequence of moves")

    def amplitudes(self, register: Register) -> Floats:
        """A register's share of the state that the alternation begins with."""
        return np.full(register.size, register.size**-0.5)


@dataclass(frozen=True)
class XMixer(Mixer):
    """M = −Σ X_i: flips single bits; starts from the uniform superposition of all strings."""

    def start(self, circuit: QuantumCircuit) -> None:
        circuit.h(range(circuit.num_qubits))

    def layer(self, circuit: QuantumCircuit, beta: Angle) -> None:
        circuit.rx(-2.0 * beta, range(circuit.num_qubits))

    def turns(self, space: Space) -> list[Turn]:
        return [t for r, register in enumerate(space.registers) for t in _flips(r, register)]


@dataclass(frozen=True)
class WarmMixer(Mixer):
    """M = −Σ (sin θ_i X_i + cos θ_i Z_i), whose ground state leans towards a known answer.

    Bit i is 1 with probability sin²(θ_i/2) (Egger, Mareček & Woerner 2021, arXiv:2009.10095).
    """

    angles: tuple[float, ...]

    def start(self, circuit: QuantumCircuit) -> None:
        for qubit, angle in enumerate(self.angles):
            circuit.ry(angle, qubit)

    def layer(self, circuit: QuantumCircuit, beta: Angle) -> None:
        for qubit, angle in enumerate(self.angles):
            circuit.ry(-angle, qubit)
            circuit.rz(-2.0 * beta, qubit)
            circuit.ry(angle, qubit)

    def turns(self, space: Space) -> list[Turn]:
        found = []
        for r, register in enumerate(space.registers):
            for variable, turn in zip(register.variables, _flips(r, register), strict=True):
                angle = self.angles[variable]
                found.append(Turn(r, turn.pairs, float(np.sin(angle)), float(np.cos(angle))))
        return found

    def amplitudes(self, register: Register) -> Floats:
        half = np.array([self.angles[v] for v in register.variables]) / 2
        found = np.where(register.patterns == 1, np.sin(half), np.cos(half)).prod(axis=1)
        return np.asarray(found, dtype=np.float64)


@dataclass(frozen=True)
class GroupMixer(Mixer):
    """Exchanges within groups, flips of the bits outside them; starts from all that keep the rules.

    In a `Choose` group M = −Σ (X_i X_j + Y_i Y_j)/2 over a ring or over all pairs (an XY mixer);
    in a `Permute` group two columns of the square are exchanged at a time (transpositions).
    """

    groups: tuple[Group, ...]
    pattern: Pattern = "ring"

    def start(self, circuit: QuantumCircuit) -> None:
        start_in(circuit, self.space(circuit.num_qubits))

    def layer(self, circuit: QuantumCircuit, beta: Angle) -> None:
        from usecases.programs.exchanges import exchange, exchange_columns

        for group in self.groups:
            for i, j in exchanges(group, self.pattern):
                if isinstance(group, Permute):
                    exchange_columns(circuit, group.rows, i, j, beta)
                else:
                    exchange(circuit, group.variables[i], group.variables[j], beta)
        for qubit in self.space(circuit.num_qubits).free:
            circuit.rx(-2.0 * beta, qubit)

    def space(self, bits: int) -> Space:
        return Space(bits, self.groups)

    def turns(self, space: Space) -> list[Turn]:
        found: list[Turn] = []
        for r, register in enumerate(space.registers):
            if r >= len(self.groups):
                found += _flips(r, register)
                continue
            group = self.groups[r]
            for i, j in exchanges(group, self.pattern):
                found.append(Turn(r, _exchanged(register, group, i, j)))
        return found


@dataclass(frozen=True)
class GroverMixer(Mixer):
    """M = −|s⟩⟨s|, |s⟩ the uniform superposition of all strings that keep the groups' rules.

    All strings of equal cost keep equal amplitudes (Bärtschi & Eidenbenz 2020, arXiv:2006.00354).
    """

    groups: tuple[Group, ...] = ()

    def start(self, circuit: QuantumCircuit) -> None:
        start_in(circuit, self.space(circuit.num_qubits))

    def layer(self, circuit: QuantumCircuit, beta: Angle) -> None:
        from qiskit.circuit.library import MCPhaseGate

        prepared = circuit.copy_empty_like()
        self.start(prepared)
        circuit.compose(prepared.inverse(), inplace=True)
        every = range(circuit.num_qubits)
        circuit.x(every)
        if circuit.num_qubits == 1:
            circuit.p(beta, 0)
        else:
            circuit.append(MCPhaseGate(beta, circuit.num_qubits - 1), every)
        circuit.x(every)
        circuit.compose(prepared, inplace=True)

    def space(self, bits: int) -> Space:
        return Space(bits, self.groups)


def exchanges(group: Group, pattern: Pattern) -> list[tuple[int, int]]:
    """The pairs of a group's members that exchange, those that share none after one another."""
    m = group.members
    if pattern == "ring":
        neighbours = [(k, k + 1) for k in (*range(0, m - 1, 2), *range(1, m - 1, 2))]
        return [*neighbours, *([(m - 1, 0)] if m > 2 else [])]
    return [pair for round_ in _rounds(m) for pair in round_]


def _rounds(m: int) -> Iterator[list[tuple[int, int]]]:
    """All pairs of m members in rounds of disjoint ones, as a tournament is arranged."""
    even = m + m % 2
    for shift in range(even - 1):
        order = [0, *((k + shift) % (even - 1) + 1 for k in range(even - 1))]
        pairs = ((order[k], order[even - 1 - k]) for k in range(even // 2))
        yield [(min(p), max(p)) for p in pairs if max(p) < m]


def _flips(r: int, register: Register) -> list[Turn]:
    """X on each bit of a register of free bits."""
    digits = np.arange(register.size)
    found = []
    for bit in range(len(register.variables)):
        lower = digits[digits >> bit & 1 == 0]
        found.append(Turn(r, np.stack([lower, lower | 1 << bit], axis=1)))
    return found


def _exchanged(register: Register, group: Group, i: int, j: int) -> NDArray[np.intp]:
    """The pairs of digits that an exchange of two members turns into one another."""
    order = np.arange(len(register.variables))
    if isinstance(group, Permute):
        square = order.reshape(len(group.rows), -1)
        square[:, [i, j]] = square[:, [j, i]]
        order = square.reshape(-1)
    else:
        order[[i, j]] = order[[j, i]]
    place = {row.tobytes(): k for k, row in enumerate(register.patterns)}
    moved = np.ascontiguousarray(register.patterns[:, order])
    target = np.array([place[row.tobytes()] for row in moved], dtype=np.intp)
    here = np.flatnonzero(np.arange(register.size) < target)
    return np.stack([here, target[here]], axis=1)


def start_in(circuit: QuantumCircuit, space: Space) -> None:
    """The uniform superposition of a space's strings, from all zeros."""
    from usecases.programs.exchanges import dicke, permuted

    for group in space.groups:
        if isinstance(group, Permute):
            permuted(circuit, group.rows)
        else:
            dicke(circuit, group.variables, group.count)
    for qubit in space.free:
        circuit.h(qubit)


__all__ = [
    "Angle",
    "GroupMixer",
    "GroverMixer",
    "Mixer",
    "Pattern",
    "Turn",
    "WarmMixer",
    "XMixer",
    "exchanges",
]
