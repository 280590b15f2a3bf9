"""QOKit, JPMorgan Chase's simulator of QAOA: a precomputed cost, its compiled C simulator."""

from __future__ import annotations

import numpy as np
from qokit import fur

from peers.cost import Cost, Floats
from peers.worker import Peer, Value, serve


class QOKit(Peer):
    """The C simulator where the set-up could compile it, else the one in Python."""

    packages = ("qokit", "numpy", "numba")

    def __init__(self, cost: Cost, threads: int, precision: str) -> None:
        super().__init__(cost, threads, precision)
        self.names = [name for name in fur.get_available_simulator_names("x") if name == "c"]
        self.names = self.names or ["python"]
        self.simulators = {
            name: fur.choose_simulator(name=name)(cost.n, costs=np.ascontiguousarray(cost.table))
            for name in self.names
        }

    def values(self) -> dict[str, Value]:
        """Its phase is exp(-iγC/2), its mixer exp(-iβX)."""

        def through(name: str) -> Value:
            simulator = self.simulators[name]

            def value(gammas: Floats, betas: Floats) -> float:
                state = simulator.simulate_qaoa(2 * gammas, -betas)
                return float(simulator.get_expectation(state))

            return value

        return {name: through(name) for name in self.names}


if __name__ == "__main__":
    serve(QOKit)
