"""From a problem to qubits: how many, how few strings are answers, and one answer as bits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from usecases import metrics, registry
from usecases.errors import UsecasesError
from usecases.exercises import OPEN, Verdict, number, right, wrong
from usecases.models import qubits
from usecases.records import Record

USECASE = "logistics/tour"


def qubits_of(cities: int, answer: Any) -> Verdict:
    """Qubits of a tour through so many cities, counted in the model itself."""
    case = registry.usecase(USECASE)
    due = qubits(case.model(case.example(cities, 0)))
    return number(
        answer,
        due,
        0.1,
        f"{cities - 1} ports at {cities - 1} places are {due} bits",
        {
            "Home needs no bits: its place is known": cities * cities,
            "Every port needs a bit for every place, not for every other port": cities
            * (cities - 1),
            "One bit for each port says whether, and not when, it is called": cities - 1,
        },
    )


def rows_share(answer: Callable[[int], Any]) -> Verdict:
    """The share of strings with one port at each place that are trips: m! / m^m."""
    for m in (2, 3, 5):
        due = math.factorial(m) / m**m
        found = number(
            answer(m),
            due,
            1e-3 * due,
            "m! of m^m strings: each place has m ports to choose from, and all must differ",
            {
                "2^(m²) counts all strings; rows have one port at each place": math.factorial(m)
                / 2 ** (m * m),
                "The ports of m places are chosen one by one: m·m·…, which is not m²": (
                    math.factorial(m) / m**2
                ),
            },
        )
        if not found.right:
            return found if found is OPEN else wrong(f"For m = {m}: {found.says}")
    return found


def shortest(trip: Record, on: Any) -> Verdict:
    """Whether these variables, set to 1, are the shortest trip of the penalty model."""
    if on is ...:
        return OPEN
    case = registry.usecase(f"{USECASE}:penalty")
    names = list(case.model(trip).variables)
    if strange := [str(name) for name in on if name not in names]:
        return wrong(f"There is no variable {strange[0]!r}; they are {', '.join(names)}")
    try:
        solution = case.interpret(trip, {name: int(name in on) for name in names})
        broken = case.violations(trip, solution)
    except UsecasesError as error:
        broken = [str(error)]
    if broken:
        return wrong(f"That is no trip: {broken[0]}")
    value, best = case.objective(trip, solution), case.reference(trip).value
    if metrics.ties(value, best):
        return right(f"{value:g} is the proven shortest trip, as is the same trip backwards")
    return wrong(f"A trip, of {value:g}; the shortest has {best:g}")
