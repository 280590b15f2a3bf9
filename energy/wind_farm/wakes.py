"""Jensen's wake model: what each turbine takes from the wind of those behind it.

A wake is a cone whose radius grows by `wake_decay` per metre; inside it the wind is slowed
evenly, by 2a (R / r)² of its speed (Jensen 1983; Katic, Højstrup & Jensen 1986). A rotor partly
inside feels the part of its area that is. Wakes that meet are added as squares. This is PyWake's
`NOJ` with its default parts, vectorised over pairs and over layouts.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from energy.wind_farm.farm import Farm
from usecases.errors import BadInstance, UsecasesError
from usecases.models import Bits, Floats

GIGAWATT_HOURS = 8760 / 1e6
"""Per year and kW."""

ROWS = 2048
"""Layouts that are computed at once."""


def shadows(farm: Farm, direction: float, points: Floats | None = None) -> Floats:
    """How much of each site's wake meets each other site: (R / r)² × share of the rotor in it.

    Shape (sources, receivers); 0 where the receiver is not downwind. `direction` is where the
    wind comes from, degrees clockwise from north. With `points`, shape (m, 2), the receivers
    are points without a rotor.
    """
    turn = np.deg2rad(direction)
    apart = (farm.xy if points is None else points)[None] - farm.xy[:, None]
    down = -apart[..., 0] * np.sin(turn) - apart[..., 1] * np.cos(turn)
    across = np.abs(apart[..., 0] * np.cos(turn) - apart[..., 1] * np.sin(turn))
    behind = down > 1e-6
    rotor = farm.turbine.diameter / 2
    radius = rotor + farm.wake_decay * np.where(behind, down, 0.0)
    inside = across < radius if points is not None else _overlap(radius, rotor, across)
    return np.asarray(np.where(behind, (rotor / radius) ** 2 * inside, 0.0))


def _overlap(wake: Floats, rotor: float, apart: Floats) -> Floats:
    """The share of a rotor's disc inside a wake's: the lens of two circles, no rotor larger."""
    d = np.maximum(apart, 1e-12)
    one = np.arccos(np.clip((wake**2 + d**2 - rotor**2) / (2 * wake * d), -1, 1))
    two = np.arccos(np.clip((rotor**2 + d**2 - wake**2) / (2 * rotor * d), -1, 1))
    lens = one * wake**2 + two * rotor**2 - wake * d * np.sin(one)
    partly = lens / (np.pi * rotor**2)
    whole, none = apart <= wake - rotor, apart >= wake + rotor
    return np.asarray(np.where(whole, 1.0, np.where(none, 0.0, partly)))


@lru_cache(maxsize=64)
def alone(farm: Farm) -> float:
    """GWh per year of a turbine that nothing shades; the same on every site."""
    _, speeds, chances = farm.wind.states()
    return float((chances @ farm.turbine.power(speeds)).sum()) * GIGAWATT_HOURS


@lru_cache(maxsize=64)
def pair_losses(farm: Farm) -> Floats:
    """GWh per year that two turbines take from each other when they stand alone, shape (n, n).

    Symmetric with zeros on the diagonal: AEP_i + AEP_j − AEP_ij. Raises BadInstance where a
    wake would take more than the wind.
    """
    directions, speeds, chances = farm.wind.states()
    power, slowed = farm.turbine.power(speeds), farm.turbine.expansion(speeds)
    losses = np.zeros((len(farm.sites), len(farm.sites)))
    for direction, chance in zip(directions.tolist(), chances, strict=True):
        shadow = shadows(farm, direction)
        met = shadow > 0
        left = farm.turbine.power(speeds * _share_left(slowed * shadow[met][:, None]))
        losses[met] += (power - left) @ chance * GIGAWATT_HOURS
    found = losses + losses.T
    found.setflags(write=False)
    return _finite(found)


def pairwise(farm: Farm, bits: Bits) -> Floats:
    """AEP of each layout in GWh, were every pair of turbines alone: p Σ x − Σ_{i<j} W x x."""
    x = bits.astype(np.float64)
    shared = ((x @ pair_losses(farm)) * x).sum(axis=1) / 2
    return np.asarray(x.sum(axis=1) * alone(farm) - shared)


def full(farm: Farm, bits: Bits) -> Floats:
    """AEP of each layout in GWh with all wakes at once, shape (rows,).

    Downwind from the first turbine to the last: each sees the wakes of those before it, and
    its own wake follows from the wind it has left. Raises BadInstance as `pair_losses` does.
    """
    blocks = [bits[k : k + ROWS].astype(bool) for k in range(0, len(bits), ROWS)]
    directions, speeds, chances = farm.wind.states()
    found = []
    for block in blocks:
        total = np.zeros(len(block))
        for direction, chance in zip(directions.tolist(), chances, strict=True):
            total += _one_direction(farm, block, shadows(farm, direction), speeds, chance)
        found.append(total)
    return _finite(np.concatenate(found) * GIGAWATT_HOURS)


def _one_direction(
    farm: Farm, block: np.ndarray, shadow: Floats, speeds: Floats, chance: Floats
) -> Floats:
    """Mean power in kW of each layout that the direction's winds give, times their chance."""
    squares = np.zeros((len(farm.sites), len(block), len(speeds)))
    total = np.zeros(len(block))
    for k in _downwind(shadow):
        here = block[:, k]
        sources = np.flatnonzero(shadow[:, k])
        # A tensordot here would wake all cores for a sum of a few rows.
        lost = np.einsum("s,srv->rv", shadow[sources, k] ** 2, squares[np.ix_(sources, here)])
        left = speeds * _share_left(np.sqrt(lost))
        total[here] += farm.turbine.power(left) @ chance
        squares[k, here] = farm.turbine.expansion(left) ** 2
    return total


def _downwind(shadow: Floats) -> list[int]:
    """The sites in an order in which every source comes before those it shades."""
    waiting = (shadow > 0).sum(axis=0)
    order: list[int] = []
    ready = np.flatnonzero(waiting == 0).tolist()
    while ready:
        k = ready.pop()
        order.append(k)
        below = np.flatnonzero(shadow[k] > 0)
        waiting[below] -= 1
        ready += below[waiting[below] == 0].tolist()
    return order


def _share_left(lost: Floats) -> Floats:
    """The share of the wind that is left. Raises BadInstance when more than all is lost."""
    if not (lost <= 1.0).all():
        raise BadInstance(
            "wake_decay",
            "wakes take more than the wind has, so Jensen's model does not hold here",
            "Take a larger wake_decay, sites further apart, or another thrust curve",
        )
    return np.asarray(1.0 - lost)


def _finite(values: Floats) -> Floats:
    if not np.isfinite(values).all():
        raise UsecasesError("the wake model gave an energy that is no number")
    return values
