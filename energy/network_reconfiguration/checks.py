"""Does a feeder from a file make physical sense? Its power flow tells wrong units."""

from __future__ import annotations

import numpy as np

from energy.network_reconfiguration.feeder import Feeder
from energy.network_reconfiguration.flow import flow
from energy.network_reconfiguration.loops import opened_by_least_flow
from energy.network_reconfiguration.reading import SUSPECT
from usecases.errors import BadInstance

MOST = 0.5
"""Losses as a share of the load beyond which units are doubted."""


def plausible(feeder: Feeder, *, ohms: bool = False) -> Feeder:
    """The feeder, if its power flow has a solution that fits its units.

    Raises BadInstance where it has none, where more than half of the load is lost, or where a
    file that says it is in ohm loses hardly anything, as per-unit numbers read as ohm do.
    """
    state = flow(feeder, np.array([opened_by_least_flow(feeder.grid)]))
    load = float(np.abs(feeder.grid.load).sum()) * 1e3
    lost = float(state.losses[0])
    ohm = float(np.median([b.r_ohm for b in feeder.branches]))
    if not state.converged[0]:
        raise BadInstance(
            "power flow",
            f"does not converge: {load / 1e3:.4g} MVA of load behind branches of {ohm:.3g} ohm"
            f" in the median at {feeder.kv:g} kV",
            "Are ohms or kW given where per unit or MW are expected?",
        )
    if lost > MOST * load:
        raise BadInstance(
            "power flow",
            f"loses {lost:.4g} kW of a load of {load:.4g} kVA",
            "Are ohms given where per unit is expected?",
        )
    if ohms and 0 < lost < SUSPECT * load:
        raise BadInstance(
            "impedances",
            f"are said to be in ohm, {ohm:.3g} ohm in the median, and then only"
            f" {100 * lost / load:.2g} % of the load would be lost: they look like per unit",
            "If so, delete the statement that converts them; if not, state them per unit",
        )
    return feeder
