"""Economic dispatch: the cheapest outputs of the units that are on, exactly.

At the optimum all units between their limits share one marginal cost λ = b + 2 c p, the
price (Wood, Wollenberg and Sheblé, Power Generation, Operation and Control, ch. 3). As λ
rises, every output runs straight from p_min to p_max, so the fleet's supply is piecewise
linear with a corner where a unit leaves or meets a limit: the merit order. The demand lies
between two neighbouring corners, and the outputs on that line between theirs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from energy.unit_commitment.fleet import WATT, Fleet, Unit
from usecases.models import Bits, Floats


def corners(units: Sequence[Unit]) -> Floats:
    """Outputs in MW at the corners of the merit order, price rising: shape (corners, units).

    A unit without a quadratic term (c = 0) jumps at its price: it gives two corners there.
    """
    low, high, b, c = (
        np.array([getattr(u, k) for u in units]) for k in ("p_min", "p_max", "b", "c")
    )
    first, last = b + 2 * c * low, b + 2 * c * high
    prices = np.unique(np.concatenate([first, last]))[:, None]
    rise = np.where(last > first, last - first, 1.0)
    between = low + (high - low) * np.clip((prices - first) / rise, 0.0, 1.0)
    before = np.where(prices <= first, low, np.where(prices >= last, high, between))
    after = np.where(prices >= last, high, np.where(prices <= first, low, between))
    return np.stack([before, after], axis=1).reshape(-1, len(units))


def dispatch(units: Sequence[Unit], on: Bits, demand: float | Floats) -> Floats:
    """The cheapest outputs in MW that meet the demand, for each row of units that are on.

    `on` and the result have shape (rows, units); the demand is one, or one for each row. A row
    that cannot meet it runs at the limit nearest to it: all at p_max when short, all at p_min
    when in excess.
    """
    outputs = corners(units)
    supply = on @ outputs.T
    right = np.clip((supply < np.asarray(demand)[..., None]).sum(axis=1), 1, len(outputs) - 1)
    rows = np.arange(len(on))
    start, end = supply[rows, right - 1], supply[rows, right]
    step = np.where(end > start, end - start, 1.0)
    share = np.clip((demand - start) / step, 0.0, 1.0)[:, None]
    mixed = outputs[right - 1] + share * (outputs[right] - outputs[right - 1])
    return np.asarray(on * mixed)


def running_cost(units: Sequence[Unit], on: Bits, output: Floats) -> Floats:
    """Cost in $ of an hour at the outputs, for each row: Σ a + b p + c p² of what is on."""
    a, b, c = (np.array([getattr(u, k) for u in units]) for k in ("a", "b", "c"))
    return np.asarray((on * (a + b * output + c * output**2)).sum(axis=1))


def served(fleet: Fleet, on: Bits, hours: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """What each row of units costs in $ in its hour (from 0), and what it misses in MW.

    `missing` is what a row lacks to its demand and reserve, or by what its smallest outputs
    exceed the demand; 0 where it can serve. The cost is infinite where it cannot.
    """
    high, low = (on @ np.array([getattr(u, k) for u in fleet.units]) for k in ("p_max", "p_min"))
    demand = np.array(fleet.demand)[hours]
    required = np.array([fleet.required(h) for h in range(fleet.hours)])[hours]
    lack = np.maximum(required - high, 0.0) + np.maximum(low - demand, 0.0)
    missing = np.where(lack > WATT, lack, 0.0)
    paid = running_cost(fleet.units, on, dispatch(fleet.units, on, demand))
    return np.where(missing > 0, np.inf, paid), missing
