"""What pages say of their stored runs beyond the numbers that are put in from them."""

from __future__ import annotations

from itertools import combinations, permutations
from math import perm

import numpy as np
import pytest

from logistics.cargo_loading import objective, slack
from logistics.cargo_loading.blocks import one_by_one
from logistics.tour import dsj1000, prove
from logistics.tour.first import local_optimum
from logistics.tour.pieces import round_trip
from tests.stored import feasible, interval, lift, one, optimal, runs
from usecases import registry
from usecases.errors import UsageError
from usecases.models import qubits
from usecases.told import told

SAMPLED = [
    *(f"logistics/{n}" for n in ("cargo_loading", "job_shop", "tail_assignment", "tour")),
    "logistics/vehicle_routing",
    *(f"life_science/{n}" for n in ("docking", "mrna_design", "protein_folding", "rna_folding")),
]


@pytest.mark.parametrize("name", SAMPLED)
@pytest.mark.parametrize("instance", ["demo", "workshop"])
def test_a_quantum_algorithm_finds_the_proven_optimum_beyond_chance(
    name: str, instance: str
) -> None:
    scores = [r.score for r in runs(name) if r.instance.name == instance and r.algorithm == "qaoa"]
    assert all(score.reference.kind == "optimal" for score in scores)
    assert any(s.gap == 0 and s.lift_interval and s.lift_interval[0] > 1 for s in scores)


@pytest.mark.parametrize("name", ["life_science/ground_state", "life_science/excited_states"])
@pytest.mark.parametrize("instance", ["demo", "workshop"])
def test_a_quantum_algorithm_comes_within_chemical_accuracy(name: str, instance: str) -> None:
    found = [r for r in runs(name) if r.instance.name == instance and r.backend]
    assert all(r.score.reference.kind == "optimal" for r in found)
    assert any(r.score.within_tolerance for r in found)


def test_sentences_tell_what_their_runs_say() -> None:
    kept = runs("logistics/tour")
    asked = "<!-- optimal of workshop:rows\nby qaoa --> and <!-- answer of demo by reference -->"
    assert told(asked, kept, None) == "11 % and 1\u202f001.84 nmi"
    assert told("<!-- runs -->", kept, None) == "<!-- runs -->"
    energies = runs("life_science/ground_state")
    assert told("<!-- error of n2-2.0 by ccsd_t -->", energies, 1.6e-3) == "−108.454"
    for wrong in ("gap of elsewhere by qaoa", "colour of demo by qaoa", "gap of demo by nobody"):
        with pytest.raises(UsageError):
            told(f"<!-- {wrong} -->", kept, None)
    two = runs("logistics/tail_assignment")
    assert told("<!-- optimal of demo by qaoa (layers=4) -->", two, None) == "3.86 %"
    with pytest.raises(UsageError, match=r"2\.64 % or 3\.86 %"):
        told("<!-- optimal of demo by qaoa -->", two, None)


def test_tour() -> None:
    name = "logistics/tour"
    for where in ("demo", "workshop"):
        assert optimal(name, where) > optimal(name, where, "annealing")
        for form in (":rows", ":penalty"):
            assert optimal(name, where + form) < optimal(name, where + form, "annealing")
    low, high = interval(name, "frontier")[0], interval(name, "frontier", "annealing")[1]
    assert low < high, "the intervals overlap"
    for run in runs(name):
        assert run.algorithm != "annealing" or run.score.feasible_share == 1
        assert run.timing.solving > 100 * run.timing.reference
    instance = registry.usecase(name).instances["frontier"]()
    calls = np.array(list(permutations(range(1, 9))))
    legs = np.pad(calls, ((0, 0), (1, 1)))
    lengths = np.array(instance.matrix)[legs[:, :-1], legs[:, 1:]].sum(axis=1)
    assert (len(lengths), (lengths < lengths.min() + 1e-6).sum()) == (2 * 20_160, 2)


def test_vehicle_routing() -> None:
    name = "logistics/vehicle_routing"
    for where in ("demo", "workshop"):
        assert lift(name, where) > lift(name, f"{where}:vehicles")
        assert optimal(name, where) < optimal(name, where, "annealing")
        assert one(name, where, "qaoa").timing.reference < 0.01


def test_job_shop() -> None:
    name = "logistics/job_shop"
    trained, ramp = (one(name, "workshop", "qaoa", layers=n) for n in (12, 20))
    assert ramp.timing.solving < 0.1 * trained.timing.solving
    low, high = interval(name, "workshop", layers=20)
    assert low < (trained.score.optimal_share or 0.0) < high


def test_cargo_loading() -> None:
    name = "logistics/cargo_loading"
    flight = registry.usecase(name).instances["workshop"]()
    masses = [c.mass for c in flight.containers]
    sets = [s for k in range(5) for s in combinations(masses, k) if sum(s) <= flight.payload]
    best = max(map(sum, sets))
    assert sum(perm(4, len(s)) for s in sets if sum(s) == best) == 24
    assert sum(perm(4, len(s)) for s in sets) / 2**24 == pytest.approx(4e-5, rel=0.1)
    assert optimal(name, "workshop") / (24 / 2**24) == pytest.approx(2000, rel=0.15)
    assert optimal(name, "demo:slack") < optimal(name, "demo:slack", "annealing")
    assert feasible(name, "demo:slack") > feasible(name, "demo:slack", "annealing")
    assert lift(name, "demo:registers") < lift(name, "demo")
    assert (one(name, "demo", "qaoa").qubits, one(name, "demo:slack", "qaoa").qubits) == (12, 23)
    assert sorted(r.timing.reference for r in runs(name))[-2] < 0.1, "but for the one that loads it"


def test_what_can_be_done_by_hand() -> None:
    """Loading the heaviest first, and OR-Tools' tour of the first nodes of dsj1000."""
    cargo = registry.usecase("logistics/cargo_loading")
    demo, frontier = (cargo.instances[name]() for name in ("demo", "frontier"))
    assert objective(demo, one_by_one(demo)) == 5699
    assert frontier.payload - objective(frontier, one_by_one(frontier)) == 7
    for name in ("demo", "workshop"):
        flight = cargo.instances[f"{name}-balance"]()
        bits = qubits(slack.model(flight)) - qubits(cargo.model(flight))
        limits = 3 + 2 * len(flight.shear)
        assert bits / limits == pytest.approx(10, abs=2)
    for nodes, longer in ((12, 0.0054), (14, 0.0052)):
        tour = dsj1000(nodes)
        first = round_trip(tour, local_optimum(tour))
        assert first / prove(tour).value - 1 == pytest.approx(longer, abs=5e-5)


def test_tail_assignment() -> None:
    name = "logistics/tail_assignment"
    plain, groups = {"layers": 4, "objective": "mean"}, {"layers": 6, "objective": "mean"}
    assert 440 < optimal(name, "workshop", **plain) * 2**18 < 460
    assert one(name, "workshop", "qaoa", **plain).score.lift_interval[0] < 1  # type: ignore[index]
    low, high = interval(name, "workshop", "annealing")
    assert low < optimal(name, "workshop:groups", **groups) < high
    for where in ("crew", "unique", "several"):
        assert optimal(name, where, "annealing") > optimal(name, f"{where}:groups", **groups)
    assert optimal(name, "demo", "annealing") < optimal(name, "demo:groups", **groups)
    for where in ("unique", "several"):
        assert 0.2 < optimal(name, f"{where}:groups", layers=6, objective="cvar") < 0.3
    assert all(r.timing.reference < 1 for r in runs(name))
