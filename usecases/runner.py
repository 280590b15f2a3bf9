"""run(): a use case, an algorithm and a backend become one record."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
from pydantic_core import to_jsonable_python

from usecases import judge, provenance
from usecases.contracts import Algorithm, Backend
from usecases.convert import translate
from usecases.errors import BadInstance, StillQueued, UsecasesError
from usecases.executor import Executor
from usecases.instances import described
from usecases.models import FermionicHamiltonian, qubits, variables
from usecases.plan import Plan, parameters_of, prepare, suited
from usecases.records import Answer, Record, RunRecord, Samples, Timing
from usecases.registry import name_of
from usecases.store import Store

Progress = Callable[[str, int], None]
"""Told the stage of a run and how many calls were made."""


def run(  # noqa: PLR0913 - the parameters are the command line's
    usecase: str,
    instance: str | Record = "demo",
    algorithm: str | Algorithm | None = None,
    backend: str | Backend | None = None,
    *,
    parameters: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    train_on: str | None = None,
    seed: int = 0,
    shots: int | None = None,
    max_cost: float | None = None,
    max_wait: float | None = None,
    resume: str | None = None,
    store: Store | None = None,
    progress: Progress = lambda stage, calls: None,
) -> RunRecord:
    """Run a use case's instance with an algorithm on a backend, judge it and keep the record.

    Started again after a crash, the same call takes up the same run. `resume` names a run to
    take up; it is refused when a setting differs. Raises a UsecasesError that says what to do.
    """
    plan = prepare(
        usecase,
        instance,
        algorithm,
        backend,
        parameters=parameters,
        settings=settings,
        train_on=train_on,
        seed=seed,
        shots=shots,
    )
    return perform(
        plan, max_cost=max_cost, max_wait=max_wait, resume=resume, store=store, progress=progress
    )


def perform(
    plan: Plan,
    *,
    max_cost: float | None = None,
    max_wait: float | None = None,
    resume: str | None = None,
    store: Store | None = None,
    progress: Progress = lambda stage, calls: None,
) -> RunRecord:
    """Do what was planned, under an id that survives this process."""
    kept = store or Store()
    identity = kept.resume(resume, plan.request) if resume else kept.begin(plan.request)
    executor = Executor(
        plan.backend,
        plan.trainer,
        store=kept,
        run=identity,
        max_cost=max_cost,
        max_wait=max_wait,
        progress=lambda calls: progress("solve", calls),
    )
    try:
        record = _solved(plan, identity, executor, progress)
    except StillQueued as error:
        kept.give_up(identity, "queued", str(error))
        raise
    except Exception as error:
        told = str(error) if isinstance(error, UsecasesError) else repr(error)
        kept.give_up(identity, "failed", told)
        if isinstance(error, BadInstance) and plan.file and not error.file:
            raise error.in_file(plan.file) from None
        raise
    kept.finish(record)
    return record


def _solved(plan: Plan, identity: str, executor: Executor, progress: Progress) -> RunRecord:
    started = time.perf_counter()
    progress("model", 0)
    model = plan.case.model(plan.instance)
    solver = suited(plan.algorithm, model)
    work, back = translate(model, solver.accepts)
    modelled = time.perf_counter()
    progress("solve", 0)
    found = back(solver.solve(work, executor, np.random.default_rng(plan.seed)))
    solved = time.perf_counter()
    progress("reference", len(executor.calls))
    reference = plan.case.reference(plan.instance)
    proven = time.perf_counter()
    progress("score", len(executor.calls))
    judged = [judge.assess(plan.case, plan.instance, o) for o in found]
    luck = judge.chance(plan.case, plan.instance, model, reference, plan.seed)
    spent = solved - started - executor.queued
    shots = getattr(solver, "shots", None)
    score, top = judge.score(
        plan.case, plan.instance, judged, reference, luck, spent if shots else None
    )
    timing = Timing(
        model=modelled - started,
        compile=executor.compiled,
        queue=executor.queued,
        machine=executor.machine,
        classical=max(solved - modelled - executor.elsewhere, 0.0),
        reference=proven - solved,
        score=time.perf_counter() - proven,
    )
    return RunRecord(
        id=identity,
        usecase=plan.name,
        instance=described(plan.instance_name, plan.instance),
        algorithm=name_of(solver),
        parameters=parameters_of(solver),
        backend=plan.backend and name_of(plan.backend),
        backend_settings=plan.backend.model_dump(mode="json") if plan.backend else {},
        train_on=plan.trainer and name_of(plan.trainer),
        seed=plan.seed,
        shots=shots,
        qubits=executor.qubits or qubits(work),
        score=score,
        solution=to_jsonable_python(top.solution),
        answer=Answer(
            value=to_jsonable_python(top.outcome.value),
            energy=top.outcome.energy,
            count=top.outcome.count,
            stderr=top.outcome.stderr,
        ),
        samples=_samples(model, found),
        calls=tuple(executor.calls),
        timing=timing,
        circuits=executor.circuits,
        versions=provenance.versions(),
        provenance=provenance.code() | dict(executor.provenance) | _when(),
        source=plan.backend.source if plan.backend else "simulated",
    ).sealed()


def _samples(model: Any, found: list[Any]) -> Samples | None:
    """The raw shots of a binary model."""
    if isinstance(model, FermionicHamiltonian):
        return None
    names = variables(model)
    counts: dict[str, int] = {}
    for outcome in found:
        key = "".join(str(outcome.value[v]) for v in names)
        counts[key] = counts.get(key, 0) + outcome.count
    return Samples(variables=names, counts=dict(sorted(counts.items())))


def _when() -> dict[str, str]:
    return {"finished": datetime.now(UTC).isoformat(timespec="seconds")}
