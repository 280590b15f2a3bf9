"""The race over molecules: racers from this environment, its arithmetic, its page."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from qiskit.quantum_info import Statevector

from electrons.molecules import MOLECULES, model, parameters, problem
from electrons.page import best, markdown
from electrons.problem import Problem
from electrons.race import Entrant, Race, disagreements
from electrons.worker import Session
from speed.client import Worker
from speed.table import Racer, listed
from tests.test_fermions import random_hamiltonian
from usecases.ansatze import uccsd
from usecases.fermions import jordan_wigner
from usecases.models import FermionicHamiltonian
from usecases.programs import Ansatz, Factor, Occupied

HERE = ("ours", "lightning", "aer")
"""Those that need no virtualenv of their own."""


def hydrogen() -> tuple[FermionicHamiltonian, Ansatz]:
    h = model(MOLECULES["H2"]())
    return h, uccsd(h)


def crowded() -> tuple[FermionicHamiltonian, Ansatz]:
    """Electrons between those that move, parameters that are shared, and phases."""
    h = random_hamiltonian(3, 2, 1, seed=5)
    ansatz = uccsd(h)
    phases = [Factor(Occupied((2,)), 0, 0.5), Factor(Occupied((1, 3)), ansatz.size, -2.0)]
    return h, ansatz.then([*phases, *ansatz.factors[::2]])


@pytest.fixture(scope="module")
def race() -> Iterator[Race]:
    """Everybody who can start here, each on one thread."""
    workers = [Worker(Racer(e, "double"), 1) for e in listed("electrons") if e.name in HERE]
    try:
        ways = {w.racer.label: w.ask(120, op="hello")["ways"] for w in workers}
        yield Race(workers, ways, limit=120, repetitions=1)
    finally:
        for worker in workers:
            worker.stop()


@pytest.mark.parametrize("made", [hydrogen, crowded])
def test_all_that_start_here_agree(race: Race, made: Any) -> None:
    h, ansatz = made()
    point = parameters(ansatz)
    cell = race.cell(problem(h, ansatz), point)
    assert cell["skipped"] == {} and cell["disagreements"] == []
    assert set(cell["racers"]) == set(HERE)
    exact = Statevector(ansatz.circuit(point)).expectation_value(jordan_wigner(h)).real
    for ways in cell["racers"].values():
        assert any("gradient" in seen for seen in ways.values())
        for seen in ways.values():
            assert seen["value"] == pytest.approx(exact, abs=1e-9)
            assert seen["energy"]["median"] > 0 and seen["setup"] > 0


def test_a_way_that_is_not_there_is_skipped(race: Race) -> None:
    h, ansatz = hydrogen()
    broken = Race(race.workers[:1], {"ours": ["backend", "abacus"]}, 60, 1)
    cell = broken.cell(problem(h, ansatz), parameters(ansatz))
    assert list(cell["racers"]["ours"]) == ["backend"]
    assert "abacus" in cell["skipped"]["ours, abacus"]


def test_what_is_handed_over_is_the_hamiltonian() -> None:
    h, ansatz = crowded()
    parsed = Problem.parse(problem(h, ansatz))
    assert np.allclose(parsed.matrix.toarray(), jordan_wigner(h).to_matrix(), atol=1e-12)
    point = np.array(parameters(ansatz))
    assert np.allclose(parsed.angles(point), ansatz.angles(point.tolist()))
    slopes = np.arange(1.0, 1 + len(ansatz.factors))
    assert np.allclose(parsed.by_parameter(slopes), ansatz.by_parameter(slopes))


class Bowl:
    """A way that needs nothing installed, and has no gradient of its own."""

    def __init__(self, problem: Problem, threads: int) -> None:
        self.constant = problem.constant

    def value(self, parameters: Any) -> float:
        return float(self.constant + np.sum(parameters**3))


def test_differences_stand_in_for_a_gradient() -> None:
    h, ansatz = crowded()
    session = Session({"bowl": Bowl}, ("numpy",), 1)
    session.load(problem(h, ansatz))
    point = parameters(ansatz)
    assert not session.make({"way": "bowl", "parameters": point})["sloped"]
    words = {"way": "bowl", "parameters": point, "calls": 3}
    assert session.time({**words, "what": "energy"})["gradient"] is None
    found = session.time({**words, "what": "gradient"})
    assert found["value"] == pytest.approx(h.constant + np.sum(np.array(point) ** 3))
    assert found["gradient"] == pytest.approx(3 * np.array(point) ** 2, abs=1e-7)


def entrant(name: str, value: float, slope: float, sloped: bool = True) -> Entrant:
    """Somebody who has answered."""
    entry = next(e for e in listed("electrons") if e.name == name)
    found = Entrant(Worker(Racer(entry, "double"), 1), "way", 0.1, sloped)
    found.answers["energy"] = {"value": value}
    found.answers["gradient"] = {"gradient": [slope, 0.5]}
    return found


def test_who_computes_something_else_is_named() -> None:
    fair = [entrant("ours", -75.0, 1.0), entrant("lightning", -75.0, 1.0)]
    assert disagreements([*fair, entrant("aer", -75.0 + 9e-9, 1.0 + 9e-6, sloped=False)]) == []
    said = disagreements([*fair, entrant("aer", -75.0 + 2e-8, 1.0 + 2e-8)])
    assert [text.split(" is ")[0] for text in said] == [
        "energy of aer, way",
        "gradient of aer, way",
    ]
    said = disagreements([*fair, entrant("aer", float("nan"), 1.0)])
    assert len(said) == 1 and "energy of aer" in said[0]


def seen(energy: float, gradient: float | None, sloped: bool = True) -> dict[str, Any]:
    """A stored way."""
    slopes = {} if gradient is None else {"gradient": {"median": gradient, "times": [gradient]}}
    times = {"median": energy, "times": [energy] * 5}
    return {"setup": 0.2, "sloped": sloped, "value": -75.0, "energy": times, **slopes}


TRAINED = {"error": 5e-4, "calls": 17}
RESULTS: dict[str, Any] = {
    "machine": {"processor": "Abacus", "cores": 2, "threads": 2, "bandwidth": 2e10},
    "settings": {"repetitions": 5},
    "racers": {
        name: {"title": name.upper(), "versions": {"x": "1"}, "note": ""}
        for name in ("ours", "aer", "tencirchem")
    },
    "absent": {"slowquant": "not raced"},
    "cells": [
        {
            "molecule": "H2O", "ansatz": "UCCSD", "qubits": 14,
            "determinants": 133, "factors": 48, "parameters": 29,
            "exact": {"value": -75.012345678, "energy": {"median": 0.01, "times": [0.01]}},
            "racers": {
                "ours": {"backend": seen(1e-4, 2e-4), "kernel alone": seen(5e-5, 1e-4)},
                "aer": {"amplitudes": seen(0.02, 1.0, sloped=False)},
                "tencirchem": {"civector": seen(5e-4, 8e-4), "pyscf": seen(0.03, None)},
            },
            "skipped": {"ffsim, operators": "Unsupported: no such factor"},
            "disagreements": ["energy of aer, amplitudes is off by 1.0e-03 (allowed 1e-08)"],
        }
    ],
    "vqe": {
        "H2O": {
            "cached": {"first": 0.3, "warm": [0.02, 0.03], "process": 2.0, **TRAINED},
            "uncached": {"first": 9.0, "warm": [], "process": 11.0, **TRAINED},
        }
    },
}  # fmt: skip


def test_markdown_of_a_race() -> None:
    text = markdown(copy.deepcopy(RESULTS))
    rows = [line for line in text.splitlines() if line.startswith(("| aer", "| ten", "| ours"))]
    assert rows[0] == "| ours | backend | 200 ms | 100 µs | 1 | 200 µs ×1 | 1 |"
    assert rows[2] == "| aer | amplitudes ! | 200 ms | 20.0 ms | 200 | 1.00 s Δ ×1 | 5e+03 |"
    assert rows[4] == "| tencirchem | pyscf | 200 ms | 30.0 ms | 300 | – | – |"
    assert "nearest peer for an energy: tencirchem, civector, 5 times our time" in text
    assert "`aer` at its fastest, UCCSD of H2O, 14 qubits: 200 times ours for an energy" in text
    assert "-75.012346 hartree, in 10.0 ms" in text
    assert "| H2O | 17 | 0.500 | 25.0 ms | 300 ms | 2.00 s | 9.00 s | 11.0 s | 10.0 ms |" in text
    assert "- UCCSD: ffsim: no such factor" in text and "is off by 1.0e-03" in text


def test_our_own_ways_are_no_peers() -> None:
    (cell,) = RESULTS["cells"]
    assert best(cell, "gradient") == (pytest.approx(4), "tencirchem, civector")
    assert best(cell, "gradient", ("lightning",))[0] == float("inf")
