"""Warnings about buses that no branch in service joins to the rest of the grid."""

from __future__ import annotations

import math
from collections.abc import Iterable

from energy._grid.grid import Grid

MOST_WARNINGS = 5
"""Pieces that are told one by one; what else there is, is counted."""


def named(names: Iterable[str]) -> str:
    """A few buses in words: "bus 7", "buses 7, 8", "buses 1, 2, 3, 4, 5 and 9 more"."""
    kept = list(names)
    more = f" and {len(kept) - 5} more" if len(kept) > 5 else ""
    return f"{'bus' if len(kept) == 1 else 'buses'} {', '.join(kept[:5])}{more}"


def remarks_on(grid: Grid) -> list[str]:
    """A warning for each piece but the largest that has a source; then what a reader left out."""
    pieces = sorted(grid.components(), key=lambda p: (_fed(grid, p), len(p)), reverse=True)[1:]
    found = [_told(grid, piece) for piece in pieces[:MOST_WARNINGS]]
    rest = pieces[MOST_WARNINGS:]
    if rest:
        found.append(
            f"warning: {sum(map(len, rest))} more buses are islanded, in {len(rest)} pieces"
        )
    return found + [f"note: {line}" for line in grid.notes]


def _fed(grid: Grid, piece: list[int]) -> bool:
    return any(grid.buses[k].source for k in piece)


def _told(grid: Grid, piece: list[int]) -> str:
    buses = [grid.buses[k] for k in piece]
    load = math.fsum(b.load for b in buses)
    source = "a source" if _fed(grid, piece) else "no source"
    return (
        f"warning: {named(b.name for b in buses)} {'is' if len(buses) == 1 else 'are'} islanded,"
        f" with {load:g} MW of load and {source}:"
        " no branch in service leads to the rest of the grid"
    )
