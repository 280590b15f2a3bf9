"""The instance: a grid whose buses are to be observed, and the rule by which they are."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from pydantic import Field, model_validator

from energy._grid.cases import case
from energy._grid.files import opened, parse_csv, parse_matpower
from energy._grid.grid import Branch, Bus, Grid
from usecases.errors import BadInstance
from usecases.records import Record


class Monitored(Record):
    """A grid to observe, with or without Kirchhoff's current law at zero-injection buses."""

    grid: Grid
    zero_injection: bool = Field(
        False, description="whether the law at buses without load and generation may be used"
    )

    @model_validator(mode="before")
    @classmethod
    def _opened(cls, data: Any) -> Any:
        """A file of pandapower is taken as it is."""
        return opened(data)

    @cached_property
    def seen(self) -> tuple[tuple[int, ...], ...]:
        """Of each bus, the buses that a PMU there observes: itself and its neighbours."""
        near = self.grid.neighbours
        return tuple(tuple(sorted((k, *near[k]))) for k in range(self.grid.size))

    @cached_property
    def balances(self) -> tuple[tuple[int, ...], ...]:
        """A zero-injection bus and its neighbours, for each whose law may be used."""
        if not self.zero_injection:
            return ()
        buses = enumerate(self.grid.buses)
        return tuple(self.seen[k] for k, b in buses if b.zero_injection and len(self.seen[k]) > 1)


def named(name: str, *, zero_injection: bool = False) -> Monitored:
    """A network that pandapower carries. Raises UnknownName."""
    return Monitored(grid=case(name), zero_injection=zero_injection)


def from_csv(text: str) -> Monitored:
    """The network of a CSV file, without Kirchhoff's law. Raises BadInstance."""
    return Monitored(grid=parse_csv(text))


def from_matpower(text: str) -> Monitored:
    """The network of a MATPOWER case, without Kirchhoff's law. Raises BadInstance."""
    return Monitored(grid=parse_matpower(text))


def example(size: int, seed: int, *, zero_injection: bool = False) -> Monitored:
    """A synthetic grid of `size` buses: a random tree and a third as many further branches."""
    if not 1 <= size <= 1000:
        raise BadInstance("size", f"{size} buses, where 1 to 1000 are made")
    rng = np.random.default_rng([size, seed])
    ends = {(int(rng.integers(k)), k) for k in range(1, size)}
    for a, b in pairwise(rng.integers(0, size, size // 3 + 1).tolist()):
        ends |= {(min(a, b), max(a, b))} - {(a, a)}
    loads = np.where(rng.random(size) < 0.4, 0.0, rng.integers(1, 100, size)).tolist()
    buses = [Bus(name=f"b{k + 1}", load=v, zero_injection=not v) for k, v in enumerate(loads)]
    branches = [Branch(start=buses[i].name, end=buses[j].name) for i, j in sorted(ends)]
    grid = Grid(buses=tuple(buses), branches=tuple(branches), title=f"synthetic grid {seed}")
    return Monitored(grid=grid, zero_injection=zero_injection)
