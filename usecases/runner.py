"""run(): a use case, an algorithm and a backend become one record."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from pydantic_core import to_jsonable_python

from usecases import judge, provenance, registry
from usecases.contracts import Algorithm, Backend, RemoteBackend, UseCase
from usecases.convert import translate
from usecases.errors import BadInstance, StillQueued, UsageError, UsecasesError
from usecases.executor import Executor, backend_name
from usecases.instances import content_hash, described, load
from usecases.models import FermionicHamiltonian, Incumbent, qubits, variables
from usecases.programs import SampleModel
from usecases.records import Answer, Record, RunRecord, Samples, Timing
from usecases.store import Store

Progress = Callable[[str, int], None]
"""Told the stage of a run and how many calls were made."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A run before it is done: everything resolved, nothing asked of a machine."""

    name: str
    case: UseCase[Any, Any, Any, Any]
    instance_name: str
    instance: Record
    algorithm: Algorithm
    backend: Backend | None
    trainer: Backend | None
    seed: int
    file: str = ""
    """The name of the file that the instance came from, if it came from one."""

    @property
    def request(self) -> dict[str, Any]:
        """What the run asks for; equal requests are the same work."""
        return {
            "usecase": self.name,
            "instance": self.instance_name,
            "instance_sha256": content_hash(self.instance),
            "instance_data": self.instance.model_dump(mode="json", exclude_defaults=True),
            "algorithm": algorithm_name(self.algorithm),
            "parameters": parameters(self.algorithm),
            "backend": self.backend and backend_name(self.backend),
            "backend_settings": self.backend.model_dump(mode="json") if self.backend else {},
            "train_on": self.trainer and backend_name(self.trainer),
            "seed": self.seed,
        }


def prepare(  # noqa: PLR0913 - the parameters are the command line's
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
) -> Plan:
    """Resolve names into objects; raises the errors that a wrong name or value deserves."""
    name = registry.full_name(usecase)
    case = registry.usecase(name)
    given = dict(parameters or {}) | ({} if shots is None else {"shots": shots})
    solver = _algorithm(algorithm or case.algorithms[0], given)
    machine = _backend(backend, dict(settings or {}), solver)
    trainer = registry.backend(train_on) if train_on else machine
    if isinstance(machine, RemoteBackend) and not train_on:
        trainer = registry.backend("aer")
    label, content = load(case, instance) if isinstance(instance, str) else ("given", instance)
    return Plan(
        name=name,
        case=case,
        instance_name=label,
        instance=content,
        algorithm=solver,
        backend=machine,
        trainer=trainer,
        seed=seed,
        file=Path(instance).name if isinstance(instance, str) and Path(instance).is_file() else "",
    )


def _algorithm(algorithm: str | Algorithm, given: dict[str, Any]) -> Algorithm:
    if isinstance(algorithm, str):
        return registry.algorithm(algorithm, given)
    return type(algorithm)(**(dict(algorithm) | given))


def _backend(
    backend: str | Backend | None, settings: dict[str, Any], solver: Algorithm
) -> Backend | None:
    if isinstance(backend, Backend):
        return backend
    asked = needs(solver)
    if backend is None and not asked:
        if settings:
            raise UsageError(
                f"{algorithm_name(solver)} uses no machine, so there is nothing to set on one"
            )
        return None
    return registry.backend(backend or ("neal" if SampleModel in asked else "aer"), settings)


def needs(solver: Algorithm) -> tuple[type, ...]:
    """What an algorithm, and those it contains, ask of a machine."""
    inner = [v for _, v in solver if isinstance(v, Algorithm)]
    return (*solver.needs, *(n for s in inner for n in needs(s)))


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
        algorithm=algorithm_name(solver),
        parameters=parameters(solver),
        backend=plan.backend and backend_name(plan.backend),
        backend_settings=plan.backend.model_dump(mode="json") if plan.backend else {},
        train_on=plan.trainer and backend_name(plan.trainer),
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


def again(request: Mapping[str, Any]) -> Plan:
    """The plan of a run that was begun before, from the request that the store kept."""
    case = registry.usecase(request["usecase"])
    instance = case.instance.model_validate_json(json.dumps(request["instance_data"]))
    backend, trainer = request["backend"], request["train_on"]
    machine = registry.backend(backend, request["backend_settings"]) if backend else None
    same = trainer == backend
    return Plan(
        name=request["usecase"],
        case=case,
        instance_name=request["instance"],
        instance=instance,
        algorithm=registry.algorithm(request["algorithm"], request["parameters"]),
        backend=machine,
        trainer=machine if same else registry.backend(trainer),
        seed=request["seed"],
    )


def suited(algorithm: Algorithm, model: Any) -> Algorithm:
    """The algorithm itself, or block by block where the model comes with an incumbent."""
    if isinstance(model, Incumbent) and Incumbent not in algorithm.accepts:
        return registry.algorithm("lns", {"solver": algorithm})
    return algorithm


def algorithm_name(algorithm: Algorithm) -> str:
    """The name of the file that declares the algorithm."""
    return type(algorithm).__module__.rpartition(".")[2]


def parameters(algorithm: Algorithm) -> dict[str, Any]:
    """Hyperparameters as recorded; an algorithm among them carries its name."""
    found: dict[str, Any] = {}
    for name, value in algorithm:
        if isinstance(value, Algorithm):
            found[name] = {"name": algorithm_name(value)} | parameters(value)
        else:
            found[name] = to_jsonable_python(value)
    return found


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
