"""The models: a layout of most energy as the lowest energy of a binary quadratic model."""

from __future__ import annotations

import math

import numpy as np

from energy.wind_farm.farm import Farm
from energy.wind_farm.wakes import alone, pair_losses
from usecases.models import BQM, Choose, Floats, Incumbent, Structured

MOST_LAYOUTS = 50_000
"""Up to so many layouts a simulator lists them all, and the mixer moves among them."""

WHOLE = 24
"""Up to this many sites a statevector holds all strings."""

MARGIN = 1.5
"""The penalty, as a multiple of the sufficient one."""


def worst_wakes(farm: Farm) -> float:
    """The most GWh that one more turbine can cost a farm one short of its count."""
    losses = np.sort(pair_losses(farm), axis=1)[:, ::-1]
    return float(losses[:, : farm.count - 1].sum(axis=1).max(initial=0.0))


def sufficient_penalty(farm: Farm) -> float:
    """The price in GWh above which no layout of another count is optimal.

    With H = −k p + Σ W x x − w/2 (Σx − k) + P (Σx − k)² and w the worst wakes: d turbines too
    many save w d / 2 at most, and dropping them loses no energy otherwise. Of d too few, each
    that is added costs w of wakes at most, of which the shift has charged half. As d² ≥ d,
    P > w / 2 suffices.
    """
    return worst_wakes(farm) / 2


def penalised(farm: Farm, penalty: float) -> BQM:
    """H = −p Σ x + Σ W_ij x_i x_j + (p − w/2)(Σ x − k) + P (Σ x − k)², in GWh.

    Where k sites are chosen the last two terms vanish and H is minus the annual energy.
    """
    losses = pair_losses(farm)
    shift = worst_wakes(farm) / 2
    k = farm.count
    linear = np.full(len(farm.sites), -shift + penalty * (1 - 2 * k))
    offset = -alone(farm) * k + shift * k + penalty * k * k
    rows, columns = np.triu_indices(len(farm.sites), 1)
    return BQM.from_numpy_vectors(
        linear,
        (rows, columns, losses[rows, columns] + 2 * penalty),
        offset,
        "BINARY",
        variable_order=list(farm.names),
    )


def strength(farm: Farm, multiple: float = MARGIN) -> float:
    """The penalty in GWh; where no wake meets any site, a ten-thousandth of a turbine's energy.

    A site without any wind takes 1 GWh.
    """
    return multiple * (max(sufficient_penalty(farm), 1e-4 * alone(farm)) or 1.0)


def model(farm: Farm) -> Structured | Incumbent:
    """A qubit for each site and one group of all: the mixer keeps the count.

    Beyond 50 000 layouts the penalty alone keeps it, and one comes with the model, to improve
    block by block.
    """
    if math.comb(len(farm.sites), farm.count) > MOST_LAYOUTS:
        return improvable(farm)
    everywhere = tuple(range(len(farm.sites)))
    return Structured(penalised(farm, strength(farm)), (Choose(everywhere, farm.count),))


def flat(farm: Farm) -> BQM | Incumbent:
    """The same without the group, to 24 sites: only the penalty keeps the count."""
    if len(farm.sites) > WHOLE:
        return improvable(farm)
    return penalised(farm, strength(farm))


def improvable(farm: Farm) -> Incumbent:
    """The model with a first layout, and a penalty that no wrong count can undercut.

    Wakes only take energy, so a wrong count has at least −k p + P − w/2; the first layout has
    −k p and its wakes. A penalty above w/2 and these wakes keeps every wrong count above it.
    """
    first = one_by_one(farm)
    wakes = float(pair_losses(farm)[np.ix_(first, first)].sum()) / 2
    sample = {name: int(k in set(first)) for k, name in enumerate(farm.names)}
    return Incumbent(penalised(farm, wakes + strength(farm)), sample)


def one_by_one(farm: Farm) -> list[int]:
    """Sites chosen one by one, each where it costs the least wakes: what can be done by hand."""
    losses: Floats = pair_losses(farm)
    cost = losses.sum(axis=1) * 1e-6  # the first ones go where wakes are few
    chosen: list[int] = []
    for _ in range(farm.count):
        open_sites = np.where(np.isin(np.arange(len(cost)), chosen), np.inf, cost)
        best = int(open_sites.argmin())
        chosen.append(best)
        cost = cost + losses[best]
    return sorted(chosen)
