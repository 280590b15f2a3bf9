"""States that alternate between a cost and a mixer (QAOA), native or lowered to circuits.

|γ, β⟩ = U_M(β_p) e^{−iγ_p C} ... U_M(β_1) e^{−iγ_1 C} |start⟩
(Farhi, Goldstone, Gutmann 2014, arXiv:1411.4028, eq. 5; Hadfield et al. 2019, arXiv:1709.03489)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from usecases.models import Ising
from usecases.programs.base import Lowered, Program
from usecases.programs.circuits import (
    Counts,
    Estimate,
    Estimated,
    SampleCircuits,
    checked_counts,
    checked_estimates,
)
from usecases.records import sha256

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp


Angle: TypeAlias = Any
"""A number, or a free parameter of the circuit."""


class Mixer(ABC):
    """The part of an alternating state that moves between answers.

    A mixer is a frozen dataclass: its repr is its content and goes into hashes.
    """

    @abstractmethod
    def start(self, circuit: QuantumCircuit) -> None:
        """Prepare the mixer's ground state from all zeros."""

    @abstractmethod
    def layer(self, circuit: QuantumCircuit, beta: Angle) -> None:
        """Apply e^{−iβ M}."""


@dataclass(frozen=True)
class XMixer(Mixer):
    """M = −Σ X_i: flips single bits; starts from the uniform superposition of all strings."""

    def start(self, circuit: QuantumCircuit) -> None:
        circuit.h(range(circuit.num_qubits))

    def layer(self, circuit: QuantumCircuit, beta: Angle) -> None:
        circuit.rx(-2.0 * beta, range(circuit.num_qubits))


@dataclass(frozen=True)
class AlternatingState:
    """A cost, a mixer and p pairs of angles (γ, β)."""

    cost: Ising
    mixer: Mixer
    gammas: tuple[float, ...]
    betas: tuple[float, ...]

    def key(self) -> str:
        """A hash of the content."""
        terms = sorted(self.cost.terms.items())
        content = (self.cost.variables, terms, repr(self.mixer), self.gammas, self.betas)
        return sha256(repr(content))

    def circuit(self) -> QuantumCircuit:
        """The state on qubits; qubit i is variable i of the cost."""
        template = _template(self.cost, self.mixer, len(self.gammas))
        return template.assign_parameters([*self.betas, *self.gammas])

    def observable(self) -> SparsePauliOp:
        """The cost as a sum of Z strings."""
        return _observable(self.cost)


@dataclass(frozen=True)
class AlternatingEnergy(Program[Estimated]):
    """The mean cost of an alternating state; exact when `shots` is None."""

    state: AlternatingState
    shots: int | None = None
    seed: int = 0

    @property
    def qubits(self) -> int:
        return len(self.state.cost.variables)

    def key(self) -> str:
        return sha256(repr(("alternating energy", self.state.key(), self.shots, self.seed)))

    def read(self, raw: Any) -> Estimated:
        return checked_estimates([raw], 1)[0]

    def lower(self) -> Lowered[Estimated]:
        observable = self.state.observable()
        program = Estimate(self.state.circuit(), (observable,), self.shots, self.seed)
        return Lowered(program, lambda found: Estimated(*found[0]))


@dataclass(frozen=True)
class AlternatingSamples(Program[Counts]):
    """Shots of an alternating state; the last character of a string is variable 0."""

    state: AlternatingState
    shots: int
    seed: int

    @property
    def qubits(self) -> int:
        return len(self.state.cost.variables)

    def key(self) -> str:
        return sha256(repr(("alternating samples", self.state.key(), self.shots, self.seed)))

    def read(self, raw: Any) -> Counts:
        return checked_counts(raw, self.shots, self.qubits)

    def lower(self) -> Lowered[Counts]:
        program = SampleCircuits((_measured(self.state),), self.shots, self.seed)
        return Lowered(program, lambda tables: dict(tables[0]))


@lru_cache(maxsize=8)
def _template(cost: Ising, mixer: Mixer, layers: int) -> QuantumCircuit:
    """The circuit with free angles, built once for a training; parameters sort as β, then γ."""
    from qiskit import QuantumCircuit
    from qiskit.circuit import ParameterVector

    betas, gammas = ParameterVector("beta", layers), ParameterVector("gamma", layers)
    circuit = QuantumCircuit(len(cost.variables))
    mixer.start(circuit)
    for gamma, beta in zip(gammas, betas, strict=True):
        apply_phases(circuit, cost, gamma)
        mixer.layer(circuit, beta)
    return circuit


@lru_cache(maxsize=8)
def _observable(cost: Ising) -> SparsePauliOp:
    from qiskit.quantum_info import SparsePauliOp

    terms = [("Z" * len(k), list(k), c) for k, c in cost.terms.items()]
    return SparsePauliOp.from_sparse_list(terms or [("", [], 0.0)], num_qubits=len(cost.variables))


def _measured(state: AlternatingState) -> QuantumCircuit:
    circuit = state.circuit()
    circuit.measure_all()
    return circuit


def apply_phases(circuit: QuantumCircuit, cost: Ising, gamma: Angle) -> None:
    """Apply e^{−iγC} up to a global phase.

    Terms that share their highest qubit are visited in Gray-code order, so that neighbouring
    parities differ by one CX: a dense cost on n qubits takes 2^n − 2 of them instead of n 2^n.
    """
    by_target: dict[int, dict[int, float]] = {}
    for indices, coefficient in cost.terms.items():
        if indices and coefficient:
            *others, target = sorted(indices)
            by_target.setdefault(target, {})[sum(1 << i for i in others)] = coefficient
    for target, terms in sorted(by_target.items()):
        held = 0
        for parity in _gray_ordered(terms):
            _entangle(circuit, held ^ parity, target, parity, held, 2.0 * gamma * terms[parity])
            held = parity if parity.bit_count() != 1 or held else 0
        _toggle(circuit, held, target)


def _entangle(
    circuit: QuantumCircuit, change: int, target: int, parity: int, held: int, angle: Angle
) -> None:
    """Bring the target to the wanted parity and rotate; a lone pair is one RZZ."""
    if not held and parity.bit_count() == 1:
        circuit.rzz(angle, parity.bit_length() - 1, target)
        return
    _toggle(circuit, change, target)
    circuit.rz(angle, target)


def _toggle(circuit: QuantumCircuit, mask: int, target: int) -> None:
    for control in _bits(mask):
        circuit.cx(control, target)


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _gray_ordered(masks: dict[int, float]) -> list[int]:
    """The masks in the order a reflected Gray code meets them."""

    def rank(gray: int) -> int:
        value = 0
        while gray:
            value ^= gray
            gray >>= 1
        return value

    return sorted(masks, key=rank)
