"""Between an algorithm and its machine: lower, refuse, submit, wait, store, replay, count.

Work for a machine in this process is simply done: a run can be computed again. Work for a
remote machine is written down before it is sent. When the run is started again, finished jobs
are replayed, waiting ones are asked for, and a job whose fate is unknown is looked up by its
tag before it is sent a second time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

from usecases.contracts import Backend, JobResult, RemoteBackend, Wrapper
from usecases.errors import BackendUnavailable, StillQueued, TooLarge, UsageError
from usecases.programs import AlternatingEnergy, Expectation, Lowered, Program, Together
from usecases.records import Call, Circuits, Improvement
from usecases.registry import name_of
from usecases.store import Job, Store

R = TypeVar("R")

_job_result = TypeAdapter(JobResult)

LONGEST_PAUSE = 30.0
"""Seconds between two looks at a queue, reached by doubling."""


class Executor:
    """The `execute` that an algorithm is handed."""

    def __init__(
        self,
        backend: Backend | None,
        trainer: Backend | None,
        *,
        store: Store | None = None,
        run: str = "",
        max_cost: float | None = None,
        max_wait: float | None = None,
        progress: Callable[[int], None] = lambda calls: None,
    ) -> None:
        self._backend, self._trainer = backend, trainer
        self._store, self._run = store, run
        self._max_cost, self._max_wait = max_cost, max_wait
        self._progress = progress
        self._waited = 0.0
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
        plan, back = lowered(program, backend, self._tell)
        if isinstance(plan, Together):
            return back(self._execute(plan, backend))
        if isinstance(backend, Wrapper):
            asked = backend.asks(plan) or Lowered(plan, lambda found: found)
            found = self._execute(asked.program, backend.machine)
            self._tell(asked.tells(found))
            return back(asked.back(found))
        if isinstance(backend, RemoteBackend):
            job, result = self._remote(plan, backend)
        else:
            job = backend.submit(plan, f"call-{len(self.calls)}")
            result = _collected(backend, job)
        value = back(plan.read(result.value))
        spent = time.perf_counter() - begun
        self.inside += spent
        if not isinstance(backend, RemoteBackend):  # what a local machine did not run, it prepared
            self.compiled += max(spent - result.machine - result.compiled, 0.0)
        self._count(program, backend, job, result)
        return value

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

    def _remote(self, plan: Program[Any], backend: RemoteBackend) -> tuple[str, JobResult]:
        if self._store is None:
            raise UsageError("a remote machine needs a store", "Leave out store=None")
        step, key = len(self.calls), plan.key()
        known = self._store.job(self._run, step)
        if known and known.key != key:
            raise UsageError(
                f"the resumed run asks for other work than before at call {step}",
                "The code, a package or a setting has changed: start a new run",
            )
        if known and known.status == "done":
            return str(known.job), _job_result.validate_python(known.result)
        job = self._submitted(known, plan, backend, step, key)
        result = self._awaited(backend, job)
        kept = _job_result.dump_python(result, mode="json")
        self._store.settled(_tag(self._run, step, key), kept)
        return job, result

    def _submitted(
        self, known: Job | None, plan: Program[Any], backend: RemoteBackend, step: int, key: str
    ) -> str:
        """The machine's id of the job: the one it has under our tag, else of a new job."""
        assert self._store is not None  # noqa: S101 - checked by the caller
        if known and known.job:
            return known.job
        tag = _tag(self._run, step, key)
        if known is None:
            quote = backend.estimate(plan)
            if quote.basis == "unknown":
                raise BackendUnavailable(
                    f"{name_of(backend)} gives no price for this job",
                    "Nothing was sent: work whose cost is unknown is never submitted",
                )
            name = name_of(backend)
            intent = Job(
                tag, self._run, step, key, name, "intent", None, None, quote.amount, quote.currency
            )
            self._store.intend(intent, self._max_cost)
            job = backend.submit(plan, tag)
        else:
            job = backend.find(tag) or backend.submit(plan, tag)
        self._store.submitted(tag, job)
        return job

    def _awaited(self, backend: RemoteBackend, job: str) -> JobResult:
        pause = 0.05
        while (result := backend.collect(job)) is None:
            if self._max_wait is not None and self._waited >= self._max_wait:
                raise StillQueued(
                    f"job {job} is still queued after {self._waited:.0f} s",
                    f"Pick it up with: usecases jobs attach {self._run}",
                )
            time.sleep(pause)
            self._waited += pause
            pause = min(2 * pause, LONGEST_PAUSE)
        return result


def _worse(one: str, two: str) -> str:
    """Of two numbers a machine tells of its calls, the larger: errors and sizes; else the last."""
    try:
        return max(one, two, key=float)
    except ValueError:
        return two


def fits(backend: Backend, qubits: int) -> None:
    """Raises TooLarge when the machine cannot hold this many; names the most that it can."""
    most = backend.holds()
    if most is not None and qubits > most:
        raise TooLarge(
            f"{name_of(backend)} would need {qubits} qubits and holds at most {most} here",
            "Take a smaller instance, or an algorithm that needs no statevector, such as exact",
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
            raise BackendUnavailable(_refusal(plan, backend), "List others: usecases list backends")
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


def _collected(backend: Backend, job: str) -> JobResult:
    result = backend.collect(job)
    if result is None:
        raise BackendUnavailable(f"{name_of(backend)} lost job {job}")
    return result


def _tag(run: str, step: int, key: str) -> str:
    return f"{run}-{step}-{key[:8]}"
