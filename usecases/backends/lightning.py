"""PennyLane Lightning: the same circuits on a second, independent statevector simulator."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from usecases.contracts import JobResult, LocalBackend
from usecases.errors import BackendUnavailable
from usecases.machine import BASIS, largest_state, sizes
from usecases.programs import Counts, Expectation, Program, SampleCircuits

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp

GATES = {
    "h": "Hadamard",
    "x": "PauliX",
    "y": "PauliY",
    "z": "PauliZ",
    "s": "S",
    "t": "T",
    "sx": "SX",
    "rx": "RX",
    "ry": "RY",
    "rz": "RZ",
    "p": "PhaseShift",
    "rzz": "IsingZZ",
    "cp": "ControlledPhaseShift",
    "cx": "CNOT",
    "cz": "CZ",
    "swap": "SWAP",
}
"""Qiskit's names of the gates and PennyLane's; anything else is first compiled to `BASIS`."""


class Lightning(LocalBackend):
    """PennyLane's C++ statevector simulator, ideal."""

    runs: ClassVar[tuple[type[Program[Any]], ...]] = (SampleCircuits, Expectation)

    precision: Literal["double", "single"] = "double"

    def holds(self) -> int:
        return largest_state(16 if self.precision == "double" else 8)

    def memory(self, qubits: int) -> int:
        return (16 if self.precision == "double" else 8) << qubits

    def run(self, program: SampleCircuits | Expectation) -> JobResult:
        if isinstance(program, SampleCircuits):
            return self._sample(program)
        return self._expectation(program)

    def _sample(self, program: SampleCircuits) -> JobResult:
        import pennylane as qml

        begun = time.perf_counter()
        known = [_known(circuit) for circuit in program.circuits]
        started = time.perf_counter()
        tables = []
        for k, (circuit, shots) in enumerate(zip(known, program.each, strict=True)):
            operations, measured = _operations(circuit)
            wires = sorted(measured)
            tape = qml.tape.QuantumScript(operations, [qml.counts(wires=wires)], shots)
            device = self._device(circuit.num_qubits, program.seed + k)
            found = qml.execute([tape], device, diff_method=None)[0]
            tables.append(_qiskit_order(found, [measured[w] for w in wires], circuit.num_clbits))
        seconds = time.perf_counter() - started
        return JobResult(
            tables, seconds, compiled=started - begun, circuits=sizes(program.circuits, known)
        )

    def _expectation(self, program: Expectation) -> JobResult:
        import pennylane as qml

        started = time.perf_counter()
        operations, _ = _operations(_known(program.circuit))
        measures = [qml.expval(_observable(o)) for o in program.observables]
        tape = qml.tape.QuantumScript(operations, measures)
        device = self._device(program.circuit.num_qubits, None)
        found = qml.execute([tape], device, diff_method=None)[0]
        values = [float(v) for v in (found if len(measures) > 1 else [found])]
        return JobResult([[v, 0.0] for v in values], time.perf_counter() - started)

    def _device(self, qubits: int, seed: int | None) -> Any:
        import numpy as np
        import pennylane as qml

        kind = np.complex128 if self.precision == "double" else np.complex64
        return qml.device("lightning.qubit", wires=qubits, c_dtype=kind, seed=seed)


def _operations(circuit: QuantumCircuit) -> tuple[list[Any], dict[int, int]]:
    """PennyLane's operations, and which classical bit each measured qubit goes to."""
    import pennylane as qml

    operations: list[Any] = []
    measured: dict[int, int] = {}
    for item in circuit.data:
        wires = [circuit.find_bit(q).index for q in item.qubits]
        name = item.operation.name
        if name != "barrier" and measured.keys() & set(wires):
            raise BackendUnavailable("lightning runs no gates on a qubit that was measured")
        if name == "reset":
            raise BackendUnavailable("lightning cannot set qubits anew", "Take aer")
        if name == "measure":
            measured[wires[0]] = circuit.find_bit(item.clbits[0]).index
        elif name in ("sdg", "tdg"):
            operations.append(qml.adjoint(getattr(qml, name[0].upper())(wires=wires)))
        elif name != "barrier":
            make: Callable[..., Any] = getattr(qml, GATES[name])
            operations.append(make(*map(float, item.operation.params), wires=wires))
    return operations, measured


def _known(circuit: QuantumCircuit) -> QuantumCircuit:
    """The circuit itself when every gate is known, else compiled to the common basis."""
    known = {*GATES, "sdg", "tdg", "measure", "barrier"}
    if set(circuit.count_ops()) <= known:
        return circuit
    from qiskit import transpile

    compiled: QuantumCircuit = transpile(circuit, basis_gates=list(BASIS), num_processes=1)
    return compiled


def _qiskit_order(found: dict[str, int], clbits: list[int], width: int) -> Counts:
    """PennyLane's first character is its first wire; ours is the highest classical bit."""
    counts: Counts = {}
    for key, count in found.items():
        bits = ["0"] * width
        for character, clbit in zip(str(key), clbits, strict=True):
            bits[width - 1 - clbit] = character
        counts["".join(bits)] = int(count)
    return counts


def _observable(observable: SparsePauliOp) -> Any:
    import pennylane as qml

    words, coefficients = [], []
    for label, coefficient in observable.to_list():
        letters = {i: p for i, p in enumerate(reversed(label)) if p != "I"}
        words.append(qml.pauli.PauliWord(letters))
        coefficients.append(float(coefficient.real))
    sentence = qml.pauli.PauliSentence(dict(zip(words, coefficients, strict=True)))
    return sentence.operation(wire_order=range(observable.num_qubits))


backend = Lightning
