"""The contract test catches the mistakes that people make."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from logistics.vehicle_routing import Plan, VehicleRouting
from usecases import registry
from usecases.contracts import UseCase
from usecases.models import CostNetwork, Factor
from usecases.testing import check_usecase

Case = UseCase[Any, Any, Any, Any]
ROUTING = registry.usecase("logistics/vehicle_routing")
COMMITMENT = registry.usecase("energy/unit_commitment")
MOLECULE = registry.usecase("life_science/ground_state")


def weak_penalty(instance: Any) -> Any:
    """The constraint terms of set partitioning at a twentieth of their weight."""
    model = ROUTING.model(instance).model.copy()
    exact = {v: cost_of(instance, str(v)) for v in model.variables}
    for v in model.variables:
        model.set_linear(v, exact[v] + (model.get_linear(v) - exact[v]) / 20)
    for u, v in list(model.quadratic):
        model.set_quadratic(u, v, model.get_quadratic(u, v) / 20)
    return model


def cost_of(instance: VehicleRouting, name: str) -> float:
    if name.startswith("+"):
        return 0.0
    sample = {name: 1}
    return ROUTING.objective(instance, ROUTING.interpret(instance, sample))


def one_way(instance: VehicleRouting, plan: Plan) -> float:
    """The vehicles forget to return to the depot."""
    place = {name: k for k, name in enumerate((instance.depot, *instance.customers))}
    stops = [[0, *(place[c] for c in route)] for route in plan.routes]
    return float(sum(instance.distances[i][j] for s in stops for i, j in itertools.pairwise(s)))


def swapped(case: Case) -> Callable[[Any, Any], Any]:
    """Values read in the opposite order of the variables."""

    def interpret(instance: Any, sample: dict[str, int]) -> Any:
        return case.interpret(instance, dict(zip(sample, reversed(sample.values()), strict=True)))

    return interpret


def relaxed(case: Case) -> Callable[[Any], Any]:
    """A bound that looks like a proof."""

    def reference(instance: Any) -> Any:
        found = case.reference(instance)
        return found.model_copy(update={"value": found.value - 0.05 * abs(found.value)})

    return reference


def scaled(case: Case, factor: float) -> Callable[[Any, Any], float]:
    return lambda instance, solution: factor * case.objective(instance, solution)


def electrons(**change: Any) -> Callable[[Any], Any]:
    """The Hamiltonian with something done to it."""

    def model(instance: Any) -> Any:
        found = MOLECULE.model(instance)
        return replace(found, **{k: f(found) for k, f in change.items()})

    return model


def without_factors(keep: Callable[[Factor], bool]) -> Callable[[Any], CostNetwork]:
    def model(instance: Any) -> CostNetwork:
        found = COMMITMENT.model(instance)
        return replace(found, factors=tuple(f for f in found.factors if keep(f)))

    return model


def one_forgotten(instance: VehicleRouting) -> Any:
    """The model of the instance whose last customer was left out of the constraints."""
    model = ROUTING.model(instance).model.copy()
    last = instance.customers[-1]
    for v in model.variables:
        if last in str(v).split("+"):
            model.set_linear(v, 1e6)
    return model


def wrong_groups(instance: VehicleRouting) -> Any:
    """The model with none of a group's routes chosen where exactly one is."""
    model = ROUTING.model(instance)
    return replace(model, groups=tuple(replace(group, count=0) for group in model.groups))


def unproven(instance: Any) -> Any:
    return COMMITMENT.reference(instance).model_copy(update={"kind": "best_known"})


def unseeded(size: int, seed: int) -> Any:
    return ROUTING.example(size, int(np.random.default_rng().integers(10**6)))


def strict_to_a_fault(instance: Any, sample: Any) -> Any:
    raise ValueError("cannot read this")


WORSE = ("is infeasible", "beats the reference", "the model's optimum is worth")
"""What a wrong model, reading or reference looks like."""

EXPECTED: dict[str, tuple[str, ...]] = {
    "violations forget everything, routing": ("corrupted passes", *WORSE),
    "violations forget everything, commitment": ("no dispatch", *WORSE),
    "an electron lost": ("no state of multiplicity",),
    "every answer is a violation": ("is infeasible",),
    "an example that ignores its seed": ("does not depend on the seed",),
    "an example that ignores seeds altogether": ("is not reproducible",),
    "groups that exclude the optimum": ("rules of the groups",),
    "a reference that proves nothing": ("not proven optimal",),
    "an interpretation that crashes": ("cannot read this",),
    "a demo for no laptop": ("76 qubits where at most 12",),
    "a parser that reads nonsense": ("nonsense is read",),
    "no workshop instance": ("no instance named workshop",),
    "no unit": ("has no unit",),
    "no source": ("sources are missing",),
    "a plot that returns nothing": ("plot returns no matplotlib Figure",),
}

MISTAKES: dict[str, tuple[Case, dict[str, Any]]] = {
    "weak penalty": (ROUTING, {"model": weak_penalty}),
    "forgotten return leg": (ROUTING, {"objective": one_way}),
    "swapped index, routing": (ROUTING, {"interpret": swapped(ROUTING)}),
    "swapped index, commitment": (COMMITMENT, {"interpret": swapped(COMMITMENT)}),
    "relaxation as reference, routing": (ROUTING, {"reference": relaxed(ROUTING)}),
    "relaxation as reference, commitment": (COMMITMENT, {"reference": relaxed(COMMITMENT)}),
    "relaxation as reference, molecule": (MOLECULE, {"reference": relaxed(MOLECULE)}),
    "kilometres for miles": (ROUTING, {"objective": scaled(ROUTING, 1.852)}),
    "thousands of dollars": (COMMITMENT, {"objective": scaled(COMMITMENT, 1e-3)}),
    "electronvolts for hartree": (MOLECULE, {"objective": scaled(MOLECULE, 27.2114)}),
    "nuclear repulsion forgotten": (MOLECULE, {"model": electrons(constant=lambda h: 0.0)}),
    "integrals in the physicists' order": (
        MOLECULE,
        {"model": electrons(two_body=lambda h: h.two_body.transpose(0, 2, 1, 3))},
    ),
    "repulsion counted twice": (
        MOLECULE,
        {"model": electrons(two_body=lambda h: 2 * h.two_body)},
    ),
    "an electron lost": (MOLECULE, {"model": electrons(beta=lambda h: h.beta - 1)}),
    "start costs forgotten in the model": (
        COMMITMENT,
        {"model": without_factors(lambda f: len(f.scope) != 2)},
    ),
    "a customer forgotten in the model": (ROUTING, {"model": one_forgotten}),
    "groups that exclude the optimum": (ROUTING, {"model": wrong_groups}),
    "violations forget everything, routing": (ROUTING, {"violations": lambda i, s: []}),
    "violations forget everything, commitment": (COMMITMENT, {"violations": lambda i, s: []}),
    "every answer is a violation": (ROUTING, {"violations": lambda i, s: ["no"]}),
    "maximised instead of minimised": (ROUTING, {"sense": "max"}),
    "an example that ignores its seed": (
        ROUTING,
        {"example": lambda size, seed: ROUTING.example(size, 0)},
    ),
    "an example that ignores seeds altogether": (ROUTING, {"example": unseeded}),
    "a reference that proves nothing": (COMMITMENT, {"reference": unproven}),
    "an interpretation that crashes": (ROUTING, {"interpret": strict_to_a_fault}),
    "a demo for no laptop": (
        ROUTING,
        {"instances": ROUTING.instances | {"demo": ROUTING.instances["frontier"]}},
    ),
    "a parser that reads nonsense": (
        ROUTING,
        {"formats": {".vrp": lambda text: ROUTING.example(3, 0)}},
    ),
    "no workshop instance": (
        ROUTING,
        {"instances": {k: v for k, v in ROUTING.instances.items() if k != "workshop"}},
    ),
    "no unit": (ROUTING, {"unit": " "}),
    "no source": (COMMITMENT, {"sources": ()}),
    "a plot that returns nothing": (ROUTING, {"plot": lambda instance, solution: None}),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_the_mistake_is_caught(name: str) -> None:
    case, change = MISTAKES[name]
    findings = check_usecase(replace(case, **change))
    expected = EXPECTED.get(name, WORSE)
    assert any(text in finding for finding in findings for text in expected), findings


@pytest.mark.parametrize("case", [ROUTING, COMMITMENT, MOLECULE], ids=lambda case: case.title)
def test_without_a_mistake_nothing_is_found(case: Case) -> None:
    assert check_usecase(case) == []
