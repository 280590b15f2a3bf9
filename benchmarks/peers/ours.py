"""This project's kernel, run in the project's own environment."""

from __future__ import annotations

import numpy as np

from peers.cost import Cost, Floats
from peers.worker import Gradient, Peer, Value, serve
from usecases.kernel.uniform import UniformSpace


class Ours(Peer):
    """The cost as a table, one pass a layer."""

    packages = ("quantum-usecases", "numpy")

    def __init__(self, cost: Cost, threads: int, precision: str) -> None:
        super().__init__(cost, threads, precision)
        self.kernel = UniformSpace(cost.table, precision=precision, threads=threads)

    def gradient(self, gammas: Floats, betas: Floats) -> tuple[float, Floats]:
        """Value and derivatives in one call."""
        value, by_gamma, by_beta = self.kernel.gradient(gammas, betas)
        return value, np.concatenate((by_gamma, by_beta))

    def values(self) -> dict[str, Value]:
        """One way."""
        return {"kernel": self.kernel.energy}

    def gradients(self) -> dict[str, Gradient]:
        """One way."""
        return {"kernel": self.gradient}

    def traffic(self, what: str, depth: int) -> int:
        """Bytes that the passes read and write, caches left out of account."""
        state = 2 * self.kernel.size * (8 if self.precision == "double" else 4)
        cost = self.kernel.cost_bytes
        forward = (state + cost) + depth * (2 * state + cost)
        return forward if what == "expectation" else forward + state + depth * (4 * state + cost)


if __name__ == "__main__":
    serve(Ours)
