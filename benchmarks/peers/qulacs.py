"""Qulacs of QunaSys and Osaka: fast gates in C++, gradients by backpropagation."""

from __future__ import annotations

import numpy as np
from qulacs import ParametricQuantumCircuit, QuantumState
from qulacs.gate import RX, DiagonalMatrix, PauliRotation

from peers.cost import Cost, Floats
from peers.worker import Gradient, Peer, Value, serve


class Qulacs(Peer):
    """The phase as one diagonal gate or as rotations; the cost as a table in NumPy."""

    packages = ("qulacs", "numpy")

    def __init__(self, cost: Cost, threads: int, precision: str) -> None:
        super().__init__(cost, threads, precision)
        self.state, self.bra = QuantumState(cost.n), QuantumState(cost.n)
        self.plus = np.full(2**cost.n, 2 ** (-cost.n / 2), complex)
        self.circuits: dict[int, ParametricQuantumCircuit] = {}

    def mix(self, beta: float) -> None:
        """exp(iβΣX); its RX(θ) is exp(+iθX/2)."""
        for i in range(self.cost.n):
            RX(i, 2 * beta).update_quantum_state(self.state)

    def measured(self) -> float:
        """The expected cost of the state."""
        amplitudes = self.state.get_vector()
        return float(np.dot(amplitudes.real**2 + amplitudes.imag**2, self.cost.table))

    def diagonal(self, gammas: Floats, betas: Floats) -> float:
        """One diagonal gate a layer."""
        every = list(range(self.cost.n))
        self.state.load(self.plus)
        for gamma, beta in zip(gammas, betas, strict=True):
            phases = np.exp(-1j * gamma * self.cost.table)
            DiagonalMatrix(every, phases).update_quantum_state(self.state)
            self.mix(beta)
        return self.measured()

    def rotations(self, gammas: Floats, betas: Floats) -> float:
        """One rotation a term; exp(+iθZZ/2)."""
        self.state.load(self.plus)
        for gamma, beta in zip(gammas, betas, strict=True):
            for indices, weight in self.cost.acting:
                gate = PauliRotation(list(indices), [3] * len(indices), -2 * gamma * weight)
                gate.update_quantum_state(self.state)
            self.mix(beta)
        return self.measured()

    def circuit(self, depth: int) -> ParametricQuantumCircuit:
        """All gates with a parameter each."""
        if depth not in self.circuits:
            made = ParametricQuantumCircuit(self.cost.n)
            for i in range(self.cost.n):
                made.add_H_gate(i)
            for _ in range(depth):
                for indices, _weight in self.cost.acting:
                    axes = [3] * len(indices)
                    made.add_parametric_multi_Pauli_rotation_gate(list(indices), axes, 0.0)
                for i in range(self.cost.n):
                    made.add_parametric_RX_gate(i, 0.0)
            self.circuits[depth] = made
        return self.circuits[depth]

    def backprop(self, gammas: Floats, betas: Floats) -> tuple[float, Floats]:
        """Its backpropagation from the state C|ψ>, which spares applying C term by term."""
        circuit = self.circuit(len(gammas))
        weights = np.array([weight for _, weight in self.cost.acting])
        scales = np.concatenate((-2 * weights, np.full(self.cost.n, 2.0)))
        m = len(weights)
        layers = [
            np.concatenate((np.full(m, g), np.full(self.cost.n, b)))
            for g, b in zip(gammas, betas, strict=True)
        ]
        angles = (np.array(layers) * scales).ravel()
        for k, angle in enumerate(angles.tolist()):
            circuit.set_parameter(k, angle)
        self.state.set_zero_state()
        circuit.update_quantum_state(self.state)
        amplitudes = self.state.get_vector()
        self.bra.load(amplitudes * self.cost.table)
        value = float(np.vdot(amplitudes, self.bra.get_vector()).real)
        slopes = np.array(circuit.backprop_inner_product(self.bra)).reshape(len(gammas), -1)
        slopes = 2 * slopes * scales  # it returns Re<bra|d ket>, half of what a real value changes
        return value, np.concatenate((slopes[:, :m].sum(1), slopes[:, m:].sum(1)))

    def values(self) -> dict[str, Value]:
        """Both ways to apply the phase."""
        return {"diagonal gate": self.diagonal, "rotations": self.rotations}

    def gradients(self) -> dict[str, Gradient]:
        """Backpropagation over the rotations."""
        return {"backprop": self.backprop}


if __name__ == "__main__":
    serve(Qulacs)
