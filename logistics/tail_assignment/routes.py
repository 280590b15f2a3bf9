"""Which routes are worth a variable: all of them when few, else those that prices ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from logistics.tail_assignment.data import TailAssignment
from logistics.tail_assignment.flights import Flight
from usecases.models import Floats

Column: TypeAlias = tuple[int, ...]
"""Places of flights in the instance's list, in the order in which they are flown."""

Columns: TypeAlias = dict[Column, int]
"""Routes and their costs in euro."""

VISITED = 200_000
"""Enumeration gives up after looking at this many beginnings of routes."""

LABELS = 12
"""Cheapest beginnings that are kept at each flight while pricing."""


@dataclass(frozen=True)
class Network:
    """The flights of an instance, and which may follow which."""

    instance: TailAssignment

    @property
    def flights(self) -> tuple[Flight, ...]:
        return self.instance.flights

    @cached_property
    def after(self) -> list[list[int]]:
        """For each flight those that may follow it at once, by departure."""
        rules = self.instance.rules
        leaving: dict[str, list[int]] = {}
        for k, flight in enumerate(self.flights):
            leaving.setdefault(flight.origin, []).append(k)
        return [
            [k for k in leaving.get(f.destination, []) if rules.joins(f, self.flights[k])]
            for f in self.flights
        ]

    def legs(self, column: Column) -> list[Flight]:
        return [self.flights[k] for k in column]

    def allows(self, column: Column) -> bool:
        """Whether a route may begin like this, its joints being allowed."""
        if len(column) > self.instance.rules.most_legs:
            return False
        return next(self.instance.rules.limits(self.legs(column)), None) is None

    def ends(self, column: Column) -> bool:
        return self.instance.rules.returns(self.flights[column[0]], self.flights[column[-1]])

    def beginnings(self) -> Iterator[Column]:
        """Every way to begin a route, the longer ones after the shorter ones that they extend."""
        rules = self.instance.rules
        begun: list[Column] = [(k,) for k, f in enumerate(self.flights) if rules.begins(f)]
        open_ = [column for column in reversed(begun) if self.allows(column)]
        while open_:
            column = open_.pop()
            yield column
            longer: list[Column] = [(*column, k) for k in reversed(self.after[column[-1]])]
            open_ += [c for c in longer if self.allows(c)]


def listed(instance: TailAssignment, most: int) -> Columns | None:
    """Every route of the instance with its cost, or None when there are more than `most`.

    Routes that the instance lists are all of them, however many.
    """
    if instance.routes:
        place = {f.number: k for k, f in enumerate(instance.flights)}
        return {tuple(place[n] for n in r.flights): r.cost for r in instance.routes}
    network, found = Network(instance), {}
    for visited, column in enumerate(network.beginnings()):
        if network.ends(column):
            found[column] = instance.rules.cost(network.legs(column))
        if len(found) > most or visited >= VISITED:
            return None
    return dict(sorted(found.items()))


def name(instance: TailAssignment, column: Column) -> str:
    """A route's variable, readable without the model: its flights joined by +."""
    return "+".join(instance.flights[k].number for k in column)


def named(instance: TailAssignment, numbers: Iterable[str]) -> Column:
    """The route of these flight numbers. Raises KeyError for an unknown one."""
    place = {f.number: k for k, f in enumerate(instance.flights)}
    return tuple(place[n] for n in numbers)


def priced(network: Network, prices: Floats, begun: Mapping[str, float]) -> Columns:
    """Routes that cost less than the prices of their flights, the best few at each last flight.

    Flights are gone through by departure; at each the `LABELS` cheapest beginnings of routes are
    kept that end with it (Desrosiers et al. 1984, with a bound on the labels). `begun` holds the
    price (≤ 0) of beginning a route at a base.
    """
    rules, flights = network.instance.rules, network.flights
    labels: list[list[tuple[float, Column]]] = [[] for _ in flights]
    found: list[tuple[float, Column]] = []
    for k, flight in enumerate(flights):
        if rules.begins(flight) and network.allows((k,)):
            start = rules.opening(flight) - prices[k] - begun.get(flight.origin, 0.0)
            labels[k].append((float(start), (k,)))
        kept = sorted(labels[k])[:LABELS]
        found += [
            (cost + rules.closing(flights[column[0]], flight), column)
            for cost, column in kept
            if network.ends(column)
        ]
        for after in network.after[k]:
            more = rules.joint(flight, flights[after]) - float(prices[after])
            longer = [(cost + more, (*column, after)) for cost, column in kept]
            labels[after] += [label for label in longer if network.allows(label[1])]
    best = sorted(label for label in found if label[0] < -1e-6)[: max(30, len(flights))]
    return {column: rules.cost(network.legs(column)) for _, column in best}


def coverage(instance: TailAssignment, columns: Iterable[Column]) -> Floats:
    """Shape (routes, flights): 1 where the route holds the flight."""
    routes = list(columns)
    cover = np.zeros((len(routes), len(instance.flights)))
    for r, column in enumerate(routes):
        cover[r, list(column)] = 1.0
    return cover
