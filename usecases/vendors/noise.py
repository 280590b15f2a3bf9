"""Noise that vendors' twins tell of themselves: gates, couplings and errors as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from usecases.errors import BackendUnavailable
from usecases.records import Record
from usecases.vendors.catalogue import vendor
from usecases.vendors.process import process


class Step(Record):
    """What an error does to qubits of a gate: Pauli operators, or decay as a reset."""

    name: Literal["id", "x", "y", "z", "reset", "pauli"]
    qubits: tuple[int, ...] = Field(min_length=1, max_length=2)
    params: tuple[str, ...] = Field(default=(), max_length=1)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        wide = len(self.params[0]) if self.params else 1
        letters = set("".join(self.params)) <= set("IXYZ")
        if (self.name == "pauli") != bool(self.params) or wide != len(self.qubits) or not letters:
            raise ValueError("an operation has other qubits than it acts on")
        if not set(self.qubits) <= {0, 1}:
            raise ValueError("an error of more than two qubits")
        return self


class Fault(Record):
    """An error after gates, or at readout, at some places of the machine or at all."""

    type: Literal["qerror", "roerror"]
    id: str = Field(default="", max_length=64)
    operations: tuple[str, ...] = Field(min_length=1, max_length=20)
    instructions: tuple[tuple[Step, ...], ...] = Field(default=(), max_length=10_000)
    probabilities: tuple[float, ...] | tuple[tuple[float, float], tuple[float, float]]
    gate_qubits: tuple[tuple[int, ...], ...] | None = None

    @model_validator(mode="after")
    def _sums(self) -> Self:
        for row in self.rows:
            if min(row, default=-1) < 0 or abs(sum(row) - 1) > 1e-6:
                raise ValueError("probabilities that do not sum to one")
        if self.type == "qerror" and len(self.instructions) != len(self.probabilities):
            raise ValueError("other numbers of operations and probabilities")
        if (self.type == "roerror") != isinstance(self.probabilities[0], tuple):
            raise ValueError("a table of probabilities belongs to a readout")
        return self

    @property
    def rows(self) -> Iterator[tuple[float, ...]]:
        tables = isinstance(self.probabilities[0], tuple) if self.probabilities else False
        return iter(self.probabilities if tables else (self.probabilities,))  # type: ignore[arg-type]


class ToldNoise(Record):
    """A machine's width, where each of its gates acts, and the errors they make."""

    qubits: int = Field(ge=1, le=1000)
    gates: dict[str, tuple[tuple[int, ...], ...]] = Field(max_length=50)
    errors: tuple[Fault, ...] = Field(max_length=100_000)

    @model_validator(mode="after")
    def _inside(self) -> Self:
        places = [p for all_of in self.gates.values() for p in all_of]
        places += [p for fault in self.errors for p in fault.gate_qubits or ()]
        if any(not 0 <= qubit < self.qubits for place in places for qubit in place):
            raise ValueError("a qubit that the machine does not have")
        strange = {name for fault in self.errors for name in fault.operations} - set(self.gates)
        if strange:
            raise ValueError(f"errors of gates that it does not compile to: {sorted(strange)}")
        return self


@cache
def told(name: str) -> ToldNoise:
    """What the twin VENDOR/DEVICE tells of its noise; asked once.

    Raises UnknownName for a vendor or device that is not there, BackendUnavailable for what is no
    twin, where the vendor is not installed, and where Aer cannot take the twin's model.
    """
    of, _, device = name.partition("/")
    known = vendor(of)
    if not known.is_twin(device):
        twins = [f"{of}/{near}" for near in known.examples if known.is_twin(near)]
        raise BackendUnavailable(
            f"{name} is no offline twin, and only twins tell a model of their noise",
            f"{known.title} has {', '.join(twins) or 'none'}",
        )
    try:
        return ToldNoise.model_validate(process(of).ask(device, {}, "noise"))
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise BackendUnavailable(
            f"the noise model of {name} is not one that Aer can take: {why}",
            f"Run the twin itself: -b {name}",
        ) from None


@cache
def told_target(name: str) -> Any:
    """The gates and couplings of a twin, as Qiskit compiles for them. Raises as `told` does."""
    from qiskit.circuit.library import get_standard_gate_name_mapping
    from qiskit.transpiler import Target

    known, said = get_standard_gate_name_mapping(), told(name)
    found = Target(num_qubits=said.qubits)
    for gate, places in said.gates.items():
        if gate not in known:
            raise BackendUnavailable(
                f"{name} has the gate {gate}, which Aer lacks", f"Run the twin itself: -b {name}"
            )
        found.add_instruction(known[gate], dict.fromkeys(places))
    return found


def told_model(name: str, places: frozenset[int]) -> Any:
    """Aer's model of a twin's noise at some places. Raises as `told` does."""
    from qiskit_aer.noise import NoiseModel, ReadoutError

    said = told(name)
    model = NoiseModel(basis_gates=[g for g in said.gates if g not in ("measure", "delay")])
    for fault in said.errors:
        everywhere = fault.gate_qubits is None
        kept = [at for at in fault.gate_qubits or () if places.issuperset(at)]
        if not everywhere and not kept:
            continue
        if fault.type == "roerror":
            error = ReadoutError([list(row) for row in fault.rows])
            for at in kept:
                model.add_readout_error(error, list(at))
            if everywhere:
                model.add_all_qubit_readout_error(error)
            continue
        error = _error(fault)
        for at in kept:
            model.add_quantum_error(error, list(fault.operations), list(at))
        if everywhere:
            model.add_all_qubit_quantum_error(error, list(fault.operations))
    return model


def _error(fault: Fault) -> Any:
    """An error as a list of circuits and how likely each is."""
    from qiskit import QuantumCircuit
    from qiskit.circuit.library import PauliGate
    from qiskit_aer.noise import QuantumError

    width = 1 + max(q for steps in fault.instructions for step in steps for q in step.qubits)
    made = []
    for steps, share in zip(fault.instructions, fault.probabilities, strict=True):
        circuit = QuantumCircuit(width)
        for step in steps:
            if step.params:
                circuit.append(PauliGate(step.params[0]), step.qubits)
            else:
                getattr(circuit, step.name)(step.qubits[0])
        made.append((circuit, share))
    return QuantumError(made)
