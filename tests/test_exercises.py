"""The exercises accept the right answer and explain the wrong ones."""

from __future__ import annotations

import math

from tests.helpers import ROOT
from usecases.exercises import OPEN, n00, number
from usecases.records import RunRecord
from usecases.replay import Shipped


def stored(name: str) -> tuple[RunRecord, ...]:
    return Shipped(ROOT / "notebooks" / "runs" / f"{name}.json").records


def test_a_number_is_right_known_to_be_wrong_or_too_large() -> None:
    mistakes = {"turned round": 0.5}
    assert number(2.01, 2.0, 0.05, "yes", mistakes).right
    assert number(0.5, 2.0, 0.05, "yes", mistakes).says == "turned round"
    assert "too large" in number(7, 2.0, 0.05, "yes", mistakes).says
    assert "too small" in number(-7.0, 2.0, 0.05, "yes").says
    assert "str 'two'" in number("two", 2.0, 0.05, "yes").says
    assert not number(math.nan, 2.0, 0.05, "yes").right
    assert number(..., 2.0, 0.05, "yes") is OPEN


def test_n00() -> None:
    record = stored("00_first_ten_minutes")[0]
    share, luck = record.score.optimal_share, record.score.chance
    assert share and luck and luck.optimal_share
    c = luck.optimal_share
    assert n00.lift(record, share / c).right
    assert "turn it round" in n00.lift(record, c / share).says
    n = math.log(0.01) / math.log(1 - share)
    assert n00.shots(record, math.ceil(n)).right
    assert "average" in n00.shots(record, 1 / share).says
    assert n00.lucky(record, 1 - (1 - c) ** 4096).right
    assert "do not add up" in n00.lucky(record, 4096 * c).says
