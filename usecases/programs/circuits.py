"""Circuits: sampling them and estimating observables, the language of every gate machine."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from pydantic import TypeAdapter, ValidationError

from usecases.errors import VerificationFailed
from usecases.models import Bits
from usecases.programs.base import Lowered, Program
from usecases.records import sha256

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp

Counts: TypeAlias = dict[str, int]
"""How often each bit string was seen; Qiskit's order, the last character is bit 0."""

_counts = TypeAdapter(Counts)
_estimates = TypeAdapter(list[tuple[float, float]])


class Estimated(NamedTuple):
    """A value and its standard error, which is 0 when it was computed exactly."""

    value: float
    stderr: float


@dataclass(frozen=True, eq=False)
class SampleCircuits(Program[list[Counts]]):
    """Run each circuit `shots` times and count the strings it measures."""

    circuits: tuple[QuantumCircuit, ...]
    shots: int
    seed: int

    @property
    def qubits(self) -> int:
        return max((c.num_qubits for c in self.circuits), default=0)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The circuits as OpenQASM 3, in which they are stored and travel."""
        from qiskit import qasm3

        return tuple(qasm3.dumps(c) for c in self.circuits)

    def key(self) -> str:
        return sha256(repr(("sample", self.texts, self.shots, self.seed)))

    def read(self, raw: Any) -> list[Counts]:
        """Raises VerificationFailed unless each table sums to the shots and has the width."""
        if not isinstance(raw, list | tuple) or len(raw) != len(self.circuits):
            raise VerificationFailed(f"not one result for each of {len(self.circuits)} circuits")
        pairs = zip(raw, self.circuits, strict=True)
        return [checked_counts(r, self.shots, c.num_clbits) for r, c in pairs]


@dataclass(frozen=True, eq=False)
class Expectation(Program[list[Estimated]]):
    """Exact expectation values of observables in the state a circuit prepares.

    Only a simulator can give them.
    """

    circuit: QuantumCircuit
    observables: tuple[SparsePauliOp, ...]

    @property
    def qubits(self) -> int:
        return int(self.circuit.num_qubits)

    def key(self) -> str:
        from qiskit import qasm3

        terms = tuple(tuple(o.to_list()) for o in self.observables)
        return sha256(repr(("expectation", qasm3.dumps(self.circuit), terms)))

    def read(self, raw: Any) -> list[Estimated]:
        return checked_estimates(raw, len(self.observables))


@dataclass(frozen=True, eq=False)
class Estimate(Program[list[Estimated]]):
    """Expectation values with standard errors.

    Each group of qubit-wise commuting terms is measured `shots` times; with `shots` None the
    values are exact and the errors 0.
    """

    circuit: QuantumCircuit
    observables: tuple[SparsePauliOp, ...]
    shots: int | None
    seed: int

    @property
    def qubits(self) -> int:
        return int(self.circuit.num_qubits)

    def key(self) -> str:
        exact = Expectation(self.circuit, self.observables)
        return sha256(repr(("estimate", exact.key(), self.shots, self.seed)))

    def read(self, raw: Any) -> list[Estimated]:
        return Expectation(self.circuit, self.observables).read(raw)

    def lower(self) -> Lowered[list[Estimated]]:
        if self.shots is None:
            return Lowered(Expectation(self.circuit, self.observables), list)
        groups = [(k, g) for k, o in enumerate(self.observables) for g in _groups(o)]
        # With nothing but constants one circuit still runs, so that every machine is asked alike.
        measured = [_measured(self.circuit, group) for _, group in groups]
        circuits = tuple(measured or [_measured(self.circuit, self.observables[0])])

        def back(tables: list[Counts]) -> list[Estimated]:
            found = [_constant(o) for o in self.observables]
            for (k, group), counts in zip(groups, tables, strict=False):
                mean, variance = _mean(group, counts)
                value, stderr = found[k]
                found[k] = Estimated(value + mean, math.hypot(stderr, math.sqrt(variance)))
            return found

        return Lowered(SampleCircuits(circuits, self.shots, self.seed), back)


def counted_bits(counts: Mapping[str, int]) -> tuple[Bits, list[int]]:
    """The strings as rows, column i for bit i, in the order of their keys; and how often each."""
    keys = sorted(counts)
    rows = np.array([[int(c) for c in reversed(key)] for key in keys], dtype=np.int8)
    return rows.reshape(len(keys), -1), [counts[key] for key in keys]


def checked_counts(raw: Any, shots: int, width: int) -> Counts:
    """The counts of one circuit; raises VerificationFailed unless sum and width are right."""
    counts: Counts = _validated(_counts, raw)
    if sum(counts.values()) != shots or min(counts.values(), default=0) < 0:
        raise VerificationFailed(
            f"the counts sum to {sum(counts.values())} where {shots} shots were asked for"
        )
    if any(len(key) != width or set(key) - {"0", "1"} for key in counts):
        raise VerificationFailed(f"a result is not a string of {width} bits")
    return counts


def checked_estimates(raw: Any, number: int) -> list[Estimated]:
    """Values with their errors; raises VerificationFailed unless they are `number` finite pairs."""
    found = [Estimated(*pair) for pair in _validated(_estimates, raw)]
    if len(found) != number:
        raise VerificationFailed(f"{len(found)} values came back where {number} were asked for")
    if not all(math.isfinite(value) and error >= 0 for value, error in found):
        raise VerificationFailed("a value is not finite, or its standard error is negative")
    return found


def _validated(adapter: TypeAdapter[Any], raw: Any) -> Any:
    try:
        return adapter.validate_python(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise VerificationFailed(f"the machine's result is malformed at {where}") from None


def _constant(observable: SparsePauliOp) -> Estimated:
    """The identity's share, which needs no shots."""
    identity = [c.real for label, c in observable.to_list() if not set(label) - {"I"}]
    return Estimated(float(sum(identity)), 0.0)


def _groups(observable: SparsePauliOp) -> list[SparsePauliOp]:
    """Groups of terms that one measurement serves; the identity is left out."""
    terms = [(label, c) for label, c in observable.to_list() if set(label) - {"I"}]
    if not terms:
        return []
    rest = type(observable).from_list(terms)
    return list(rest.group_commuting(qubit_wise=True))


def _measured(circuit: QuantumCircuit, group: SparsePauliOp) -> QuantumCircuit:
    """The circuit with its qubits turned into the group's basis and measured."""
    measured = circuit.copy()
    for qubit in range(circuit.num_qubits):
        letters = {label[-1 - qubit] for label, _ in group.to_list()} - {"I"}
        if letters == {"X"}:
            measured.h(qubit)
        elif letters == {"Y"}:
            measured.sdg(qubit)
            measured.h(qubit)
    measured.measure_all()
    return measured


def _mean(group: SparsePauliOp, counts: Counts) -> tuple[float, float]:
    """Mean of the group's total over the shots, and the variance of that mean."""
    terms = [
        ([i for i, letter in enumerate(label) if letter != "I"], c.real)
        for label, c in group.to_list()
    ]
    shots = sum(counts.values())
    first = second = 0.0
    for key, count in counts.items():
        total = sum(c * (-1) ** sum(key[i] == "1" for i in where) for where, c in terms)
        first += total * count
        second += total * total * count
    mean = first / shots
    return mean, max(second / shots - mean * mean, 0.0) / max(shots - 1, 1)
