"""Reading an answer back: islands, whether they may run, and what they are worth."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from energy._grid.islanded import remarks_on
from energy.grid_partition.zones import Partition
from usecases.records import Record


class Islands(Record):
    """The buses of each island, in the grid's order."""

    islands: tuple[tuple[str, ...], ...]


def islands_of(zones: Partition, members: Iterable[tuple[int, int]]) -> Islands:
    """The islands from pairs (bus, part); parts without a bus are none."""
    found: dict[int, list[int]] = {}
    for bus, part in members:
        found.setdefault(part, []).append(bus)
    parts = sorted(sorted(p) for p in found.values())
    return Islands(islands=tuple(tuple(zones.grid.names[k] for k in p) for p in parts))


def violations(zones: Partition, answer: Islands) -> list[str]:
    """Buses in no island or in two, islands too many or empty; and with `islanding` those
    that are not connected or hold no source."""
    place = zones.grid.place
    counts = Counter(n for island in answer.islands for n in island)
    found = [f"{n[:40]!r} is no bus" for n in counts if n not in place]
    found += [f"bus {n} stands in {c} islands" for n, c in counts.items() if c > 1]
    found += [f"bus {n} is in no island" for n in place if n not in counts]
    if len(answer.islands) > zones.parts:
        found.append(f"{len(answer.islands)} islands where {zones.parts} are asked for at most")
    for number, island in enumerate(answer.islands, start=1):
        known = {place[n] for n in island if n in place}
        if not island:
            found.append(f"island {number} is empty")
        elif zones.islanding:
            pieces = len(zones.grid.components(known))
            if pieces > 1:
                found.append(f"island {number} around bus {island[0]} falls into {pieces} pieces")
            if not known.intersection(zones.sources):
                found.append(f"island {number} around bus {island[0]} has no source")
    return found


def objective(zones: Partition, answer: Islands) -> float:
    """Modularity, Σ_p (L_p / m − (K_p / 2m)²), from the weights within islands and at buses."""
    part = {zones.grid.place[n]: p for p, island in enumerate(answer.islands) for n in island}
    within = math.fsum(w for (i, j), w in zones.weight.items() if part[i] == part[j])
    sums = [math.fsum(zones.degrees[k] for k in part if part[k] == p) for p in set(part.values())]
    return within / zones.total - math.fsum((s / (2 * zones.total)) ** 2 for s in sums)


class Balance(Record):
    """What an island could live on: MW drawn and fed in, sources, connected pieces."""

    buses: int
    load: float
    generation: float
    sources: int
    pieces: int

    @property
    def imbalance(self) -> float:
        """Generation beyond load in MW; losses are left out."""
        return self.generation - self.load


def balances(zones: Partition, answer: Islands) -> list[Balance]:
    """Of each island; information, and no rule."""
    grid = zones.grid
    found = []
    for island in answer.islands:
        members = [grid.place[n] for n in island if n in grid.place]
        buses = [grid.buses[k] for k in members]
        found.append(
            Balance(
                buses=len(buses),
                load=math.fsum(b.load for b in buses),
                generation=math.fsum(b.generation for b in buses),
                sources=sum(b.source for b in buses),
                pieces=len(grid.components(members)),
            )
        )
    return found


def cut(zones: Partition, answer: Islands) -> list[tuple[int, int]]:
    """The pairs of joined buses that lie in different islands."""
    part = {n: p for p, island in enumerate(answer.islands) for n in island}
    names = zones.grid.names
    return [e for e in zones.grid.pairs if part.get(names[e[0]]) != part.get(names[e[1]])]


def remarks(zones: Partition, answer: Islands) -> list[str]:
    """A warning for each piece that is islanded before any cut; then what was left out."""
    return remarks_on(zones.grid)
