"""Other formulations of a use case, catalogues, and settings beside an algorithm's name."""

from dataclasses import replace

import pytest

from usecases import instances, registry
from usecases.comparison import compare
from usecases.contracts import Catalogue, Formulation
from usecases.errors import UnknownName, UsageError
from usecases.models import Structured
from usecases.rows import table
from usecases.testing import check_usecase

CASE = registry.usecase("logistics/vehicle_routing")


def _plain(instance):  # type: ignore[no-untyped-def]
    """The rules as penalties only."""
    return CASE.model(instance).model


def _formulated(interpret=CASE.interpret, model=_plain):  # type: ignore[no-untyped-def]
    plain = Formulation(title="penalties only", model=model, interpret=interpret, tiny=4)
    few = {name: CASE.instances[name] for name in ("demo", "workshop", "frontier")}
    return replace(CASE, formulations={"penalties": plain}, instances=few, formats={})


def test_a_formulation_is_checked_like_the_use_case() -> None:
    assert check_usecase(_formulated()) == []


def test_what_a_formulation_reads_wrongly_is_found() -> None:
    def without_the_first(instance, sample):  # type: ignore[no-untyped-def]
        first = min(sample)
        return CASE.interpret(instance, {**sample, first: 0})

    found = check_usecase(_formulated(without_the_first))
    assert found
    assert all(text.startswith("formulation penalties: ") for text in found)


def test_a_formulation_keeps_the_rest_of_the_use_case() -> None:
    case = _formulated()
    other = case.formulated("penalties")
    assert (other.reference, other.violations, other.objective) == (
        *(case.reference, case.violations, case.objective),
    )
    assert other.model is _plain
    assert other.title == f"{case.title} (penalties only)"
    assert not isinstance(other.model(case.instances["demo"]()), Structured)


def test_a_formulation_that_does_not_exist_is_told() -> None:
    with pytest.raises(UnknownName, match="no formulation named 'rows'"):
        registry.usecase("vehicle_routing:rows")
    assert registry.full_name("vehicle_routing:rows") == "logistics/vehicle_routing:rows"


def test_a_catalogue_gives_instances_by_name() -> None:
    shelf = Catalogue(
        title="two of the ports' instances",
        names=lambda: ("north-1", "north-2"),
        instance=lambda name: CASE.example(4, int(name[-1])),
    )
    case = replace(CASE, catalogue=shelf)
    assert instances.load(case, "north-2").instance == CASE.example(4, 2)
    with pytest.raises(UnknownName, match="Did you mean north-"):
        instances.load(case, "north-3")


def test_settings_may_follow_an_algorithms_name() -> None:
    found = registry.algorithm("qaoa layers=3 objective=cvar objective.alpha=0.5", {"shots": 7})
    assert (found.layers, found.objective.alpha, found.shots) == (3, 0.5, 7)
    with pytest.raises(UsageError, match="not of the form key=value"):
        registry.algorithm("qaoa layers")


def test_a_comparison_tells_two_settings_apart() -> None:
    two = ["grover_search", "grover_search looks=3"]
    names = [row["algorithm"] for row in table(compare("vehicle_routing", "demo", two))]
    assert names[:2] == ["grover_search", "grover_search (looks=3)"]
