"""The gap against seconds: table, values, picture and one-line refusals."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.helpers import usecases
from usecases import run
from usecases.errors import UsageError
from usecases.plots import plot_progress
from usecases.progress import as_csv, draw, steps
from usecases.records import RunRecord

NAME = "logistics/vehicle_routing"
FAST = {"solver": "annealing", "solver.shots": 20, "rounds": 6}


@pytest.fixture(scope="module")
def record() -> RunRecord:
    return run(NAME, "size=25,seed=3", "lns", parameters=FAST)


def test_steps_go_from_the_first_plan_to_the_answer(record: RunRecord) -> None:
    found, reference = steps(record), record.score.reference.value
    assert [s.value for s in found[:-1]] == [i.energy for i in record.improvements]
    assert found[-1].value == record.score.objective
    assert found[-1].gap == record.score.gap
    assert found[-1].calls == len(record.calls)
    for step in found:
        assert step.gap == pytest.approx((step.value - reference) / reference)
    assert [s.seconds for s in found] == sorted(s.seconds for s in found)


def test_values_and_picture_say_the_same(record: RunRecord, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv([record, record]))))
    assert len(rows) == 2 * len(steps(record))
    (line, *_) = draw([record]).axes[0].lines
    assert line.get_ydata().tolist() == pytest.approx([100 * s.gap for s in steps(record)])
    assert [float(r["gap"]) for r in rows[: len(steps(record))]] == pytest.approx(
        [y / 100 for y in line.get_ydata()]
    )
    plot_progress([record], tmp_path / "gap.svg")
    assert record.id in (tmp_path / "gap.svg").read_text("utf-8")


def test_a_sense_of_max_is_turned(record: RunRecord) -> None:
    score = record.score.model_copy(update={"sense": "max", "objective": -record.answer.energy})
    reference = score.reference.model_copy(update={"value": -score.reference.value})
    turned = record.model_copy(update={"score": score.model_copy(update={"reference": reference})})
    assert [s.gap for s in steps(turned)] == pytest.approx([s.gap for s in steps(record)])


def test_what_cannot_be_told_is_refused(record: RunRecord) -> None:
    silent = record.model_copy(update={"improvements": ()})
    with pytest.raises(UsageError, match="tells of no improvements"):
        steps(silent)
    for objective in (None, 1.0):
        score = record.score.model_copy(update={"objective": objective})
        with pytest.raises(UsageError, match="no gap can be told"):
            steps(record.model_copy(update={"score": score}))


def test_the_command_reads_records_from_files(record: RunRecord, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_text(record.model_dump_json(), "utf-8")
    told = usecases("progress", file, "--csv", "--plot", tmp_path / "gap.png")
    assert told.returncode == 0, told.stderr
    assert told.stdout == as_csv([record])
    assert (tmp_path / "gap.png").stat().st_size > 5000
    wrong = usecases("progress", file, "--plot", tmp_path / "gap.txt")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
