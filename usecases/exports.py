"""Runs as a table for other programs: comma-separated values, or Parquet with types."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from usecases.errors import MissingExtra
from usecases.records import RunRecord

if TYPE_CHECKING:
    import pyarrow

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet compute a cell; a text that begins so gets an apostrophe."""


@dataclass(frozen=True)
class Row:
    """A run in one line; shares with their 95 % intervals, times in seconds.

    What a run has not got is empty. Settings and violations are JSON. `docs/record.md` says what
    each score means.
    """

    id: str
    finished: str
    usecase: str
    instance: str
    instance_sha256: str
    algorithm: str
    parameters: str
    backend: str | None
    backend_settings: str
    train_on: str | None
    source: str
    seed: int
    shots: int | None
    qubits: int
    feasible: bool
    objective: float | None
    stderr: float | None
    unit: str
    sense: str
    reference: float
    reference_kind: str
    reference_method: str
    gap: float | None
    ratio: float | None
    within_tolerance: bool | None
    feasible_share: float | None
    feasible_low: float | None
    feasible_high: float | None
    optimal_share: float | None
    optimal_low: float | None
    optimal_high: float | None
    chance_feasible_share: float | None
    chance_optimal_share: float | None
    lift: float | None
    tts99: float | None
    violations: str
    calls: int
    depth: int | None
    two_qubit_gates: int | None
    compiled_depth: int | None
    compiled_two_qubit_gates: int | None
    model_seconds: float
    compile_seconds: float
    queue_seconds: float
    machine_seconds: float
    classical_seconds: float
    reference_seconds: float
    score_seconds: float
    platform: str | None
    git_revision: str | None
    git_dirty: bool | None
    digest: str


def row(record: RunRecord) -> Row:
    """The run in one line."""
    score, chance, told = record.score, record.score.chance, record.provenance
    feasible, optimal = (
        i or (None, None) for i in (score.feasible_interval, score.optimal_interval)
    )
    sizes = ("depth", "two_qubit_gates", "compiled_depth", "compiled_two_qubit_gates")
    values: dict[str, Any] = {
        **{name: getattr(record, name) for name in _SAME},
        **{name: getattr(score, name) for name in _SCORED},
        **{f"{name}_seconds": seconds for name, seconds in record.timing},
        **{name: getattr(record.circuits, name, None) for name in sizes},
        **{name: told.get(name) for name in ("platform", "git_revision", "git_dirty")},
        "finished": str(told.get("finished", "")),
        "instance": record.instance.name,
        "instance_sha256": record.instance.sha256,
        "parameters": _json(record.parameters),
        "backend_settings": _json(record.backend_settings),
        "reference": score.reference.value,
        "reference_kind": score.reference.kind,
        "reference_method": score.reference.method,
        "feasible_low": feasible[0],
        "feasible_high": feasible[1],
        "optimal_low": optimal[0],
        "optimal_high": optimal[1],
        "chance_feasible_share": getattr(chance, "feasible_share", None),
        "chance_optimal_share": getattr(chance, "optimal_share", None),
        "violations": _json(score.violations),
        "calls": len(record.calls),
    }
    return Row(**values)


_SAME = (
    *("id", "usecase", "algorithm", "backend", "train_on", "source", "seed", "shots", "qubits"),
    "digest",
)
_SCORED = (
    *("feasible", "objective", "stderr", "unit", "sense", "gap", "ratio", "within_tolerance"),
    *("feasible_share", "optimal_share", "lift", "tts99"),
)
"""What stands in a record and in its score under the same name."""


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)


def as_csv(records: Iterable[RunRecord]) -> str:
    """One line a run below a line of names."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(field.name for field in fields(Row))
    writer.writerows(map(_plain, asdict(row(record)).values()) for record in records)
    return out.getvalue()


def _plain(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def as_parquet(records: Iterable[RunRecord]) -> bytes:
    """One row a run, each column with its type. Raises MissingExtra without pyarrow."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError:
        raise MissingExtra("pyarrow", "parquet") from None
    table = pyarrow.Table.from_pylist([asdict(row(r)) for r in records], schema=_schema())
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, compression="zstd")
    return out.getvalue()


def _schema() -> pyarrow.Schema:
    import pyarrow

    types = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64()}
    types[bool] = pyarrow.bool_()
    columns = []
    for name, hint in get_type_hints(Row).items():
        optional = bool(get_args(hint))
        kind = get_args(hint)[0] if optional else hint
        columns.append(pyarrow.field(name, types[kind], nullable=optional))
    return pyarrow.schema(columns)
