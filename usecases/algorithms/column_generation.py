"""Column generation: solve a pool of columns, price others by its answer, and solve again.

A model with more variables than can be listed comes as a pool, its restricted master. The inner
solver improves the answer within the pool; the use case then prices columns that could improve it
further (Desrosiers, Soumis & Desrochers, Networks 14 (1984) 545), and the next pool begins with
the answer so far. With a quantum solver of blocks inside, a machine of a few qubits serves
instances of any size; the answer is feasible at every moment and never gets worse.
"""

from __future__ import annotations

import time
from typing import Any, ClassVar

import numpy as np
from pydantic import Field, SerializeAsAny

from usecases.contracts import Algorithm, Execute, Outcome
from usecases.convert import translate
from usecases.models import Incumbent, Sample, energies, variables


class ColumnGeneration(Algorithm):
    """Improve an answer through at most `generations` pools, each solved by `solver`.

    `solver` is an algorithm for pools, such as lns. Ends early when prices ask for no new column,
    or when `seconds` of wall time have passed: no pool is begun after that.
    """

    accepts: ClassVar[tuple[type, ...]] = (Incumbent,)

    solver: SerializeAsAny[Algorithm]
    generations: int = Field(default=4, ge=1, le=10_000)
    seconds: float | None = Field(default=None, gt=0, le=1e6)

    def width(self, model: Any) -> int:
        return self.solver.width(model)

    def solve(
        self, model: Incumbent, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Any]]:
        """One outcome over the variables of the last pool."""
        begun, pool = time.monotonic(), model
        best = _valued(pool, pool.sample)
        for generation in range(self.generations):
            late = self.seconds is not None and time.monotonic() - begun > self.seconds
            if generation and (late or pool.grow is None):
                break
            if generation:
                grown = pool.grow(best.value) if pool.grow else pool
                if set(variables(grown)) <= set(variables(pool)):
                    break
                pool = grown
            best = self._improved(pool, execute, rng)
        return [best]

    def _improved(
        self, pool: Incumbent, execute: Execute, rng: np.random.Generator
    ) -> Outcome[Any]:
        """The best of a pool's own answer and what the solver finds, valued in the pool's model."""
        work, back = translate(pool, self.solver.accepts)
        found = back(self.solver.solve(work, execute, rng))
        answers = [pool.sample, *(outcome.value for outcome in found)]
        best = min((_valued(pool, answer) for answer in answers), key=lambda o: o.energy)
        execute.improved(best.energy)
        return best


def _valued(pool: Incumbent, sample: Sample) -> Outcome[Any]:
    names = variables(pool)
    bits = np.array([[sample[v] for v in names]], dtype=np.int8)
    return Outcome({v: int(sample[v]) for v in names}, float(energies(pool, bits)[0]))


algorithm = ColumnGeneration
