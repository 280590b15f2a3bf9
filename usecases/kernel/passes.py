"""A pass over the state: lines that fit the cache, each mixed, turned by its phases, mixed.

The amplitudes form a matrix: the low qubits tell the columns of a row apart, the high ones the
rows. A pass goes over all rows, or over all columns of one vector's width. It finishes one layer's
mixing on the qubits of its lines, applies the next phases, and begins the next mixing on the same
qubits; the pass after it does the same for the other qubits. So p layers take p + 1 passes and
not 2 p. Rows are `stride` floats apart, a little more than they hold, so that the vectors of a
column do not compete for the same places of a cache.

Where the cost is even under a flip of all bits, one qubit is left out: what it does becomes the
exchange of each amplitude with the one that mirrors it, between two rows. Lines are taken in
pairs for its sake.

All tangents t are those of `lanes`: factors cos β are left out here and put into `scale`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from usecases.kernel.compile import compiled
from usecases.kernel.mixing import lanes, mirror, mirror_back, mix, mix_back
from usecases.kernel.steps import fetch, measure, observe, phase, phase_back, start


class Grid(NamedTuple):
    """How a pass cuts the state into lines."""

    lines: int
    apart: int
    """Floats from one line to the next."""
    unit: int
    """Floats from one vector of a line to the next."""
    bits: int
    """A line has 2^bits vectors."""
    costs_apart: int
    cost_unit: int
    inner: bool
    """Whether lines are rows, whose vectors lie side by side."""
    even: bool
    """Whether pairs of lines mirror one another."""


@compiled
def _place(grid: Grid, cost: Any, line: int, k: int, facing: bool, width: int) -> int:
    """Where the costs of a line's vector lie, or of the vector that mirrors it."""
    at = line * grid.costs_apart + k * grid.cost_unit
    return len(cost) - width - at if facing else at


@compiled
def _phases(
    state: Any, grid: Grid, line: int, ahead: int, cost: Any, facing: bool, turns: float,
    scale: float,
) -> None:  # fmt: skip
    """The phases of a line, while the line `ahead` floats further is fetched."""
    for k in range(1 << grid.bits):
        at = line * grid.apart + k * grid.unit
        place = _place(grid, cost, line, k, facing, lanes(state))
        if not grid.inner:
            fetch(state, at + ahead)
        phase(state, at, cost, place, facing, turns, scale)


@compiled
def begin(
    state: Any, grid: Grid, cost: Any, turns: float, scale: float, t: float, first: int, last: int
) -> None:
    """The uniform state, its phases, mixing of the rows."""
    for pair in range(first, last):
        for line in (pair, grid.lines - 1 - pair):
            base = line * grid.apart
            for k in range(1 << grid.bits):
                place = _place(grid, cost, line, k, False, lanes(state))
                start(state, base + k * grid.unit, cost, place, turns, scale)
            mix(state, base, grid.unit, grid.bits, grid.inner, t)
        if grid.even:
            _mirror(state, grid, pair, t)


@compiled
def onward(
    state: Any, grid: Grid, cost: Any, before: float, facing: bool, turns: float, scale: float,
    t: float, first: int, last: int,
) -> None:  # fmt: skip
    """Mixing with t = `before`, phases, mixing with `t`."""
    for pair in range(first, last):
        if grid.even:
            _mirror(state, grid, pair, before)
        for line, ahead in ((pair, grid.apart), (grid.lines - 1 - pair, -grid.apart)):
            base = line * grid.apart
            mix(state, base, grid.unit, grid.bits, grid.inner, before)
            _phases(state, grid, line, ahead, cost, facing, turns, scale)
            mix(state, base, grid.unit, grid.bits, grid.inner, t)
        if grid.even:
            _mirror(state, grid, pair, t)


@compiled
def end(
    state: Any, other: Any, grid: Grid, cost: Any, t: float, facing: bool, sums: Any, first: int,
    last: int,
) -> None:  # fmt: skip
    """The last mixing, and the energy in sums[0].

    With another state to fill it becomes cost · state, and the mixing is undone in both.
    """
    both = len(other) > 1
    for pair in range(first, last):
        if grid.even:
            _mirror(state, grid, pair, t)
        for line in (pair, grid.lines - 1 - pair):
            base = line * grid.apart
            mix(state, base, grid.unit, grid.bits, grid.inner, t)
            for k in range(1 << grid.bits):
                at = base + k * grid.unit
                place = _place(grid, cost, line, k, facing, lanes(state))
                measure(state, at, cost, place, facing, sums[0])
                if both:
                    observe(state, other, at, cost, place, facing)
        if both:
            _unmixed(state, other, grid, pair, t, sums[1])


@compiled
def back(
    state: Any, other: Any, grid: Grid, cost: Any, t: float, facing: bool, turns: float,
    scale: float, more: bool, before: float, sums: Any, first: int, last: int,
) -> None:  # fmt: skip
    """Backwards: mixing with t undone, phases undone and, if there is `more`, mixing `before`.

    Overlaps with the mixers go to sums[0] and sums[2], those with the cost to sums[1].
    """
    for pair in range(first, last):
        _unmixed(state, other, grid, pair, t, sums[0])
        for line, ahead in ((pair, grid.apart), (grid.lines - 1 - pair, -grid.apart)):
            for k in range(1 << grid.bits):
                at = line * grid.apart + k * grid.unit
                place = _place(grid, cost, line, k, facing, lanes(state))
                if not grid.inner:
                    fetch(state, at + ahead)
                    fetch(other, at + ahead)
                phase_back(state, other, at, cost, place, facing, turns, scale, sums[1])
        if more:
            _unmixed(state, other, grid, pair, before, sums[2])


@compiled
def _unmixed(state: Any, other: Any, grid: Grid, pair: int, t: float, sums: Any) -> None:
    """Undo the mixing of a pair of lines in both states, adding up the overlaps."""
    weight = 1.0
    if grid.even:
        one, two = pair * grid.apart, (grid.lines - 1 - pair) * grid.apart
        mirror_back(state, other, one, two, grid.unit << grid.bits, t, sums)
        weight = 1.0 / (1.0 + t * t)
    for line in (pair, grid.lines - 1 - pair):
        base = line * grid.apart
        mix_back(state, other, base, grid.unit, grid.bits, grid.inner, t, weight, sums)


@compiled
def _mirror(state: Any, grid: Grid, pair: int, t: float) -> None:
    one, two = pair * grid.apart, (grid.lines - 1 - pair) * grid.apart
    mirror(state, one, two, grid.unit << grid.bits, t)
