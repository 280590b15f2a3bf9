"""What a run would send to a machine elsewhere, found out by doing everything but that.

Training runs here as it would. Instead of a machine's answer, zeros come back, so that work
which follows from answers is only an example of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from usecases.contracts import Backend, JobResult, RemoteBackend
from usecases.convert import translate
from usecases.errors import AuthenticationFailed, UsecasesError
from usecases.executor import Executor
from usecases.plan import Plan, suited
from usecases.programs import Program, SampleCircuits, SampleModel
from usecases.quotes import Quote
from usecases.registry import name_of

R = TypeVar("R")

MOST = 50
"""Jobs after which what follows is not looked at."""


@dataclass(frozen=True)
class Job:
    """A job that would be sent."""

    machine: str
    qubits: int
    quote: Quote


@dataclass
class Rehearsal:
    """The jobs that would be sent, in their order; `whole` when that is known to be all."""

    jobs: list[Job] = field(default_factory=list)
    whole: bool = False

    def cost(self) -> dict[str, float]:
        """What they would cost, each currency on its own; jobs of unknown price are left out."""
        found: dict[str, float] = {}
        for quote in (job.quote for job in self.jobs if job.quote.basis != "unknown"):
            found[quote.currency] = found.get(quote.currency, 0.0) + quote.amount
        return found

    @property
    def priced(self) -> bool:
        """Whether every job has a price."""
        return all(job.quote.basis != "unknown" for job in self.jobs)

    def wait(self) -> float | None:
        """Expected seconds in queues, one job after the other; None where not told."""
        waits = [job.quote.wait for job in self.jobs]
        return None if None in waits else sum(wait or 0.0 for wait in waits)


class _EnoughSeenError(Exception):
    """What follows depends on answers that nobody has."""


class _Listener(Executor):
    """Notes what would be sent, and answers zeros."""

    def __init__(self, backend: Backend | None, trainer: Backend | None) -> None:
        super().__init__(backend, trainer)
        self.noted: list[Job] = []
        self.asked = 0

    def answers(
        self, programs: Sequence[Program[Any]], backend: RemoteBackend
    ) -> list[tuple[str, JobResult]]:
        if len(self.noted) >= MOST:
            raise _EnoughSeenError
        self.asked += 1
        for program in programs:
            self.noted.append(Job(name_of(backend), program.qubits, backend.estimate(program)))
        return [("", JobResult(_zeros(program), 0.0)) for program in programs]


@contextmanager
def rehearsing() -> Iterator[None]:
    """Says of missing credentials what they have to do with a dry run."""
    try:
        yield
    except AuthenticationFailed as error:
        why = "Only the machine's service knows its size and price, so a dry run asks it too"
        raise AuthenticationFailed(error.what, f"{error.hint}. {why}") from None


def _zeros(program: Program[Any]) -> Any:
    if isinstance(program, SampleCircuits):
        asked = zip(program.circuits, program.each, strict=True)
        return [{"0" * circuit.num_clbits: shots} for circuit, shots in asked]
    if isinstance(program, SampleModel):
        return [["0" * program.qubits, program.reads]]
    raise _EnoughSeenError


def rehearsed(plan: Plan) -> Rehearsal:
    """The jobs of a run. Raises what the run would raise before its first job."""
    listener = _Listener(plan.backend, plan.trainer)
    model = plan.case.model(plan.instance)
    solver = suited(plan.algorithm, model)
    work, _ = translate(model, solver.accepts)
    try:
        solver.solve(work, listener, np.random.default_rng(plan.seed))
    except (_EnoughSeenError, UsecasesError, ArithmeticError, LookupError, ValueError):
        if not listener.noted:
            raise
        return Rehearsal(listener.noted)
    return Rehearsal(listener.noted, whole=listener.asked == 1)
