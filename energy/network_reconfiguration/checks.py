"""Does a feeder from a file make physical sense? Its power flow tells wrong units."""

from __future__ import annotations

from energy.network_reconfiguration.feeder import Feeder
from energy.network_reconfiguration.units import LOW, SHORT, divided_by, state
from usecases.errors import BadInstance

MOST = 0.5
"""Losses as a share of the load beyond which units are doubted."""


def plausible(feeder: Feeder, *, ohms: bool = False) -> Feeder:
    """The feeder, if its power flow has a solution that fits its units.

    Raises BadInstance where it has none, where more than half of the load is lost, or where a
    file that says it is in ohm has per-unit numbers: it loses hardly anything, or its digits are
    those of a conversion.
    """
    now = state(feeder)
    if not now.converged:
        raise BadInstance(
            "power flow",
            f"does not converge: {now.load / 1e3:.4g} MVA of load behind branches of"
            f" {now.ohm:.3g} ohm in the median at {feeder.kv:g} kV",
            "Are ohms or kW given where per unit or MW are expected?",
        )
    if now.share > MOST:
        raise BadInstance(
            "power flow",
            f"loses {now.losses:.4g} kW of a load of {now.load:.4g} kVA",
            "Are ohms given where per unit is expected?",
        )
    base = divided_by(feeder) if ohms else None
    if base is not None:
        raise BadInstance(
            "impedances",
            f"are said to be in ohm, and have few digits in per unit of {feeder.kv:g} kV and"
            f" {base:g} MVA: they look like per unit",
            "If so, delete the statement that converts them; if not, round them to four digits",
        )
    if ohms and 0 < now.share < LOW and now.ohm < SHORT:
        raise BadInstance(
            "impedances",
            f"are said to be in ohm, {now.ohm:.3g} ohm in the median, and then only"
            f" {100 * now.share:.2g} % of the load would be lost: they look like per unit",
            "If so, delete the statement that converts them; if not, state them per unit",
        )
    return feeder
