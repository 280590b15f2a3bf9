"""MindQuantum of Huawei: the mqvector simulator with adjoint gradients."""

from __future__ import annotations

import numpy as np
import scipy.sparse
from mindquantum.core.circuit import Circuit
from mindquantum.core.gates import RX, RZ, H, Rzz
from mindquantum.core.operators import Hamiltonian
from mindquantum.simulator import Simulator

from peers.cost import Cost, Floats
from peers.worker import Gradient, Peer, Value, serve


class MindQuantum(Peer):
    """Rzz gates with shared parameters; the cost as a sparse diagonal."""

    packages = ("mindquantum", "numpy")

    def __init__(self, cost: Cost, threads: int, precision: str) -> None:
        super().__init__(cost, threads, precision)
        self.simulator = Simulator("mqvector", cost.n)
        self.operator = Hamiltonian(scipy.sparse.diags(cost.table.astype(complex), format="csr"))
        self.circuits: dict[int, Circuit] = {}

    def circuit(self, depth: int) -> Circuit:
        """All layers, parameters named after the angles."""
        if depth not in self.circuits:
            made = Circuit([H.on(i) for i in range(self.cost.n)])
            for k in range(depth):
                for indices, weight in self.cost.acting:
                    kind = Rzz if len(indices) == 2 else RZ
                    made += kind({f"g{k}": 2 * weight}).on(list(indices))
                for i in range(self.cost.n):
                    made += RX({f"b{k}": -2}).on(i)
            self.circuits[depth] = made
        return self.circuits[depth]

    def sparse(self, gammas: Floats, betas: Floats) -> float:
        """The expected cost, by the sparse diagonal."""
        circuit = self.circuit(len(gammas))
        self.simulator.reset()
        self.simulator.apply_circuit(circuit, self.named(gammas, betas))
        return float(self.simulator.get_expectation(self.operator).real)

    def table(self, gammas: Floats, betas: Floats) -> float:
        """The expected cost, by the amplitudes in NumPy."""
        self.simulator.reset()
        self.simulator.apply_circuit(self.circuit(len(gammas)), self.named(gammas, betas))
        amplitudes = self.simulator.get_qs()
        return float(np.dot(amplitudes.real**2 + amplitudes.imag**2, self.cost.table))

    def named(self, gammas: Floats, betas: Floats) -> dict[str, float]:
        """The angles by the names of the parameters."""
        named = {f"g{k}": float(x) for k, x in enumerate(gammas)}
        return named | {f"b{k}": float(x) for k, x in enumerate(betas)}

    def values(self) -> dict[str, Value]:
        """Two ways to measure."""
        return {"Rzz, amplitudes": self.table, "Rzz, sparse cost": self.sparse}

    def adjoint(self, gammas: Floats, betas: Floats) -> tuple[float, Floats]:
        """Its gradient operator."""
        circuit = self.circuit(len(gammas))
        self.simulator.reset()
        operator = self.simulator.get_expectation_with_grad(self.operator, circuit)
        named = self.named(gammas, betas)
        value, slopes = operator(np.array([named[name] for name in circuit.params_name]))
        by_name = dict(zip(circuit.params_name, slopes[0, 0].real, strict=True))
        return float(value[0, 0].real), np.array([by_name[name] for name in named])

    def gradients(self) -> dict[str, Gradient]:
        """Adjoint differentiation."""
        return {"adjoint, Rzz, sparse cost": self.adjoint}


if __name__ == "__main__":
    serve(MindQuantum)
