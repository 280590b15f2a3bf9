"""pyQPanda3 of Origin Quantum: a C++ machine with adjoint gradients of its circuits."""

from __future__ import annotations

from typing import Any

import numpy as np
from pyqpanda3.core import CNOT, CPUQVM, RX, RZ, RZZ, H, QCircuit, QProg
from pyqpanda3.hamiltonian import Hamiltonian
from pyqpanda3.vqcircuit import DiffMethod, VQCircuit

from peers.cost import Cost, Floats
from peers.worker import Gradient, Peer, Value, serve


class QPanda(Peer):
    """RZZ gates; the table weighs the amplitudes, its Hamiltonian serves the gradient."""

    packages = ("pyqpanda3", "numpy")

    def __init__(self, cost: Cost, threads: int, precision: str) -> None:
        super().__init__(cost, threads, precision)
        self.operator = Hamiltonian(
            [("Z" * len(indices), list(indices), complex(w)) for indices, w in cost.acting]
        )
        self.circuits: dict[int, VQCircuit] = {}

    def value(self, gammas: Floats, betas: Floats) -> float:
        """The expected cost, by the amplitudes."""
        program = QProg(self.cost.n)
        for i in range(self.cost.n):
            program << H(i)
        for gamma, beta in zip(gammas.tolist(), betas.tolist(), strict=True):
            layer = QCircuit(self.cost.n)
            for indices, weight in self.cost.acting:
                angle = 2 * gamma * weight
                layer << (RZZ(*indices, angle) if len(indices) == 2 else RZ(*indices, angle))
            for i in range(self.cost.n):
                layer << RX(i, -2 * beta)
            program << layer
        machine = CPUQVM()
        machine.run(program, 1)
        amplitudes = np.asarray(machine.result().get_state_vector())
        return float(np.dot(amplitudes.real**2 + amplitudes.imag**2, self.cost.table))

    def values(self) -> dict[str, Value]:
        """One way."""
        return {"RZZ, amplitudes": self.value}

    def phase(self, indices: tuple[int, ...], angle: Any) -> list[Any]:
        """The gates of one term: the differentiation knows no RZZ."""
        if len(indices) == 1:
            return [RZ(*indices, angle)]
        return [CNOT(*indices), RZ(indices[1], angle), CNOT(*indices)]

    def circuit(self, depth: int) -> VQCircuit:
        """All layers with one parameter a layer and kind: a gate multiplies it by its weight."""
        if depth not in self.circuits:
            made = VQCircuit()
            made.set_Param([2 * depth])
            for i in range(self.cost.n):
                made << H(i)
            for k in range(depth):
                for indices, weight in self.cost.acting:
                    angle = (2 * weight) * made.Param([k])
                    for gate in self.phase(indices, angle):
                        made << gate
                for i in range(self.cost.n):
                    made << RX(i, -2.0 * made.Param([depth + k]))
            self.circuits[depth] = made
        return self.circuits[depth]

    def adjoint(self, gammas: Floats, betas: Floats) -> tuple[float, Floats]:
        """Its adjoint differentiation."""
        angles = np.concatenate((gammas, betas))
        answer = self.circuit(len(gammas)).get_gradients_and_expectation(
            angles, self.operator, DiffMethod.ADJOINT_DIFF
        )
        return answer.expectation_val() + self.cost.constant, np.array(answer.gradients())

    def gradients(self) -> dict[str, Gradient]:
        """Adjoint differentiation."""
        return {"adjoint, CNOT RZ CNOT": self.adjoint}


if __name__ == "__main__":
    serve(QPanda)
