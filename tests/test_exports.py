"""What other projects read of our runs: types, columns, files, as those projects publish them."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.helpers import usecases
from usecases import exports, metriq, qoblib, run
from usecases.cli.export import command
from usecases.errors import UsageError
from usecases.qoblib import _safe
from usecases.records import RunRecord
from usecases.store import Store

TOUR = ("logistics/tour", "size=4,seed=1")

QOBLIB = [
    "Problem",
    "Submitter",
    "Affiliation",
    "Date",
    "Reference",
    "Best Objective Value",
    "Optimality Bound",
    "Modeling Approach",
    "# Decision Variables",
    "# Binary Variables",
    "# Integer Variables",
    "# Continuous Variables",
    "# Non-Zero Coefficients",
    "Coefficients Type",
    "Coefficients Range",
    "Workflow",
    "Algorithm Type",
    "Paradigm",
    "# Runs",
    "# Feasible Runs",
    "# Successful Runs",
    "Success Threshold",
    "Hardware Specifications",
    "Total Runtime",
    "Time to Solution",
    "CPU Runtime",
    "GPU Runtime",
    "QPU Runtime",
    "Other HW Runtime",
    "Remarks",
]
"""The header that QOBLIB's check_submission.py asks for, in this order."""

METRIQ = {"app_version", "timestamp", "suite_id", "job_type", "results", "runtime_seconds"}
METRIQ |= {"platform", "params"}
"""The fields of the rows that metriq-data has published since its version 0.4."""


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[RunRecord]:
    with Store(tmp_path_factory.mktemp("runs") / "store.db") as store:
        return [
            run(*TOUR, "exact", store=store),
            run(*TOUR, "annealing", shots=30, seed=0, store=store),
            run(*TOUR, "annealing", shots=30, seed=1, store=store),
            run("energy/unit_commitment", "size=4,seed=0", "qaoa layers=1 angles=ramp",
                shots=50, store=store),
            run("energy/wind_farm", "size=8,seed=0", "tempering", store=store),
            run("life_science/ground_state", algorithm="exact", store=store),
        ]  # fmt: skip


def test_csv_and_parquet_hold_the_same_and_give_back_the_scores(records: list[RunRecord]) -> None:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(io.BytesIO(exports.as_parquet(records)))
    lines = list(csv.DictReader(io.StringIO(exports.as_csv(records))))
    assert table.column_names == list(lines[0])
    for record, line, row in zip(records, lines, table.to_pylist(), strict=True):
        for name, value in row.items():
            assert line[name] == ("" if value is None else str(value)), name
        assert row["gap"] == record.score.gap
        assert row["shots"] == record.shots
        assert row["machine_seconds"] == record.timing.machine
        assert json.loads(row["parameters"]) == record.parameters
    kinds = {field.name: str(field.type) for field in table.schema}
    assert (kinds["gap"], kinds["seed"], kinds["feasible"]) == ("double", "int64", "bool")
    assert not table.schema.field("id").nullable


def test_a_spreadsheet_computes_no_cell(records: list[RunRecord]) -> None:
    record = records[0]
    name = record.instance.model_copy(update={"name": '=HYPERLINK("x")'})
    (line,) = csv.DictReader(
        io.StringIO(exports.as_csv([record.model_copy(update={"instance": name})]))
    )
    assert line["instance"] == '\'=HYPERLINK("x")'


def test_qoblib_takes_the_submission(records: list[RunRecord], tmp_path: Path) -> None:
    """The rules of CONTRIBUTING.md and misc/ci/check_submission.py, in our own words."""
    who = qoblib.Submitter("A. Person", "A University", "https://example.org")
    files = qoblib.files(records, who)
    folders = {name.rsplit("/", 1)[0] for name in files}
    assert len(folders) == 3  # electrons are not handed in
    senses = {f"{_safe(r.usecase)}/{_safe(r.instance.name)}": r.score.sense for r in records}
    for folder in folders:
        instance = folder.rsplit("/", 1)[1]
        text = files[f"{folder}/{instance}_summary.csv"]
        reader = csv.DictReader(io.StringIO(text))
        assert reader.fieldnames == QOBLIB
        rows = list(reader)
        assert rows
        for row in rows:
            _check(row, instance)
        assert json.loads(files[f"{folder}/{instance}_solution.json"])
        for series in json.loads(files[f"{folder}/{instance}_objective_time_series.json"]):
            values = [float(step["Incumbent"]) for step in series]
            assert values == sorted(values, reverse=senses[folder] == "min")
            times = [step["Time"] for step in series]
            assert times == sorted(times)


def _check(row: dict[str, str], instance: str) -> None:
    assert row["Problem"] == instance
    for name in QOBLIB:
        if name.startswith("# ") and row[name] != "N/A":
            int(row[name])
        if name.endswith(("Runtime", "Solution", "Value", "Bound", "Threshold")):
            assert row[name] == "N/A" or isfinite(float(row[name]))
    assert row["Paradigm"] in ("Classical", "Quantum Simulator", "Quantum Hardware")
    assert row["Algorithm Type"] in ("Deterministic", "Stochastic")


def test_qoblib_counts_runs_and_claims_a_bound_only_where_one_was_proven(
    records: list[RunRecord],
) -> None:
    who = qoblib.Submitter("N/A", "N/A", "N/A")
    files = qoblib.files(records, who)
    (text,) = (t for n, t in files.items() if "tour" in n and n.endswith("summary.csv"))
    exact, annealing = csv.DictReader(io.StringIO(text))
    assert exact["Optimality Bound"] == exact["Best Objective Value"]
    assert annealing["Optimality Bound"] == "N/A"
    assert (annealing["# Runs"], annealing["Paradigm"]) == ("2", "Classical")
    (text,) = (t for n, t in files.items() if "commitment" in n and n.endswith("summary.csv"))
    (qaoa,) = csv.DictReader(io.StringIO(text))
    assert qaoa["Paradigm"] == "Quantum Simulator"
    assert qaoa["QPU Runtime"] == "N/A"
    infeasible = records[1].model_copy(
        update={"score": records[1].score.model_copy(update={"objective": None})}
    )
    files = qoblib.files([infeasible], who)
    (text,) = (t for n, t in files.items() if n.endswith("summary.csv"))
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["# Feasible Runs"], row["Best Objective Value"]) == ("0", "N/A")
    (series,) = (t for n, t in files.items() if n.endswith("series.json"))
    assert json.loads(series) == [[]]
    with pytest.raises(UsageError, match="optimisation"):
        qoblib.files(records[-1:], who)


def test_metriq_rows_have_the_fields_that_its_tools_read(records: list[RunRecord]) -> None:
    """Those that metriq-data's scripts/etl.py takes from a row, and the shape of a result."""
    rows: list[dict[str, Any]] = json.loads(metriq.as_json(records))
    assert len(rows) == 3  # of six runs, those with a machine
    for row in rows:
        assert row.keys() == METRIQ
        assert datetime.fromisoformat(row["timestamp"]).tzinfo
        for result in row["results"].values():
            assert result.keys() == {"value", "uncertainty"}
            assert isfinite(result["value"])
            assert result["uncertainty"] is None or result["uncertainty"] >= 0
        assert isinstance(row["platform"]["provider"], str)
        assert isinstance(row["platform"]["device"], str)
        assert row["platform"]["device_metadata"]["simulator"] is True
        assert row["params"]["benchmark_name"] == row["job_type"]
        assert row["results"]["score"].keys() == {"value", "uncertainty"}
        assert row["runtime_seconds"] > 0
    share = rows[0]["results"]["optimal_share"]
    low, high = records[1].score.optimal_interval or (0.0, 0.0)
    assert share["uncertainty"] == pytest.approx((high - low) / 3.92)


def test_the_command_writes_every_format(tmp_path: Path) -> None:
    def export(*words: object) -> Result:
        return CliRunner().invoke(command, list(map(str, words)))

    empty = export("runs", "--format", "csv", "-o", tmp_path / "x.csv")
    assert isinstance(empty.exception, UsageError)
    run(*TOUR, "exact")
    for form in ("csv", "parquet", "metriq", "qoblib"):
        done = export("runs", "--format", form, "-o", tmp_path / form)
        assert done.exit_code == 0, done.output
    assert (tmp_path / "qoblib" / "logistics-tour").is_dir()
    assert usecases("export", "logistics/tour", "-o", tmp_path / "a.json").returncode == 0
    assert usecases("export", "logistics/tuor", "-o", tmp_path / "a.json").returncode == 2
