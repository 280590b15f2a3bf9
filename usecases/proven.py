"""What runs are judged by, found once for the runs of an instance that follow each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from usecases import judge
from usecases.contracts import UseCase
from usecases.models import Model
from usecases.records import Chance, Record, Reference

KEPT = 4
"""So many instances are remembered: runs of one stand together, and models can be large."""


@dataclass(frozen=True)
class Problem:
    """A use case's instance; two are equal when all that a score follows from is."""

    case: UseCase[Any, Any, Any, Any] = field(compare=False)
    instance: Record = field(compare=False)
    told: str = field(init=False)
    rules: tuple[Callable[..., Any] | str | float | None, ...] = field(init=False)

    def __post_init__(self) -> None:
        case = self.case
        reading = (case.model, case.interpret, case.violations, case.objective, case.reference)
        object.__setattr__(self, "told", self.instance.model_dump_json())
        object.__setattr__(self, "rules", (*reading, case.sense, case.tolerance))


@lru_cache(KEPT)
def model_of(problem: Problem) -> Model:
    """The instance's mathematics; nobody may change it."""
    found: Model = problem.case.model(problem.instance)
    return found


@lru_cache(KEPT)
def reference_of(problem: Problem) -> Reference:
    """What classical computing proves about the instance, found here."""
    return problem.case.reference(problem.instance)


@lru_cache(KEPT)
def chance_of(problem: Problem, seed: int) -> Chance:
    """What a run with this seed would have scored by chance."""
    proven = reference_of(problem)
    return judge.chance(problem.case, problem.instance, model_of(problem), proven, seed)
