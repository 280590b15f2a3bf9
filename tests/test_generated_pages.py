"""Pages made from stored benchmarks are what the benchmarks would write."""

from __future__ import annotations

import importlib.util
import json
import sys
from itertools import product
from pathlib import Path
from types import ModuleType

from usecases import suites
from usecases.tours import notebooks as notebooks_of
from usecases.vendors.catalogue import vendor

ROOT = Path(__file__).resolve().parent.parent


def script(name: str) -> ModuleType:
    """A benchmark as a module; it is no package's."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_page_on_strategies_is_that_of_its_runs() -> None:
    strategies = script("strategies")
    runs = json.loads(strategies.RUNS.read_text("utf-8"))
    assert strategies.PAGE.read_text("utf-8") == strategies.render(runs)
    assert {r["instance"] for r in runs} == {"demo", "workshop"}


def test_the_page_on_speed_is_that_of_its_race() -> None:
    race = script("optimisation")
    results = json.loads(race.STORED.read_text("utf-8"))
    assert race.PAGE.read_text("utf-8") == race.page(results)
    assert not [text for cell in results["cells"] for text in cell["disagreements"]]


def test_the_page_on_the_frontier_is_that_of_its_runs() -> None:
    frontier = script("frontier")
    found = json.loads(frontier.STORED.read_text("utf-8"))
    assert frontier.PAGE.read_text("utf-8") == frontier.render(found)
    exact = found["reference"]["value"]
    assert all(row["energy"] > exact for row in found["rows"])
    assert {row["method"] for row in found["rows"]} == set(frontier.NAMES)


def test_the_page_on_electrons_is_that_of_its_race() -> None:
    race = script("chemistry")
    results = json.loads(race.STORED.read_text("utf-8"))
    assert race.PAGE.read_text("utf-8") == race.page(results)
    assert not [text for cell in results["cells"] for text in cell["disagreements"]]
    assert {cell["molecule"] for cell in results["cells"]} == set(race.RACED)


def test_the_page_on_measuring_is_that_of_its_runs() -> None:
    measuring = script("measuring")
    found = json.loads(measuring.STORED.read_text("utf-8"))
    assert measuring.PAGE.read_text("utf-8") == measuring.render(found)
    assert all(0.9 <= row["share"] <= 0.98 for row in found["coverage"])
    assert {row["way"] for row in found["mitigated"]} == set(measuring.WAYS)


def test_the_page_on_routing_is_that_of_its_runs() -> None:
    routing = script("routing")
    found = json.loads(routing.STORED.read_text("utf-8"))
    assert routing.PAGE.read_text("utf-8") == routing.render(found)
    rows = [*found["tight"], *found["curves"]]
    assert all(row["feasible"] for row in rows)
    assert {(r["seed"], r["solver"]) for r in found["tight"]} == {
        (seed, solver) for seed in range(routing.TIGHT_SEEDS) for solver in routing.SOLVERS
    }
    assert all(row["gap"] <= 0.02 for row in found["tight"])
    assert {row["size"] for row in found["curves"]} == set(routing.SIZES)


def test_the_page_on_faults_is_that_of_its_trials() -> None:
    faults = script("faults")
    found = json.loads(faults.STORED.read_text("utf-8"))
    assert faults.PAGE.read_text("utf-8") == faults.render(found)
    trials = [*found["matrix"], *(found[name] for name in faults.TRIALS)]
    assert sum(trial["lost"] + trial["twice"] for trial in trials) == 0
    assert all(row["ends"] == row["expected"] for row in found["matrix"])
    assert found["random"]["kills"] >= 500


def test_the_page_on_what_it_would_take_is_that_of_its_estimates() -> None:
    resources = script("resources")
    found = json.loads(resources.STORED.read_text("utf-8"))
    assert resources.PAGE.read_text("utf-8") == resources.render(found)


def test_the_page_on_notebooks_is_that_of_its_measurements() -> None:
    notebooks = script("notebooks")
    found = json.loads(notebooks.STORED.read_text("utf-8"))
    assert notebooks.PAGE.read_text("utf-8") == notebooks.render(found)
    measured = [(row["name"], row["level"]) for row in found["rows"]]
    asked = product(notebooks_of(ROOT), notebooks.LIMITS)
    assert [*asked] == measured
    for row in found["rows"]:
        assert row["memory"] <= notebooks.MEMORY, row["name"]
        assert row["first_figure"] <= notebooks.LIMITS[row["level"]], row["name"]


def test_the_page_on_sizing_is_that_of_its_measurement() -> None:
    room = script("room")
    found = json.loads(room.STORED.read_text("utf-8"))
    assert room.PAGE.read_text("utf-8") == room.render(found)
    assert [row["people"] for row in found["rows"]] == [*room.SIZES]


def test_the_page_on_vendors_is_that_of_their_files() -> None:
    backends = script("backends")
    assert backends.PAGE.read_text("utf-8") == backends.render()


def test_the_page_on_ghz_fidelities_is_that_of_its_twins() -> None:
    ghz = script("ghz")
    found = json.loads(ghz.STORED.read_text("utf-8"))
    assert ghz.PAGE.read_text("utf-8") == ghz.render(found)
    for row in found["rows"]:
        own = ghz.Fidelity(**row["own"])
        assert not row["aer"] or abs(own.differs(ghz.Fidelity(**row["aer"]))) < 4


def test_the_page_on_vendors_is_that_of_its_runs() -> None:
    vendors = script("vendors")
    found = json.loads(vendors.STORED.read_text("utf-8"))
    tried = vendors.ranges.stored()
    assert vendors.PAGE.read_text("utf-8") == vendors.render(found, tried)
    for name, tries in tried.items():
        of = vendor(name)
        assert str(of.tested) == str(vendors.ranges.reach(tries, found[name])), name
        assert of.pinned in of.tested
        assert found[name]["sdk"].endswith(f" {of.pinned}")
        for version, told in tries.items():
            assert "failed" in told or told["sdk"].endswith(f" {version}")
    for said in found.values():
        assert not said.get("findings")
        steps = said.get("cloud", {})
        lacking = {step for step, held in steps.items() if held != "yes"}
        assert lacking <= {"quote", "find", "cancel"}  # which some vendors' interfaces lack


def test_the_page_of_suites_shows_what_was_measured() -> None:
    """Nothing on it is typed, and each of the promises that it tells of was kept."""
    suites = script("suites")
    found = json.loads(suites.STORED.read_text("utf-8"))
    assert suites.PAGE.read_text("utf-8") == suites.render(found)
    assert found["overhead"]["overhead_ms"] < 5
    assert found["dask"]["dask"]["share"] > 0.9
    assert found["dask"]["identical"]
    assert found["slurm"]["identical"]
    assert found["kills"]["in_the_end"] == {"done": found["kills"]["planned"]}
    assert found["listing"]["all"] < 1
    assert found["mutations"]["found"] == found["mutations"]["mutations"]


def test_the_page_on_twins_is_that_of_their_runs() -> None:
    twins = script("twins")
    found = json.loads(twins.STORED.read_text("utf-8"))
    assert twins.PAGE.read_text("utf-8") == twins.render(found)
    runs = [row[case] for row in found.values() for case in twins.SPINE]
    ran = [run for run in runs if "refused" not in run]
    assert {run["source"] for run in ran} == {"simulated"}
    assert {run["seed"] for run in ran} == {0}
    assert len({run["backend"].partition("/")[0] for run in ran}) >= 5


def test_the_page_on_shipped_suites_is_that_of_their_runs() -> None:
    shipped = script("shipped")
    found = json.loads(shipped.STORED.read_text("utf-8"))
    assert shipped.PAGE.read_text("utf-8") == shipped.render(found)
    assert found.keys() == set(suites.names())
    assert not any(suite["statuses"].get("failed") for suite in found.values())
