"""What configurations cost: AC losses in kW, and a price on those that may not be.

Sets of open branches are the rows of an array, shape (rows, loops).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from energy.network_reconfiguration.feeder import Feeder
from energy.network_reconfiguration.flow import excess, flow
from energy.network_reconfiguration.grid import Indices
from energy.network_reconfiguration.loops import opened_by_least_flow
from usecases.models import Floats


def losses(feeder: Feeder, opened: Indices) -> Floats:
    """AC losses in kW; infinite where a limit is broken or the power flow has no solution."""
    found = flow(feeder, opened)
    return np.where(excess(feeder, found) > 0, np.inf, found.losses)


@lru_cache(maxsize=64)
def price(feeder: Feeder) -> float:
    """kW to pay for one broken rule: at least the optimum's losses, so no optimum breaks one.

    The losses of the configuration of least meshed flow, if it keeps the limits; else the whole
    load, which no feeder with a stable voltage loses.
    """
    first = losses(feeder, np.array([opened_by_least_flow(feeder.grid)]))[0]
    load = float(np.abs(feeder.grid.load).sum()) * 1e3
    return max(float(first) if np.isfinite(first) else load, 1e-3)


def costs(feeder: Feeder, opened: Indices) -> Floats:
    """AC losses in kW of radial configurations, with the price where limits are broken."""
    rows, where = np.unique(opened, axis=0, return_inverse=True)
    found = flow(feeder, rows)
    beyond, unit = excess(feeder, found), price(feeder)
    kept = np.where(beyond > 0, found.losses + unit * (1.0 + beyond), found.losses)
    load = float(np.abs(feeder.grid.load).sum()) * 1e3
    solved = np.where(found.converged, np.minimum(kept, unit + 2 * load), unit + 3 * load)
    return np.asarray(solved[where.ravel()], dtype=np.float64)
