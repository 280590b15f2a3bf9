"""The shop: jobs as sequences of operations, each on one machine for a while."""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from usecases.errors import BadInstance
from usecases.records import Record

LARGEST = 5000
"""The most operations an instance may have."""

Machine = Annotated[int, Field(strict=True, ge=0, le=999)]
Duration = Annotated[int, Field(strict=True, ge=0, le=100_000)]
Job = Annotated[tuple[tuple[Machine, Duration], ...], Field(min_length=1, max_length=200)]


class Step(NamedTuple):
    """One operation: its job and its place in it, both from 0, its machine and duration."""

    job: int
    place: int
    machine: int
    duration: int

    @property
    def name(self) -> str:
        """The second operation of the first job is "J1.2"."""
        return f"J{self.job + 1}.{self.place + 1}"


class JobShop(Record):
    """Jobs, each a sequence of operations (machine, duration), one after another.

    A machine runs one operation at a time and is not interrupted, not even by one that takes no
    time. A job may visit a machine several times or not at all. Machines are numbered from 0, as
    in the files of the field, jobs and their operations from 1.
    """

    jobs: tuple[Job, ...] = Field(min_length=1, max_length=500)

    @model_validator(mode="after")
    def _not_too_many(self) -> JobShop:
        total = sum(map(len, self.jobs))
        if total > LARGEST:
            raise ValueError(f"{total} operations are given, where up to {LARGEST} are possible")
        return self

    @property
    def steps(self) -> tuple[Step, ...]:
        """All operations, job by job; elsewhere an operation is its position in this list."""
        return tuple(
            Step(j, k, machine, duration)
            for j, job in enumerate(self.jobs)
            for k, (machine, duration) in enumerate(job)
        )

    @property
    def machines(self) -> dict[int, list[int]]:
        """The operations of each machine in use, machines ascending."""
        found: dict[int, list[int]] = defaultdict(list)
        for o, step in enumerate(self.steps):
            found[step.machine].append(o)
        return dict(sorted(found.items()))

    @property
    def heads(self) -> tuple[int, ...]:
        """The earliest start of each operation: what its job does before it."""
        return tuple(
            t for job in self.jobs for t in accumulate((d for _, d in job[:-1]), initial=0)
        )

    @property
    def tails(self) -> tuple[int, ...]:
        """What the job of each operation does after it."""
        mirrored = (accumulate((d for _, d in job[:0:-1]), initial=0) for job in self.jobs)
        return tuple(t for tails in mirrored for t in reversed([*tails]))


FT06 = (
    ((2, 1), (0, 3), (1, 6), (3, 7), (5, 3), (4, 6)),
    ((1, 8), (2, 5), (4, 10), (5, 10), (0, 10), (3, 4)),
    ((2, 5), (3, 4), (5, 8), (0, 9), (1, 1), (4, 7)),
    ((1, 5), (0, 5), (2, 5), (3, 3), (4, 8), (5, 9)),
    ((2, 9), (1, 3), (4, 5), (5, 4), (0, 3), (3, 1)),
    ((1, 3), (3, 3), (5, 9), (0, 10), (4, 4), (2, 1)),
)
"""Fisher and Thompson's six jobs on six machines, the benchmark known as ft06 or mt06."""


def ft06(jobs: int = 6, operations: int = 6) -> JobShop:
    """The first operations of the first jobs of ft06."""
    return JobShop(jobs=tuple(job[:operations] for job in FT06[:jobs]))


def example(size: int, seed: int) -> JobShop:
    """A random shop of `size` jobs with as many operations each; the same for the same seed.

    With an even seed every job visits each of `size` machines once, as in the classic
    instances; with an odd one it may visit a machine again, or never.
    """
    if not 2 <= size <= 70:
        raise BadInstance("size", f"{size} jobs, where 2 to 70 are possible")
    rng = np.random.default_rng(seed)
    durations = rng.integers(1, size + 1, (size, size)).tolist()
    if seed % 2:
        routes = rng.integers(0, size, (size, size))
        routes[:2, 0] = 0  # at least one machine has something to decide
    else:
        routes = rng.permuted(np.tile(np.arange(size), (size, 1)), axis=1)
    pairs = zip(routes.tolist(), durations, strict=True)
    return JobShop(jobs=tuple(tuple(zip(*job, strict=True)) for job in pairs))
