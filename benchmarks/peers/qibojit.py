"""Qibo with its qibojit backend: kernels compiled by Numba, no gradients."""

from __future__ import annotations

import numpy as np
import qibo
from qibo import Circuit, gates

from peers.cost import Cost, Floats
from peers.worker import Peer, Value, serve


class Qibojit(Peer):
    """RZZ gates; the table weighs the amplitudes."""

    packages = ("qibo", "qibojit", "numba", "numpy")

    def __init__(self, cost: Cost, threads: int, precision: str) -> None:
        super().__init__(cost, threads, precision)
        qibo.set_backend("qibojit", platform="numba")
        qibo.set_threads(threads)

    def value(self, gammas: Floats, betas: Floats) -> float:
        """The expected cost; Qibo's first qubit is the most significant bit."""
        last = self.cost.n - 1
        circuit = Circuit(self.cost.n)
        circuit.add(gates.H(i) for i in range(self.cost.n))
        for gamma, beta in zip(gammas.tolist(), betas.tolist(), strict=True):
            for indices, weight in self.cost.acting:
                kind = gates.RZZ if len(indices) == 2 else gates.RZ
                circuit.add(kind(*(last - i for i in indices), 2 * gamma * weight))
            circuit.add(gates.RX(i, -2 * beta) for i in range(self.cost.n))
        amplitudes = np.asarray(circuit().state())
        return float(np.dot(amplitudes.real**2 + amplitudes.imag**2, self.cost.table))

    def values(self) -> dict[str, Value]:
        """One way."""
        return {"RZZ, amplitudes": self.value}


if __name__ == "__main__":
    serve(Qibojit)
