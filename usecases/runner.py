"""perform(): a use case, an algorithm and a backend become one record."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import numpy as np
from pydantic_core import to_jsonable_python

from usecases import judge, provenance
from usecases.budget import Limit
from usecases.circuit_record import CircuitRecord
from usecases.contracts import Algorithm, Backend, Outcome, RemoteBackend, innermost
from usecases.convert import translate
from usecases.errors import BadInstance, Infeasible, StillQueued, UsageError
from usecases.executor import Executor
from usecases.instances import content_hash, described
from usecases.lowering import fits
from usecases.models import FermionicHamiltonian, Spectrum, qubits, variables
from usecases.observe import from_strings
from usecases.plan import Plan, parameters_of, suited
from usecases.records import Answer, RunRecord, Samples, Timing
from usecases.registry import name_of
from usecases.secrets import quiet_logs, scrubbed
from usecases.store import Store

K = TypeVar("K", RunRecord, CircuitRecord)

_PROOFS: dict[tuple[str, str], float] = {}
"""Seconds in which this process first proved an instance's reference."""

Progress = Callable[[str, int], None]
"""Told the stage of a run and how many calls were made."""


class Asked(Protocol):
    """Planned work of any kind."""

    @property
    def backend(self) -> Backend | None: ...
    @property
    def trainer(self) -> Backend | None: ...
    @property
    def file(self) -> str: ...
    @property
    def request(self) -> dict[str, Any]: ...


def perform(plan: Plan, **how: Any) -> RunRecord:
    """Do what was planned, under an id that survives this process.

    `how` are the options of `carried`.
    """

    def made(identity: str, executor: Executor, progress: Progress) -> RunRecord:
        solved = _solved(plan, executor, progress)
        return _recorded(plan, identity, executor, solved, progress)

    return carried(plan, made, **how)


def carried(
    plan: Asked,
    made: Callable[[str, Executor, Progress], K],
    *,
    max_cost: Limit | None = None,
    max_wait: float | None = None,
    resume: str | None = None,
    store: Store | None = None,
    progress: Progress = lambda stage, calls: None,
) -> K:
    """What `made` makes of a plan, kept under an id that survives this process.

    `max_wait` counts seconds in a machine's queue; `resume` names a run to take up, and is
    refused when a setting differs. What may be paid for is refused while another process is at it.
    """
    quiet_logs()
    with nullcontext(store) if store else Store() as kept:
        if resume is None:
            machines = map(innermost, (plan.backend, plan.trainer))
            remote = any(isinstance(machine, RemoteBackend) for machine in machines)
            identity = kept.begin(plan.request, alone=remote)
        else:
            identity = kept.resume(resume, plan.request)
        executor = Executor(
            plan.backend,
            plan.trainer,
            store=kept,
            run=identity,
            max_cost=max_cost,
            max_wait=max_wait,
            progress=lambda calls: progress("solve", calls),
            say=lambda words: progress(words, 0),
        )
        try:
            record = made(identity, executor, progress)
        except BaseException as error:
            kept.give_up(identity, _ended(error), str(error) or type(error).__name__)
            if isinstance(error, StillQueued):
                error.run = identity
            if isinstance(error, Exception) and kept.status(identity) == "cancelled":
                error = UsageError(
                    f"run {identity} was cancelled meanwhile", "Start it anew if it is still wanted"
                )
            raise scrubbed(_told(error, plan)) from None
        kept.finish(record)
        return record


def computed(plan: Plan, identity: str) -> RunRecord:
    """The record of a run whose machines are all in this process: it needs no store."""
    executor = Executor(plan.backend, plan.trainer, run=identity)

    def silent(stage: str, calls: int) -> None:
        pass

    try:
        return _recorded(plan, identity, executor, _solved(plan, executor, silent), silent)
    except Exception as error:
        raise scrubbed(_told(error, plan)) from None


def _ended(error: BaseException) -> str:
    if isinstance(error, StillQueued):
        return "queued"
    return "failed" if isinstance(error, Exception) else "stopped"


def _told(error: BaseException, plan: Asked) -> BaseException:
    """The error with the name of the file that it is about."""
    if isinstance(error, BadInstance) and plan.file and not error.file:
        return error.in_file(plan.file)
    if isinstance(error, Infeasible) and plan.file:
        return Infeasible(f"{plan.file}: {error.what}", error.hint)
    return error


@dataclass(frozen=True)
class _Solved:
    """What the algorithm found, in the language of the use case's model."""

    model: Any
    solver: Algorithm
    outcomes: list[Outcome[Any]]
    qubits: int
    modelling: float
    solving: float


def _solved(plan: Plan, executor: Executor, progress: Progress) -> _Solved:
    started = time.perf_counter()
    progress("model", 0)
    model = plan.case.model(plan.instance)
    solver = suited(plan.algorithm, model)
    # A machine that is too small is refused before anything is translated for it.
    if plan.trainer:
        fits(plan.trainer, solver.width(model))
    work, back = translate(model, solver.accepts)
    modelled = time.perf_counter()
    progress("solve", 0)
    found = back(solver.solve(work, executor, np.random.default_rng(plan.seed)))
    return _Solved(
        model=model,
        solver=solver,
        outcomes=found,
        qubits=executor.qubits or qubits(work),
        modelling=modelled - started,
        solving=time.perf_counter() - modelled,
    )


def _recorded(
    plan: Plan, identity: str, executor: Executor, solved: _Solved, progress: Progress
) -> RunRecord:
    """The found outcomes, judged beside reference and chance, as a record."""
    calls = len(executor.calls)
    classical = max(solved.solving - executor.inside, 0.0)
    spent = solved.modelling + executor.compiled + executor.machine + classical
    shots = getattr(solved.solver, "shots", None)
    progress("reference", calls)
    started = time.perf_counter()
    reference = plan.case.reference(plan.instance)
    proven = time.perf_counter()
    # A use case may remember its proof; what it took is what it took the first time.
    proof = _PROOFS.setdefault((plan.name, content_hash(plan.instance)), proven - started)
    progress("score", calls)
    luck = judge.chance(plan.case, plan.instance, solved.model, reference, plan.seed)
    samples = _samples(solved.model, solved.outcomes)
    # What is kept is judged: of answers that tie, whoever verifies finds the same one.
    found = _kept(solved.model, samples, solved.outcomes) if samples else solved.outcomes
    judged = [judge.assess(plan.case, plan.instance, o) for o in found]
    score, top = judge.score(
        plan.case, plan.instance, judged, reference, luck, spent if shots else None
    )
    timing = Timing(
        model=solved.modelling,
        compile=executor.compiled,
        queue=executor.queued,
        machine=executor.machine,
        classical=classical,
        reference=proof,
        score=time.perf_counter() - proven,
    )
    return RunRecord(
        **_asked(plan, identity, solved.solver, asked=bool(calls)),
        shots=shots,
        qubits=solved.qubits,
        score=score,
        solution=to_jsonable_python(top.solution),
        answer=Answer(
            value=to_jsonable_python(top.outcome.value),
            energy=top.outcome.energy,
            count=top.outcome.count,
            stderr=top.outcome.stderr,
            bound=top.outcome.bound,
        ),
        samples=samples,
        calls=tuple(executor.calls),
        improvements=tuple(executor.improvements),
        timing=timing,
        circuits=executor.circuits,
        versions=provenance.versions(),
        provenance=provenance.code() | dict(executor.provenance) | when(),
        source=plan.backend.source if plan.backend and calls else "simulated",
    ).sealed()


def _asked(plan: Plan, identity: str, solver: Algorithm, *, asked: bool) -> dict[str, Any]:
    """The part of a record that says what was asked for; a machine only if it was `asked`."""
    backend, trainer = (plan.backend, plan.trainer) if asked else (None, None)
    return {
        "id": identity,
        "usecase": plan.name,
        "instance": described(plan.instance_name, plan.instance),
        "algorithm": name_of(solver),
        "parameters": parameters_of(solver),
        "backend": backend and name_of(backend),
        "backend_settings": parameters_of(backend) if backend else {},
        "train_on": trainer and name_of(trainer),
        "train_settings": parameters_of(trainer) if trainer else {},
        "seed": plan.seed,
    }


def _samples(model: Any, found: list[Outcome[Any]]) -> Samples | None:
    """The raw shots of a binary model; none where an answer has other variables than the model."""
    if isinstance(model, FermionicHamiltonian | Spectrum):
        return None
    names = variables(model)
    if any(
        len(outcome.value) != len(names) or set(outcome.value) - set(names) for outcome in found
    ):
        return None
    counts: dict[str, int] = {}
    for outcome in found:
        key = "".join(str(outcome.value[v]) for v in names)
        counts[key] = counts.get(key, 0) + outcome.count
    return Samples(variables=names, counts=dict(sorted(counts.items())))


def _kept(model: Any, samples: Samples, found: list[Outcome[Any]]) -> list[Outcome[Any]]:
    """The outcomes that the kept shots give, with the highest bound that was proven."""
    bound = max((o.bound for o in found if o.bound is not None), default=None)
    return [replace(outcome, bound=bound) for outcome in from_strings(model, samples.counts)]


def when() -> dict[str, str]:
    """The time at which a record was made."""
    return {"finished": datetime.now(UTC).isoformat(timespec="seconds")}
