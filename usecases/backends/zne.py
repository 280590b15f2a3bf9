"""Zero-noise extrapolation: measured with more noise, too, and followed back to none.

Temme, Bravyi, Gambetta 2017, arXiv:1612.02058. A circuit W is run as W (W†W)^k, which does the
same with 2k + 1 times the gates (Giurgica-Tiron et al. 2020, arXiv:2005.10921).
Readout is not folded, so its errors stay: put `readout` behind it for those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal, Self, TypeAlias

import numpy as np
from pydantic import Field, field_validator, model_validator

from usecases.contracts import Wrapper
from usecases.errors import UsageError
from usecases.models import Floats
from usecases.programs import Estimate, Estimated, Lowered, Program, Together
from usecases.programs.estimates import LEAST

_TOLD = 5
"""Standard errors by which a value must differ from its limit before its logarithm is taken."""

Fit: TypeAlias = Literal["linear", "quadratic", "exponential"]


class ZNE(Wrapper):
    """Estimates from shots, extrapolated to no noise; all else is the machine's own.

    `factors` say how many times the gates are run, odd numbers. Of the `fit`s, "linear" and
    "quadratic" are least squares, and "exponential" is a straight line through the logarithm of
    the distance from the value of the maximally mixed state, to which noise leads. It is linear
    instead where shots do not tell a value from that limit, and where wrong shots are discarded,
    since noise leads elsewhere then; the record says which it was.
    """

    factors: tuple[int, ...] = Field(default=(1, 3, 5), min_length=2, max_length=10)
    fit: Fit = "exponential"

    @field_validator("factors")
    @classmethod
    def _odd_and_rising(cls, factors: tuple[int, ...]) -> tuple[int, ...]:
        rising = all(a < b for a, b in zip((0, *factors), factors, strict=False))
        if not (rising and all(f % 2 for f in factors) and factors[-1] < 100):
            raise ValueError("factors are odd numbers below 100 in rising order, e.g. [1, 3, 5]")
        return factors

    @model_validator(mode="after")
    def _enough_factors(self) -> Self:
        if len(self.factors) <= self._degree:
            raise ValueError("a quadratic fit needs at least 3 factors, e.g. [1, 3, 5]")
        return self

    def asks(self, program: Program[Any]) -> Lowered[Any] | None:
        """The same estimate at every factor; the shots go where the extrapolation weighs most.

        Raises UsageError when there is not a shot for each circuit at each factor.
        """
        if not isinstance(program, Estimate) or program.shots is None:
            return None
        shots = self._divided(program.shots, len(program.groups))
        seeds = np.random.SeedSequence(program.seed).generate_state(len(shots)) >> 1
        parts = tuple(
            replace(program, folds=(factor * (2 * program.folds + 1) - 1) // 2, shots=n, seed=seed)
            for factor, n, seed in zip(self.factors, shots, seeds.tolist(), strict=True)
        )
        limits = [None if program.symmetries else float(c) for c in program.constants]

        def back(found: Sequence[list[Estimated]]) -> list[Estimated]:
            series = zip(zip(*found, strict=True), limits, strict=True)
            return [self.extrapolated(values, limit) for values, limit in series]

        return Lowered(Together(parts), back, partial(self._tells, limits))

    def _divided(self, shots: int, circuits: int) -> list[int]:
        """The shots of each factor: ten for each circuit, if there are as many, then by weight."""
        factors = len(self.factors)
        if shots < factors * circuits:
            raise UsageError(
                f"{shots} shots are too few for {circuits} circuits at each of {factors} factors",
                f"Give at least --shots {LEAST * factors * circuits}",
            )
        least = min(LEAST, shots // (factors * circuits)) * circuits
        shares = np.abs(_weights(self.factors, self._degree))
        given = least + (shots - factors * least) * shares / shares.sum()
        return [int(n) for n in given]

    def extrapolated(self, found: Sequence[Estimated], limit: float | None) -> Estimated:
        """The value without noise, and its standard error; `limit` is what noise leads to.

        The error of the formula itself is not known. What the value changes by with a polynomial
        of one degree more, or without the noisiest value where there are too few for that, stands
        for it as far as shots do not explain the change.
        """
        values, errors = np.array(found).T
        if limit is None or self.used(found, limit) != "exponential":
            return self._straight(values, errors)
        distances = values - limit
        log = self._straight(np.log(abs(distances)), errors / abs(distances))
        distance = float(np.sign(distances[0]) * np.exp(log.value))
        return Estimated(limit + distance, abs(distance) * log.stderr)

    def used(self, found: Sequence[Estimated], limit: float | None) -> Fit:
        """The fit that the values allow: no logarithm of what may be 0 is taken."""
        if self.fit != "exponential":
            return self.fit
        return "linear" if limit is None or not _told(found, limit) else "exponential"

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

    def _tells(
        self, limits: Sequence[float | None], found: Sequence[list[Estimated]]
    ) -> dict[str, str]:
        """The first observable at every factor: how far the extrapolation went; and every fit."""
        series = zip(zip(*found, strict=True), limits, strict=True)
        fits = Counter(self.used(values, limit) for values, limit in series)
        words = [
            f"{fit} {n} of {fits.total()}" if len(fits) > 1 else fit for fit, n in fits.items()
        ]
        first = (f"{value[0].value:.6f} ± {value[0].stderr:.1g}" for value in found)
        pairs = zip(self.factors, first, strict=True)
        values = ", ".join(f"{factor}: {value}" for factor, value in pairs)
        return {"zne.values": values, "zne.fit": ", ".join(words)}


def _told(found: Sequence[Estimated], limit: float) -> bool:
    """Whether shots tell all values from the limit, on one side of it."""
    values, errors = np.array(found).T
    distances = values - limit
    return bool(((abs(distances) > _TOLD * errors) & (distances * distances[0] > 0)).all())


def _weights(factors: Sequence[int], degree: int) -> Floats:
    """What each value weighs in the least-squares polynomial's value at 0."""
    powers = np.vander(np.array(factors), min(degree + 1, len(factors)), increasing=True)
    return np.asarray(np.linalg.pinv(powers.astype(float))[0])


backend = ZNE
