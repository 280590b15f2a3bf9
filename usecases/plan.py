"""A run before it is done: names resolved into objects, nothing asked of a machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import to_jsonable_python

from usecases import registry
from usecases.contracts import Algorithm, Backend, RemoteBackend, UseCase
from usecases.errors import UsageError
from usecases.instances import content_hash, load
from usecases.models import Incumbent
from usecases.programs import SampleModel
from usecases.records import Record
from usecases.registry import name_of


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
            "algorithm": name_of(self.algorithm),
            "parameters": parameters_of(self.algorithm),
            "backend": self.backend and name_of(self.backend),
            "backend_settings": self.backend.model_dump(mode="json") if self.backend else {},
            "train_on": self.trainer and name_of(self.trainer),
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
                f"{name_of(solver)} uses no machine, so there is nothing to set on one"
            )
        return None
    return registry.backend(backend or ("neal" if SampleModel in asked else "aer"), settings)


def needs(solver: Algorithm) -> tuple[type, ...]:
    """What an algorithm, and those it contains, ask of a machine."""
    inner = [v for _, v in solver if isinstance(v, Algorithm)]
    return (*solver.needs, *(n for s in inner for n in needs(s)))


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


def parameters_of(algorithm: Algorithm) -> dict[str, Any]:
    """Hyperparameters as recorded; an algorithm among them carries its name."""
    found: dict[str, Any] = {}
    for name, value in algorithm:
        if isinstance(value, Algorithm):
            found[name] = {"name": name_of(value)} | parameters_of(value)
        else:
            found[name] = to_jsonable_python(value)
    return found
