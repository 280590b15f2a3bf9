"""From pharmacophore points to a binding-interaction graph, by the rule of Banchi et al. (2020).

A contact pairs a ligand point with a receptor point that attracts it. Two contacts can hold at
once when the distance between their ligand points and that between their receptor points
differ by at most τ + 2ε: τ is how far the molecules give way, ε how far apart a contact's two
points may be, all in ångström.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Annotated, Literal, TypeAlias, get_args

import numpy as np
from pydantic import Field, model_validator

from life_science.docking.graph import MOST_CONTACTS, BindingGraph, Contact
from usecases.errors import BadInstance
from usecases.models import Floats
from usecases.records import Record

Kind: TypeAlias = Literal["donor", "acceptor", "positive", "negative", "aromatic", "hydrophobic"]
KINDS: tuple[Kind, ...] = get_args(Kind)

STRENGTH: dict[frozenset[Kind], float] = {
    frozenset({"positive", "negative"}): 3.0,
    frozenset({"donor", "acceptor"}): 2.0,
    frozenset({"positive", "aromatic"}): 1.5,
    frozenset({"aromatic"}): 1.5,
    frozenset({"aromatic", "hydrophobic"}): 1.0,
    frozenset({"hydrophobic"}): 1.0,
}
"""Invented strengths of contacts by the kinds that meet; other kinds make no contact."""

Coordinate = Annotated[float, Field(strict=True, ge=-1e4, le=1e4)]
Length = Annotated[float, Field(strict=True, ge=0, le=100)]
Pairs: TypeAlias = Sequence[tuple[int, int]]


class Point(Record):
    """A pharmacophore point: a place that can interact, and how."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:]{0,17}$")
    kind: Kind
    x: Coordinate = Field(description="Å, as y and z")
    y: Coordinate
    z: Coordinate


class Complex(Record):
    """The pharmacophore points of a ligand and of a receptor, each in a frame of its own."""

    ligand: tuple[Point, ...] = Field(min_length=1, max_length=500)
    receptor: tuple[Point, ...] = Field(min_length=1, max_length=500)
    tau: Length = Field(description="flexibility, Å")
    epsilon: Length = Field(description="how far apart the points of a contact may be, Å")

    @model_validator(mode="after")
    def _distinct(self) -> Complex:
        for side in ("ligand", "receptor"):
            name, count = Counter(p.name for p in getattr(self, side)).most_common(1)[0]
            if count > 1:
                raise ValueError(f"{side}: {count} points are named {name!r}")
        return self

    def pairs(self) -> list[tuple[int, int]]:
        """The ligand and receptor points that attract each other, by their places."""
        both = product(enumerate(self.ligand), enumerate(self.receptor))
        return [(i, j) for (i, a), (j, b) in both if frozenset({a.kind, b.kind}) in STRENGTH]

    def graph(self, title: str = "", pairs: Pairs | None = None) -> BindingGraph:
        """The binding-interaction graph of all contacts, or of some.

        Raises BadInstance when no points attract each other, or too many do.
        """
        chosen = self.pairs() if pairs is None else pairs
        if not 1 <= len(chosen) <= MOST_CONTACTS:
            raise BadInstance(
                "points", f"{len(chosen)} contacts attract, where 1 to {MOST_CONTACTS} are taken"
            )
        names = [f"{self.ligand[i].name}-{self.receptor[j].name}" for i, j in chosen]
        kinds = [frozenset({self.ligand[i].kind, self.receptor[j].kind}) for i, j in chosen]
        sides = zip((self.ligand, self.receptor), np.array(chosen).T, strict=True)
        apart = [_distances(points)[np.ix_(k, k)] for points, k in sides]
        fits = np.abs(apart[0] - apart[1]) <= self.tau + 2.0 * self.epsilon
        both = zip(*(k.tolist() for k in np.nonzero(np.triu(fits, 1))), strict=True)
        return BindingGraph(
            contacts=tuple(
                Contact(name=n, weight=STRENGTH[k]) for n, k in zip(names, kinds, strict=True)
            ),
            compatible=tuple((names[u], names[v]) for u, v in both),
            title=title,
        )


def _distances(points: Sequence[Point]) -> Floats:
    """Between all points in Å, shape (points, points)."""
    at = np.array([(p.x, p.y, p.z) for p in points])
    return np.asarray(np.linalg.norm(at[:, None] - at[None], axis=2))


def synthetic(points: int, decoys: int, seed: int) -> Complex:
    """An invented complex: a ligand that fits a pocket, and points that merely surround it.

    `points` ligand points lie in a ball at least 2 Å apart. Each has a partner in the receptor
    that attracts it, off by at most ε = 0.5 Å, and `decoys` more receptor points lie in a ball
    of the same density. τ = 0.5 Å. Both molecules are in one frame; only distances matter.
    """
    rng = np.random.default_rng(seed)
    ligand = _scattered(rng, points, points)
    kinds = [KINDS[k] for k in rng.integers(len(KINDS), size=points)]
    step = rng.normal(size=(points, 3))
    step *= rng.uniform(0.0, 0.5, (points, 1)) / np.linalg.norm(step, axis=1, keepdims=True)
    receptor = np.vstack([ligand + step, _scattered(rng, decoys, points + decoys)])
    partners = [_partner(rng, kind) for kind in kinds]
    partners += [KINDS[k] for k in rng.integers(len(KINDS), size=decoys)]
    order = rng.permutation(points + decoys)
    return Complex(
        ligand=_named("L", ligand, kinds),
        receptor=_named("R", receptor[order], [partners[k] for k in order]),
        tau=0.5,
        epsilon=0.5,
    )


def _scattered(rng: np.random.Generator, count: int, volume: int) -> Floats:
    """Points at least 2 Å apart in a ball that would hold `volume` of them, shape (count, 3)."""
    radius = 2.2 * math.cbrt(volume)
    found: list[Floats] = []
    while len(found) < count:
        at = rng.uniform(-radius, radius, 3)
        if np.linalg.norm(at) <= radius and all(np.linalg.norm(at - p) >= 2.0 for p in found):
            found.append(at)
    return np.array(found).reshape(count, 3)


def _partner(rng: np.random.Generator, kind: Kind) -> Kind:
    """A kind that attracts this one."""
    fits = [k for k in KINDS if frozenset({kind, k}) in STRENGTH]
    return fits[int(rng.integers(len(fits)))]


def _named(letter: str, at: Floats, kinds: Sequence[Kind]) -> tuple[Point, ...]:
    rows = zip(np.round(at, 3).tolist(), kinds, strict=True)
    return tuple(
        Point(name=f"{letter}{k}", kind=kind, x=x, y=y, z=z)
        for k, ((x, y, z), kind) in enumerate(rows, start=1)
    )


def example(size: int, seed: int) -> BindingGraph:
    """A random graph of `size` contacts from an invented complex; every second one counts alike.

    Raises BadInstance for a size outside 1 to 2000.
    """
    if not 1 <= size <= MOST_CONTACTS:
        raise BadInstance("size", f"{size} contacts, where 1 to {MOST_CONTACTS} are possible")
    points = 2 + math.isqrt(size)
    while len((found := synthetic(points, points, seed)).pairs()) < size:
        points += 1
    pairs = found.pairs()
    chosen = np.sort(np.random.default_rng([seed, size]).permutation(len(pairs))[:size])
    graph = found.graph("synthetic contacts", [pairs[k] for k in chosen.tolist()])
    if seed % 2:
        return graph
    alike = tuple(Contact(name=name) for name in graph.names)
    return BindingGraph(contacts=alike, compatible=graph.compatible, title=graph.title)
