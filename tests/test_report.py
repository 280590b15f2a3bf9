"""Reports in a real browser, from real runs and from runs that mean harm."""

from __future__ import annotations

import json
import re
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.browser import Chromium, barriers, chromium, overflows, unseen  # noqa: F401
from tests.helpers import usecases
from usecases.comparable import Cost, differences
from usecases.comparison import compare
from usecases.exhibits import exhibits
from usecases.exhibits.exhibit import power
from usecases.quotes import Quote
from usecases.records import Circuits, RunRecord
from usecases.repeats import duels, repeats, solution_time
from usecases.report import Section, page, report
from usecases.report.stock import page as stock_page
from usecases.stock import Spent, costs, take
from usecases.store import Store

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "docs" / "runs").glob("*/*.json"))
BAD = (
    "\"'><script>window.hit=1</script><img src=x onerror='window.hit=1'>"
    "$\\frac{$\x00\u202e</style>{{7}}"
)


@cache
def stored() -> list[RunRecord]:
    """Every fifth stored run of the use cases' pages."""
    found = [json.loads(f.read_text(encoding="utf-8")) for f in FILES]
    runs = [r for f in found if isinstance(f, list) for r in f]
    return [RunRecord.model_validate_json(json.dumps(r)) for r in runs[::5]][:50]


@pytest.fixture(scope="module")
def pair() -> list[RunRecord]:
    """qaoa and annealing with three seeds each on one instance."""
    return compare("vehicle_routing", "demo", ["qaoa", "annealing"], seeds=3)


def changed(record: RunRecord, score: dict[str, Any] | None = None, **fields: Any) -> RunRecord:
    """The record as another run would have left it."""
    worse = record.score.model_copy(update=score or {})
    return record.model_copy(update={"score": worse} | fields)


def test_fifty_runs_are_a_small_page_that_all_can_read_and_that_asks_for_nothing(
    chromium: Chromium,  # noqa: F811
    tmp_path: Path,
) -> None:
    text = report("Runs", "Fifty of them.", stored())
    assert len(stored()) == 50
    assert len(text.encode()) < 1_500_000
    assert "cannot be drawn" not in text
    file = tmp_path / "report.html"
    file.write_text(text, encoding="utf-8")
    for width, dark in ((1280, False), (800, True)):
        tab = chromium.open(file, width=width, dark=dark)
        assert (chromium.asked, chromium.said) == ([file.as_uri()], [])
        assert (unseen(tab), overflows(tab)) == ([], False)
        assert barriers(tab) == []
        tab.close()
    stamps = re.findall(r'<span class="stamp">([^<]*)</span>', text)
    assert len(stamps) == text.count("<figure>") >= 8
    assert all(s.startswith(("simulated", "classical")) for s in stamps)


def test_the_page_prints_without_its_navigation(
    chromium: Chromium,  # noqa: F811
    tmp_path: Path,
    pair: list[RunRecord],
) -> None:
    file = tmp_path / "report.html"
    file.write_text(report("Runs", "", pair), encoding="utf-8")
    text = file.read_text(encoding="utf-8")
    assert "1\u202f828 nmi" in text and "∞" not in text
    tab = chromium.open(file, dark=True, paper=True)
    style = "getComputedStyle(document.querySelector('{}')).{}"
    assert tab.evaluate(style.format("nav", "display")) == "none"
    assert tab.evaluate(style.format("body", "backgroundColor")) == "rgb(255, 255, 255)"
    tab.close()
    file.write_text(page("Demo", "Two ways.", [Section(tuple(pair[::3]))]), encoding="utf-8")
    tab = chromium.open(file, width=800)
    assert (barriers(tab), overflows(tab), unseen(tab)) == ([], False, [])
    assert tab.inner_text("tbody tr:nth-child(3) td").startswith("reference")
    tab.close()


def test_no_text_of_a_record_can_run(
    chromium: Chromium,  # noqa: F811
    tmp_path: Path,
    pair: list[RunRecord],
) -> None:
    evil = [hostile(r) for r in pair]
    assert evil[0].usecase == evil[0].algorithm == evil[0].score.unit == BAD
    assert evil[0].provenance[BAD] == BAD
    again = [hostile(changed(r, seed=9)) for r in pair]
    with Store() as store:
        for k, record in enumerate(evil):
            identity = store.begin({"k": k, "usecase": BAD, "instance_sha256": BAD})
            store.finish(record.model_copy(update={"id": identity}))
        pages = [stock_page(take(store, 0.0, time.time() + 1))]
    pages += [report(BAD, BAD, [*evil, *again, *pair])]
    for k, text in enumerate(pages):
        file = tmp_path / f"evil{k}.html"
        file.write_text(text, encoding="utf-8")
        tab = chromium.open(file)
        assert tab.evaluate("window.hit") is None
        assert tab.evaluate("document.scripts.length") == 0
        assert chromium.asked == [file.as_uri()]
        assert unseen(tab) == []
        assert "<script>window.hit=1</script>" in tab.inner_text("main")
        tab.close()


def hostile(record: RunRecord) -> RunRecord:
    """The record with a payload for every text, and for keys where these are free."""
    found = replaced(record.model_dump(mode="json"))
    found["provenance"] = {BAD: BAD, "finished": BAD, "git_revision": BAD}
    found["versions"], found["parameters"] = {BAD: BAD}, {BAD: BAD, "solver": BAD}
    original = record.model_dump(mode="json")
    for _ in range(5):
        try:
            return RunRecord.model_validate_json(json.dumps(found))
        except ValidationError as error:
            for about in error.errors():
                restore(found, original, [*about["loc"]])
    raise AssertionError("the record cannot be made hostile")


def replaced(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: replaced(v) for k, v in value.items()}
    if isinstance(value, list):
        return [replaced(v) for v in value]
    return BAD if isinstance(value, str) else value


def restore(found: Any, original: Any, path: list[Any]) -> None:
    """Put back what a schema does not let be free text."""
    for key in path[:-1]:
        found, original = found[key], original[key]
    found[path[-1]] = original[path[-1]]


def test_numbers_that_no_run_gives_leave_the_rest_of_the_page(pair: list[RunRecord]) -> None:
    luck = pair[0].score.chance
    wild = [
        changed(r, {"gap": gap, "tts99": -gap, "chance": luck}, qubits=size, id=f"w{size}")
        for r, gap, size in zip(pair, (1e308, -1e308, 5e-324), (-3, 0, 10**9), strict=False)
    ]
    text = report("Runs", "", [*pair, *wild])
    assert "cannot be drawn" in text
    assert text.count("<figure>") >= 1


def test_a_simulated_seed_done_again_is_one_run_and_hardware_is_two(pair: list[RunRecord]) -> None:
    first, *_ = pair
    assert [len(g.records) for g in repeats([*pair, first])] == [3, 3]
    real = [changed(first, id=f"h{k}", source="hardware") for k in range(4)]
    assert [len(g.records) for g in repeats(real)] == [4]


def test_an_infeasible_answer_is_worse_than_any_and_never_solved(pair: list[RunRecord]) -> None:
    none = changed(pair[0], {"gap": None, "tts99": None, "optimal_share": 0.0}, seed=3)
    group = repeats([*pair[:3], none])[0]
    assert (group.gap.count, group.gap.finite) == (4, 3)
    assert solution_time(none) == float("inf")
    found = duels(repeats([none, *pair[3:]]))
    assert [(p.better, p.worse) for p in found.values()] == [(0, 1)]


def test_what_makes_runs_incomparable_is_said(pair: list[RunRecord]) -> None:
    assert differences(pair) == []
    other = changed(
        pair[0],
        id="other",
        versions=pair[0].versions | {"qiskit": "9.9"},
        provenance=pair[0].provenance
        | {"calibration": "b", "calibration at submission": "a", "warning: bill": "charged twice"},
    )
    first = changed(pair[0], provenance=pair[0].provenance | {"calibration": "a"})
    prices = {r.id: Cost(1.0, "USD", f"table {r.id}") for r in (first, other)}
    told = " ".join(differences([first, other], prices))
    for word in ("(calibration: a, b)", "bill charged twice", "table other", "qiskit", "9.9"):
        assert word in told


def ladder(pair: list[RunRecord]) -> list[RunRecord]:
    """Runs of two contenders at five sizes, one of which finds nothing at the largest."""
    found = []
    for qubits in (4, 6, 8, 10, 12):
        for record, growth in ((pair[0], 1.5), (pair[3], 1.2)):
            missed = growth > 1.3 and qubits == 12
            score = {"tts99": None if missed else growth**qubits / 1000, "optimal_share": 0.1}
            about = record.instance.model_copy(
                update={"sha256": f"{qubits:064d}", "name": f"n{qubits}"}
            )
            run = f"{record.algorithm}{qubits}"
            found.append(changed(record, score, id=run, qubits=qubits, instance=about))
    return found


def test_scaling_is_fitted_and_hatched_beyond_what_was_solved(pair: list[RunRecord]) -> None:
    shown = {e.title.split(":")[0]: e for e in exhibits(ladder(pair), {})}
    scaling = shown["Time to solution"]
    growth = {row[0]: row[4] for row in scaling.rows}
    assert growth["annealing on neal"].startswith("×1.20 a qubit [1.20, 1.20]")
    assert ("qaoa on statevector", "12", "not reached") in {row[:3] for row in scaling.rows}
    assert "hopeful" in scaling.words
    hatched = [c for c in scaling.draw().axes[0].collections if c.get_hatch()]
    ends = [max(v[0] for p in c.get_paths() for v in p.vertices) for c in hatched]
    assert sorted(ends) == pytest.approx([15.0, 18.0])
    assert "Performance profiles" in shown


def test_many_fits_share_one_hatching_instead_of_hiding_each_other(pair: list[RunRecord]) -> None:
    found = [
        changed(r, id=f"{r.id}{k}", shots=None, parameters=r.parameters | {"layers": 7 + k})
        for k in range(5)
        for r in ladder(pair)
        if r.algorithm == "qaoa"
    ]
    scaling = next(e for e in exhibits(found, {}) if e.title.startswith("Time to solution"))
    axes = scaling.draw().axes[0]
    assert sum("exponential" in row[3] for row in scaling.rows) == 25
    assert not axes.collections
    assert [p.get_hatch() for p in axes.patches] == ["////"]
    assert "in the table" in scaling.words


def test_numbers_beside_an_axis_need_no_typesetting() -> None:
    numbers = (0.0, 0.1, -10.0, 12345.0, 1e-12, -1e8, 2e6)
    assert [*map(power, numbers)] == ["0", "0.1", "−10", "12345", "10⁻¹²", "−10⁸", "2·10⁶"]


def test_the_front_counts_money_only_if_all_was_paid_in_one_currency(
    pair: list[RunRecord],
) -> None:
    paid = {r.id: Cost(3.0 if r.algorithm == "qaoa" else 1.0, "EUR") for r in pair}
    front = next(e for e in exhibits(pair, paid) if e.title == "Quality against effort")
    assert {row[0]: row[2:] for row in front.rows} == {
        "qaoa on statevector": ("3 EUR", "–"),
        "annealing on neal": ("1 EUR", "yes"),
    }
    part = dict(list(paid.items())[:3])
    front = next(e for e in exhibits(pair, part) if e.title == "Quality against effort")
    assert all("EUR" not in row[2] for row in front.rows)


def test_drift_marks_new_calibrations_and_volumes_are_above_chance(pair: list[RunRecord]) -> None:
    size = Circuits(
        qubits=5, depth=9, two_qubit_gates=9, compiled_depth=40, compiled_two_qubit_gates=20
    )
    days = [
        changed(
            pair[0],
            id=f"d{day}",
            circuits=size,
            seed=day,
            provenance={
                "finished": f"2026-03-0{day}T10:00:00+00:00",
                "calibration": f"c{day // 3}",
            },
        )
        for day in (4, 1, 2, 3)
    ]
    shown = {e.title.split(":")[0]: e for e in exhibits(days, {})}
    drift = shown["Over time"]
    assert [row[1] for row in drift.rows] == ["d1", "d2", "d3", "d4"]
    lines = [x for x in drift.draw().axes[0].lines if x.get_linestyle() == "--"]
    assert len(lines) == 1 and "changed 1 times" in drift.alt
    luck, share = pair[0].score.chance, pair[0].score.optimal_share
    assert luck and luck.optimal_share is not None and share is not None
    beyond = 100 * (share - luck.optimal_share) / (1 - luck.optimal_share)
    volume = shown["Width and depth of circuits"]
    assert volume.rows[0][2:] == ("5", "40", f"{beyond:.3g} %")


def test_stock_taking_tells_better_gaps_new_machines_costs_and_failures(
    chromium: Chromium,  # noqa: F811
    tmp_path: Path,
    pair: list[RunRecord],
) -> None:
    first, other = changed(pair[0], {"gap": 0.25}), pair[3]
    with Store() as store:
        begun = [
            keep(store, first),
            keep(store, changed(first, {"gap": 0.125}, seed=1)),
            keep(store, other),
        ]
        price = Quote(amount=2.0, currency="EUR", basis="dated table", source="2026-11-01")
        store.intend(begun[1], 0, "key", "machine", price, provenance={}, most=5.0)
        paid = costs(store, [store.record(identity) for identity in begun])
        store.give_up(store.begin({"usecase": "x"}), "failed", "no such noise")
        starts = {r.id: r.started for r in store.runs()}
        found = take(store, starts[begun[1]], time.time() + 1)
    told = [(c.machine, c.before, c.now.score.gap) for c in found.changes]
    assert told == [("statevector", 0.25, 0.125), ("neal", None, 0.0)]
    assert found.new["machines"] == ("neal",)
    assert found.new["use cases"] == ()
    assert paid == {begun[1]: Cost(2.0, "EUR", "dated table 2026-11-01")}
    assert found.spent == (Spent("machine", "EUR", 1, 0.0, 2.0),)
    assert found.failures == (("no such noise", 1),)
    file = tmp_path / "stock.html"
    file.write_text(stock_page(found), encoding="utf-8")
    tab = chromium.open(file, width=800)
    assert (barriers(tab), overflows(tab), unseen(tab)) == ([], False, [])
    assert "12.5 %" in tab.inner_text("main")
    tab.close()


def test_stock_taking_follows_a_request_that_was_repeated_on_several_days(
    monkeypatch: pytest.MonkeyPatch, pair: list[RunRecord]
) -> None:
    with Store() as store:
        for day in (1, 2, 3):
            monkeypatch.setattr(time, "time", lambda day=day: 86_400.0 * day)
            when = f"1970-01-0{1 + day}T00:00+00:00"
            told = {"finished": when, "calibration": f"c{day // 2}"}
            keep(store, changed(pair[0], seed=day, provenance=told))
            keep(store, changed(pair[3], seed=day % 2, provenance=told))
        found = take(store, 0.0, 86_400.0 * 4)
        assert [r.seed for r in found.repeated] == [1, 2, 3, 1, 0, 1]
        assert not take(store, 86_400.0 * 2, 86_400.0 * 4).repeated
    assert "the machine&#x27;s state changed 1 times" in stock_page(found)


def keep(store: Store, record: RunRecord) -> str:
    asked = {"usecase": record.usecase, "algorithm": record.algorithm, "seed": record.seed}
    identity = store.begin(asked | {"instance_sha256": record.instance.sha256})
    store.finish(record.model_copy(update={"id": identity}))
    return identity


def test_the_commands_compare_seeds_and_stored_runs_and_write_pages(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    done = usecases(
        "compare", "vehicle_routing", "-a", "annealing", "--seeds", "2", "-o", str(file)
    )
    assert "annealing on neal" in done.stdout and "2 of 2" in done.stdout
    assert "fewer than 6 seeds" in done.stderr
    assert "Content-Security-Policy" in file.read_text(encoding="utf-8")
    source = str(ROOT / "docs" / "runs" / "logistics" / "tour.json")
    assert "p, signed ranks" in usecases("compare", source).stdout
    since = usecases("report", "--since", "2020-01-01", "-o", str(file))
    assert "2 runs, 1 changes" in since.stdout
