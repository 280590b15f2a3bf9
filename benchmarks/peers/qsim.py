"""Google's qsim through Cirq: vectorised single precision with gate fusion, no gradients."""

from __future__ import annotations

from collections.abc import Iterator

import cirq
import numpy as np
import qsimcirq

from peers.cost import Cost, Floats
from peers.worker import Peer, Value, serve


class QSim(Peer):
    """ZZ powers, fused by qsim; the table weighs the amplitudes."""

    packages = ("qsimcirq", "cirq-core", "numpy")

    def __init__(self, cost: Cost, threads: int, precision: str) -> None:
        super().__init__(cost, threads, precision)
        # Cirq's first qubit is the most significant bit
        self.qubits = cirq.LineQubit.range(cost.n)[::-1]
        self.simulators = {
            size: qsimcirq.QSimSimulator(
                qsimcirq.QSimOptions(cpu_threads=threads, max_fused_gate_size=size)
            )
            for size in (2, 3, 4)
        }

    def operations(self, gammas: Floats, betas: Floats) -> Iterator[cirq.Operation]:
        """The gates; ZZ**t is exp(-iπt(ZZ-1)/2)."""
        yield from (cirq.H(qubit) for qubit in self.qubits)
        for gamma, beta in zip(gammas.tolist(), betas.tolist(), strict=True):
            for indices, weight in self.cost.acting:
                power = 2 * gamma * weight / np.pi
                gate = (cirq.ZZ if len(indices) == 2 else cirq.Z) ** power
                yield gate(*(self.qubits[i] for i in indices))
            yield from (cirq.rx(-2 * beta)(qubit) for qubit in self.qubits)

    def through(self, size: int) -> Value:
        """One size of fused gates."""

        def value(gammas: Floats, betas: Floats) -> float:
            circuit = cirq.Circuit(self.operations(gammas, betas))
            order = self.qubits[::-1]
            _, amplitudes, _ = self.simulators[size].simulate_into_1d_array(
                circuit, qubit_order=order
            )
            weights = amplitudes.real**2 + amplitudes.imag**2
            return float(np.dot(weights.astype(float), self.cost.table))

        return value

    def values(self) -> dict[str, Value]:
        """Several sizes of fused gates."""
        return {f"ZZ, fused to {size}": self.through(size) for size in self.simulators}


if __name__ == "__main__":
    serve(QSim)
