"""Every score with its formula, its interval and where it comes from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

from usecases.records import Interval, Reference, Sense

TIE = 1e-9
"""Relative differences below this are rounding: the answers tie."""

Z95 = 1.959963984540054
"""The two-sided 95 % point of the normal distribution."""


def wilson(successes: int, trials: int) -> Interval:
    """Wilson's 95 % interval for a share; it says something even at 0 or all successes.

    Wilson, J. Am. Stat. Assoc. 22 (1927) 209.
    """
    if trials == 0:
        return 0.0, 1.0
    p, z2 = successes / trials, Z95 * Z95
    centre = (p + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z95 * math.sqrt(p * (1 - p) / trials + z2 / (4 * trials * trials)) / (1 + z2 / trials)
    low = 0.0 if successes == 0 else max(centre - half, 0.0)
    high = 1.0 if successes == trials else min(centre + half, 1.0)
    return low, high


def worse_by(value: float, best: float, sense: Sense) -> float:
    """How much worse a value is than the best one: positive is worse, in the value's unit."""
    return value - best if sense == "min" else best - value


def ties(value: float, best: float, tolerance: float = 0.0) -> bool:
    """Whether two values differ by no more than rounding, or by less than the field cares."""
    return abs(value - best) <= max(tolerance, TIE * max(abs(best), 1.0))


def gap(value: float, reference: Reference, sense: Sense) -> float:
    """|f − f*| / max(|f*|, 1e-10), signed: 0 ties with the reference, above 0 is worse."""
    if ties(value, reference.value):
        return 0.0
    return worse_by(value, reference.value, sense) / max(abs(reference.value), 1e-10)


def ratio(value: float, reference: Reference) -> float | None:
    """The approximation ratio f / f*, only against a proven optimum that is not zero."""
    if reference.kind != "optimal" or not reference.value:
        return None
    return value / reference.value


def lift(
    share: float, interval: Interval, chance: float, chance_interval: Interval
) -> tuple[float | None, tuple[float, float | None]]:
    """How many times more often than chance the optimum is hit, and the interval's ends.

    The interval pairs each end of one share with the opposite end of the other; an end is
    None where chance may be zero.
    """
    low = interval[0] / chance_interval[1] if chance_interval[1] else 0.0
    high = interval[1] / chance_interval[0] if chance_interval[0] else None
    return (share / chance if chance else None), (low, high)


def tts99(seconds: float, share: float) -> float | None:
    """Seconds of runs until the optimum is seen with 99 % confidence.

    t_run · max(1, ln 0.01 / ln(1 − p)), queue time excluded; None when p = 0
    (Rønnow et al., Science 345 (2014) 420, eq. 3).
    """
    if share <= 0.0:
        return None
    if share >= 1.0:
        return seconds
    return seconds * max(1.0, math.log(0.01) / math.log1p(-share))


def tts99_interval(seconds: float, interval: Interval) -> tuple[float, float | None]:
    """Bounds on the time to solution from the share's interval; the upper one may be open."""
    return tts99(seconds, interval[1]) or seconds, tts99(seconds, interval[0])


def within(value: float, stderr: float, best: float, tolerance: float) -> bool:
    """Whether |ΔE| + 2σ stays inside the tolerance: an accuracy that may be claimed."""
    return abs(value - best) + 2 * stderr <= tolerance


def too_good(value: float, stderr: float, reference: Reference, sense: Sense) -> bool:
    """Whether a value beats a proven optimum by more than two standard errors and rounding."""
    if reference.kind != "optimal" or ties(value, reference.value):
        return False
    return worse_by(value, reference.value, sense) < -2 * stderr


def non_parallelity(errors: Sequence[float], stderrs: Sequence[float]) -> tuple[float, Interval]:
    """The largest less the smallest error along a curve, and its 95 % interval.

    A constant error shifts a curve and changes no difference along it; this is what is left:
    0 where the curves are parallel (Dutta and Sherrill, J. Chem. Phys. 118 (2003) 1610). The
    difference of extremes of noisy errors comes out too large; the interval holds the true one
    all the same, because it follows from intervals that hold all true errors at once.
    """
    low, high = _at_once(errors, stderrs)
    value = max(errors) - min(errors)
    return value, (max(max(low) - min(high), 0.0), max(high) - min(low))


def largest_error(errors: Sequence[float], stderrs: Sequence[float]) -> tuple[float, Interval]:
    """The largest |error| along a curve, and its 95 % interval, made in the same way."""
    low, high = _at_once([abs(e) for e in errors], stderrs)
    return max(abs(e) for e in errors), (max(*low, 0.0), max(high))


def _at_once(values: Sequence[float], stderrs: Sequence[float]) -> tuple[list[float], list[float]]:
    """Lower and upper ends that hold all true values at once in 95 % of cases.

    Each of n noisy values may miss with probability 0.05 / n (Bonferroni), so it does not matter
    whether their noise is independent.
    """
    noisy = sum(s > 0 for s in stderrs)
    z = NormalDist().inv_cdf(1 - 0.025 / max(noisy, 1))
    pairs = list(zip(values, stderrs, strict=True))
    return [v - z * s for v, s in pairs], [v + z * s for v, s in pairs]
