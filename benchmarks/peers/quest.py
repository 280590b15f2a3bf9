"""QuEST of Oxford through pyQuEST: C with OpenMP, no gradients."""

from __future__ import annotations

import numpy as np
from pyquest import Circuit, Register
from pyquest.operators import DiagonalOperator, PauliSum, TrotterCircuit
from pyquest.unitaries import PauliProduct, Rx, Z

from peers.cost import Cost, Floats
from peers.worker import Peer, Value, serve


class QuEST(Peer):
    """The phase as a diagonal operator or as an exact Trotter step; the table weighs."""

    packages = ("pyquest", "numpy")

    def __init__(self, cost: Cost, threads: int, precision: str) -> None:
        super().__init__(cost, threads, precision)
        self.register = Register(cost.n)
        self.plus = np.full(2**cost.n, 2 ** (-cost.n / 2), complex)
        self.operator = PauliSum()
        for indices, weight in cost.acting:
            self.operator += PauliSum([(weight, PauliProduct([Z(i) for i in indices]))])

    def diagonal(self, gamma: float) -> DiagonalOperator:
        """One pass over a table of phases."""
        return DiagonalOperator(self.cost.n, np.exp(-1j * gamma * self.cost.table))

    def trotter(self, gamma: float) -> TrotterCircuit:
        """One rotation a term."""
        return TrotterCircuit(self.operator, gamma, 1, 1)

    def through(self, phase: str) -> Value:
        """One way to apply the phase."""

        def value(gammas: Floats, betas: Floats) -> float:
            self.register[:] = self.plus
            for gamma, beta in zip(gammas.tolist(), betas.tolist(), strict=True):
                self.register.apply_operator(getattr(self, phase)(gamma))
                self.register.apply_circuit(Circuit([Rx(i, -2 * beta) for i in range(self.cost.n)]))
            amplitudes = self.register[:]
            return float(np.dot(amplitudes.real**2 + amplitudes.imag**2, self.cost.table))

        return value

    def values(self) -> dict[str, Value]:
        """Both phases."""
        return {"diagonal operator": self.through("diagonal"), "Trotter": self.through("trotter")}


if __name__ == "__main__":
    serve(QuEST)
