"""Curves along a parameter: ordinary runs, non-parallelity, pictures and one-line refusals."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.helpers import usecases
from usecases import curve, metrics, plot, registry, run
from usecases.cli import main
from usecases.curves import Curve, Failure
from usecases.errors import BadInstance, Partial, UnknownName, UsageError
from usecases.records import Record, Reference
from usecases.scan import MOST_POINTS, spaced
from usecases.store import Store
from usecases.testing import check_usecase
from usecases.verify import verify

NAME = "life_science/ground_state"

H2 = {0.5: -1.055160, 1.0: -1.101150, 1.5: -0.998149, 2.0: -0.948641, 2.5: -0.936055}
"""Full configuration interaction in STO-3G, hartree, by bond length in ångström."""


def fci_of_hydrogen(length: float) -> float:
    """The ground energy of H2 in STO-3G from PySCF alone, hartree."""
    from pyscf import fci, gto, scf

    field = scf.RHF(gto.M(atom=f"H 0 0 0; H 0 0 {length}", basis="sto-3g", verbose=0)).run()
    return float(fci.FCI(field).kernel()[0])


def test_the_dissociation_of_hydrogen_comes_out_of_exact() -> None:
    found = curve(NAME, "h2", ["exact"], points=[*H2])
    (line,) = found.lines
    assert [p.value for p in line.points] == [*H2]
    assert [p.answer for p in line.points] == pytest.approx([*H2.values()], abs=1e-6)
    assert line.source == "classical"
    assert all(p.reference.kind == "optimal" and p.within_tolerance for p in line.points)


def test_vqe_of_two_electrons_is_exact_along_the_whole_curve() -> None:
    values = [0.5, 0.9, 1.3, 1.7, 2.1, 2.5]
    (line,) = curve(NAME, "h2", ["vqe"], points=values[::-1]).lines
    assert [p.value for p in line.points] == values
    for point in line.points:
        assert point.answer == pytest.approx(fci_of_hydrogen(point.value), abs=1e-8)
    assert line.non_parallelity is not None
    assert line.largest_error is not None
    assert line.non_parallelity.value < 1e-8
    assert line.largest_error.value < 1e-8


def test_each_point_is_a_run_that_can_be_done_alone() -> None:
    found = curve(NAME, "h4", ["vqe"], points=[1.0, 2.0])
    with Store() as store:
        records = [store.record(p.run) for p in found.lines[0].points]
    for record in records:
        assert verify(record)
    assert [r.instance.name for r in records] == ["h4@1", "h4@2"]
    alone = run(NAME, "h4@2", "vqe")
    assert alone.score.objective == records[1].score.objective
    assert records[0].instance.sha256 == run(NAME, "h4", "exact").instance.sha256


def test_coupled_cluster_loses_chemical_accuracy_where_four_bonds_break() -> None:
    """Neither the points that are within it nor those that are not are left out."""
    (line,) = curve(NAME, "h4", ["vqe"], points=[1.0, 2.0]).lines
    near, far = line.points
    assert near.error is not None
    assert far.error is not None
    assert near.within_tolerance is (near.error <= 1.6e-3) is True
    assert far.within_tolerance is (far.error <= 1.6e-3) is False
    assert line.non_parallelity is not None
    assert line.largest_error is not None
    assert line.non_parallelity.value == pytest.approx(far.error - near.error)
    assert line.largest_error.value == pytest.approx(far.error)


def test_the_field_s_families_keep_their_contract() -> None:
    case = registry.usecase(NAME)
    assert {"h2", "h4", "lih", "n2-6e6o", "h2o"} <= set(case.families)
    assert check_usecase(replace(case, instances={"demo": case.instances["demo"]})) == [
        "there is no instance named workshop",
        "there is no instance named frontier",
    ]
    still = replace(case.families["h2"], instance=lambda _: case.instances["demo"]())
    unsorted = replace(case.families["h4"], points=(2.0, 1.0))
    found = check_usecase(replace(case, families={"still": still, "unsorted": unsorted}))
    assert "family still: does not depend on its parameter" in found
    assert "family unsorted: has no ascending points" in found


def test_a_shifted_curve_is_parallel_and_a_tilted_one_is_not() -> None:
    exact = np.array([-1.0, -1.2, -1.1])
    shifted = (exact + 0.3) - exact
    assert metrics.non_parallelity(shifted.tolist(), [0.0] * 3)[0] == pytest.approx(0.0, abs=1e-15)
    value, interval = metrics.non_parallelity([0.001, -0.002, 0.004], [0.0] * 3)
    assert value == pytest.approx(0.006)
    assert interval == pytest.approx((0.006, 0.006))
    value, interval = metrics.largest_error([0.001, -0.005, 0.004], [0.0] * 3)
    assert value == 0.005
    assert interval == (0.005, 0.005)


def test_intervals_hold_the_true_sums_although_noise_widens_the_extremes() -> None:
    """Noise of 1 on parallel curves gives a difference of extremes far above 0."""
    rng = np.random.default_rng(5)
    for errors in ([0.0] * 8, [0.0, 3.0, -1.0, 0.5]):
        true = max(errors) - min(errors)
        held, above = [], []
        for _ in range(400):
            seen = (np.array(errors) + rng.normal(size=len(errors))).tolist()
            value, (low, high) = metrics.non_parallelity(seen, [1.0] * len(errors))
            held.append(low <= true <= high)
            above.append(value > true)
            largest, (low, high) = metrics.largest_error(seen, [1.0] * len(errors))
            assert low <= largest <= high
            held.append(low <= max(map(abs, errors)) <= high)
        assert np.mean(held) >= 0.95
        assert np.mean(above) > (0.55 if true else 0.99)


def test_shots_give_error_bars_and_an_interval() -> None:
    (line,) = curve(NAME, "h2", ["vqe"], ["aer"], points=[0.7, 1.4], shots=2000).lines
    assert line.backend == "aer"
    assert line.source == "simulated"
    assert all(p.stderr and p.within_tolerance is False for p in line.points)
    assert line.non_parallelity is not None
    low, high = line.non_parallelity.interval
    assert low <= line.non_parallelity.value < high


def test_a_point_that_fails_takes_no_other_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hydrogen atoms have two orbitals in STO-3G: three cannot be active."""

    def crowded(length: float) -> Record:
        molecule = h2.instance(length).model_dump()
        space = {"electrons": 2, "orbitals": 2 if length < 1 else 3}
        return case.instance.model_validate(molecule | {"active": space})

    case = registry.usecase(NAME)
    h2 = case.families["h2"]
    monkeypatch.setitem(case.families, "crowded", replace(h2, instance=crowded))
    with pytest.raises(Partial, match=r"2 of 4 runs failed \(vqe at 1.4 Å: active.orb") as caught:
        curve(NAME, "crowded", ["vqe", "chance"], points=[0.7, 1.4])
    (found,) = caught.value.finished
    assert [[p.value for p in line.points] for line in found.lines] == [[0.7], [0.7]]
    assert [line.non_parallelity for line in found.lines] == [None, None]
    assert [(f.value, f.algorithm, f.backend) for f in found.failures] == [
        (1.4, "vqe", "determinants"),
        (1.4, "chance", None),
    ]
    assert "(1 of 2 points)" in "\n".join(drawn(found))
    with pytest.raises(BadInstance, match=r"active\.orbitals"):
        curve(NAME, "crowded", ["chance"], points=[1.4])


@pytest.mark.parametrize(
    ("family", "points", "says"),
    [
        ("h2", [-1.0], "from 0.3 to 5 Å"),
        ("h2", [1.0, math.nan], "from 0.3 to 5 Å"),
        ("h2", [math.inf], "from 0.3 to 5 Å"),
        ("h2", [], "0 points are not between 1 and 100"),
        ("h2", [*spaced(0.5, 2.5, MOST_POINTS), 2.6], "101 points are not between"),
        ("h2", [1.0, 1.0 + 1e-12], "given twice"),
    ],
)
def test_bad_points_are_refused_before_anything_is_run(
    family: str, points: list[float], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        curve(NAME, family, ["exact"], points=points)
    with Store() as store:
        assert store.runs() == []


def test_what_has_no_family_says_so() -> None:
    with pytest.raises(UnknownName, match=r"no family of instances named 'h3'.*h2"):
        curve(NAME, "h3")
    with pytest.raises(UsageError, match="there is no family of instances"):
        curve("logistics/vehicle_routing")
    with pytest.raises(UsageError, match="no points lie between 2 and 1"):
        spaced(2.0, 1.0, 5)
    with pytest.raises(UsageError, match="2000 points"):
        spaced(1.0, 2.0, 2000)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run", NAME, "-i", "h2@far"), "no number follows"),
        (("run", NAME, "-i", "h2@9"), "from 0.3 to 5 Å"),
        (("curve", "vehicle_routing"), "there is no family"),
        (("curve", NAME, "-i", "h22"), "no family of instances named 'h22'"),
        (("curve", NAME, "--points", "1.0,x"), "'x' is not a number"),
        (("curve", NAME, "--points", "-1"), "from 0.3 to 5 Å"),
        (("curve", NAME, "--points", "nan"), "from 0.3 to 5 Å"),
        (("curve", NAME, "--from", "1", "--points", "1.0,2.0"), "a number of points"),
        (("curve", NAME, "--from", "1", "--points", "101"), "101 points"),
        (("curve", NAME, "--from", "3", "--to", "1"), "no points lie"),
        (("curve", NAME, "--points", "1.0", "--plot", "curve.xyz"), ".png, .svg or .pdf"),
        (("curve", NAME, "--points", "1.0", "-p", "colour=red"), "colour"),
        (("curve", NAME, "--points", "1.0", "-b", "neal"), "neal can run none"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, tuple) else None,
)
def test_the_command_refuses_in_one_line(
    words: tuple[str, ...],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["usecases", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code == 2
    assert says in told.err
    assert len(told.err.splitlines()) == 1
    assert told.out == ""


def test_the_command_gives_json_and_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "curve.svg"
    words = ("-i", "h2", "-a", "vqe,exact", "--from", "0.5", "--to", "2.5", "--points", "3")
    done = usecases("curve", NAME, *words, "--json", "--plot", path)
    assert done.returncode == 0, done.stderr
    found = Curve.model_validate_json(done.stdout)
    assert found.points == (0.5, 1.5, 2.5)
    assert [line.algorithm for line in found.lines] == ["vqe", "exact"]
    for line in found.lines:
        answers = [p.answer for p in line.points]
        assert answers == pytest.approx([H2[v] for v in found.points], abs=1e-6)
    picture = path.read_text(encoding="utf-8")
    assert "<svg" in picture
    run_id = json.loads(done.stdout)["lines"][0]["points"][0]["run"]
    assert usecases("verify", run_id).returncode == 0


def test_the_command_s_tables_say_what_may_be_claimed(tmp_path: Path) -> None:
    path = tmp_path / "curve.png"
    words = ("-i", "h4", "-a", "vqe", "--points", "1.0,2.0", "--plot", path)
    done = usecases("curve", NAME, *words)
    assert done.returncode == 0, done.stderr
    for text in ("✓", "✗", "1 of 2", "non-parallelity", "chemical accuracy", "spacing (Å)"):
        assert text in done.stdout
    assert path.stat().st_size > 10_000


def drawn(found: Curve) -> list[str]:
    """Every text in the picture."""
    from matplotlib.text import Text

    figure = plot(found)
    figure.canvas.draw()
    return [t.get_text() for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text()]


def test_the_picture_names_axes_sources_accuracy_and_runs() -> None:
    found = curve(NAME, "h4", ["vqe", "exact"], points=[1.0, 2.0])
    words = "\n".join(drawn(found))
    for text in (
        *("energy (hartree)", "energy − exact (millihartree)", "spacing (Å)"),
        *("vqe on determinants (simulated), non-parallelity", "exact (classical)", "exact: FCI"),
        *("chemical accuracy, ±1.6 millihartree", "life_science/ground_state · h4"),
        f"4 runs, {found.lines[0].points[0].run}",
    ):
        assert text in words


def test_the_picture_draws_what_is_not_proven_and_what_is_missing() -> None:
    """Another unit, no tolerance, a stretch that is only best known, a point that failed."""
    whole = curve(NAME, "h2", ["exact"], points=[0.6, 0.9, 1.2, 1.5])
    line = whole.lines[0]
    known = Reference(value=line.points[2].reference.value, kind="best_known", method="somebody")
    unproven = line.points[2].model_copy(update={"reference": known, "error": None})
    points = (*line.points[:2], unproven)
    changes = {
        "unit": "€",
        "tolerance": None,
        "lines": (line.model_copy(update={"points": points}),),
    }
    failure = Failure(value=1.5, algorithm="exact", backend=None, error="gone")
    words = "\n".join(drawn(whole.model_copy(update=changes | {"failures": (failure,)})))
    assert "energy − exact (€)" in words
    assert "best known: somebody" in words
    assert "(2 of 4 points)" in words
    assert "1 failed" in words
