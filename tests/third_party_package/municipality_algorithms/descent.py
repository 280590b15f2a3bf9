"""Descent: from random answers, flip single bits while that lowers the energy."""

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from usecases.contracts import Algorithm, Execute, Outcome
from usecases.models import BQM, energies, qubits
from usecases.observe import outcomes


class Descent(Algorithm):
    """`shots` descents, each from a random start."""

    accepts: ClassVar[tuple[type, ...]] = (BQM,)

    shots: int = Field(default=20, ge=1, le=10_000)

    def solve(self, model: BQM, execute: Execute, rng: np.random.Generator) -> list[Outcome[Any]]:
        n = qubits(model)
        ends = [self._down(model, rng.integers(0, 2, n, dtype=np.int8)) for _ in range(self.shots)]
        distinct, counts = np.unique(np.array(ends), axis=0, return_counts=True)
        return outcomes(model, distinct, counts.tolist())

    def _down(self, model: BQM, bits: Any) -> Any:
        while True:
            neighbours = bits ^ np.eye(len(bits), dtype=np.int8)
            values = energies(model, np.vstack([bits, neighbours]))
            if values.argmin() == 0:
                return bits
            bits = neighbours[values.argmin() - 1]


algorithm = Descent
