"""The time-indexed encoding: for each operation, one bit for every moment at which it may start.

Venturelli, Marchand and Rojo 2015, arXiv:1506.08479.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from logistics.job_shop.dispatch import dispatched, lower_bound, makespan
from logistics.job_shop.reading import HINT
from logistics.job_shop.schedule import Run, Schedule
from logistics.job_shop.shop import JobShop
from usecases.errors import Infeasible, TooLarge
from usecases.models import BQM, Choose, Structured
from usecases.samples import checked

LARGEST = 3000
"""Bits for which a model is built."""


@dataclass(frozen=True)
class Moments:
    """A shop and the moments at which its operations may start, if all is done by `horizon`."""

    shop: JobShop
    horizon: int

    @cached_property
    def windows(self) -> tuple[range, ...]:
        """For each operation, from its head until its tail would end after the horizon.

        Raises Infeasible for a horizon below what a job or machine takes, TooLarge beyond 3000
        moments in all.
        """
        least = lower_bound(self.shop)
        if self.horizon < least:
            raise Infeasible(f"nothing is done by {self.horizon}: at least {least} is needed")
        windows = zip(self.shop.steps, self.shop.heads, self.shop.tails, strict=True)
        found = tuple(range(h, self.horizon - t - s.duration + 1) for s, h, t in windows)
        if (total := sum(map(len, found))) > LARGEST:
            raise TooLarge(
                f"there are {total} moments at which operations may start, a qubit each",
                f"Up to {LARGEST} are modelled: order the operations instead (leave out :time)",
            )
        return found

    @cached_property
    def starts(self) -> tuple[dict[int, str], ...]:
        """The bits of each operation, by moment: `J1.2@14` starts job 1's second at 14."""
        each = zip(self.shop.steps, self.windows, strict=True)
        return tuple({t: f"{step.name}@{t}" for t in window} for step, window in each)

    @cached_property
    def ends(self) -> dict[int, str]:
        """The bits for when everything is done; none where only one moment is left."""
        least = lower_bound(self.shop)
        if least == self.horizon:
            return {}
        return {t: f"end@{t}" for t in range(least, self.horizon + 1)}

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(name for bits in (*self.starts, self.ends) for name in bits.values())

    def conflicts(self) -> Iterator[tuple[str, str]]:
        """Two bits that are not both 1: in a job's sequence, on a machine, or at the end."""
        steps, starts = self.shop.steps, self.starts
        for o, step in enumerate(steps):
            last = step.place + 1 == len(self.shop.jobs[step.job])
            for t, name in starts[o].items():
                later = self.ends if last else starts[o + 1]
                yield from ((name, other) for u, other in later.items() if u < t + step.duration)
        for here in self.shop.machines.values():
            for a, b in combinations(here, 2):
                if steps[a].job != steps[b].job:
                    yield from self._overlaps(a, b)

    def _overlaps(self, a: int, b: int) -> Iterator[tuple[str, str]]:
        steps, starts = self.shop.steps, self.starts
        for t, name in starts[a].items():
            for u in range(t - steps[b].duration + 1, t + steps[a].duration):
                if u in starts[b]:
                    yield name, starts[b][u]

    def kept(self, starts: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
        """Which rows of starts, one for each operation, are schedules."""
        steps = self.shop.steps
        ends = starts + np.array([s.duration for s in steps])
        found = np.ones(len(starts), dtype=bool)
        for o, step in enumerate(steps):
            if step.place:
                found &= ends[:, o - 1] <= starts[:, o]
        for here in self.shop.machines.values():
            for a, b in combinations(here, 2):
                found &= (ends[:, a] <= starts[:, b]) | (ends[:, b] <= starts[:, a])
        return found


@lru_cache(maxsize=8)
def moments(shop: JobShop) -> Moments:
    """The moments until the end of a schedule by rules of thumb: the optimum is among them."""
    return Moments(shop, makespan(shop, dispatched(shop)))


def timed(shop: JobShop) -> Structured:
    """The makespan as a quadratic cost of starts, one start for each operation."""
    return build(moments(shop), 1.0)


def build(moments: Moments, multiple: float) -> Structured:
    """The model with penalties at a multiple of the sufficient one.

    Energies of schedules are their makespans, of all others more than the horizon.
    """
    least = lower_bound(moments.shop)
    price = multiple * (moments.horizon - least + 1)
    model = dimod.BinaryQuadraticModel(dimod.BINARY)
    model.add_variables_from(dict.fromkeys(moments.names, 0.0))
    for end, name in moments.ends.items():
        model.add_linear(name, end - least)
    groups = [list(bits.values()) for bits in (*moments.starts, moments.ends) if bits]
    for group in groups:
        _exactly_one(model, group, price)
    for first, second in moments.conflicts():
        model.add_quadratic(first, second, price)
    model.offset += least
    place = {name: i for i, name in enumerate(moments.names)}
    return Structured(model, tuple(Choose(tuple(place[n] for n in group)) for group in groups))


def _exactly_one(model: BQM, group: list[str], price: float) -> None:
    """Add price · (1 − Σ x)²."""
    for name in group:
        model.add_linear(name, -price)
    for first, second in combinations(group, 2):
        model.add_quadratic(first, second, 2 * price)
    model.offset += price


def read(shop: JobShop, sample: Mapping[str, int]) -> Schedule:
    """Every start that the bits name, also where an operation has none or several."""
    found = moments(shop)
    bits = dict(zip(found.names, checked(sample, found.names, HINT), strict=True))
    runs = tuple(
        Run(job=step.job + 1, operation=step.place + 1, start=t)
        for step, starts in zip(shop.steps, found.starts, strict=True)
        for t, name in starts.items()
        if bits[name]
    )
    return Schedule(runs=runs)
