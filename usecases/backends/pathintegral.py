"""Simulated quantum annealing by dwave-samplers: what a quantum annealer might do, offline.

Worldlines of spins in a falling transverse field at one temperature, sampled by path-integral
Monte Carlo: Santoro, Martoňák, Tosatti & Car, Science 295 (2002) 2427. A classical computation.
"""

from __future__ import annotations

import time
from typing import ClassVar

import numpy as np
from pydantic import Field

from usecases.contracts import JobResult, LocalBackend
from usecases.machine import counted, largest_field
from usecases.programs import SampleModel


class PathIntegral(LocalBackend):
    """An anneal of `sweeps` steps: the cost rises from zero while the transverse field falls to it.

    `temperature` and `field`, the transverse field at the start, are in units of the largest
    field that the cost can put on a variable.
    """

    runs: ClassVar[tuple[type[SampleModel], ...]] = (SampleModel,)

    sweeps: int = Field(default=100, ge=2, le=1_000_000)
    temperature: float = Field(default=0.01, ge=1e-3, le=10.0)
    field: float = Field(default=0.1, ge=0.0, le=10.0)

    def run(self, program: SampleModel) -> JobResult:
        from dwave.samplers import PathIntegralAnnealingSampler

        started = time.perf_counter()
        passed = np.linspace(0.0, 1.0, self.sweeps)
        found = PathIntegralAnnealingSampler().sample(
            program.model,
            num_reads=program.reads,
            beta_schedule_type="custom",
            Hp_field=passed / (self.temperature * largest_field(program.model)),
            Hd_field=(1.0 - passed) * self.field / self.temperature,
            seed=program.seed,
        )
        seconds = time.perf_counter() - started
        return JobResult(counted(program.model, found), machine=seconds)


backend = PathIntegral
