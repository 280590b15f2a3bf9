"""The instance: a grid to cut into islands, and the weights by which buses belong together."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

from energy._grid.cases import case
from energy._grid.files import opened, parse_csv, parse_matpower
from energy._grid.grid import Branch, Bus, Grid
from usecases.errors import BadInstance, Infeasible
from usecases.models import Floats
from usecases.records import Record

Weights = Literal["unweighted", "admittance", "electrical distance"]

DENSE = 2500
"""Buses to which a model and electrical distances are stated."""


class Partition(Record):
    """A grid, how many islands it is cut into at most, and what counts as belonging together."""

    grid: Grid
    parts: int = Field(2, strict=True, ge=2, le=32, description="most islands")
    weights: Weights = Field("unweighted", description="of the branches")
    islanding: bool = Field(
        False, description="whether each island must be connected and hold a source"
    )

    @model_validator(mode="before")
    @classmethod
    def _opened(cls, data: Any) -> Any:
        """A file of pandapower is taken as it is."""
        return opened(data)

    @model_validator(mode="after")
    def _weighted(self) -> Partition:
        if not self.grid.pairs:
            raise ValueError("the grid has no branch, and modularity counts branches")
        for b in self.grid.branches if self.weights != "unweighted" else ():
            if b.x is None or not (b.r or b.x):
                raise ValueError(
                    f"branch {b.start} to {b.end} has no impedance, which the weights"
                    f" {self.weights!r} need"
                )
        if self.weights == "electrical distance" and self.grid.size > DENSE:
            raise ValueError(f"electrical distances are computed for up to {DENSE} buses")
        return self

    @cached_property
    def weight(self) -> dict[tuple[int, int], float]:
        """Of each pair of joined buses; parallel branches add up unless unweighted.

        Admittance: Σ 1/|z| in per unit. Electrical distance: 1/R, where R is the resistance
        distance L⁺_ii + L⁺_jj − 2 L⁺_ij (Klein and Randić 1993) with those admittances.
        """
        if self.weights == "unweighted":
            return dict.fromkeys(self.grid.pairs, 1.0)
        found = dict.fromkeys(self.grid.pairs, 0.0)
        for b in self.grid.branches:
            i, j = sorted((self.grid.place[b.start], self.grid.place[b.end]))
            found[i, j] += 1.0 / abs(complex(b.r or 0.0, b.x or 0.0))
        if self.weights == "admittance":
            return found
        n = self.grid.size
        laplacian = np.zeros((n, n))
        for (i, j), y in found.items():
            laplacian[[i, j], [i, j]] += y
            laplacian[[i, j], [j, i]] -= y
        inverse = np.linalg.pinv(laplacian, hermitian=True)
        return {
            (i, j): float(1.0 / (inverse[i, i] + inverse[j, j] - 2 * inverse[i, j]))
            for i, j in found
        }

    @cached_property
    def total(self) -> float:
        """m, the weight of all branches."""
        return float(sum(self.weight.values()))

    @cached_property
    def degrees(self) -> Floats:
        """k, the weight at each bus; shape (buses,)."""
        found = np.zeros(self.grid.size)
        for pair, w in self.weight.items():
            found[list(pair)] += w
        return found

    @cached_property
    def matrix(self) -> Floats:
        """B_ij = (W_ij − k_i k_j / 2m) / 2m: modularity is its sum over pairs in one island."""
        found = -np.outer(self.degrees, self.degrees) / (2 * self.total)
        for (i, j), w in self.weight.items():
            found[i, j] += w
            found[j, i] += w
        return np.asarray(found / (2 * self.total), dtype=np.float64)

    @cached_property
    def sources(self) -> tuple[int, ...]:
        """Buses with a generator or an external grid."""
        return tuple(k for k, b in enumerate(self.grid.buses) if b.source)

    def check_islanding(self) -> None:
        """Raises Infeasible where no set of islands can be connected and have sources."""
        pieces = self.grid.components()
        if len(pieces) > self.parts:
            raise Infeasible(
                f"the grid falls into {len(pieces)} pieces and at most {self.parts} islands"
                " are asked for", "Raise parts",
            )  # fmt: skip
        dark = next((p for p in pieces if not set(p) & set(self.sources)), None)
        if dark is not None:
            raise Infeasible(
                f"the piece around bus {self.grid.names[dark[0]]} has no source",
                "Set islanding to false, or give a generation",
            )


def named(name: str, **options: Any) -> Partition:
    """A network that pandapower carries, in two parts or with other options."""
    return Partition(grid=case(name), **options)


def _checked(grid: Grid) -> Partition:
    if not grid.pairs:
        raise BadInstance("branches", "the grid has none, and modularity counts branches")
    return Partition(grid=grid)


def from_csv(text: str) -> Partition:
    """The network of a CSV file in two parts, unweighted. Raises BadInstance."""
    return _checked(parse_csv(text))


def from_matpower(text: str) -> Partition:
    """The network of a MATPOWER case in two parts, unweighted. Raises BadInstance."""
    return _checked(parse_matpower(text))


def example(size: int, seed: int) -> Partition:
    """A synthetic grid of `size` buses; parts, weights and the islanding rule follow the seed."""
    if not 2 <= size <= 1000:
        raise BadInstance("size", f"{size} buses, where 2 to 1000 are made")
    rng = np.random.default_rng([size, seed])
    ends = {(int(rng.integers(k)), k) for k in range(1, size)}
    for _ in range(size // 3):
        a, b = sorted(rng.choice(size, 2, replace=False).tolist())
        ends.add((a, b))
    fed = rng.random(size) < 0.4
    fed[0] = True
    loads = rng.integers(1, 100, size).tolist()
    each = sum(loads) / int(fed.sum())
    buses = tuple(
        Bus(name=f"b{k + 1}", load=loads[k], generation=each if fed[k] else 0.0, source=fed[k])
        for k in range(size)
    )
    branches = tuple(
        Branch(start=f"b{i + 1}", end=f"b{j + 1}", r=0.0, x=round(float(rng.uniform(0.1, 1)), 3))
        for i, j in sorted(ends)
    )
    kinds: tuple[Weights, ...] = ("unweighted", "admittance", "electrical distance")
    return Partition(
        grid=Grid(buses=buses, branches=branches, title=f"synthetic grid {seed}"),
        parts=2 + seed % 2, weights=kinds[seed % 3], islanding=seed % 4 == 2,
    )  # fmt: skip
