"""Reading an answer back: the buses with a PMU, and what they leave unobserved."""

from __future__ import annotations

from collections import Counter

from energy._grid.islanded import remarks_on
from energy.grid_monitoring.observing import marks, observed
from energy.grid_monitoring.sites import Monitored
from usecases.errors import VerificationFailed
from usecases.models import Sample
from usecases.records import Record


class Placement(Record):
    """The buses at which a phasor measurement unit stands."""

    pmus: tuple[str, ...]


def interpret(sites: Monitored, sample: Sample) -> Placement:
    """The buses whose bit is 1. Raises VerificationFailed for a sample of another instance."""
    if sample.keys() != sites.grid.place.keys():
        raise VerificationFailed(
            f"{len(sample)} values for a grid of {sites.grid.size} buses, or of other buses",
            "A sample holds 0 or 1 for each bus",
        )
    wrong = next((name for name, bit in sample.items() if bit not in (0, 1)), None)
    if wrong is not None:
        raise VerificationFailed(f"the bit of bus {wrong} is {sample[wrong]!r}, not 0 or 1")
    return Placement(pmus=tuple(name for name in sites.grid.names if sample[name] == 1))


def violations(sites: Monitored, placement: Placement) -> list[str]:
    """PMUs that are nowhere or twice at a bus, and buses that nothing observes."""
    grid = sites.grid
    found = [f"a PMU stands at {n[:40]!r}, which is no bus" for n in placement.pmus
             if n not in grid.place]  # fmt: skip
    counts = Counter(placement.pmus)
    found += [f"{c} PMUs stand at bus {n}, where one sees all" for n, c in counts.items() if c > 1]
    chosen = [grid.place[n] for n in counts if n in grid.place]
    seen = observed(sites, marks(sites, chosen))[0]
    law = ", and no zero-injection bus gives it away" if sites.balances else ""
    for k, name in enumerate(grid.names):
        if not seen[k]:
            near = ", ".join(grid.names[j] for j in grid.neighbours[k])
            where = f"at it or its neighbours {near}" if near else "at it, and it has no branch"
            found.append(f"bus {name} is not observed: no PMU {where}{law}")
    return found


def objective(sites: Monitored, placement: Placement) -> float:
    """How many PMUs it takes."""
    return float(len(placement.pmus))


def remarks(sites: Monitored, placement: Placement) -> list[str]:
    """A warning for each islanded piece, which needs PMUs of its own; then what was left out."""
    return remarks_on(sites.grid)
