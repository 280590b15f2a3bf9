"""The quadratic cost that stands in for the makespan where phases are applied."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import dimod

from logistics.job_shop.dispatch import lower_bound
from logistics.job_shop.orders import Orders
from usecases.models import BQM

CIRCLE = 1.0
"""What a circle costs, in root mean squares of what long paths cost."""


class Arc(NamedTuple):
    """A bit, the value that it takes, and the operations that then follow one another."""

    bit: int
    value: int
    before: int
    after: int


class Sum:
    """A quadratic polynomial in bits, as it is added up."""

    def __init__(self) -> None:
        self.constant = 0.0
        self.linear: dict[int, float] = defaultdict(float)
        self.quadratic: dict[tuple[int, int], float] = defaultdict(float)

    def add_arc(self, arc: Arc, weight: float) -> None:
        """Add the weight where the bit has the arc's value."""
        self.linear[arc.bit] += weight if arc.value else -weight
        self.constant += 0.0 if arc.value else weight

    def add_arcs(self, one: Arc, two: Arc, weight: float) -> None:
        """Add the weight where both bits, which differ, have the arcs' values."""
        i, j = sorted((one.bit, two.bit))
        self.quadratic[i, j] += weight if one.value == two.value else -weight
        self.linear[one.bit] += 0.0 if two.value else (weight if one.value else -weight)
        self.linear[two.bit] += 0.0 if one.value else (weight if two.value else -weight)
        self.constant += 0.0 if one.value or two.value else weight

    def size(self) -> float:
        """The root mean square of the coefficients; 1 where there are none."""
        squares = [c * c for part in (self.linear, self.quadratic) for c in part.values()]
        return math.sqrt(sum(squares) / max(len(squares), 1)) or 1.0

    def model(self, names: tuple[str, ...]) -> BQM:
        found = dimod.BinaryQuadraticModel(dimod.BINARY)
        found.add_linear_from((name, self.linear[i]) for i, name in enumerate(names))
        found.add_quadratic_from(
            (names[i], names[j], c) for (i, j), c in self.quadratic.items() if c
        )
        found.offset = self.constant
        return found


def guide(orders: Orders, circle: float = CIRCLE) -> BQM:
    """Long paths through at most two orders, and circles of at most three: quadratic in bits.

    * **long paths** – a path from a job's first operation over an order to another job, on in
      it, perhaps over a second order, and to the end of the job it is in then. What it is longer
      than the bound that no schedule beats, it costs.
    * **circles** – three operations on one machine, each before the next, and two jobs that wait
      for each other on two machines. Each costs `circle` times the root mean square of the
      paths' coefficients.
    """
    total = Sum()
    for arcs, excess in _long_paths(orders):
        if len(arcs) == 1:
            total.add_arc(arcs[0], excess)
        else:
            total.add_arcs(arcs[0], arcs[1], excess)
    weight = circle * total.size()
    for one, two in _crossed(orders):
        total.add_arcs(one, two, weight)
    for bits in _triples(orders):
        _add_circles(total, *bits, weight)
    return total.model(orders.names)


def _arcs(orders: Orders) -> list[Arc]:
    """Both values of every bit."""
    pairs = enumerate(orders.pairs)
    return [arc for i, (a, b) in pairs for arc in (Arc(i, 1, a, b), Arc(i, 0, b, a))]


def _long_paths(orders: Orders) -> Iterator[tuple[tuple[Arc, ...], float]]:
    """Paths over one or two orders, and by how much each exceeds the bound, where it does."""
    steps, heads, tails = orders.steps, orders.shop.heads, orders.shop.tails
    bound = lower_bound(orders.shop)
    leaving: dict[int, list[Arc]] = defaultdict(list)
    for arc in _arcs(orders):
        leaving[steps[arc.before].job].append(arc)
    for one in _arcs(orders):
        begun = heads[one.before] + steps[one.before].duration
        length = begun + steps[one.after].duration + tails[one.after]
        if length > bound:
            yield (one,), float(length - bound)
        for two in leaving[steps[one.after].job]:
            if two.before < one.after or two.bit == one.bit:
                continue
            if steps[two.after].job == steps[one.before].job and two.after <= one.before:
                continue  # no path but a circle
            between = heads[two.before] + steps[two.before].duration - heads[one.after]
            length = begun + between + steps[two.after].duration + tails[two.after]
            if length > bound:
                yield (one, two), float(length - bound)


def _crossed(orders: Orders) -> Iterator[tuple[Arc, Arc]]:
    """Two orders between the same two jobs that make both wait, on two machines or on one."""
    shared: dict[tuple[int, int], list[Arc]] = defaultdict(list)
    for arc in _arcs(orders):
        jobs = orders.steps[arc.before].job, orders.steps[arc.after].job
        shared[jobs].append(arc)
    for (p, q), arcs in shared.items():
        for one in arcs if p < q else ():
            for two in shared[q, p]:
                meet = one.after <= two.before and two.after <= one.before
                if meet and one.bit != two.bit:
                    yield one, two


def _triples(orders: Orders) -> Iterator[tuple[int, int, int]]:
    """The bits a → b, b → c and a → c of three operations of different jobs on a machine."""
    bit = {pair: i for i, pair in enumerate(orders.pairs)}
    for here in orders.shop.machines.values():
        for a, b, c in combinations(here, 3):
            if len({orders.steps[o].job for o in (a, b, c)}) == 3:
                yield bit[a, b], bit[b, c], bit[a, c]


def _add_circles(total: Sum, one: int, two: int, closing: int, weight: float) -> None:
    """Add the weight where the bits are 1, 1, 0 or 0, 0, 1: z + xy − xz − yz."""
    total.linear[closing] += weight
    for i, j, sign in ((one, two, 1), (one, closing, -1), (two, closing, -1)):
        total.quadratic[min(i, j), max(i, j)] += sign * weight
