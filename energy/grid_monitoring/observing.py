"""Which buses a set of PMUs observes.

A PMU measures the voltage phasor of its bus and the current phasors of all branches there, so it
observes the bus and, by Ohm's law, its neighbours. At a zero-injection bus the branch currents
add up to zero: where of the bus and its neighbours all but one are observed, the last one is,
and that may be used again and again (Baldwin et al. 1993).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from energy.grid_monitoring.sites import Monitored
from usecases.models import Bits

Seen = NDArray[np.bool_]


def observed(sites: Monitored, bits: Bits) -> Seen:
    """Whether each bus is observed, shape (rows, buses); 1 at a bus in `bits` is a PMU there."""
    bits = bits != 0
    found = np.stack([bits[:, list(near)].any(axis=1) for near in sites.seen], axis=1)
    changed = bool(sites.balances)
    while changed:
        changed = False
        for members in map(list, sites.balances):
            last = (~found[:, members]).sum(axis=1) == 1
            if last.any():
                found[np.ix_(last, members)] = True
                changed = True
    return found


def greedy(sites: Monitored) -> list[int]:
    """PMUs that observe all: one by one where most is gained, then those in excess left out.

    Of equal gains the first bus is taken. Kirchhoff's law is used only to leave some out.
    """
    missing, chosen = set(range(sites.grid.size)), []
    while missing:
        best = max(range(sites.grid.size), key=lambda k: len(missing.intersection(sites.seen[k])))
        missing -= set(sites.seen[best])
        chosen.append(best)
    for k in list(chosen):
        fewer = [c for c in chosen if c != k]
        if observed(sites, marks(sites, fewer)).all():
            chosen = fewer
    return sorted(chosen)


def marks(sites: Monitored, chosen: list[int]) -> Bits:
    """A row of bits with 1 at these buses, shape (1, buses)."""
    bits = np.zeros((1, sites.grid.size), dtype=np.int8)
    bits[0, chosen] = 1
    return bits
