"""Annealing: the lowest answers that an annealer reads from a quadratic model.

Kadowaki & Nishimori, Phys. Rev. E 58 (1998) 5355, on a quantum machine; Kirkpatrick, Gelatt &
Vecchi, Science 220 (1983) 671, on a classical one. Which of the two it is, the backend says.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from usecases.contracts import Algorithm, Execute, Outcome
from usecases.models import BQM
from usecases.observe import from_strings
from usecases.programs import SampleModel


class Annealing(Algorithm):
    """Read `shots` answers of the model from an annealer."""

    accepts: ClassVar[tuple[type, ...]] = (BQM,)
    needs: ClassVar[tuple[type[SampleModel], ...]] = (SampleModel,)

    shots: int = Field(default=1000, ge=1, le=1_000_000)

    def solve(self, model: BQM, execute: Execute, rng: np.random.Generator) -> list[Outcome[Any]]:
        reads = execute(SampleModel(model, self.shots, seed=int(rng.integers(2**31))))
        return from_strings(model, {r.bits: r.reads for r in reads})


algorithm = Annealing
