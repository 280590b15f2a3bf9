"""How a cost grows with size: fitted, with intervals that widen beyond what was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from usecases.models import Floats

FEWEST = 4
"""Different sizes a fit needs: two parameters, and something left to tell the noise from."""


@dataclass(frozen=True)
class Fit:
    """ln cost = a + b x by least squares, where x is the size n, or ln n.

    `law` is "exponential", cost ∝ eᵇⁿ, or "power", cost ∝ nᵇ. `rate` is b with its 95 %
    interval; `unexplained` the share of the variance of ln cost that is left.
    """

    law: str
    intercept: float
    rate: float
    interval: tuple[float, float]
    unexplained: float
    points: int
    centre: float
    squares: float
    noise: float

    def at(self, sizes: Sequence[float]) -> tuple[Floats, Floats, Floats]:
        """The typical cost at these sizes, and the ends of its 95 % band."""
        x = _scaled(sizes, self.law)
        line = self.intercept + self.rate * x
        # The band of the line, by Student's t: Draper and Smith, Applied Regression, § 3.1.
        error = self.noise * np.sqrt(1 / self.points + (x - self.centre) ** 2 / self.squares)
        half = _student(self.points - 2) * error
        low, middle, high = (
            np.exp(np.clip(y, -700, 700)) for y in (line - half, line, line + half)
        )
        return middle, low, high


def fits(sizes: Sequence[float], costs: Sequence[float]) -> list[Fit]:
    """Both laws, the one that leaves less unexplained first; none for fewer than 4 sizes.

    Unsolved instances, of infinite cost, are not in the fit: it says how the solved ones grow,
    which is too hopeful where many are missing. Raises ValueError for a size or cost not above 0.
    """
    known = [(n, c) for n, c in zip(sizes, costs, strict=True) if math.isfinite(c)]
    if any(n <= 0 or not c > 0 for n, c in known):
        raise ValueError("sizes and costs must be above 0")
    if len({n for n, _ in known}) < FEWEST:
        return []
    both = [_fit(known, law) for law in ("exponential", "power")]
    return sorted(both, key=lambda f: f.unexplained)


def _fit(known: Sequence[tuple[float, float]], law: str) -> Fit:
    x = _scaled([n for n, _ in known], law)
    y = np.log([c for _, c in known])
    centre, squares = float(x.mean()), float(((x - x.mean()) ** 2).sum())
    rate = float(((x - centre) * (y - y.mean())).sum() / squares)
    intercept = float(y.mean()) - rate * centre
    left = float(((y - intercept - rate * x) ** 2).sum())
    noise = math.sqrt(left / (len(known) - 2))
    half = _student(len(known) - 2) * noise / math.sqrt(squares)
    total = float(((y - y.mean()) ** 2).sum())
    return Fit(
        law=law,
        intercept=intercept,
        rate=rate,
        interval=(rate - half, rate + half),
        unexplained=left / total if total else 0.0,
        points=len(known),
        centre=centre,
        squares=squares,
        noise=noise,
    )


def _scaled(sizes: Sequence[float], law: str) -> Floats:
    x = np.asarray(sizes, dtype=np.float64)
    return x if law == "exponential" else np.log(x)


def _student(freedom: int) -> float:
    from scipy.stats import t

    return float(t.ppf(0.975, freedom))
