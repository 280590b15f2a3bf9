"""Honest scores: no hits, the coin's shots, and three claims."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from usecases.errors import UsageError
from usecases.exercises import OPEN, Verdict, number, right, wrong
from usecases.metrics import wilson
from usecases.records import RunRecord

LABELS = ("shown", "not shown", "false")


def no_hit(shots: int, answer: Any) -> Verdict:
    """The upper end of Wilson's 95 % interval without a hit."""
    due = wilson(0, shots)[1]
    return number(
        answer,
        due,
        0.25 * due,  # the rule of three, 3/n, is good enough
        f"Up to {100 * due:.2f} %: seeing nothing does not mean that nothing is there",
        {
            "Zero is the estimate; the interval says how far the truth may be from it": 0.0,
            "That is one shot's share; three times that is the rule of thumb": 1 / shots,
            "A share is asked for, not a percentage": 100 * due,
        },
    )


def coin(record: RunRecord, answer: Any) -> Verdict:
    """Shots until a coin has seen the optimum in 95 % of attempts."""
    luck = record.score.chance
    if luck is None or not luck.optimal_share:
        raise UsageError("chance never hits this optimum", "Take the demo's run")
    due = math.log(0.05) / math.log1p(-luck.optimal_share)
    return number(
        answer,
        due,
        max(0.02 * due, 1.0),
        f"{math.ceil(due)} shots: whoever takes more cannot claim anything by a gap of zero",
        {
            "That many shots hit once on average, but in a third of attempts never": 1
            / luck.optimal_share,
            "That is for 99 %": math.log(0.01) / math.log1p(-luck.optimal_share),
            "95 % of the strings: shots are drawn with repetition": 0.95 / luck.optimal_share,
        },
    )


def claims(few: RunRecord, many: RunRecord, labels: Sequence[Any]) -> Verdict:
    """Whether three claims are shown, not shown or false."""
    if ... in labels:
        return OPEN
    if strange := [label for label in labels if label not in LABELS]:
        return wrong(f"{strange[0]!r} is no label; they are {', '.join(LABELS)}")
    due = (_better(few), _better(many), "not shown")
    why = (
        f"the lift of {few.shots} shots is between {_ends(few)}",
        f"the lift of {many.shots} shots is between {_ends(many)}",
        "a coin reaches the same gap with as many shots, so the gap cannot tell them apart",
    )
    for k, (given, label) in enumerate(zip(labels, due, strict=True)):
        if given != label:
            return wrong(f"Claim {k + 1}: {why[k]}")
    return right("; ".join(why))


def _better(record: RunRecord) -> str:
    """What the lift's interval says of "better than chance"."""
    low, high = record.score.lift_interval or (0.0, None)
    if low > 1:
        return "shown"
    return "false" if high is not None and high < 1 else "not shown"


def _ends(record: RunRecord) -> str:
    low, high = record.score.lift_interval or (0.0, None)
    return f"{low:.2g} and {high:.2g}" if high is not None else f"{low:.2g} and any number"
