"""Column generation: solve a pool of columns, price others by its answer, and solve again.

A model with more variables than can be listed comes as a pool, its restricted master. The inner
solver improves the answer within the pool; the use case then prices columns that could improve it
further (Desrosiers, Soumis & Desrochers, Networks 14 (1984) 545), and the next pool begins with
the answer so far. With a quantum solver of blocks inside, a machine of a few qubits serves
instances of any size; the answer is feasible at every moment and never gets worse.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from pydantic import Field, SerializeAsAny

from usecases.contracts import Algorithm, Execute, Outcome
from usecases.convert import translate
from usecases.models import Incumbent, Sample, energies, variables


class ColumnGeneration(Algorithm):
    """Improve an answer through at most `generations` pools, each solved by `solver`.

    `solver` is an algorithm for pools, such as lns. Ends early when prices ask for no new column,
    or when `seconds` of wall time have passed: no pool is begun after that, and a solver that
    knows a limit of its own is given the time that is left.
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
        end = time.monotonic() + (self.seconds or math.inf)
        pool, best = model, _valued(model, model.sample)
        for generation in range(self.generations):
            if generation:
                if pool.grow is None or time.monotonic() >= end:
                    break
                grown = pool.grow(best.value)
                if set(variables(grown)) <= set(variables(pool)):
                    break
                pool = grown
            best = self._improved(pool, end, execute, rng)
        return [best]

    def _improved(
        self, pool: Incumbent, end: float, execute: Execute, rng: np.random.Generator
    ) -> Outcome[Any]:
        """The best of a pool's own answer and what the solver finds, valued in the pool's model."""
        solver = _limited(self.solver, end - time.monotonic())
        # Of the pool is asked, and not of all that pools are drawn from.
        work, back = translate(replace(pool, proof=None), solver.accepts)
        found = back(solver.solve(work, execute, rng))
        answers = [pool.sample, *(outcome.value for outcome in found)]
        best = min((_valued(pool, answer) for answer in answers), key=lambda o: o.energy)
        execute.improved(best.energy)
        return best


def _limited(solver: Algorithm, left: float) -> Algorithm:
    """The solver with no more than the seconds left, where it knows a limit and there is one."""
    if "seconds" not in type(solver).model_fields or math.isinf(left):
        return solver
    own = getattr(solver, "seconds", None) or math.inf
    return solver.model_copy(update={"seconds": max(min(own, left), 1e-3)})


def _valued(pool: Incumbent, sample: Sample) -> Outcome[Any]:
    names = variables(pool)
    bits = np.array([[sample[v] for v in names]], dtype=np.int8)
    return Outcome({v: int(sample[v]) for v in names}, float(energies(pool, bits)[0]))


algorithm = ColumnGeneration
