"""PennyLane's lightning.qubit: C++ kernels with adjoint differentiation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pennylane as qml
import scipy.sparse

from peers.cost import Cost, Floats
from peers.worker import Gradient, Peer, Value, serve


class Lightning(Peer):
    """The phase as IsingZZ or as one diagonal unitary; the cost as a sparse diagonal or terms."""

    packages = ("pennylane", "pennylane_lightning", "numpy")

    def __init__(self, cost: Cost, threads: int, precision: str) -> None:
        super().__init__(cost, threads, precision)
        self.wires = list(range(cost.n))[::-1]  # its first wire is the most significant bit
        kind = np.complex128 if precision == "double" else np.complex64
        self.device = qml.device("lightning.qubit", wires=self.wires, c_dtype=kind)
        entries = scipy.sparse.diags(cost.table, format="csr")
        self.cost_matrix = qml.SparseHamiltonian(entries, wires=self.wires)
        self.config = qml.devices.ExecutionConfig(gradient_method="adjoint")

    def rotations(self, gammas: Floats, betas: Floats) -> list[Any]:
        """The gates of all layers, one a term."""
        gates: list[Any] = [qml.Hadamard(i) for i in self.wires]
        for gamma, beta in zip(gammas.tolist(), betas.tolist(), strict=True):
            for indices, weight in self.cost.acting:
                angle = 2 * gamma * weight
                pair = len(indices) == 2
                gates.append((qml.IsingZZ if pair else qml.RZ)(angle, wires=indices))
            gates.extend(qml.RX(-2 * beta, wires=i) for i in self.wires)
        return gates

    def expected(self, gates: list[Any]) -> float:
        """The expected cost, by the sparse diagonal."""
        tape = qml.tape.QuantumScript(gates, [qml.expval(self.cost_matrix)])
        return float(self.device.execute(tape))

    def by_probabilities(self, gates: list[Any]) -> float:
        """The expected cost, by all probabilities."""
        tape = qml.tape.QuantumScript(gates, [qml.probs(wires=self.wires)])
        return float(np.dot(self.device.execute(tape), self.cost.table))

    def values(self) -> dict[str, Value]:
        """Rotations with either way of measuring."""
        return {
            "IsingZZ, sparse cost": lambda g, b: self.expected(self.rotations(g, b)),
            "IsingZZ, probabilities": lambda g, b: self.by_probabilities(self.rotations(g, b)),
        }

    def adjoint(self, gammas: Floats, betas: Floats) -> tuple[float, Floats]:
        """Adjoint differentiation of every rotation, summed over each layer."""
        tape = qml.tape.QuantumScript(self.rotations(gammas, betas), [qml.expval(self.cost_matrix)])
        tape.trainable_params = list(range(len(tape.get_parameters(trainable_only=False)) - 1))
        value, slopes = self.device.execute_and_compute_derivatives(tape, self.config)
        m = len(self.cost.acting)
        per_layer = np.array(slopes).reshape(len(gammas), -1)
        weights = np.array([weight for _, weight in self.cost.acting])
        return float(value), np.concatenate(
            (per_layer[:, :m] @ (2 * weights), -2 * per_layer[:, m:].sum(1))
        )

    def gradients(self) -> dict[str, Gradient]:
        """Its adjoint method."""
        return {"adjoint, IsingZZ, sparse cost": self.adjoint}


if __name__ == "__main__":
    serve(Lightning)
