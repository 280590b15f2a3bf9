"""The first ten minutes: lift, shots until one is sure, and the lucky coin."""

from __future__ import annotations

import math
from typing import Any

from usecases.errors import UsageError
from usecases.exercises import Verdict, number
from usecases.records import Chance, RunRecord


def lift(record: RunRecord, answer: Any) -> Verdict:
    """How many times more often than chance the optimum is hit."""
    share, luck = _shares(record)
    due = share / luck.share
    return number(
        answer,
        due,
        0.05 * due,
        f"The optimum is hit {due:.3g} times as often as by chance",
        {
            "That is chance over the algorithm: turn it round": 1 / due,
            "That is the difference of the shares; a factor is their quotient": share - luck.share,
            "These are the feasible shares; the optimal ones are asked for": luck.feasible_lift,
        },
    )


def shots(record: RunRecord, answer: Any) -> Verdict:
    """Shots until the optimum is seen with 99 % confidence: (1 − p)^n ≤ 0.01."""
    share, luck = _shares(record)
    due = math.log(0.01) / math.log1p(-share)
    return number(
        answer,
        due,
        max(0.02 * due, 1.0),
        f"After {math.ceil(due)} shots all have missed with a probability of 1 %",
        {
            "1/p is how long one waits on average; to be sure takes longer": 1 / share,
            "That is for chance; p is the share of the algorithm": math.log(0.01)
            / math.log1p(-luck.share),
            "That is for 99 misses in 100: ln 0.01 is asked for, not ln 0.99": math.log(0.99)
            / math.log1p(-share),
        },
    )


def lucky(record: RunRecord, answer: Any) -> Verdict:
    """The probability that as many random strings hit the optimum: 1 − (1 − c)^n."""
    _, luck = _shares(record)
    n = record.shots or 0
    due = -math.expm1(n * math.log1p(-luck.share))
    return number(
        answer,
        due,
        0.005,
        f"Chance ties in {100 * due:.2f} % of cases, so a gap of zero shows nothing here",
        {
            "Probabilities do not add up: one minus that all miss": n * luck.share,
            "That is one shot's probability": luck.share,
            "That is the probability that all miss; at least one hit is the rest": 1 - due,
        },
    )


class _Luck:
    """Chance's optimal share, and how far the feasible ones are apart."""

    def __init__(self, chance: Chance, feasible: float | None) -> None:
        self.share = chance.optimal_share or 0.0
        self.feasible_lift = (feasible or 0.0) / (chance.feasible_share or 1.0)


def _shares(record: RunRecord) -> tuple[float, _Luck]:
    score = record.score
    if not score.optimal_share or score.chance is None or not score.chance.optimal_share:
        raise UsageError("this run never hit the optimum, or chance did not", "Take the demo's run")
    return score.optimal_share, _Luck(score.chance, score.feasible_share)
