"""The order encoding: for two operations on one machine, one bit says which goes first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from logistics.job_shop.shop import JobShop, Step
from usecases.errors import BadInstance, TooLarge
from usecases.models import Bits, Floats

Integers = NDArray[np.int64]

LARGEST = 4000
"""Pairs, hence qubits, for which a model is built."""


@dataclass(frozen=True)
class Orders:
    """A shop and the pairs of operations, of different jobs, that a machine has to order.

    Bit 1 of pair (a, b) says that a goes before b, bit 0 that b goes before a. Operations of one
    job on one machine are in the job's order anyway and take no bit.
    """

    shop: JobShop

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        return self.shop.steps

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Raises TooLarge beyond 4000, BadInstance where there are none."""
        if (count := self._count()) > LARGEST:
            raise TooLarge(
                f"{count} pairs of operations share a machine, a qubit each",
                f"Models of up to {LARGEST} are built: take a smaller shop",
            )
        found = tuple(
            (a, b)
            for here in self.shop.machines.values()
            for a, b in combinations(here, 2)
            if self.steps[a].job != self.steps[b].job
        )
        if not found:
            raise BadInstance(
                "jobs",
                "no two jobs share a machine, so there is nothing to put in order",
                "Each job can start at once and go on without waiting",
            )
        return found

    def _count(self) -> int:
        """How many pairs there are, by the page's formula."""
        here = Counter(step.machine for step in self.steps)
        own = Counter((step.machine, step.job) for step in self.steps)
        return sum(comb(k, 2) for k in here.values()) - sum(comb(k, 2) for k in own.values())

    @cached_property
    def names(self) -> tuple[str, ...]:
        """`M2:J1.1<J3.2` asks: on machine 2, does job 1's operation 1 go before job 3's 2?"""
        return tuple(
            f"M{self.steps[a].machine}:{self.steps[a].name}<{self.steps[b].name}"
            for a, b in self.pairs
        )

    @cached_property
    def settled(self) -> Integers:
        """How many operations each one has before it on its machine when all bits are 0."""
        found = np.zeros(len(self.steps), dtype=np.int64)
        for here in self.shop.machines.values():
            for a, b in combinations(here, 2):
                found[b if self.steps[a].job == self.steps[b].job else a] += 1
        return found

    def before(self, bits: Bits) -> Integers:
        """How many operations go before each one on its machine, (rows, operations).

        A bit that is set puts one more before its pair's second operation, one fewer before the
        first. Added up pair by pair: as a product of matrices it would wake all cores for little.
        """
        counts = np.repeat(self.settled[:, None], len(bits), axis=1)
        for (a, b), turned in zip(self.pairs, np.ascontiguousarray(bits.T), strict=True):
            counts[a] -= turned
            counts[b] += turned
        return counts.T

    def circles(self, before: Integers) -> Integers:
        """On how many triples of operations each row's machines run in a circle.

        A machine with k operations runs them in a sequence exactly if they have 0, 1, ... k − 1
        before them. In general Σ before² falls short of that by two for each circle (Kendall and
        Babington Smith, Biometrika 31 (1940) 324).
        """
        most = sum(k * k for here in self.shop.machines.values() for k in range(len(here)))
        return np.asarray(most - (before * before).sum(axis=1)) // 2

    def makespans(self, bits: Bits) -> tuple[Floats, Integers]:
        """The longest path of each row, and how far it is from having one.

        The second is 0 where the orders can be kept, and then the first is when the last
        operation ends. Where machines run in circles it counts these, and where only several
        machines together do it is 1; there the first means nothing.
        """
        before = self.before(bits)
        wrong = self.circles(before)
        spans = np.zeros(len(bits))
        sound = np.flatnonzero(wrong == 0)
        spans[sound], blocked = self._paths(before[sound])
        wrong[sound[blocked]] = 1
        return spans, wrong

    def _paths(self, before: Integers) -> tuple[Floats, NDArray[np.bool_]]:
        """Longest paths, and whether there is none, for rows in which machines have sequences.

        Each operation waits for the one before it in its job and the one before it on its
        machine. From zero, ends rise until nothing changes, after at most as many rounds as
        there are operations; around a circle they rise for ever. Time is counted in units so
        fine that a tick for each operation, which may take no time, adds up to less than one.
        """
        rows, last = len(before), len(self.steps)
        on_machine = self._predecessors(before)
        in_job = np.array([o - 1 if s.place else last for o, s in enumerate(self.steps)])
        unit = last + 1
        durations = np.array([s.duration * unit + 1 for s in self.steps])
        ends = np.zeros((rows, last + 1), dtype=np.int64)  # the last column is time 0
        going = np.arange(rows)
        for _ in range(last + 1):
            now = ends[going]
            waits = np.take_along_axis(now, on_machine[going], axis=1)
            new = np.maximum(waits, now[:, in_job]) + durations
            changed = (new != now[:, :-1]).any(axis=1)
            ends[going, :-1] = new
            going = going[changed]
            if not len(going):
                break
        blocked = np.zeros(rows, dtype=bool)
        blocked[going] = True
        return (ends.max(axis=1) // unit).astype(np.float64), blocked

    def _predecessors(self, before: Integers) -> NDArray[np.intp]:
        """The operation right before each one on its machine; for the first a place of its own."""
        rows, last = before.shape
        found = np.full((rows, last), last, dtype=np.intp)
        here = np.arange(rows)[:, None]
        for operations in self.shop.machines.values():
            sequence = np.empty((rows, len(operations)), dtype=np.intp)
            sequence[here, before[:, operations]] = operations
            found[here, sequence[:, 1:]] = sequence[:, :-1]
        return found

    def bits(self, starts: tuple[int, ...]) -> Bits:
        """The orders that a schedule follows, shape (pairs,)."""
        each = zip(starts, self.steps, strict=True)
        turn = [(t, t + s.duration, o) for o, (t, s) in enumerate(each)]
        return np.array([turn[a] < turn[b] for a, b in self.pairs], dtype=np.int8)
