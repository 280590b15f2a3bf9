"""Noise and mitigation: a line to no noise, its price in shots, and what may be claimed."""

from __future__ import annotations

from typing import Any

from usecases.errors import UsageError
from usecases.exercises import OPEN, Verdict, number, right, wrong
from usecases.metrics import within
from usecases.records import RunRecord

CHEMICAL_ACCURACY = 1.6e-3
"""Hartree."""


def line(once: float, thrice: float, answer: Any) -> Verdict:
    """The straight line through the values at 1 and 3, at 0."""
    due = (3 * once - thrice) / 2
    return number(
        answer,
        due,
        0.005,
        "From 1 down to 0 is half as far as from 3 down to 1, so half the difference is added",
        {
            "From 3 to 1 are two steps, and only one more leads to 0": 2 * once - thrice,
            "That goes the wrong way: less noise, larger value": (once + thrice) / 2,
            "That is an exponential decay; a straight line is asked for": once
            * (once / thrice) ** 0.5,
        },
    )


def price(raw: RunRecord, mitigated: RunRecord, answer: Any) -> Verdict:
    """Shots grow with the square of the ratio of the standard errors."""
    ratio = _stderr(mitigated) / _stderr(raw)
    due = ratio**2
    return number(
        answer,
        due,
        0.05 * due,
        f"{due:.1f} times: an error bar half as long takes four times the shots",
        {
            "That is how much longer the bar is; shots go with its square": ratio,
            "That is raw over mitigated: turn it round": 1 / due,
            "The bar shrinks with the square root of the shots, so shots go with its square": (
                ratio**0.5
            ),
        },
    )


def claim(record: RunRecord, consistent: Any, accurate: Any) -> Verdict:
    """Whether the energy agrees with the exact one, and whether it is known well enough."""
    if consistent is ... or accurate is ...:
        return OPEN
    error, sigma = _error(record), _stderr(record)
    agrees = abs(error) <= 2 * sigma
    known = within(error, sigma, 0.0, CHEMICAL_ACCURACY)
    told = f"the error is {1000 * error:+.1f} mHa and two standard errors are {2000 * sigma:.1f}"
    if bool(consistent) != agrees:
        return wrong(f"Consistent means that the error is no more than the bar: {told}")
    if bool(accurate) != known:
        return wrong(f"Accuracy needs error and bar together within 1.6 mHa: {told}")
    return right(f"{told[0].upper()}{told[1:]}: agreeing by a wide bar is not being accurate")


def _error(record: RunRecord) -> float:
    if record.score.objective is None:
        raise UsageError("this run gave no energy", "Take another one")
    return record.score.objective - record.score.reference.value


def _stderr(record: RunRecord) -> float:
    if not record.score.stderr:
        raise UsageError("this energy has no standard error", "Take a run with shots")
    return record.score.stderr
