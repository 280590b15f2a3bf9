"""Costs and angles in the form in which the passes take them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from usecases.models import Floats

LEVELS = 60_000
"""A cost of at most so many equidistant levels is kept in sixteen bits."""

LINE = 64
"""Bytes of a vector; arrays begin at a multiple of it, so that no vector spans two lines."""


def aligned(size: int, kind: DTypeLike) -> NDArray[Any]:
    """An uninitialised array that begins at a cache line."""
    width = np.dtype(kind).itemsize
    raw = np.empty(size * width + LINE, dtype=np.uint8)
    skipped = -raw.ctypes.data % LINE
    return raw[skipped : skipped + size * width].view(kind)


class Costs(NamedTuple):
    """Costs as offset + step · stored."""

    stored: NDArray[Any]
    step: float
    offset: float

    @classmethod
    def of(cls, table: Floats) -> Costs:
        """In sixteen-bit whole numbers where that is exact, else around their middle."""
        low, high = float(table.min()), float(table.max())
        levels = np.unique(table[: 1 << 12])
        step = float(np.diff(levels).min()) if len(levels) > 1 else 1.0
        if high - low < LEVELS * step:
            whole = np.rint((table - low) / step)
            if np.array_equal(low + step * whole, table):
                middle = int(whole.max()) // 2
                return cls(_kept(whole - middle, np.int16), step, low + step * middle)
        middle_cost = low + (high - low) / 2
        return cls(_kept(table - middle_cost, np.float64), 1.0, middle_cost)


def _kept(values: Floats, kind: DTypeLike) -> NDArray[Any]:
    found = aligned(len(values), kind)
    found[:] = values
    return found


@dataclass(frozen=True)
class Layer:
    """One layer's angles: phases in turns for each stored cost, tan β and cos β.

    β is brought to |β| ≤ π/4 by quarter turns, each of which flips all bits: `facing` says
    that the layers before have flipped the state an odd number of times.
    """

    turns: float
    tangent: float
    cosine: float
    facing: bool


def layers(
    gammas: Sequence[float], betas: Sequence[float], step: float
) -> tuple[list[Layer], bool]:
    """The layers, and whether all of them together have flipped the state."""
    found: list[Layer] = []
    flips = 0
    for gamma, beta in zip(gammas, betas, strict=True):
        quarters = round(beta / (math.pi / 2))
        rest = beta - quarters * (math.pi / 2)
        turns = -gamma * step / (2 * math.pi)
        found.append(Layer(turns, math.tan(rest), math.cos(rest), bool(flips % 2)))
        flips += quarters
    return found, bool(flips % 2)
