"""The ladder of molecules, the curves of the page, and what fits on 50 logical qubits."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import life_science.ground_state as page_of
from life_science.ground_state import INSTANCES, LADDER, SPACES, model
from life_science.ground_state.logical import Space, table
from tests.helpers import ROOT
from usecases import page, registry, run
from usecases.ansatze import determinant, factors, replacements, uccsd
from usecases.curves import Curve, error_of
from usecases.ladder import ladder, width
from usecases.models import FermionicHamiltonian
from usecases.records import RunRecord
from usecases.store import Store

NAME = "life_science/ground_state"
FAMILIES = ("n2-6e6o", "h4")


@cache
def stored() -> tuple[RunRecord, ...]:
    return tuple(page.stored_runs(ROOT, NAME))


def errors(instance: str) -> dict[str, float | None]:
    """Hartree, by algorithm."""
    return {r.algorithm: error_of(r) for r in stored() if r.instance.name == instance}


def test_every_algorithm_of_the_ladder_ran_on_its_rungs() -> None:
    ran = {(r.instance.name, r.algorithm) for r in stored()}
    asked = {(rung, a.split()[0]) for rung, names in LADDER.items() for a in names}
    assert ran == asked
    assert (ROOT / "docs" / "runs" / f"{NAME}.json").stat().st_size < 3_000_000


def test_where_the_bond_is_nearly_broken_coupled_cluster_falls_below_the_exact_energy() -> None:
    """The teaching point, and that no variational answer ever does."""
    whole = {r.algorithm: r for r in stored() if r.instance.name == "n2-2.0"}
    assert whole["ccsd_t"].score.objective == pytest.approx(-107.563610, abs=5e-7)
    assert whole["ccsd_t"].score.reference.value == pytest.approx(-107.455156, abs=5e-7)
    projected = {"ccsd", "ccsd_t"}
    for rung in LADDER:
        for algorithm, error in errors(rung).items():
            assert error is not None
            if algorithm not in projected | {"qpe"}:  # phases are estimates
                assert error > -1e-8, (rung, algorithm)
    for rung in ("n2-6e6o-2.0", "n2-2.0"):
        assert all((errors(rung)[name] or 0.0) < -0.05 for name in projected)
    for rung in ("demo", "lih-2e3o", "workshop", "h2o-4e4o", "h2o"):
        assert all(abs(errors(rung)[name] or 0.0) < 2e-4 for name in projected)


@pytest.mark.parametrize("algorithm", ["vqe", "ccsd_t", "selected_ci determinants=100"])
def test_a_stored_rung_is_what_a_run_gives_today(algorithm: str) -> None:
    found = run(NAME, "n2-6e6o-2.0", algorithm)
    kept = errors("n2-6e6o-2.0")[algorithm.split(maxsplit=1)[0]]
    assert error_of(found) == pytest.approx(kept, abs=1e-6)


def test_the_ladder_is_a_row_for_each_algorithm_and_a_column_for_each_instance() -> None:
    text = ladder(stored(), 1.6e-3, "chemical accuracy")
    head, _, *rows = text.split("\n\n")[0].splitlines()
    assert head.startswith("| algorithm | demo, 4 q | lih-2e3o, 6 q | workshop, 12 q |")
    cells = {row.split(" | ")[0].strip("| "): row.strip("| ").split(" | ")[1:] for row in rows}
    assert cells["ccsd_t"][-1] == "−108.454"
    assert cells["qpe"][-1] == "–"
    assert cells["vqe"][0].endswith("✓")
    assert len({len(row) for row in cells.values()}) == 1
    assert "|error| + 2σ ≤ 1.6 millihartree, chemical accuracy" in text


def test_the_ladder_says_what_is_missing() -> None:
    """Answers that break rules, references without a proof, no tolerance, no runs."""
    record = next(r for r in stored() if r.algorithm == "ccsd")
    score = record.score
    broken = score.model_copy(update={"objective": None})
    known = score.reference.model_copy(update={"kind": "best_known"})
    open_ended = score.model_copy(update={"reference": known})
    for changed, cell in ((broken, "infeasible"), (open_ended, "not proven")):
        text = ladder([record.model_copy(update={"score": changed})], None, "tolerance")
        assert f"| ccsd | {cell} |" in text
        assert "✓:" not in text
        assert "hartree" in text
        assert "milli" not in text
    assert "No runs are stored" in ladder([], None, "tolerance")


def test_an_instance_is_as_wide_as_its_model() -> None:
    """Not as what pairs or ancillas need."""
    demo = [r for r in stored() if r.instance.name == "demo"]
    assert {r.qubits for r in demo} > {2, 4}
    assert width(demo) == 4


@pytest.mark.parametrize("family", FAMILIES)
def test_a_stored_curve_is_shown_and_its_points_can_be_run_again(family: str) -> None:
    file = page.curve_file(ROOT, NAME, family)
    kept = Curve.model_validate_json(file.read_text("utf-8"))
    assert (kept.usecase, kept.family) == (NAME, family)
    assert kept.points == registry.usecase(NAME).families[family].points
    assert all(r.kind == "optimal" for r in kept.references.values())
    line = next(line for line in kept.lines if line.algorithm == "vqe")
    point = line.points[len(line.points) // 2]
    again = run(NAME, f"{family}@{point.value:g}", "vqe")
    assert again.score.objective == pytest.approx(point.answer, abs=1e-6)
    text = (ROOT / "docs" / "usecases" / f"{NAME}.md").read_text("utf-8")
    assert f"](ground_state-{family}.svg)" in text
    notebook = (ROOT / "notebooks" / f"{NAME}.ipynb").read_text("utf-8")
    assert f"](../../docs/usecases/{NAME}-{family}.svg)" in notebook
    picture = file.parents[2] / "usecases" / f"{NAME}-{family}.svg"
    assert "chemical accuracy, ±1.6 millihartree" in picture.read_text("utf-8")


def test_curves_are_recorded_as_the_page_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace
    from types import SimpleNamespace

    case = registry.usecase(NAME)
    short = replace(case.families["h2"], points=(0.7, 1.4))
    monkeypatch.setitem(case.families, "h2", short)
    file = tmp_path / "asked.py"
    file.write_text("# <!-- curve h2 exact,vqe -->\n# <!-- curve h2 -->", "utf-8")
    entries = {NAME: SimpleNamespace(path=file)}
    monkeypatch.setattr(page, "registry", SimpleNamespace(entries=lambda kind: entries))
    (tmp_path / "docs" / "runs" / "life_science").mkdir(parents=True)
    with Store(tmp_path / "store.db") as store:
        written = list(page.record_curves(tmp_path, NAME, store, lambda stage, calls: None))
    assert written == [tmp_path / "docs" / "runs" / f"{NAME}-h2.json"] * 2
    found = json.loads(written[0].read_text("utf-8"))
    assert [line["algorithm"] for line in found["lines"]] == [*case.algorithms]


def test_a_curve_that_is_not_stored_is_not_shown(tmp_path: Path) -> None:
    asked = page.CURVE.match("<!-- curve h2 vqe,lucj starts=1 -->")
    assert asked and asked.groups() == ("h2", "vqe,lucj starts=1")
    assert "No curve of h2 is stored yet" in page._kept(tmp_path, NAME, asked)
    plain = page.CURVE.match("<!-- curve h2 -->")
    assert plain and plain.groups() == ("h2", None)


@pytest.mark.parametrize(
    ("alpha", "beta", "orbitals"), [(1, 1, 2), (2, 2, 4), (2, 2, 5), (3, 1, 4), (3, 2, 5)]
)
def test_gates_and_angles_are_those_of_our_circuits(alpha: int, beta: int, orbitals: int) -> None:
    m = orbitals
    h = FermionicHamiltonian(0.0, np.eye(m), np.ones((m,) * 4), alpha, beta, 1 + alpha - beta)
    ansatz = determinant(h).then(factors(h, replacements(h)))
    space = Space("", alpha, beta, m)
    assert ansatz.size == space.parameters
    assert ansatz.template(ansatz.register()).count_ops()["cx"] == space.two_qubit_gates


def test_the_page_shows_the_table_that_its_cell_prints() -> None:
    source = Path(page_of.__file__).read_text("utf-8")
    for line in table(SPACES).splitlines():
        assert f"# {line}\n" in source
    assert [s.qubits for s in SPACES] == sorted(s.qubits for s in SPACES)


@pytest.mark.parametrize(("name", "ours"), [("workshop", 612), ("h2o", 1012), ("n2-6e6o", 970)])
def test_symmetry_leaves_as_many_gates_as_the_page_says(name: str, ours: int) -> None:
    h = model(INSTANCES[name]())
    ansatz = uccsd(h)
    assert ansatz.template(ansatz.register()).count_ops()["cx"] == ours
    whole = Space(name, h.alpha, h.beta, h.orbitals).two_qubit_gates
    assert f"{ours} of {whole}" in " ".join(
        Path(page_of.__file__)
        .read_text("utf-8")
        .replace("of 1688 CX for lithium\n# hydride", "of 1688")
        .split()
    )


def test_what_the_page_says_of_fifty_qubits_follows_from_the_counts() -> None:
    propane, dimer = Space("", 13, 13, 23), Space("", 15, 15, 20)
    more = [2 * n for n in range(26) if Space("", n, n, 25).determinants > propane.determinants]
    assert (min(more), max(more)) == (18, 32)
    assert 20 < Space("", 12, 12, 25).determinants / propane.determinants < 21
    assert 5000 < propane.determinants / dimer.determinants < 5500


def test_what_the_page_says_of_the_ladder_is_what_is_stored() -> None:
    off = {rung: {k: 1000 * (v or 0.0) for k, v in errors(rung).items()} for rung in LADDER}
    assert [round(off[r]["ccsd_t"]) for r in ("n2-2.0", "n2-6e6o-2.0")] == [-108, -90]
    assert [round(off[r]["vqe"]) for r in ("n2-2.0", "n2-6e6o-2.0")] == [8, 7]
    stretched = off["n2-6e6o-2.0"]
    assert stretched["adapt_vqe"] < 1.6
    assert abs(stretched["selected_ci"]) < 1e-3
    assert round(stretched["sqd"]) == 124
    space = {name: model(INSTANCES[name]()) for name in LADDER}
    for record in stored():
        if record.algorithm == "selected_ci":
            rung = record.instance.name
            all_of_them = Space("", space[rung].alpha, space[rung].beta, space[rung].orbitals)
            taken = int(record.parameters["determinants"])
            assert (taken >= all_of_them.determinants) == (rung in ("demo", "lih-2e3o"))
            assert taken >= all_of_them.determinants or taken < all_of_them.determinants / 2
