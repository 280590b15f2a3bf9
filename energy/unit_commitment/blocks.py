"""Any fleet, block by block: exact costs of a few units over a few hours, the rest held.

With everything outside a block held, the cost of a schedule is a sum of small tables: one for
each of the block's hours over the units it frees there, from the exact dispatch of all units that
are then on; and one for each of its units over the hours it frees, from the starts and minimum
times of that unit's whole run. No table lists the sets of a whole fleet, so that no fleet is too
large.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from energy.unit_commitment.dispatch import served
from energy.unit_commitment.fleet import Fleet
from energy.unit_commitment.plans import cost_of, costs_of, decommitted, run_costs
from energy.unit_commitment.reference import feasible
from usecases.models import Bits, CostNetwork, Factor, Floats, all_bits

WIDEST = 10
"""A block frees at most so many units and so many hours: its tables list 2^WIDEST patterns."""

DRAWN = 500
"""So many blocks are drawn at most around one schedule."""

ROUNDING = 1e-9
"""Savings that are a smaller share of the whole cost are none."""

MARGIN = 0.1
"""Of the penalty beyond the sufficient one, as a fraction of it."""


def first_plan(fleet: Fleet) -> Bits:
    """A feasible schedule, shape (hours, units), by unit decommitment.

    Where that leaves an hour unserved it begins again at a schedule that HiGHS finds by the rules
    alone. Raises Infeasible with the reason, and TooLarge when HiGHS finds none in time.
    """
    runs = decommitted(fleet)
    if np.isfinite(cost_of(fleet, runs)):
        return runs
    return decommitted(fleet, feasible(fleet).astype(np.int8))


@dataclass(frozen=True)
class Table:
    """The cost in $ of every pattern of some places, and how badly each breaks rules."""

    places: tuple[int, ...]
    cost: Floats
    broken: Floats
    present: int
    """The pattern that the places have now."""

    @property
    def least(self) -> float:
        """The cost of the cheapest pattern that breaks no rule."""
        return float(self.cost[self.broken == 0].min(initial=np.inf))


@dataclass(frozen=True)
class Blocks:
    """The blocks of a fleet; a schedule is a row of bits in the order of its labels.

    `dear` is a penalty in $ that no feasible schedule worth having costs as much as.
    """

    fleet: Fleet
    dear: float

    def energies(self, bits: Bits) -> Floats:
        """The cost in $ of each schedule, and the penalty for each rule that it breaks."""
        cost, broken = costs_of(self.fleet, bits.reshape(len(bits), self.fleet.hours, -1))
        return cost + self.dear * broken

    def part(self, bits: Bits, block: Sequence[int]) -> CostNetwork:
        """The cost in $ of the block's patterns above its least, others held as in `bits`.

        Let L be the sum of its tables' cheapest patterns and U what the block costs now. No
        pattern costs less than L, so a penalty above U − L keeps every broken one above the
        schedule there is.
        """
        tables = [*self._tables(bits, block)]
        penalty = (1.0 + MARGIN) * _gain(tables)
        place = {v: k for k, v in enumerate(block)}
        factors = (
            Factor(
                tuple(place[v] for v in table.places),
                dict(
                    enumerate(
                        np.where(
                            table.broken > 0, penalty * table.broken, table.cost - table.least
                        ).tolist()
                    )
                ),
            )
            for table in tables
        )
        labels = self.fleet.labels()
        return CostNetwork(tuple(labels[v] for v in block), tuple(factors))

    def blocks(self, bits: Bits, size: int, rng: np.random.Generator) -> Iterator[tuple[int, ...]]:
        """Some units over neighbouring hours, drawn at random from those that can change there.

        A unit that must stay as it is for its minimum times would waste qubits. What a block can
        save is at most U − L; one where that is nothing is left out.
        """
        for _ in range(DRAWN):
            block = self._drawn(bits.reshape(self.fleet.hours, -1), size, rng)
            if _gain([*self._tables(bits, block)]) > ROUNDING * self.dear:
                yield block

    def _drawn(self, runs: Bits, size: int, rng: np.random.Generator) -> tuple[int, ...]:
        """Units that can run otherwise between the hours before and after; maybe none."""
        width, hours = len(self.fleet.units), self.fleet.hours
        count = int(rng.integers(1, min(size, width, WIDEST) + 1))
        length = min(size // count, hours, WIDEST)
        begin = int(rng.integers(hours - length + 1))
        window = range(begin, begin + length)
        free = (
            u
            for u in rng.permutation(width).tolist()
            if (self._run(runs, u, tuple(h * width + u for h in window)).broken == 0).sum() > 1
        )
        units = sorted(islice(free, count))
        return tuple(h * width + u for h in window for u in units)

    def _tables(self, bits: Bits, block: Sequence[int]) -> Iterator[Table]:
        width = len(self.fleet.units)
        runs = bits.reshape(self.fleet.hours, width)
        for hour in sorted({v // width for v in block}):
            places = tuple(v for v in block if v // width == hour)
            yield self._hour(runs, hour, places)
        for u in sorted({v % width for v in block}):
            places = tuple(v for v in block if v % width == u)
            yield self._run(runs, u, places)

    def _hour(self, runs: Bits, hour: int, places: tuple[int, ...]) -> Table:
        """What the hour costs with every set of its free units."""
        patterns, units = all_bits(len(places)), [v % len(self.fleet.units) for v in places]
        on = np.repeat(runs[hour][None, :], len(patterns), axis=0)
        on[:, units] = patterns
        cost, missing = served(self.fleet, on, np.full(len(on), hour))
        broken = (missing > 0) + missing / self.fleet.required(hour)
        return Table(places, cost, broken, _number(runs[hour, units]))

    def _run(self, runs: Bits, u: int, places: tuple[int, ...]) -> Table:
        """What the unit's starts cost with every pattern of its free hours."""
        patterns, hours = all_bits(len(places)), [v // len(self.fleet.units) for v in places]
        rows = np.repeat(runs[:, u][None, :], len(patterns), axis=0)
        rows[:, hours] = patterns
        cost, early = run_costs(self.fleet.units[u], rows)
        return Table(places, cost, early, _number(runs[hours, u]))


def _gain(tables: Sequence[Table]) -> float:
    """What the present patterns cost above the cheapest ones of the tables, in $."""
    return sum(float(table.cost[table.present]) - table.least for table in tables)


def _number(bits: Bits) -> int:
    return int(bits.astype(np.int64) @ (1 << np.arange(len(bits))))
