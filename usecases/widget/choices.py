"""What can be chosen on the widget page: only what runs here, in seconds, without a token."""

from __future__ import annotations

from functools import cache
from typing import Any

from usecases import registry
from usecases.contracts import RemoteBackend, Wrapper
from usecases.errors import UsecasesError
from usecases.instances import load
from usecases.models import Incumbent, qubits
from usecases.plan import needs, refusal, usual_machine
from usecases.registry import name_of

LARGEST = 18
"""Qubits of the largest instance that is offered: a minute on one core at the most."""

DEEPEST = 8
"""Layers that can be chosen where the use case does not suggest more."""

Options = list[tuple[str, str]]
"""What is shown and what it stands for."""


@cache
def usecases() -> Options:
    """The use cases that are installed, under their titles."""
    found = []
    for name in registry.names("usecase"):
        try:
            found.append((registry.usecase(name).title, name))
        except UsecasesError:  # a package that it needs is missing
            continue
    return found


@cache
def sizes(usecase: str) -> Options:
    """The instances up to LARGEST qubits: those with stored runs, and one at random."""
    case = registry.usecase(usecase)
    found = []
    for source in dict.fromkeys((*case.stored, f"size={case.tiny},seed=1")):
        model = case.model(load(case, source).instance)
        if not isinstance(model, Incumbent) and qubits(model) <= LARGEST:
            shown = "random" if source.startswith("size=") else source
            found.append((f"{shown} ({qubits(model)} qubits)", source))
    return found


def algorithms(usecase: str) -> Options:
    """What the use case suggests, with its settings, then proof and luck."""
    suggested = registry.usecase(usecase).algorithms
    return [(text, text) for text in dict.fromkeys((*suggested, "exact", "chance"))]


@cache
def backends(algorithm: str) -> Options:
    """The simulators here that answer what the algorithm asks; the usual one comes first."""
    solver = registry.algorithm(algorithm)
    if not needs(solver):
        return []
    usual = usual_machine(solver)
    others = [n for n in registry.names("backend") if n != usual and _answers(solver, n)]
    return [(name, name) for name in (usual, *others)]


def _answers(solver: Any, name: str) -> bool:
    try:
        kind = registry.declared("backend", name)
        if issubclass(kind, RemoteBackend | Wrapper):
            return False
        return refusal(solver, registry.backend(name)) is None
    except UsecasesError:  # a package or a setting that it needs is missing
        return False


@cache
def depth(algorithm: str) -> tuple[int, int] | None:
    """The layers that the algorithm has unless told otherwise, and the most; None without any."""
    solver = registry.algorithm(algorithm)
    usual = getattr(solver, "layers", None)
    return None if usual is None else (int(usual), max(DEEPEST, int(usual)))


def explained(algorithm: str) -> str:
    """What the algorithm is, in its own words."""
    return registry.entries("algorithm")[name_of(registry.algorithm(algorithm))].title
