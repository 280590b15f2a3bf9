"""What a model says of itself to exact: equations that it pays for, and a proof of the whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from logistics.tour.cuts import shortest_tour
from usecases import registry, run
from usecases.models import BQM, Squares, all_bits, energies
from usecases.solvers import cpsat


@pytest.mark.parametrize("seed", range(4))
def test_the_minimum_is_that_of_the_model_with_its_squares(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, weight = 10, 500.0
    rules = rng.integers(0, 2, (2, n)).astype(float)
    rules[1] += np.where(rng.random(n) < 0.3, 1.0, 0.0)  # some count twice
    wanted = rules @ rng.integers(0, 2, n).astype(float)
    square = weight * rules.T @ rules
    linear = rng.integers(-9, 10, n) + square.diagonal() - 2 * weight * wanted @ rules
    couplings = np.triu(rng.integers(-5, 6, (n, n)) + 2 * square, 1)
    model = BQM(linear, couplings, weight * float(wanted @ wanted), "BINARY")
    levels = energies(model, all_bits(n))
    start = all_bits(n)[int(levels.argmax())]
    bits, energy, bound = cpsat.minimise(model, 20.0, start, Squares(rules, wanted, weight))
    assert energy == bound == pytest.approx(levels.min())
    assert energies(model, bits[None])[0] == pytest.approx(energy)
    assert (rules @ bits == wanted).all()


@pytest.mark.parametrize(
    ("usecase", "instance", "value"),
    [("logistics/tail_assignment", "size=12,seed=1", None), ("logistics/vehicle_routing", 3, 329)],
)
def test_fleets_that_are_needed_whole_are_proven(
    usecase: str, instance: str | int, value: float | None, tmp_path: Path
) -> None:
    """Squares of a fleet couple everything: without equations these took minutes, or no end."""
    name = instance if isinstance(instance, str) else _tight(instance, tmp_path)
    record = run(usecase, name, "exact seconds=60")
    assert record.answer.bound == record.answer.energy
    assert (record.score.gap, record.score.reference.kind) == (0, "optimal")
    assert value in (None, record.score.objective)


@pytest.mark.parametrize("seed", [0, 2])
def test_tours_that_are_cut_into_pieces_are_proven_whole(seed: int) -> None:
    """By cutting planes, beside the reference's circuits; every third seed is directed."""
    record = run("logistics/tour", f"size=18,seed={seed}", "exact")
    assert (record.score.gap, record.score.reference.kind) == (0, "optimal")
    assert record.answer.bound == record.answer.energy == pytest.approx(record.score.objective)


def test_without_time_for_cuts_the_known_tour_stays() -> None:
    instance = registry.usecase("logistics/tour").example(18, 0)
    found, bound = shortest_tour(instance.matrix, 0.0)
    assert (found, bound) == (None, 0.0)
    record = run("logistics/tour", "size=18,seed=0", "exact seconds=0.001")
    assert record.score.violations == ()
    assert (record.answer.bound or 0.0) <= record.score.reference.value <= record.answer.energy


def _tight(vehicles: int, folder: Path) -> str:
    """A file of seven customers that fill these vehicles but for a little; 329 by brute force."""
    at = [(53, 5), (85, 9), (97, 71), (73, 40), (43, 88), (44, 76), (63, 74), (58, 8)]
    demands = (0, 2, 5, 8, 2, 1, 5, 8)
    lines = [
        f"NAME : tight-n8-k{vehicles}\nTYPE : CVRP\nDIMENSION : 8\nEDGE_WEIGHT_TYPE : EUC_2D",
        f"VEHICLES : {vehicles}\nCAPACITY : 15\nNODE_COORD_SECTION",
        *(f"{k} {x} {y}" for k, (x, y) in enumerate(at, start=1)),
        "DEMAND_SECTION",
        *(f"{k} {demand}" for k, demand in enumerate(demands, start=1)),
        "DEPOT_SECTION\n1\n-1\nEOF\n",
    ]
    path = folder / "tight.vrp"
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)
