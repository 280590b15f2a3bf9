"""From a program to what a machine can run: does it fit, and in which of its languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from usecases.contracts import Backend
from usecases.errors import BackendUnavailable, TooLarge
from usecases.programs import (
    AlternatingEnergy,
    Expectation,
    Lowered,
    Program,
    SampleCircuits,
    Together,
)
from usecases.registry import name_of

R = TypeVar("R")

SMALLER = "Take a smaller instance, or an algorithm that needs no statevector, such as exact"


def fits(backend: Backend, qubits: int, hint: str = SMALLER) -> None:
    """Raises TooLarge when the machine cannot hold this many; names the most that it can."""
    most = backend.holds()
    if most is not None and qubits > most:
        raise TooLarge(
            f"{name_of(backend)} would need {qubits} qubits and holds at most {most} here",
            hint,
        )


def lowered(
    program: Program[R],
    backend: Backend,
    tell: Callable[[Mapping[str, str]], None] = lambda told: None,
) -> tuple[Program[Any], Callable[[Any], R]]:
    """The program in a language that the machine understands, and the way back.

    Raises BackendUnavailable when there is none. Several programs together are left to be run
    one by one.
    """
    plan: Program[Any] = program
    ways: list[Lowered[Any]] = []
    while not backend.understands(plan) and not isinstance(plan, Together):
        lower = plan.lower()
        if lower is None:
            sampled = isinstance(plan, Expectation) and SampleCircuits in backend.runs
            hint = "Give --shots" if sampled else "List others: usecases list backends"
            raise BackendUnavailable(_refusal(plan, backend), hint)
        plan = lower.program
        ways.append(lower)

    def back(value: Any) -> R:
        for way in reversed(ways):
            tell(way.tells(value))
            value = way.back(value)
        found: R = value
        return found

    return plan, back


def _refusal(plan: Program[Any], backend: Backend) -> str:
    if isinstance(plan, Expectation):
        return f"{name_of(backend)} cannot give exact expectation values, only shots"
    if isinstance(plan, AlternatingEnergy):
        return f"{name_of(backend)} cannot compute this objective exactly: train on statevector"
    return f"{name_of(backend)} cannot run {type(plan).__name__} programs"
