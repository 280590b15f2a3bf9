"""Do a feeder's impedances look as if they were stated in another unit?

Nothing proves it: a feeder of a tenth of the impedances is a feeder too. Two signs are told. One is
how much is lost, in a configuration that a heuristic opens and so a good one. The other is digits:
impedances are published with few, and a conversion makes many of them. Where all impedances times
the base impedance kV²/MVA of a common base have few digits and the stated ones have not, they were
divided by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from energy.network_reconfiguration.feeder import Feeder
from energy.network_reconfiguration.flow import flow
from energy.network_reconfiguration.loops import opened_by_least_flow
from usecases.models import Floats

LOW, HIGH = 0.005, 0.05
"""Losses as shares of the load that are rare below and above; published feeders have 1 to 4 %."""

SHORT = 0.1
"""Ohm. Feeders of longer branches may lose as little, where they carry little."""

BASES = (1.0, 10.0, 100.0, 1000.0)
"""MVA, the bases that cases are stated on."""

USUAL = 0.5
"""Ohm, of the order of a branch of a medium-voltage feeder."""

FEWEST = 8
"""Different impedances from which digits tell anything."""


@dataclass(frozen=True)
class State:
    """What the power flow of the heuristic's configuration tells; losses in kW, load in kVA."""

    converged: bool
    losses: float
    load: float
    ohm: float
    """The median of the branches' resistances."""

    @property
    def share(self) -> float:
        """Losses per load; 0 where there is no load."""
        return self.losses / self.load if self.load else 0.0


@lru_cache(maxsize=16)
def state(feeder: Feeder) -> State:
    """The power flow with the switches open that carry least in the meshed network."""
    found = flow(feeder, np.array([opened_by_least_flow(feeder.grid)]))
    return State(
        converged=bool(found.converged[0]),
        losses=float(found.losses[0]),
        load=float(np.abs(feeder.grid.load).sum()) * 1e3,
        ohm=float(np.median([b.r_ohm for b in feeder.branches])),
    )


def divided_by(feeder: Feeder) -> float | None:
    """The base in MVA whose base impedance the ohms seem to have been divided by, if there is one.

    Of the impedances times kV² nine in ten have at most four digits, and of the stated ones one in
    ten at most. Powers of ten do not change digits, so the base is the one that makes the branches
    most usual.
    """
    given = np.unique([z for b in feeder.branches for z in (b.r_ohm, abs(b.x_ohm)) if z])
    square = feeder.kv**2
    if len(given) < FEWEST or _short(given) > 0.1 or _short(given * square) < 0.9:
        return None
    return min(BASES, key=lambda mva: abs(np.log(np.median(given) * square / mva / USUAL)))


def _short(values: Floats) -> float:
    """The share of the values that four digits state to 1e-5."""
    near = np.array([float(f"{v:.4g}") for v in values])
    return float((np.abs(values - near) <= 1e-5 * values).mean())


def doubts(feeder: Feeder) -> list[str]:
    """Warnings where the impedances may not be in ohm; none for a feeder that is like others."""
    now, base = state(feeder), divided_by(feeder)
    found = []
    if base is not None:
        z = feeder.kv**2 / base
        found.append(
            f"warning: times {z:.4g} ohm, the base impedance of {feeder.kv:g} kV and {base:g} MVA,"
            " the impedances have few digits: were they given in per unit where ohms are expected?"
        )
    elif 0 < now.share < LOW and now.ohm < SHORT:
        found.append(
            f"warning: only {100 * now.share:.2g} % of the load is lost, behind branches of"
            f" {now.ohm:.3g} ohm in the median: were impedances in per unit given where ohms are"
            " expected?"
        )
    if now.converged and now.share > HIGH:
        found.append(
            f"warning: {100 * now.share:.2g} % of the load is lost in a good configuration, behind"
            f" branches of {now.ohm:.3g} ohm in the median: were ohms given where per unit is"
            " expected, or kW where MW are?"
        )
    return found
