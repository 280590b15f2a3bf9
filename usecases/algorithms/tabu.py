"""Tabu search: always the best flip that was not undone of late, also when it leads uphill.

Glover, ORSA J. Comput. 1 (1989) 190; with restarts that keep what good answers have in common,
Palubeckis, Ann. Oper. Res. 131 (2004) 259, as D-Wave's dwave-samplers has it. Classical.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from usecases.contracts import Algorithm, Execute, Outcome
from usecases.models import BQM, variables
from usecases.observe import outcomes

LONGEST_TENURE = 20
"""For how many flips, at most, a variable that was flipped stays as it is."""


class Tabu(Algorithm):
    """The best answers of `shots` searches from random starts, each restarted `restarts` times.

    A search considers `effort` flips of each variable, a restarted one a quarter. The work is
    counted, not timed, so that equal seeds give equal answers.
    """

    accepts: ClassVar[tuple[type, ...]] = (BQM,)

    shots: int = Field(default=20, ge=1, le=100_000)
    restarts: int = Field(default=10, ge=0, le=1_000_000)
    effort: int = Field(default=1000, ge=1, le=1_000_000)

    def solve(self, model: BQM, execute: Execute, rng: np.random.Generator) -> list[Outcome[Any]]:
        from dwave.samplers import TabuSampler

        names = variables(model)
        found = TabuSampler().sample(
            model,
            num_reads=self.shots,
            num_restarts=self.restarts,
            # Below four variables the library's own choice is no memory at all.
            tenure=min(max(len(names) // 4, 1), LONGEST_TENURE, len(names) - 1),
            timeout=None,
            coefficient_z_first=self.effort,
            lower_bound_z=1,
            seed=int(rng.integers(2**31)),
        )
        rows = found.record.sample[:, [found.variables.index(v) for v in model.variables]]
        distinct, counts = np.unique((rows > 0).astype(np.int8), axis=0, return_counts=True)
        return outcomes(model, distinct, counts.tolist())


algorithm = Tabu
