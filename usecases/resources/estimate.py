"""Resource estimates of an instance, and where they would break even with classical computing."""

from __future__ import annotations

import math
import time
from typing import Any

from usecases import instances, registry
from usecases.contracts import UseCase
from usecases.errors import MissingExtra, UsecasesError
from usecases.records import InstanceData, Record, Reference
from usecases.resources.asked import asked
from usecases.resources.electrons import femoco_work
from usecases.resources.machines import MACHINES, Physical, model, physical
from usecases.resources.work import Work

LOGICAL = 50
"""Logical qubits of the machine announced for Copenhagen in July 2025 (Magne, QuNorth)."""

STORED = "(stored)"
"""How the method of a reference ends that is not computed again."""

CONFIDENCE = 0.99
"""Of seeing the optimum at least once in the shots that fit the classical solver's time."""


class Needed(Record):
    """One circuit: its counts, and the machines that could run it."""

    work: Work
    fits: bool
    """Whether its logical qubits are at most `LOGICAL`; those that route data come on top."""
    machines: tuple[Physical, ...]
    """The assumed machines that keep the error budget; the others have no design that does."""


class Estimates(Record):
    """What an instance would take, beside what classical computing took."""

    usecase: str
    instance: InstanceData
    model: str
    """The estimator's, with its version."""
    needed: tuple[Needed, ...]
    remarks: tuple[str, ...]
    """What could not be counted, and why."""
    reference: Reference
    classical_seconds: float | None
    """The reference's, measured on this machine; None for one that was proven beforehand."""


class FeMoco(Record):
    """The published molecule against which chemistry's estimates are usually held."""

    model: str
    needed: Needed


def estimates(usecase: str, instance: str = "demo", layers: int = 10) -> Estimates:
    """What an instance of a use case would take on error-corrected machines.

    `layers` are QAOA's. The classical reference is computed and timed beside it. Raises
    MissingExtra; what cannot be counted is a remark.
    """
    name = registry.full_name(usecase)
    case = registry.usecase(usecase)
    loaded = instances.load(case, instance)
    works: list[Work] = []
    remarks: list[str] = []
    for count in asked(case.model(loaded.instance), layers):
        try:
            works.append(count())
        except MissingExtra:
            raise
        except UsecasesError as error:
            remarks.append(error.what)
    reference, seconds = _proven(case, loaded.instance)
    return Estimates(
        usecase=name,
        instance=instances.described(loaded.name, loaded.instance),
        model=model(),
        needed=tuple(map(_needed, works)),
        remarks=tuple(remarks),
        reference=reference,
        classical_seconds=seconds,
    )


def femoco() -> FeMoco:
    """FeMoco's published costing, taken on to physical machines. Raises MissingExtra."""
    return FeMoco(model=model(), needed=_needed(femoco_work()))


def _needed(work: Work) -> Needed:
    found = (physical(work, machine) for machine in MACHINES)
    return Needed(
        work=work, fits=work.qubits <= LOGICAL, machines=tuple(f for f in found if f is not None)
    )


def _proven(case: UseCase[Any, Any, Any, Any], instance: Any) -> tuple[Reference, float | None]:
    """The reference and its seconds, without those that its packages take to be loaded."""
    case.reference(case.example(case.tiny, 0))
    begun = time.perf_counter()
    reference = case.reference(instance)
    seconds = time.perf_counter() - begun
    return reference, None if reference.method.endswith(STORED) else seconds


def break_even(work: Work, machine: Physical, classical: float) -> float | None:
    """How likely one shot must be optimal for the machine to be as fast as the classical solver.

    p = 1 − (1 − c)^(1/s) for s = classical seconds / seconds of a shot, c = `CONFIDENCE`: the
    time to solution of `usecases.metrics`, solved for p. None where not even one shot fits the
    classical solver's time, or one shot is no candidate. It favours the quantum side: the
    classical solver proves its optimum, and shots only find it.
    """
    if work.gives != "a candidate" or machine.seconds > classical:
        return None
    return -math.expm1(math.log1p(-CONFIDENCE) * machine.seconds / classical)


def beside(work: Work, machine: Physical, classical: float | None) -> str:
    """The machine's time against the classical solver's, in words."""
    if classical is None:
        return "classical time unknown"
    if work.gives == "a measurement":
        return "one of many measurements"
    share = break_even(work, machine, classical)
    if share is not None:
        return f"ties if {share:.2g} of shots are optimal"
    return f"{machine.seconds / classical:.2g} times as long"
