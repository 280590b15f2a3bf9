"""What a training lowers: the mean of the costs, their better tail, or a soft minimum.

Each is computed from costs and their probabilities. Its slope is a cost whose mean has the same
derivatives, so that one gradient of a mean serves them all.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Annotated, Literal, TypeAlias

import numpy as np
from pydantic import BeforeValidator, Field

from usecases.models import Floats
from usecases.records import Record, by_kind

BINS = 4096
"""Into so many a quantile's costs are sorted roughly, before one of them is sorted in full."""


class Objective(Record, ABC):
    """A number that sums up a distribution of costs; its repr is its content."""

    def scaled(self, unit: float) -> Objective:
        """The same for costs that are `unit` times as large."""
        return self

    @abstractmethod
    def value(self, costs: Floats, probabilities: Floats) -> float:
        """The number; probabilities sum to 1."""

    @abstractmethod
    def slope(self, costs: Floats, probabilities: Floats) -> Floats:
        """dF/dp of each cost, up to a constant."""

    def stderr(self, costs: Floats, counts: Floats) -> float:
        """The standard error of the value that counted shots give: the spread of its slope."""
        shots = float(counts.sum())
        shares = counts / shots
        slope = self.slope(costs, shares)
        mean = float(shares @ slope)
        variance = max(float(shares @ (slope - mean) ** 2), 0.0)
        return math.sqrt(variance / max(shots - 1, 1))


class Mean(Objective):
    """Σ p_k c_k."""

    kind: Literal["mean"] = "mean"

    def value(self, costs: Floats, probabilities: Floats) -> float:
        return float(probabilities @ costs)

    def slope(self, costs: Floats, probabilities: Floats) -> Floats:
        return costs


class CVaR(Objective):
    """The mean of the best share `alpha` of the shots.

    Barkoutsos et al. 2020, arXiv:1907.04769.
    """

    kind: Literal["cvar"] = "cvar"
    alpha: float = Field(default=0.25, gt=0, le=1)

    def _threshold(self, costs: Floats, probabilities: Floats) -> float:
        """The cost at which the share is reached; of 2^24 costs, only a bin of them is sorted."""
        low, high = float(costs.min()), float(costs.max())
        if low == high:
            return low
        target = self.alpha * (1 - 1e-12)
        bins = ((costs - low) / (high - low) * BINS).astype(np.intp)
        shares = np.bincount(bins, probabilities)
        reached = np.cumsum(shares)
        k = min(int(np.searchsorted(reached, target)), len(shares) - 1)
        inside = np.flatnonzero(bins == k)
        order = inside[np.argsort(costs[inside], kind="stable")]
        below = reached[k] - shares[k] + np.cumsum(probabilities[order])
        return float(costs[order[min(int(np.searchsorted(below, target)), len(order) - 1)]])

    def value(self, costs: Floats, probabilities: Floats) -> float:
        # q + E[min(c − q, 0)]/α, with q the α-quantile (Rockafellar & Uryasev 2000)
        threshold = self._threshold(costs, probabilities)
        below = np.minimum(costs - threshold, 0.0)
        return threshold + float(probabilities @ below) / self.alpha

    def slope(self, costs: Floats, probabilities: Floats) -> Floats:
        threshold = self._threshold(costs, probabilities)
        return np.asarray(np.minimum(costs - threshold, 0.0) / self.alpha)


class Gibbs(Objective):
    """−ln Σ p_k e^{−ηc_k} / η, a minimum that is the softer the smaller η (Li et al. 2020,
    arXiv:1909.07621).
    """

    kind: Literal["gibbs"] = "gibbs"
    eta: float = Field(default=1.0, gt=0, le=1e9)

    def scaled(self, unit: float) -> Gibbs:
        return Gibbs(eta=self.eta / unit)

    def value(self, costs: Floats, probabilities: Floats) -> float:
        lowest, weights = self._weights(costs, probabilities)
        return lowest - math.log(float(probabilities @ weights)) / self.eta

    def slope(self, costs: Floats, probabilities: Floats) -> Floats:
        _, weights = self._weights(costs, probabilities)
        return np.asarray(-weights / (self.eta * float(probabilities @ weights)))

    def _weights(self, costs: Floats, probabilities: Floats) -> tuple[float, Floats]:
        """The lowest cost that occurs, and e^{−η(c − lowest)}, finite for those that do not."""
        lowest = float(costs[probabilities > 0.0].min())
        return lowest, np.exp(np.minimum(-self.eta * (costs - lowest), 700.0))


Goal: TypeAlias = Annotated[
    Annotated[Mean | CVaR | Gibbs, Field(discriminator="kind")],
    BeforeValidator(by_kind),
]
"""An objective by its name, or with its settings."""
