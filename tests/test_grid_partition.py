"""Grid partition against brute force, published values, and answers that are wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from pydantic import ValidationError

from energy._grid.files import EXAMPLE
from energy._grid.grid import Branch, Bus, Grid
from energy.grid_partition import (
    Islands,
    Partition,
    balances,
    cut,
    example,
    from_csv,
    interpret,
    louvain,
    model,
    named,
    objective,
    one_hot,
    plot,
    reference,
    registers,
    usecase,
    violations,
)
from energy.grid_partition.reading import islands_of
from usecases import run
from usecases.errors import BadInstance, Infeasible, TooLarge, VerificationFailed
from usecases.instances import load
from usecases.models import Structured, all_bits, energies, qubits
from usecases.testing import check_usecase

NAME = "energy/grid_partition"


def graph(zones: Partition) -> nx.Graph:
    found = nx.Graph()
    found.add_nodes_from(range(zones.grid.size))
    found.add_weighted_edges_from((i, j, w) for (i, j), w in zones.weight.items())
    return found


def by_hand(zones: Partition) -> float:
    """The best modularity, by NetworkX, of all assignments to parts that keep the rules."""
    known, best = graph(zones), -1.0
    for rest in product(range(zones.parts), repeat=zones.grid.size - 1):
        groups = [{k for k, p in enumerate((0, *rest)) if p == part} for part in {0, *rest}]
        runs = all(
            nx.is_connected(known.subgraph(g)) and g & set(zones.sources) for g in groups
        ) if zones.islanding else True  # fmt: skip
        if runs:
            best = max(best, nx.community.modularity(known, groups))
    return best


# --- the contract and the proven values --------------------------------------------------


def test_contract() -> None:
    assert check_usecase(usecase) == []


def test_contract_of_islands_that_must_run_in_three_parts() -> None:
    def three(size: int, seed: int) -> Partition:
        return example(size, seed).model_copy(update={"parts": 3, "islanding": True})

    assert check_usecase(replace(usecase, example=three, tiny=4)) == []


def test_case14_in_three_islands() -> None:
    """0.40375, whether three islands are allowed or more."""
    for parts in (3, 4):
        found = reference(named("case14", parts=parts))
        assert found.kind == "optimal" and found.value == pytest.approx(0.40375, abs=1e-12)


@pytest.mark.parametrize(("instance", "value"), [("demo", 0.271605), ("workshop", 0.34875)])
def test_exact_attains_the_reference(instance: str, value: float) -> None:
    score = run(NAME, instance, "exact").score
    assert score.objective == pytest.approx(value, abs=1e-6) and abs(score.gap or 0) < 1e-9
    assert score.reference.kind == "optimal"


def test_two_parts_of_larger_networks_against_a_cut_by_all_strings() -> None:
    zones = named("case14")
    lowest = float(energies(model(zones), all_bits(13)).min())
    assert reference(zones).value == pytest.approx(-lowest, abs=1e-9)
    assert reference(named("GBreducednetwork")).value == pytest.approx(0.42, abs=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_reference_against_all_partitions(seed: int) -> None:
    zones = example(3 + seed % 5, seed)
    assert reference(zones).value == pytest.approx(by_hand(zones), abs=1e-9)
    harder = zones.model_copy(update={"islanding": True, "parts": 3})
    assert reference(harder).value == pytest.approx(by_hand(harder), abs=1e-9)


def test_objective_is_networkx_modularity() -> None:
    for weights in ("unweighted", "admittance", "electrical distance"):
        zones = named("case14", weights=weights, parts=4)
        found = louvain(zones)
        parts = [{zones.grid.place[n] for n in island} for island in found.islands]
        known = nx.community.modularity(graph(zones), parts)
        assert objective(zones, found) == pytest.approx(known, abs=1e-12)


def test_electrical_distance_is_the_resistance_between_ends() -> None:
    zones = named("case9", weights="electrical distance")
    admittance = graph(named("case9", weights="admittance"))
    for (i, j), weight in zones.weight.items():
        known = nx.resistance_distance(admittance, i, j, weight="weight", invert_weight=False)
        assert 1 / weight == pytest.approx(known, rel=1e-9)


@pytest.mark.parametrize("parts", [2, 3, 4, 5])
def test_encodings_agree_on_every_partition(parts: int) -> None:
    zones = example(3, 1).model_copy(update={"parts": parts})
    for form in (usecase, usecase.formulated("registers")):
        made = form.model(zones)
        names = [str(v) for v in (made.model if isinstance(made, Structured) else made).variables]
        bits = all_bits(qubits(made))
        for row, energy in zip(bits, energies(made, bits), strict=True):
            found = form.interpret(zones, dict(zip(names, row.tolist(), strict=True)))
            if not violations(zones, found):
                assert -objective(zones, found) == pytest.approx(energy, abs=1e-9)


def test_the_sufficient_penalty_suffices_and_little_does_not() -> None:
    zones = example(4, 3)
    bits = all_bits(9)
    good = (bits.reshape(-1, 3, 3).sum(axis=2) == 1).all(axis=1)
    for multiple, enough in ((1.0001, True), (0.01, False)):
        energy = energies(one_hot(zones, multiple), bits)
        assert bool(energy[~good].min() > energy[good].min()) is enough


# --- reading -----------------------------------------------------------------------------


def test_violations_in_words() -> None:
    zones = named("case9", islanding=True)
    found = violations(zones, Islands(islands=(("1", "9", "x"), ("4", "4", "5"), ())))
    assert "'x' is no bus" in found and "bus 4 stands in 2 islands" in found
    assert "bus 2 is in no island" in found and "island 3 is empty" in found
    assert "3 islands where 2 are asked for at most" in found
    assert "island 1 around bus 1 falls into 2 pieces" in found
    assert "island 2 around bus 4 has no source" in found


def test_balances_add_up() -> None:
    zones = named("case14", parts=3)
    found = balances(zones, louvain(zones))
    assert sum(b.load for b in found) == pytest.approx(259.0)
    assert sum(b.imbalance for b in found) == pytest.approx(0.0, abs=1e-9)
    assert sum(b.buses for b in found) == 14


def test_rows_that_are_not_one_hot_are_told() -> None:
    zones = named("case5", parts=3)
    sample = {f"{n}@{p}": 0 for n in zones.grid.names[1:] for p in (1, 2, 3)}
    sample |= {"1@1": 1, "1@2": 1}
    found = violations(zones, interpret(zones, sample))
    assert "bus 1 stands in 2 islands" in found and "bus 2 is in no island" in found
    with pytest.raises(VerificationFailed, match="12 variables"):
        interpret(zones, {"1": 0})
    with pytest.raises(VerificationFailed, match="not 0 or 1"):
        interpret(zones, sample | {"1@1": 2})


def test_islands_and_cut() -> None:
    zones = from_csv(EXAMPLE)
    found = islands_of(zones, [(0, 1), (1, 0), (2, 0), (3, 1), (4, 1)])
    assert found.islands == (("a", "d", "e"), ("b", "c"))
    assert cut(zones, found) == [(0, 1), (2, 3)]


# --- input -------------------------------------------------------------------------------


def line(*buses: Bus) -> Grid:
    return Grid(
        buses=buses, branches=tuple(Branch(start=a.name, end=b.name) for a, b in pairwise(buses))
    )


def test_what_makes_no_instance_is_refused(tmp_path: Path) -> None:
    chain = line(*(Bus(name=n) for n in "abc"))
    with pytest.raises(ValidationError, match="has no impedance"):
        Partition(grid=chain, weights="admittance")
    with pytest.raises(ValidationError, match="has no branch"):
        Partition(grid=Grid(buses=(Bus(name="a"),)))
    with pytest.raises(BadInstance, match="counts branches"):
        from_csv("bus,load,generation\na,1,0\n")
    with pytest.raises(BadInstance, match="2 to 1000"):
        example(1, 0)
    path = tmp_path / "own.json"
    path.write_text(json.dumps({"grid": {"buses": []}, "parts": 1}))
    with pytest.raises(BadInstance, match=r"own\.json"):
        load(usecase, str(path))


def test_islands_that_can_never_run() -> None:
    dark = Partition(grid=line(Bus(name="a"), Bus(name="b")), islanding=True)
    for ask in (reference, model, registers):
        with pytest.raises(Infeasible, match="no source"):
            ask(dark)
    loose = tuple(Bus(name=n, source=True) for n in "abcd")
    apart = Grid(buses=loose, branches=(Branch(start="a", end="b"),))
    with pytest.raises(Infeasible, match="3 pieces"):
        reference(Partition(grid=apart, islanding=True))


def test_large_networks_get_an_answer_or_a_line() -> None:
    wide = named("GBnetwork", parts=12)
    with pytest.raises(TooLarge, match="variables"):
        model(wide)
    found = reference(wide)
    assert found.kind == "best_known" and 0.8 < found.value < 1 - 1 / 12
    with pytest.raises(TooLarge):
        run(NAME, "frontier", "qaoa")


# --- runs and picture --------------------------------------------------------------------


@pytest.mark.parametrize("instance", ["demo", "demo-three", "demo-islanding"])
def test_qaoa_finds_the_optimum_more_often_than_chance(instance: str) -> None:
    score = run(NAME, instance, parameters={"objective": "cvar"}).score
    assert score.gap is not None and abs(score.gap) < 1e-9
    assert score.lift_interval is not None and score.lift_interval[0] > 3


def test_the_picture_tells_islands_and_cut() -> None:
    zones = named("case14", parts=3)
    answer = louvain(zones)
    labels = [t.get_text() for t in plot(zones, answer).legends[0].get_texts()]
    assert f"cut ({len(cut(zones, answer))} of 20 connections)" in labels
    assert sum(text.startswith("island") for text in labels) == len(answer.islands)


def test_torn_and_broken_answers_can_be_drawn() -> None:
    zones = named("case9")
    torn: tuple[tuple[str, ...], ...] = (("1", "9"), ("2", "3", "4", "5", "6", "7", "8"))
    labels: list[Any] = plot(zones, Islands(islands=torn)).legends[0].get_texts()
    assert any("in 2 pieces" in t.get_text() for t in labels)
    figure = plot(zones, Islands(islands=(("1", "x"), ("1",))))
    assert "broken" in figure.axes[0].get_title()


def test_bits_of_spins_are_partitions() -> None:
    zones = named("case9")
    bits = np.zeros((1, 8), dtype=np.int8)
    assert energies(model(zones), bits + 1)[0] == pytest.approx(0.0, abs=1e-12)
