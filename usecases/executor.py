"""Between an algorithm and its machine: lower, refuse, submit, wait, store, replay, count.

Work for a machine in this process is simply done: a run can be computed again. Work for a
machine elsewhere goes through `usecases.remote`, which loses nothing and pays nothing twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from usecases.budget import Limit
from usecases.contracts import Backend, JobResult, RemoteBackend, Wrapper
from usecases.errors import BackendUnavailable, UsageError
from usecases.lowering import fits, lowered
from usecases.programs import Lowered, Program, Together
from usecases.records import Call, Circuits, Improvement
from usecases.registry import name_of
from usecases.remote import Remote
from usecases.store import Store

R = TypeVar("R")


class Executor:
    """The `execute` that an algorithm is handed."""

    def __init__(
        self,
        backend: Backend | None,
        trainer: Backend | None,
        *,
        store: Store | None = None,
        run: str = "",
        max_cost: Limit | None = None,
        max_wait: float | None = None,
        progress: Callable[[int], None] = lambda calls: None,
        say: Callable[[str], None] = lambda words: None,
    ) -> None:
        self._backend, self._trainer = backend, trainer
        self._remote = (
            Remote(store, run, most=max_cost, max_wait=max_wait, say=say) if store else None
        )
        self._progress = progress
        self._begun = time.perf_counter()
        self.calls: list[Call] = []
        self.improvements: list[Improvement] = []
        self.circuits: Circuits | None = None
        self.machine = self.queued = self.compiled = self.inside = 0.0
        self.qubits = 0
        self.provenance: dict[str, str] = {}

    def __call__(self, program: Program[R]) -> R:
        self.qubits = max(self.qubits, program.qubits)  # what answers, not what trains
        return self._execute(program, self._backend)

    def train(self, program: Program[R]) -> R:
        return self._execute(program, self._trainer)

    def improved(self, energy: float) -> None:
        if self.improvements and energy >= self.improvements[-1].energy:
            return
        # As the record counts: a replayed call takes what it took, and a queue takes nothing.
        outside = time.perf_counter() - self._begun - self.inside
        spent = max(outside, 0.0) + self.compiled + self.machine
        self.improvements.append(Improvement(seconds=spent, energy=energy, calls=len(self.calls)))

    def _execute(self, program: Program[R], backend: Backend | None) -> R:
        if backend is None:
            raise UsageError("this algorithm needs a machine", "Choose one with -b, e.g. -b aer")
        if isinstance(program, Together):  # no machine is asked for more than one of them
            return cast("R", tuple(self._execute(part, backend) for part in program.parts))
        begun = time.perf_counter()
        fits(backend, program.width if backend.understands(program) else program.qubits)
        backend.check(program)
        opened = time.perf_counter()  # a package or process that starts is no work of the run's
        plan, back = lowered(program, backend, self._tell)
        if isinstance(plan, Together):
            return back(self._execute(plan, backend))
        if isinstance(backend, Wrapper):
            asked = backend.asks(plan) or Lowered(plan, lambda found: found)
            found = self._execute(asked.program, backend.machine)
            self._tell(asked.tells(found))
            return back(asked.back(found))
        if isinstance(backend, RemoteBackend):
            value = back(self._elsewhere(program, plan, backend))
            self.inside += time.perf_counter() - begun
            return value
        job = backend.submit(plan, f"call-{len(self.calls)}")
        result = _collected(backend, job)
        value = back(plan.read(result.value))
        ended = time.perf_counter()
        self.inside += ended - begun
        self.compiled += max(ended - opened - result.machine - result.compiled, 0.0)
        self._count(program, backend, job, result)
        return value

    def _elsewhere(self, program: Program[Any], plan: Program[R], backend: RemoteBackend) -> R:
        """The result of a program from one job, or from several where one would not take it."""
        split = backend.split(plan)
        answers = self.answers(split.parts, backend)
        found = [p.read(result.value) for p, (_, result) in zip(split.parts, answers, strict=True)]
        counted = split.parts if len(split.parts) > 1 else (program,)
        for part, (job, result) in zip(counted, answers, strict=True):
            self._count(part, backend, job, result)
        whole: R = split.joined(found)
        return whole

    def answers(
        self, programs: Sequence[Program[Any]], backend: RemoteBackend
    ) -> list[tuple[str, JobResult]]:
        """The jobs in which the machine ran programs that it understands, and their results."""
        if self._remote is None:
            raise UsageError("a remote machine needs a store", "Leave out store=None")
        found = self._remote.answers(programs, backend, len(self.calls))
        if cost := self._remote.cost():
            self.provenance["cost"] = cost
        return found

    def _count(self, program: Program[Any], backend: Backend, job: str, result: JobResult) -> None:
        self.machine += result.machine
        self.queued += result.queued
        self.compiled += result.compiled
        self._tell(result.provenance)
        larger = result.circuits and (
            self.circuits is None
            or result.circuits.compiled_two_qubit_gates >= self.circuits.compiled_two_qubit_gates
        )
        if larger:
            self.circuits = result.circuits
        self.calls.append(
            Call(
                key=program.key(),
                program=type(program).__name__,
                backend=name_of(backend),
                job=job,
                seconds=result.machine,
                queued=result.queued,
            )
        )
        self._progress(len(self.calls))

    def _tell(self, told: Mapping[str, str]) -> None:
        for name, words in told.items():
            self.provenance[name] = _worse(self.provenance.get(name, words), words)


def _worse(one: str, two: str) -> str:
    """Of two numbers a machine tells of its calls, the larger: errors and sizes; else the last."""
    try:
        return max(one, two, key=float)
    except ValueError:
        return two


def _collected(backend: Backend, job: str) -> JobResult:
    result = backend.collect(job)
    if result is None:
        raise BackendUnavailable(f"{name_of(backend)} lost job {job}")
    return result
