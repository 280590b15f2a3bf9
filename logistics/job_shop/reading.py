"""Reading answers back: orders become earliest starts, start times are taken as they are."""

from __future__ import annotations

from collections.abc import Mapping

from logistics.job_shop.orders import Orders
from logistics.job_shop.schedule import Run, Schedule
from logistics.job_shop.shop import JobShop, Step
from usecases.samples import checked

HINT = "A sample holds 0 or 1 for each decision of this shop"


def interpret(shop: JobShop, sample: Mapping[str, int]) -> Schedule:
    """Every operation as early as the orders allow; a circle where they contradict each other."""
    orders = Orders(shop)
    bits = checked(sample, orders.names, HINT)
    arcs = [(a, b) if bit else (b, a) for (a, b), bit in zip(orders.pairs, bits, strict=True)]
    steps = orders.steps
    arcs += [(o - 1, o) for o, step in enumerate(steps) if step.place]
    waiting: list[set[int]] = [set() for _ in steps]
    releases: list[list[int]] = [[] for _ in steps]
    for before, after in arcs:
        waiting[after].add(before)
        releases[before].append(after)
    starts = [0] * len(steps)
    ready = [o for o, others in enumerate(waiting) if not others]
    started = []
    while ready:
        o = ready.pop()
        started.append(o)
        for after in releases[o]:
            starts[after] = max(starts[after], starts[o] + steps[o].duration)
            waiting[after].discard(o)
            if not waiting[after]:
                ready.append(after)
    return Schedule(
        runs=tuple(_run(steps[o], starts[o]) for o in sorted(started)),
        circle=tuple((steps[o].job + 1, steps[o].place + 1) for o in _circle(waiting)),
    )


def _run(step: Step, start: int) -> Run:
    return Run(job=step.job + 1, operation=step.place + 1, start=start)


def _circle(waiting: list[set[int]]) -> list[int]:
    """Operations of which each has to wait for the one before; none where nothing waits."""
    o = next((o for o, others in enumerate(waiting) if others), None)
    path: list[int] = []
    while o is not None and o not in path:
        path.append(o)
        o = min(waiting[o])
    return path[path.index(o) :][::-1] if o is not None else []
