"""Variational algorithms: the shift rule, shots for a slope, and a plateau at fifty qubits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from usecases.exercises import Verdict, number


def shift(above: float, below: float, answer: Any) -> Verdict:
    """The derivative from the values at ±π/2: half their difference."""
    due = (above - below) / 2
    return number(
        answer,
        due,
        0.005,
        "Half the difference: exact for any angle of a Pauli rotation, whatever the circuit",
        {
            "That is the whole difference; the rule takes half of it": above - below,
            "That is the value in the middle, not the slope": (above + below) / 2,
            "A difference quotient divides by the distance π; the rule is exact and does not": (
                above - below
            )
            / math.pi,
            "The sign: the value at +π/2 comes first": -due,
        },
    )


def shots(variance: float, answer: Any) -> Verdict:
    """Shots N for each value so that √(1/2N) is half of √variance: N = 2 / variance."""
    due = 2 / variance
    return number(
        answer,
        due,
        0.05 * due,
        "σ² = (1/N + 1/N)/4 = 1/(2N), and it should be a quarter of the slope's variance",
        {
            "Two values enter, each with its own noise, and their difference is halved": 4
            / variance,
            "That makes the error as large as the slope itself": 1 / (2 * variance),
            "Half of the slope is a quarter of its variance": 1 / variance,
        },
    )


def fifty(sizes: Sequence[int], variances: Sequence[float], answer: Any) -> Verdict:
    """The decimal logarithm of the variance at 50 qubits, on the line through the logarithms."""
    tilt, height = np.polyfit(np.asarray(sizes), np.log10(np.asarray(variances)), 1)
    due = float(height + 50 * tilt)
    return number(
        answer,
        due,
        0.5,
        f"About 10^{due:.0f}: seeing such a slope takes some 10^{-due:.0f} shots",
        {
            "The logarithm to base e was fitted; the decimal one is asked for": due * math.log(10),
            "That is the line's tilt times 50; it starts from its height": float(50 * tilt),
            "That is the variance itself; its logarithm is asked for": float(10**due),
        },
    )
