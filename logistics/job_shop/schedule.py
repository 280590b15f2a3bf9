"""A schedule: when each operation starts, the rules it breaks, and when everything is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from pydantic import Field

from logistics.job_shop.shop import JobShop, Step
from usecases.errors import Infeasible
from usecases.records import Record


class Run(Record):
    """An operation on its machine; jobs and operations are counted from 1, time from 0."""

    job: int
    operation: int
    start: int


class Schedule(Record):
    """What the machines do. `circle` names operations that wait for each other in a circle.

    Each operation of the circle, a job and an operation of it, has to wait for the one before
    it, and the first one for the last; none of them can ever start.
    """

    runs: tuple[Run, ...]
    circle: tuple[tuple[int, int], ...] = Field(default=())


Timed = tuple[Run, Step]


def violations(shop: JobShop, schedule: Schedule) -> list[str]:
    """What a shop's foreman would object to; empty when the schedule can run."""
    steps = {(s.job + 1, s.place + 1): s for s in shop.steps}
    runs = [(run, steps[run.job, run.operation])
            for run in schedule.runs if (run.job, run.operation) in steps]  # fmt: skip
    found = [f"job {r.job} has no operation {r.operation}"
             for r in schedule.runs if (r.job, r.operation) not in steps]  # fmt: skip
    if schedule.circle:
        found.append(_contradiction(schedule.circle, steps))
    found += [*_counted(runs, steps), *_in_turn(runs), *_alone(runs)]
    return found


def objective(shop: JobShop, schedule: Schedule) -> float:
    """The makespan: when the last operation ends. Raises Infeasible where nothing runs."""
    steps = {(s.job + 1, s.place + 1): s for s in shop.steps}
    ends = [run.start + steps[run.job, run.operation].duration for run in schedule.runs]
    if not ends:
        raise Infeasible("nothing runs in this schedule, hence it has no end")
    return float(max(ends))


def _contradiction(circle: tuple[tuple[int, int], ...], steps: dict[tuple[int, int], Step]) -> str:
    arcs = []
    for before, after in pairwise((*circle, circle[0])):
        if before[0] == after[0]:
            arcs.append(f"job {before[0]} has operation {before[1]} before operation {after[1]}")
        elif before in steps:
            machine = steps[before].machine
            arcs.append(f"machine {machine} runs job {before[0]} before job {after[0]}")
    return f"the orders contradict each other: {', '.join(arcs)}"


def _counted(runs: list[Timed], steps: dict[tuple[int, int], Step]) -> Iterator[str]:
    """Each operation is started once, and not before time 0."""
    starts: dict[tuple[int, int], list[int]] = defaultdict(list)
    for run, _ in runs:
        starts[run.job, run.operation].append(run.start)
    for job, operation in steps:
        times = sorted(starts[job, operation])
        if not times:
            yield f"job {job} never starts operation {operation}"
        elif times[0] < 0:
            yield f"job {job} starts operation {operation} at {times[0]}, before time 0"
        if len(times) > 1:
            told = ", ".join(map(str, times))
            yield f"job {job} starts operation {operation} {len(times)} times: at {told}"


def _in_turn(runs: list[Timed]) -> Iterator[str]:
    """A job's operations follow one another."""
    ends: dict[tuple[int, int], int] = {}
    for run, step in runs:
        key = (run.job, run.operation)
        ends[key] = max(ends.get(key, 0), run.start + step.duration)
    for run, _ in runs:
        end = ends.get((run.job, run.operation - 1))
        if end is not None and run.start < end:
            yield (
                f"job {run.job} starts operation {run.operation} at {run.start}, before"
                f" operation {run.operation - 1} ends at {end}"
            )


def _alone(runs: list[Timed]) -> Iterator[str]:
    """A machine runs one operation at a time."""
    by_machine: dict[int, list[Timed]] = defaultdict(list)
    for run, step in sorted(runs, key=lambda timed: (timed[0].start, timed[1].duration)):
        by_machine[step.machine].append((run, step))
    for machine, here in sorted(by_machine.items()):
        for k, (run, step) in enumerate(here):
            end = run.start + step.duration
            for other, its in here[k + 1 :]:
                if other.start >= end:
                    break
                who = f"job {run.job} and job {other.job}"
                if run.job == other.job:
                    who = f"job {run.job} twice"
                until = min(end, other.start + its.duration)
                yield f"machine {machine} runs {who} at the same time from {other.start} to {until}"
