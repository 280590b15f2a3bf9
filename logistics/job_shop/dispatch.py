"""What is known of a shop at once: a schedule by rules of thumb, and a bound no schedule beats."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from logistics.job_shop.shop import JobShop, Step

Rule = Callable[[Step, int, int], int]
"""(operation, its earliest start, the work left in its job) → what is lowest goes first."""

RULES: tuple[Rule, ...] = (
    lambda step, start, left: -left,
    lambda step, start, left: start,
    lambda step, start, left: step.duration,
    lambda step, start, left: -step.duration,
)
"""Most work left, first come, shortest and longest operation (Panwalkar and Iskander 1977)."""


def lower_bound(shop: JobShop) -> int:
    """The longest job, or the busiest machine with the least that comes before and after."""
    heads, tails, steps = shop.heads, shop.tails, shop.steps
    jobs = max(sum(d for _, d in job) for job in shop.jobs)
    loads = (
        min(heads[o] for o in here) + sum(steps[o].duration for o in here)
        + min(tails[o] for o in here)
        for here in shop.machines.values()
    )  # fmt: skip
    return max(jobs, *loads)


def dispatched(shop: JobShop) -> tuple[int, ...]:
    """The start of each operation in the best schedule that a few rules of thumb make.

    Each rule is followed from the front, and from the back on the shop in reverse.
    """
    mirror = JobShop(jobs=tuple(job[::-1] for job in shop.jobs))
    forward = [active(shop, rule) for rule in RULES]
    backward = [_earlier(shop, _reversed(shop, active(mirror, rule))) for rule in RULES]
    return min(forward + backward, key=partial(makespan, shop))


def makespan(shop: JobShop, starts: tuple[int, ...]) -> int:
    """When the last operation ends."""
    return max(t + s.duration for t, s in zip(starts, shop.steps, strict=True))


def active(shop: JobShop, rule: Rule) -> tuple[int, ...]:
    """A schedule in which nothing can start earlier without delaying something else.

    Giffler and Thompson, Operations Research 8 (1960) 487: of the operations that are next in
    their jobs, the one that could end first names the machine; of those that would be in its
    way there, the rule chooses.
    """
    steps = shop.steps
    firsts = [o for o, step in enumerate(steps) if not step.place]
    left = [sum(d for _, d in job) for job in shop.jobs]
    coming, free, ready = dict(enumerate(firsts)), dict.fromkeys(shop.machines, 0), [0] * len(left)
    starts = [0] * len(steps)
    while coming:
        earliest = {o: max(ready[j], free[steps[o].machine]) for j, o in coming.items()}
        first = min(earliest, key=lambda o: earliest[o] + steps[o].duration)
        end, machine = earliest[first] + steps[first].duration, steps[first].machine
        rivals = [
            first,
            *(o for o, t in earliest.items() if steps[o].machine == machine and t < end),
        ]
        o = min(rivals, key=lambda r: rule(steps[r], earliest[r], left[steps[r].job]))
        step = steps[o]
        starts[o] = earliest[o]
        ready[step.job] = free[machine] = earliest[o] + step.duration
        left[step.job] -= step.duration
        if step.place + 1 < len(shop.jobs[step.job]):
            coming[step.job] = o + 1
        else:
            del coming[step.job]
    return tuple(starts)


def _earlier(shop: JobShop, starts: tuple[int, ...]) -> tuple[int, ...]:
    """Every operation as early as it can be with all orders as they are."""
    steps, found = shop.steps, [0] * len(starts)
    ready, free = [0] * len(shop.jobs), dict.fromkeys(shop.machines, 0)
    for o in sorted(range(len(starts)), key=lambda o: (starts[o], starts[o] + steps[o].duration)):
        step = steps[o]
        found[o] = max(ready[step.job], free[step.machine])
        ready[step.job] = free[step.machine] = found[o] + step.duration
    return tuple(found)


def _reversed(shop: JobShop, mirrored: tuple[int, ...]) -> tuple[int, ...]:
    """A schedule of the shop in reverse, read from its end."""
    starts: list[int] = []
    at = 0
    last = makespan(JobShop(jobs=tuple(job[::-1] for job in shop.jobs)), mirrored)
    for job in shop.jobs:
        ends = reversed(mirrored[at : at + len(job)])
        starts += (last - t - d for t, (_, d) in zip(ends, job, strict=True))
        at += len(job)
    return tuple(starts)
