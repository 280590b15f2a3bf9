"""Two ways to answer, compared on the same instances."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from usecases.statistics.spread import Spread, spread

FEWEST = 6
"""Pairs below which no two-sided test can reach p < 0.05: 2 · 2⁻⁵ = 0.0625."""


@dataclass(frozen=True)
class Paired:
    """What the pairs say of a and b, of which less is better.

    `difference` is the median of a − b. `signed_rank` and `sign` are two-sided p-values, None
    below six pairs, which can decide nothing.
    """

    pairs: int
    better: int
    ties: int
    worse: int
    difference: Spread
    signed_rank: float | None
    sign: float | None


def paired(a: Sequence[float], b: Sequence[float]) -> Paired:
    """Wilcoxon's signed-rank test (Biometrics Bull. 1 (1945) 80) and the sign test.

    Two unsolved instances tie. Ties are dropped by the sign test and by Wilcoxon's, as he did.
    Raises ValueError for other than as many values, at least one.
    """
    if len(a) != len(b) or not a:
        raise ValueError("a paired test needs as many values of one as of the other")
    differences = [_difference(x, y) for x, y in zip(a, b, strict=True)]
    better, worse = sum(d < 0 for d in differences), sum(d > 0 for d in differences)
    enough = len(differences) >= FEWEST
    return Paired(
        pairs=len(differences),
        better=better,
        ties=len(differences) - better - worse,
        worse=worse,
        difference=spread(differences),
        signed_rank=_signed_rank(differences) if enough else None,
        sign=_sign(better, worse) if enough else None,
    )


def _difference(x: float, y: float) -> float:
    return 0.0 if x == y else x - y


def _signed_rank(differences: Sequence[float]) -> float:
    from scipy.stats import wilcoxon

    # Only ranks count: an infinite difference ranks above every finite one.
    largest = max((abs(d) for d in differences if math.isfinite(d)), default=0.0)
    finite = [d if math.isfinite(d) else math.copysign(2 * largest + 1, d) for d in differences]
    left = [d for d in finite if d]
    return float(wilcoxon(left).pvalue) if left else 1.0


def _sign(better: int, worse: int) -> float:
    from scipy.stats import binomtest

    return float(binomtest(better, better + worse).pvalue) if better + worse else 1.0


def holm(values: Mapping[str, float]) -> dict[str, float]:
    """The p-values corrected for how many were looked at (Holm, Scand. J. Stat. 6 (1979) 65)."""
    corrected: dict[str, float] = {}
    least = 0.0
    for k, name in enumerate(sorted(values, key=values.__getitem__)):
        least = max(least, min(1.0, (len(values) - k) * values[name]))
        corrected[name] = least
    return corrected
