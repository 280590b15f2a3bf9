"""The speed benchmark's own arithmetic: no peer is installed or timed here."""

from __future__ import annotations

import copy
import json
from itertools import product
from typing import Any

import numpy as np
import pytest

from peers.cost import Cost
from peers.worker import Peer, Session, Value, differences
from speed.agreement import disagreements
from speed.instances import KINDS, angles, instance
from speed.machine import traffic
from speed.race import Cell, Race
from speed.render import markdown, seconds
from speed.table import racers, table


def simulated(cost: Cost, gammas: Any, betas: Any) -> float:
    """The expected cost by the definition, matrices of everything."""
    state = np.full(2**cost.n, 2 ** (-cost.n / 2), complex)
    for gamma, beta in zip(gammas, betas, strict=True):
        state = np.exp(-1j * gamma * cost.table) * state
        turn = np.array([[np.cos(beta), 1j * np.sin(beta)], [1j * np.sin(beta), np.cos(beta)]])
        mixer = np.eye(1)
        for _ in range(cost.n):
            mixer = np.kron(turn, mixer)
        state = mixer @ state
    return float(np.abs(state) ** 2 @ cost.table)


class Dense(Peer):
    """A peer that needs nothing installed."""

    packages = ("numpy",)

    def values(self) -> dict[str, Value]:
        return {"matrices": lambda gammas, betas: simulated(self.cost, gammas, betas)}


@pytest.mark.parametrize("kind", KINDS)
def test_table_is_the_polynomial(kind: str) -> None:
    cost = instance(kind, 6)
    for index, bits in enumerate(product((0, 1), repeat=6)):
        z = [1 - 2 * bit for bit in reversed(bits)]
        value = sum(w * np.prod([z[i] for i in indices]) for indices, w in cost.terms)
        assert cost.table[index] == pytest.approx(value, abs=1e-12)


def test_instances_are_the_same_every_time() -> None:
    for kind in KINDS:
        assert instance(kind, 12) == instance(kind, 12)
    assert instance("dense", 12).terms != instance("dense-field", 12).terms[:66]
    first = instance("dense", 12).terms[0]
    assert first[0] == (0, 1)
    assert first[1] == pytest.approx(0.2579698097704978)
    cut = instance("3-regular", 12)
    assert np.array_equal(cut.table, np.round(cut.table))
    assert cut.table[0] == 0 and cut.table.min() < 0  # all on one side: nothing is cut


def test_a_field_breaks_the_symmetry() -> None:
    plain, field = instance("dense", 8).table, instance("dense-field", 8).table
    assert np.allclose(plain, plain[::-1])
    assert not np.allclose(field, field[::-1])


def test_a_worker_answers() -> None:
    session = Session(Dense, 1, "double")
    cost = instance("dense-field", 5)
    load = {"op": "load", "kind": cost.kind, "n": 5, "terms": cost.terms}
    session.load(json.loads(json.dumps(load)))
    gammas, betas = angles(2)
    message = {"what": "gradient", "gammas": gammas.tolist(), "betas": betas.tolist()}
    assert session.warm(message)["way"] == "differences of matrices"
    answer = session.time(message)
    assert answer["value"] == pytest.approx(simulated(cost, gammas, betas), abs=1e-12)
    assert len(answer["gradient"]) == 4 and answer["seconds"] > 0


def test_differences_take_gammas_first() -> None:
    def value(gammas: Any, betas: Any) -> float:
        return float(gammas[0] ** 2 + 5 * betas[0])

    found, slopes = differences(value, 1e-5)(np.array([3.0]), np.array([1.0]))
    assert found == 14
    assert slopes == pytest.approx([6, 5])


def answers(**values: float) -> dict[str, dict[str, Any]]:
    """Answers of racers, their gradient twice the value."""
    return {
        name.replace("_", ":"): {"value": x, "gradient": [2 * x, 1.0], "way": "adjoint"}
        for name, x in values.items()
    }


def test_agreement_names_who_is_wrong() -> None:
    assert disagreements(answers(a=-4.0, b=-4.0 + 1e-11, c=-4.0, d_single=-4.0001)) == []
    said = disagreements(answers(a=-4.0, b=-4.0 + 1e-8, c=-4.0))
    assert [text.split(" is ")[0] for text in said] == ["value of b"]
    said = disagreements(answers(a=-4.0, b=-4.1, c=-4.0, d_single=float("nan")))
    assert {text.split(" is ")[0] for text in said} == {
        "value of b", "value of d:single", "gradient of b", "gradient of d:single",
    }  # fmt: skip


def test_single_precision_never_moves_the_centre() -> None:
    said = disagreements(answers(a=1.0, b_single=1.1, c_single=1.1, d_single=1.1))
    assert all("a is" not in text for text in said)
    assert len(said) == 6


def test_differences_are_held_to_less() -> None:
    found = answers(a=1.0, b=1.0, c=1.0)
    found["c"]["gradient"] = [2.0 + 1e-6, 1.0]
    assert len(disagreements(found)) == 1
    found["c"]["way"] = "differences of gates"
    assert disagreements(found) == []


def test_slow_cells_are_foreseen() -> None:
    race = Race([], limit=60, repetitions=5)
    seen = Cell("dense", 16, 4, "gradient")
    race.known["x", "dense", "gradient"] = [(seen, 0.5, "adjoint")]
    race.known["y", "dense", "gradient"] = [(seen, 0.5, "differences of gates")]
    larger = Cell("dense", 20, 8, "gradient")
    assert race.predicted("x", larger) == pytest.approx(16)
    assert race.predicted("y", larger) == pytest.approx(32)
    assert race.predicted("x", Cell("dense", 12, 1, "gradient")) == 0
    assert race.count(0.001) == 25 and race.count(1) == 5 and race.count(29) == 5


def found(median: float, way: str = "kernel", times: int = 5) -> dict[str, Any]:
    """A racer's stored cell."""
    return {"median": median, "times": [median] * times, "way": way, "bytes": None}


ABACUS = {"processor": "Abacus", "cores": 2, "threads": 2, "bandwidth": 2e10}
SLIDE_RULE = ABACUS | {"processor": "Slide rule"}

RESULTS: dict[str, Any] = {
    "settings": {"repetitions": 5},
    "racers": {
        label: {"title": label.upper(), "precision": "double", "versions": {"x": "1"}, "note": ""}
        for label in ("ours", "slow", "fast", "tiny:single")
    },
    "absent": {"gone": "does not install: no wheel"},
    "cells": [
        {
            "kind": "dense", "n": 20, "depth": 8, "what": "gradient", "machine": ABACUS,
            "racers": {
                "ours": found(0.05),
                "slow": found(2.0, "differences of gates", 3),
                "fast": found(0.2, "adjoint"),
                "tiny:single": found(0.0001),
            },
            "skipped": {},
            "disagreements": ["value of slow is off by 1.0e+00 (allowed 1.0e-10)"],
        },
        {
            "kind": "dense", "n": 24, "depth": 8, "what": "gradient", "machine": SLIDE_RULE,
            "racers": {"ours": found(1.0)},
            "skipped": {"slow": "predicted 80 s", "fast": "the process died"},
            "disagreements": [],
        },
    ],
}  # fmt: skip


def test_markdown_of_a_race() -> None:
    text = markdown(copy.deepcopy(RESULTS))
    rows = [line for line in text.splitlines() if line.startswith("| 2")]
    least = traffic("gradient", 20, 8, "double") / 0.05 / 2e10
    assert rows[0].split(" | ")[2:6] == ["50.0 ms", "2.00 s Δ ×3 !", "200 ms", "100 µs"]
    assert rows[0].split(" | ")[6:] == ["4 (fast)", "tiny", f"{least:.0%}", "1 |"]
    assert rows[1].split(" | ")[2:7] == ["1.00 s", "(80 s)", "–", "–", "–"]
    assert "1. Abacus" in text and "2. Slide rule" in text and rows[1].endswith("| 2 |")
    assert "- fast, dense: the process died" in text
    assert "slow is off by" in text and "gone`: does not install: no wheel" in text


def test_times_are_read_with_their_unit() -> None:
    assert [seconds(x) for x in (2, 0.0999, 3.2e-5)] == ["2.00 s", "99.9 ms", "32.0 µs"]


def test_the_table_of_peers() -> None:
    for entry in table():
        assert entry.pins or entry.absent or entry.name == "ours"
        assert all("==" in pin for pin in entry.pins)
    assert [racer.label for racer in racers(["ours", "qsim", "aer:single"])] == [
        "ours", "qsim:single", "aer:single",
    ]  # fmt: skip
    for wrong in ("abacus", "qokit:single"):
        with pytest.raises(SystemExit):
            racers([wrong])
