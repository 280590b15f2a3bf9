"""The table of a ladder: how far each algorithm ends from what is proven, instance by instance."""

from __future__ import annotations

from collections.abc import Sequence

from usecases.curve_figure import scaled
from usecases.curves import error_of
from usecases.records import RunRecord


def ladder(records: Sequence[RunRecord], tolerance: float | None, accuracy: str) -> str:
    """Answers less the proven optimum as Markdown: a row for each algorithm.

    `tolerance` and `accuracy` are the use case's; a check mark stands where the tolerance is kept
    with two standard errors to spare.
    """
    if not records:
        return "No runs are stored yet: `usecases page --record` makes them."
    names = list(dict.fromkeys(r.instance.name for r in records))
    widths = [width([r for r in records if r.instance.name == name]) for name in names]
    heads = [f"{name}, {qubits} q" for name, qubits in zip(names, widths, strict=True)]
    scale, unit = scaled(tolerance, records[0].score.unit)
    found = {(r.algorithm, r.instance.name): _cell(r, scale) for r in records}
    lines = [f"| algorithm | {' | '.join(heads)} |", "|---|" + "---:|" * len(names)]
    for solver in dict.fromkeys(r.algorithm for r in records):
        cells = [found.get((solver, name), "–") for name in names]
        lines.append(f"| {solver} | {' | '.join(cells)} |")
    told = f"The answer less the proven optimum, {unit}; – where it was not run."
    if tolerance is not None:
        told += f" ✓: |error| + 2σ ≤ {scale * tolerance:g} {unit}, {accuracy}."
    return "\n".join([*lines, "", told])


def width(records: Sequence[RunRecord]) -> int:
    """Qubits of the instance's model; runs on a machine may ask for fewer or more."""
    return min(r.qubits for r in ([r for r in records if r.backend is None] or records))


def _cell(record: RunRecord, scale: float) -> str:
    kept = record.score.within_tolerance and error_of(record) is not None
    return f"{error(record, scale)}{' ✓' if kept else ''}"


def error(record: RunRecord, scale: float) -> str:
    """The answer less the proven optimum, with its standard error, or why there is none."""
    off, stderr = error_of(record), scale * (record.score.stderr or 0.0)
    if off is None:
        return "infeasible" if record.score.objective is None else "not proven"
    # Rounded before it is written, so that no zero is negative.
    text = f"{round(scale * off, 3) + 0.0:.3f}".replace("-", "−")
    return f"{text} ± {stderr:.2g}" if stderr else text
