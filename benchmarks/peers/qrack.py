"""Qrack through PyQrack, its build without a graphics card in double precision; no gradients."""

from __future__ import annotations

import numpy as np
from pyqrack import Pauli, QrackSimulator

from peers.cost import Floats
from peers.worker import Peer, Value, serve


class Qrack(Peer):
    """ZZ as a phase between two CNOTs; the table weighs the amplitudes."""

    packages = ("pyqrack-cpu-complex128", "numpy")

    def value(self, gammas: Floats, betas: Floats) -> float:
        """The expected cost; r is exp(-iθP/2)."""
        simulator = QrackSimulator(self.cost.n, is_gpu=False)
        for i in range(self.cost.n):
            simulator.h(i)
        for gamma, beta in zip(gammas.tolist(), betas.tolist(), strict=True):
            for indices, weight in self.cost.acting:
                first, last = indices[0], indices[-1]
                if first != last:
                    simulator.mcx([first], last)
                simulator.r(Pauli.PauliZ, 2 * gamma * weight, last)
                if first != last:
                    simulator.mcx([first], last)
            for i in range(self.cost.n):
                simulator.r(Pauli.PauliX, -2 * beta, i)
        amplitudes = np.asarray(simulator.out_ket())
        return float(np.dot(amplitudes.real**2 + amplitudes.imag**2, self.cost.table))

    def values(self) -> dict[str, Value]:
        """One way."""
        return {"CNOT RZ CNOT, amplitudes": self.value}


if __name__ == "__main__":
    serve(Qrack)
