"""What may be spent: caps for a run, a day and a project, each currency on its own."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from usecases.errors import BudgetExceeded, UsageError

Amounts: TypeAlias = Mapping[str, float]
"""Currency → amount; amounts of several currencies are never added."""

ANY = ""
"""In a cap, every currency that is not named."""

PERIODS = {"day": "USECASES_MAX_COST_DAY", "project": "USECASES_MAX_COST_PROJECT"}
"""Where their caps may stand. A day is one of UTC; a project is everything in one store."""

ROUNDING = 1e-9


@dataclass(frozen=True)
class Shared:
    """What several runs may spend together: those of a suite."""

    allowed: Amounts
    runs: tuple[str, ...]


Limit: TypeAlias = float | str | Amounts | Shared
"""What may be spent: 5 in each currency, "5 EUR" and no other, or amounts by currency."""


@dataclass(frozen=True)
class Cap:
    """What a period allows, and what is spent or reserved in it already."""

    period: str
    allowed: Amounts
    spent: Amounts
    remedy: str

    def admits(self, cost: float, currency: str) -> None:
        """Raises BudgetExceeded when the cost does not fit in."""
        allowed, spent = most(self.allowed, currency), self.spent.get(currency, 0.0)
        if spent + cost > allowed + ROUNDING * max(allowed, 1.0):
            raise BudgetExceeded(
                f"this work costs {cost:.2f} {currency} and {spent:.2f} {currency} are spent or"
                f" reserved for {self.period}, the cap is {allowed:.2f}",
                f"It was not sent. {self.remedy} or ask for fewer shots",
            )


def amounts(text: str, where: str) -> dict[str, float]:
    """A cap as written: "5" for each currency on its own, or "5 EUR, 20 USD" and no other."""
    found: dict[str, float] = {}
    for part in text.split(","):
        words = part.split()
        try:
            value = float(words[0])
        except (ValueError, IndexError):
            value = math.nan
        if not (math.isfinite(value) and value >= 0 and len(words) <= 2):
            raise UsageError(f"{where}: {text!r} is no cap", 'Write it like "5" or "5 EUR, 20 USD"')
        found[words[1] if len(words) == 2 else ANY] = value
    return found


def limited(limit: Limit) -> Amounts:
    """A limit as amounts. Raises UsageError where it is no cap."""
    if isinstance(limit, str):
        return amounts(limit, "max_cost")
    if isinstance(limit, Shared):
        return limit.allowed
    return limit if isinstance(limit, Mapping) else {ANY: limit}


def most(allowed: Amounts, currency: str) -> float:
    """What may be spent in a currency."""
    return allowed.get(currency, allowed.get(ANY, 0.0))


def from_environment(period: str) -> dict[str, float] | None:
    """The period's cap in the environment, if there is one."""
    text = os.environ.get(PERIODS[period], "")
    return amounts(text, PERIODS[period]) if text else None


def told(amounts: Amounts) -> str:
    """The amounts in words, such as "5.00 EUR, 20.00 USD"."""
    named = sorted(amounts.items())
    return ", ".join(f"{value:.2f} {name or 'of each currency'}" for name, value in named) or "0"
