"""Checks of the notebooks' exercises: a number or a run goes in, an explanation comes out.

What is due is computed from the instance or the run, so that no answer stands in a notebook.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and what there is to say about it."""

    right: bool
    says: str

    def __repr__(self) -> str:
        return f"{'✓' if self.right else '✗'} {self.says}"


OPEN = Verdict(False, "Not answered yet: replace the three dots")


def right(says: str) -> Verdict:
    """The answer is right."""
    return Verdict(True, says)


def wrong(says: str) -> Verdict:
    """The answer is wrong, and this is why."""
    return Verdict(False, says)


def number(
    answer: Any,
    due: float,
    tolerance: float,
    says: str,
    mistakes: Mapping[str, float] | None = None,
) -> Verdict:
    """Right within `tolerance` of `due`; a well-known mistake is told by its explanation.

    `mistakes` gives for each explanation the number to which that mistake leads.
    """
    if answer is ...:
        return OPEN
    if isinstance(answer, bool) or not isinstance(answer, Real) or not math.isfinite(answer):
        return wrong(f"A number is asked for, and this is {type(answer).__name__} {answer!r}")
    value = float(answer)
    if abs(value - due) <= tolerance:
        return right(says)
    for why, misled in (mistakes or {}).items():
        if abs(value - misled) <= tolerance:
            return wrong(why)
    side = "large" if value > due else "small"
    return wrong(f"{value:.4g} is too {side}; answers within ±{tolerance:.2g} count")
