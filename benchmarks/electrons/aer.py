"""Qiskit Aer's statevector simulator: C++ with gate fusion, no gradients."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit.library import UnitaryGate
from qiskit.quantum_info import PauliList, SparsePauliOp
from qiskit_aer import AerSimulator

from electrons.problem import Factor, Problem, moved
from electrons.worker import serve
from peers.cost import Floats


def turn(moving: int, theta: float) -> UnitaryGate:
    """exp θ(Q − Q†) where Q takes the lower half of 2·moving qubits, filled, to the upper."""
    matrix = np.eye(1 << 2 * moving)
    low, high = (1 << moving) - 1, ((1 << moving) - 1) << moving
    matrix[low, low] = matrix[high, high] = np.cos(theta)
    matrix[high, low], matrix[low, high] = np.sin(theta), -np.sin(theta)
    return UnitaryGate(matrix, check_input=False)


def add(circuit: QuantumCircuit, factor: Factor, theta: float) -> None:
    """A factor as one matrix on the moved qubits, its angle turned by the others' parity."""
    if not factor.virtual:
        phase = circuit.p if len(factor.occupied) == 1 else circuit.cp
        phase(theta, *factor.occupied)
        return
    sign, others = moved(factor)
    steps = list(pairwise(others))
    for pair in steps:
        circuit.cx(*pair)
    if others:
        circuit.cz(others[-1], factor.virtual[0])
    qubits = factor.occupied + factor.virtual
    circuit.append(turn(len(factor.occupied), sign * theta), qubits)
    if others:
        circuit.cz(others[-1], factor.virtual[0])
    for pair in reversed(steps):
        circuit.cx(*pair)


class Aer:
    """The circuit; what is saved of its state is given by subclasses."""

    def __init__(self, problem: Problem, threads: int) -> None:
        self.problem = problem
        self.simulator = AerSimulator(method="statevector", max_parallel_threads=threads)

    def circuit(self, parameters: Floats) -> QuantumCircuit:
        """All factors on the reference."""
        circuit = QuantumCircuit(self.problem.qubits)
        for qubit in self.problem.reference:
            circuit.x(qubit)
        angles = self.problem.angles(parameters).tolist()
        for factor, theta in zip(self.problem.factors, angles, strict=True):
            add(circuit, factor, theta)
        return circuit

    def saved(self, circuit: QuantumCircuit) -> Any:
        """The one thing that a run saves."""
        return self.simulator.run(circuit, shots=1).result().data(0)


class Amplitudes(Aer):
    """The amplitudes, and a sparse Hamiltonian in SciPy."""

    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        self.matrix = problem.matrix

    def value(self, parameters: Floats) -> float:
        """Real and imaginary parts on their own: the Hamiltonian is real."""
        circuit = self.circuit(parameters)
        circuit.save_statevector()
        state = np.asarray(self.saved(circuit)["statevector"])
        parts = (np.ascontiguousarray(state.real), np.ascontiguousarray(state.imag))
        return float(sum(part @ (self.matrix @ part) for part in parts if part.any()))


class Terms(Aer):
    """The expectation of Pauli strings, inside the simulator."""

    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        masks, bit = np.array([(x, z) for x, z, _ in problem.paulis]), np.arange(problem.qubits)
        x, z = ((masks[:, k, None] >> bit & 1).astype(bool) for k in (0, 1))
        coefficients = np.array([c for _, _, c in problem.paulis])
        self.operator = SparsePauliOp(PauliList.from_symplectic(z, x), coefficients)

    def value(self, parameters: Floats) -> float:
        """The saved expectation value."""
        circuit = self.circuit(parameters)
        circuit.save_expectation_value(self.operator, range(self.problem.qubits))
        return float(self.saved(circuit)["expectation_value"])


if __name__ == "__main__":
    serve({"amplitudes": Amplitudes, "Pauli strings": Terms}, ("qiskit", "qiskit-aer", "numpy"))
