"""Qiskit Aer's statevector simulator: C++ with gate fusion, no gradients."""

from __future__ import annotations

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit.library import DiagonalGate
from qiskit_aer import AerSimulator

from peers.cost import Cost, Floats
from peers.worker import Peer, Value, serve


class Aer(Peer):
    """The phase as RZZ gates, which Aer fuses, or as one diagonal gate."""

    packages = ("qiskit", "qiskit-aer", "numpy")

    def __init__(self, cost: Cost, threads: int, precision: str) -> None:
        super().__init__(cost, threads, precision)
        self.simulator = AerSimulator(
            method="statevector", precision=precision, max_parallel_threads=threads
        )

    def rotations(self, circuit: QuantumCircuit, gamma: float) -> None:
        """One gate a term."""
        for indices, weight in self.cost.acting:
            if len(indices) == 2:
                circuit.rzz(2 * gamma * weight, *indices)
            else:
                circuit.rz(2 * gamma * weight, *indices)

    def diagonal(self, circuit: QuantumCircuit, gamma: float) -> None:
        """One gate a layer."""
        phases = np.exp(-1j * gamma * self.cost.table)
        circuit.append(DiagonalGate(phases.tolist()), range(self.cost.n))

    def measured(self, circuit: QuantumCircuit, save: str) -> float:
        """Runs the circuit and weighs its probabilities with the table."""
        getattr(circuit, f"save_{save}")()
        result = self.simulator.run(circuit, shots=1).result()
        if save == "probabilities":
            return float(np.dot(np.asarray(result.data(0)[save]), self.cost.table))
        amplitudes = np.asarray(result.data(0)[save])
        return float(np.dot(amplitudes.real**2 + amplitudes.imag**2, self.cost.table))

    def through(self, phase: str, save: str) -> Value:
        """One way to apply the phase and to read the state."""

        def value(gammas: Floats, betas: Floats) -> float:
            circuit = QuantumCircuit(self.cost.n)
            circuit.h(range(self.cost.n))
            for gamma, beta in zip(gammas.tolist(), betas.tolist(), strict=True):
                getattr(self, phase)(circuit, gamma)
                circuit.rx(-2 * beta, range(self.cost.n))
            return self.measured(circuit, save)

        return value

    def values(self) -> dict[str, Value]:
        """Both phases; the amplitudes or the probabilities."""
        return {
            "RZZ, amplitudes": self.through("rotations", "statevector"),
            "RZZ, probabilities": self.through("rotations", "probabilities"),
            "diagonal gate, amplitudes": self.through("diagonal", "statevector"),
        }


if __name__ == "__main__":
    serve(Aer)
