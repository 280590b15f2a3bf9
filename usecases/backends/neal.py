"""Simulated annealing by dwave-samplers: classical, and the yardstick of quantum annealers."""

from __future__ import annotations

import time
from typing import ClassVar

from pydantic import Field

from usecases.contracts import JobResult, LocalBackend
from usecases.machine import counted
from usecases.programs import SampleModel


class Neal(LocalBackend):
    """Simulated annealing with `sweeps` passes over the variables for each read."""

    runs: ClassVar[tuple[type[SampleModel], ...]] = (SampleModel,)

    sweeps: int = Field(default=1000, ge=1, le=10_000_000)

    def run(self, program: SampleModel) -> JobResult:
        from dwave.samplers import SimulatedAnnealingSampler

        started = time.perf_counter()
        found = SimulatedAnnealingSampler().sample(
            program.model, num_reads=program.reads, num_sweeps=self.sweeps, seed=program.seed
        )
        seconds = time.perf_counter() - started
        return JobResult(counted(program.model, found), machine=seconds)


backend = Neal
