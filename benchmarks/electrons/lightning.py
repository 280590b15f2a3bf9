"""PennyLane's lightning.qubit: C++ kernels for moved electrons, adjoint differentiation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pennylane as qml

from electrons.problem import Factor, Problem, moved
from electrons.worker import serve
from peers.cost import Floats


def gates(factor: Factor, theta: float) -> Iterator[Any]:
    """A factor as one gate that moves electrons, its angle turned by the parity of the others."""
    if not factor.virtual:
        kind = qml.PhaseShift if len(factor.occupied) == 1 else qml.ControlledPhaseShift
        yield kind(theta, wires=factor.occupied)
        return
    sign, others = moved(factor)
    first = factor.virtual[0]
    ladder = [qml.CNOT([a, b]) for a, b in pairwise(others)]
    ladder += [qml.CZ([others[-1], first])] if others else []
    kind = qml.SingleExcitation if len(factor.occupied) == 1 else qml.DoubleExcitation
    yield from ladder
    yield kind(2 * sign * theta, wires=factor.virtual + factor.occupied)
    yield from reversed(ladder)


def pauli(x: int, z: int, qubits: int) -> Any:
    """A Pauli string from its masks."""
    names = {(1, 0): qml.X, (0, 1): qml.Z, (1, 1): qml.Y}
    letters = [names[x >> q & 1, z >> q & 1](q) for q in range(qubits) if (x | z) >> q & 1]
    return qml.prod(*letters) if letters else qml.Identity(0)


class Lightning:
    """The gates of all factors; what is measured is given by subclasses."""

    def __init__(self, problem: Problem, threads: int) -> None:
        self.problem = problem
        self.wires = list(range(problem.qubits))[::-1]  # its first wire is the most significant
        self.device = qml.device("lightning.qubit", wires=self.wires)
        self.config = qml.devices.ExecutionConfig(gradient_method="adjoint")
        self.observable = self.measured()

    def measured(self) -> Any:
        """The Hamiltonian as an observable."""
        raise NotImplementedError

    def tape(self, parameters: Floats) -> Any:
        """The circuit and its energy; every factor's angle is trainable."""
        angles = self.problem.angles(parameters).tolist()
        operations: list[Any] = [qml.X(p) for p in self.problem.reference]
        for factor, theta in zip(self.problem.factors, angles, strict=True):
            operations.extend(gates(factor, theta))
        tape = qml.tape.QuantumScript(operations, [qml.expval(self.observable)])
        tape.trainable_params = list(range(len(angles)))
        return tape

    def value(self, parameters: Floats) -> float:
        """The expected energy."""
        return float(self.device.execute(self.tape(parameters)))

    def gradient(self, parameters: Floats) -> tuple[float, Floats]:
        """Its adjoint method; a moving gate has twice the factor's angle."""
        tape = self.tape(parameters)
        value, slopes = self.device.execute_and_compute_derivatives(tape, self.config)
        problem = self.problem
        scale = [2 * moved(f).sign if f.virtual else 1.0 for f in problem.factors]
        return float(value), problem.by_parameter(np.array(slopes).reshape(-1) * scale)


class Sparse(Lightning):
    """The Hamiltonian as a sparse matrix."""

    def measured(self) -> Any:
        return qml.SparseHamiltonian(self.problem.matrix, wires=self.wires)


class Terms(Lightning):
    """The Hamiltonian as Pauli strings."""

    def measured(self) -> Any:
        qubits = self.problem.qubits
        strings = [pauli(x, z, qubits) for x, z, _ in self.problem.paulis]
        return qml.Hamiltonian([c for _, _, c in self.problem.paulis], strings)


if __name__ == "__main__":
    packages = ("pennylane", "pennylane_lightning", "numpy")
    serve({"sparse Hamiltonian": Sparse, "Pauli strings": Terms}, packages)
