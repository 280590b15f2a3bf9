"""A run before it is done: names resolved into objects, nothing asked of a machine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_jsonable_python

from usecases import instances, registry
from usecases.contracts import Algorithm, Backend, LocalBackend, UseCase, Wrapper, innermost
from usecases.errors import BackendUnavailable, UsageError, UsecasesError
from usecases.models import Incumbent
from usecases.programs import (
    AlternatingEnergy,
    AlternatingGradient,
    AlternatingSamples,
    Estimate,
    FermionicEnergy,
    FermionicGradient,
    FermionicProducts,
    FermionicSamples,
    SampleCircuits,
    SampleModel,
)
from usecases.records import Record
from usecases.registry import name_of

STATES, GATES, ANNEALER = "statevector", "aer", "neal"
ELECTRONS, ROTATED = "determinants", "ffsim"
"""The local simulators that are used where no machine is named.

Whoever only samples electrons samples rotated orbitals, of which ffsim holds far more.
"""


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
            "instance_sha256": instances.content_hash(self.instance),
            "instance_data": self.instance.model_dump(mode="json"),
            "algorithm": name_of(self.algorithm),
            "parameters": parameters_of(self.algorithm),
            "backend": self.backend and kept(self.backend),
            "train_on": self.trainer and kept(self.trainer),
            "seed": self.seed,
        }


def load(usecase: str, source: str) -> Record:
    """An instance of a use case: a named one, "size=N,seed=S", or a file's."""
    return instances.load(registry.usecase(usecase), source).instance


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
    machine = _machine(solver, backend, settings or {}, train_on)
    given_as = instance if isinstance(instance, Record) else instances.load(case, instance)
    loaded = instances.Loaded("given", given_as) if isinstance(given_as, Record) else given_as
    return Plan(
        name=name,
        case=case,
        instance_name=loaded.name,
        instance=loaded.instance,
        algorithm=solver,
        backend=machine,
        trainer=_trainer(solver, machine, train_on),
        seed=seed,
        file=loaded.file,
    )


def _algorithm(algorithm: str | Algorithm, given: dict[str, Any]) -> Algorithm:
    if isinstance(algorithm, str):
        return registry.algorithm(algorithm, given)
    settings = {name: getattr(algorithm, name) for name in type(algorithm).model_fields}
    found: Algorithm = registry.built(type(algorithm), name_of(algorithm), settings | given)
    return found


def _machine(
    solver: Algorithm,
    backend: str | Backend | None,
    settings: Mapping[str, Any],
    train_on: str | None,
) -> Backend | None:
    asked = needs(solver)
    if not asked and (backend or settings or train_on):
        raise UsageError(f"{name_of(solver)} uses no machine", "Leave out -b, -s and --train-on")
    if not asked:
        return None
    if isinstance(backend, Backend):
        if settings:
            raise UsageError("this backend has its settings already", "Give its name instead")
        machine = backend
    else:
        machine = registry.backend(backend or usual_machine(solver, settings), settings)
    if refused := refusal(solver, machine):
        raise refused
    return machine


def refusal(solver: Algorithm, machine: Backend) -> UsecasesError | None:
    """Why the machine cannot answer what the algorithm asks for; None where it can."""
    asked, name, algorithm = {*needs(solver)}, name_of(machine), name_of(solver)
    estimated, shots = _ESTIMATED & asked, getattr(solver, "shots", None)
    if not _suits(asked, machine):
        return BackendUnavailable(
            f"{name} cannot run what {algorithm} asks for", "List others: usecases list backends"
        )
    if FermionicEnergy in asked and shots and not {SampleCircuits, Estimate} & {*machine.runs}:
        return BackendUnavailable(
            f"{name} computes energies and estimates none from shots",
            "Leave out --shots, or take a machine of gates, e.g. -b aer",
        )
    if isinstance(machine, Wrapper) and not (estimated and shots):
        return UsageError(
            f"{name} mitigates estimates from shots and {algorithm} asks for none",
            "Give --shots" if estimated else "Choose an algorithm that estimates energies",
        )
    return None


def _suits(asked: set[type], machine: Backend) -> bool:
    """Whether the machine runs these programs, or circuits, to which all but annealers' lower.

    Electrons may be trained elsewhere, so a machine that answers needs no gradients of them.
    """
    gates = SampleCircuits in machine.runs and SampleModel not in asked
    return gates or (asked - {FermionicGradient} or asked) <= {*machine.runs}


def _trainer(solver: Algorithm, machine: Backend | None, train_on: str | None) -> Backend | None:
    """What trains: the machine that is named, else the machine itself if it is in this process.

    Electrons are trained among determinants, which is exact too and a thousand times quicker,
    wherever the machine has no gradients of its own.
    """
    if train_on:
        return registry.backend(train_on)
    if machine is None:
        return None
    asked = needs(solver)
    slow = FermionicGradient in asked and FermionicGradient not in machine.runs
    if not slow and isinstance(innermost(machine), LocalBackend):
        return machine
    return registry.backend(ELECTRONS if slow else default_machine(asked))


def usual_machine(solver: Algorithm, settings: Iterable[str] = ()) -> str:
    """The local simulator for an algorithm; one of gates where shots are to estimate energies."""
    asked = needs(solver)
    if FermionicEnergy in asked and getattr(solver, "shots", None):
        return GATES
    return default_machine(asked, settings)


def default_machine(asked: tuple[type, ...], settings: Iterable[str] = ()) -> str:
    """The local simulator for these programs that has these settings."""
    if SampleModel in asked:
        return ANNEALER
    for machine, programs in _NATIVE:
        native = bool(asked) and set(asked) <= programs
        if native and set(settings) <= registry.fields("backend", machine):
            return machine
    return GATES


_ESTIMATED = {Estimate, AlternatingEnergy, FermionicEnergy, FermionicProducts}
"""Programs whose values machines of gates estimate from shots."""

_ALTERNATING = {AlternatingEnergy, AlternatingGradient, AlternatingSamples}
_FERMIONIC = {FermionicEnergy, FermionicGradient, FermionicProducts, FermionicSamples}
_NATIVE = ((STATES, _ALTERNATING), (ROTATED, {FermionicSamples}), (ELECTRONS, _FERMIONIC))


def needs(solver: Algorithm) -> tuple[type, ...]:
    """What an algorithm, and those it contains, ask of a machine."""
    inner = [v for _, v in solver if isinstance(v, Algorithm)]
    return (*solver.needs, *(n for s in inner for n in needs(s)))


def again(request: Mapping[str, Any]) -> Plan:
    """The plan of a run that was begun before, from the request that the store kept."""
    case = registry.usecase(request["usecase"])
    instance = case.instance.model_validate_json(json.dumps(request["instance_data"]))
    machine, trainer = machines(request)
    return Plan(
        name=request["usecase"],
        case=case,
        instance_name=request["instance"],
        instance=instance,
        algorithm=registry.algorithm(request["algorithm"], request["parameters"]),
        backend=machine,
        trainer=machine if request["train_on"] == request["backend"] else trainer,
        seed=request["seed"],
    )


def machines(request: Mapping[str, Any]) -> tuple[Backend | None, ...]:
    """The machines that a stored request names: the one that answers and the one that trains."""
    return tuple(
        registry.backend(named["name"], named["settings"]) if named else None
        for named in (request["backend"], request["train_on"])
    )


def kept(machine: Backend) -> dict[str, Any]:
    """A machine as a request keeps it."""
    return {"name": name_of(machine), "settings": parameters_of(machine)}


def suited(algorithm: Algorithm, model: Any) -> Algorithm:
    """The algorithm itself, or block by block where the model comes with an incumbent."""
    if isinstance(model, Incumbent) and not algorithm.takes(model):
        return registry.algorithm("lns", {"solver": algorithm})
    return algorithm


def parameters_of(thing: Algorithm | Backend) -> dict[str, Any]:
    """Settings as recorded; an algorithm or a machine among them carries its name."""
    found: dict[str, Any] = {}
    for name, value in thing:
        if isinstance(thing, Backend) and name in thing.named:
            continue
        if isinstance(value, Algorithm | Backend):
            found[name] = {"name": name_of(value)} | parameters_of(value)
        else:
            found[name] = to_jsonable_python(value)
    return found
