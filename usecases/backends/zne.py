"""Zero-noise extrapolation: measured with more noise, too, and followed back to none.

Temme, Bravyi, Gambetta 2017, arXiv:1612.02058. A circuit W is run as W (W†W)^k, which does the
same with 2k + 1 times the gates (Giurgica-Tiron et al. 2020, arXiv:2005.10921).
Readout is not folded, so its errors stay: put `readout` behind it for those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from pydantic import Field, field_validator

from usecases.contracts import Wrapper
from usecases.models import Floats
from usecases.programs import Estimate, Estimated, Lowered, Program, Together

_TOLD = 5
"""Standard errors by which a value must differ from its limit before its logarithm is taken."""


class ZNE(Wrapper):
    """Estimates from shots, extrapolated to no noise; all else is the machine's own.

    `factors` say how many times the gates are run, odd numbers. Of the `fit`s, "linear" and
    "quadratic" are least squares, and "exponential" is a straight line through the logarithm of
    the distance from the value of the maximally mixed state, to which noise leads.
    """

    factors: tuple[int, ...] = Field(default=(1, 3, 5), min_length=2, max_length=10)
    fit: Literal["linear", "quadratic", "exponential"] = "exponential"

    @field_validator("factors")
    @classmethod
    def _odd_and_rising(cls, factors: tuple[int, ...]) -> tuple[int, ...]:
        rising = all(a < b for a, b in zip((0, *factors), factors, strict=False))
        if not (rising and all(f % 2 for f in factors) and factors[-1] < 100):
            raise ValueError("factors are odd numbers below 100 in rising order, e.g. [1, 3, 5]")
        return factors

    def asks(self, program: Program[Any]) -> Lowered[Any] | None:
        """The same estimate at every factor; the shots go where the extrapolation weighs most."""
        if not isinstance(program, Estimate) or program.shots is None:
            return None
        shares = np.abs(_weights(self.factors, self._degree))
        shots = np.maximum(program.shots * shares / shares.sum(), 1).astype(int).tolist()
        seeds = np.random.SeedSequence(program.seed).generate_state(len(shots)) >> 1
        parts = tuple(
            replace(program, folds=(factor * (2 * program.folds + 1) - 1) // 2, shots=n, seed=seed)
            for factor, n, seed in zip(self.factors, shots, seeds.tolist(), strict=True)
        )
        limits = program.constants

        def back(found: Sequence[list[Estimated]]) -> list[Estimated]:
            series = zip(zip(*found, strict=True), limits, strict=True)
            return [self.extrapolated(values, limit) for values, limit in series]

        return Lowered(Together(parts), back, self._tells)

    def extrapolated(self, found: Sequence[Estimated], limit: float) -> Estimated:
        """The value without noise, and its standard error.

        The error of the formula itself is not known. What the value changes by with a polynomial
        of one degree more, or without the noisiest value where there are too few for that, stands
        for it as far as shots do not explain the change.
        """
        values, errors = np.array(found).T
        distances = values - limit
        told = (abs(distances) > _TOLD * errors) & (distances * distances[0] > 0)
        if self.fit != "exponential" or not told.all():
            return self._straight(values, errors)
        log = self._straight(np.log(abs(distances)), errors / abs(distances))
        distance = float(np.sign(distances[0]) * np.exp(log.value))
        return Estimated(float(limit) + distance, abs(distance) * log.stderr)

    def _straight(self, values: Floats, errors: Floats) -> Estimated:
        degree = self._degree
        weights = _weights(self.factors, degree)
        other = np.append(_weights(self.factors[:-1], degree), 0.0)
        if degree + 1 < len(self.factors):
            other = _weights(self.factors, degree + 1)
        change = ((weights - other) @ values) ** 2 - (weights - other) ** 2 @ errors**2
        variance = weights**2 @ errors**2 + max(float(change), 0.0)
        return Estimated(float(weights @ values), float(np.sqrt(variance)))

    @property
    def _degree(self) -> int:
        return 2 if self.fit == "quadratic" else 1

    def _tells(self, found: Sequence[list[Estimated]]) -> dict[str, str]:
        """The first observable at every factor: how far the extrapolation went."""
        first = (f"{value[0].value:.6f} ± {value[0].stderr:.1g}" for value in found)
        pairs = zip(self.factors, first, strict=True)
        return {"zne.values": ", ".join(f"{factor}: {value}" for factor, value in pairs)}


def _weights(factors: Sequence[int], degree: int) -> Floats:
    """What each value weighs in the least-squares polynomial's value at 0."""
    powers = np.vander(np.array(factors), min(degree + 1, len(factors)), increasing=True)
    return np.asarray(np.linalg.pinv(powers.astype(float))[0])


backend = ZNE
