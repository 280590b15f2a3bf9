"""The median of repeated runs and how far it can be trusted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from usecases.models import Floats

RESAMPLES = 9_999

FEWEST = 6
"""Values below which the interval holds the median in less than 95 % of cases.

The widest interval that n values allow, from the least to the largest, misses the median with
probability 2^(1 − n).
"""


@dataclass(frozen=True)
class Spread:
    """A median with its 95 % interval, of `count` values, `finite` of which were solved."""

    median: float
    low: float
    high: float
    count: int
    finite: int


def spread(values: Sequence[float], seed: int = 0) -> Spread:
    """The median and its 95 % percentile bootstrap interval; infinite values count as worst.

    Efron, Ann. Stat. 7 (1979) 1. A quantile of resampled medians is one of them and never a
    mean of two, so that infinity spoils nothing. One value has no interval: its ends are
    infinite. Raises ValueError for no values and for NaN.
    """
    kept = np.sort(np.asarray(values, dtype=np.float64))
    if not kept.size or np.isnan(kept).any():
        raise ValueError("a median needs values, none of them NaN")
    finite = int(np.isfinite(kept).sum())
    if kept.size == 1:
        return Spread(float(kept[0]), -math.inf, math.inf, 1, finite)
    rng = np.random.default_rng(seed)
    drawn = kept[rng.integers(kept.size, size=(RESAMPLES, kept.size))]
    low, high = np.quantile(_medians(drawn), (0.025, 0.975), method="inverted_cdf")
    return Spread(median(values), float(low), float(high), int(kept.size), finite)


def median(values: Sequence[float]) -> float:
    """The median alone; infinite values count as worst."""
    return float(_medians(np.asarray(values, dtype=np.float64)[None])[0])


def _medians(rows: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        found = np.median(rows, axis=1)
    # Half-way between never better and never worse is neither.
    return np.where(np.isnan(found), 0.0, found)
