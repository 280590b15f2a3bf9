"""How an answer came near the reference while a run went on: its gap against seconds."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

from usecases import metrics
from usecases.errors import UsageError
from usecases.naming import made_by
from usecases.palette import COLOURS
from usecases.records import RunRecord

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STROKES = ("-", "--", "-.", ":")


@dataclass(frozen=True)
class Step:
    """The best answer from one moment on, until the next better one.

    `seconds` since the run began, queues left out; `calls` of machines until then; `value` in
    the unit of the use case; `gap` as the score has it, to the run's reference.
    """

    run: str
    instance: str
    algorithm: str
    seconds: float
    calls: int
    value: float
    gap: float


def steps(record: RunRecord) -> list[Step]:
    """The improvements that a run tells of, and where it ended.

    The energy of a feasible answer counts as its objective, which the run's own answer is held
    to; while rules are broken it is worse by their penalty. Raises UsageError for a run that
    tells of no improvements, and where energies are another quantity than the objective.
    """
    if not record.improvements:
        raise UsageError(
            f"run {record.id} tells of no improvements",
            "lns, column_generation, tempering and sqd do, other algorithms answer at their end",
        )
    score, sign = record.score, 1.0 if record.score.sense == "min" else -1.0
    if score.objective is None or not metrics.ties(sign * record.answer.energy, score.objective):
        found = "breaks rules" if score.objective is None else f"is worth {score.objective:.10g}"
        raise UsageError(
            f"the answer of run {record.id} {found} and its energy is {record.answer.energy:.10g}:"
            " no gap can be told from energies"
        )
    end = max(record.timing.solving, record.improvements[-1].seconds)
    told = [(i.seconds, i.calls, i.energy) for i in record.improvements]
    told.append((end, len(record.calls), record.answer.energy))
    about = (record.id, record.instance.name, made_by(record))
    return [
        Step(*about, seconds, calls, sign * energy, _gap(sign * energy, record))
        for seconds, calls, energy in told
    ]


def _gap(value: float, record: RunRecord) -> float:
    return metrics.gap(value, record.score.reference, record.score.sense)


def as_csv(records: Sequence[RunRecord]) -> str:
    """All steps of all records as comma-separated values, with a line of names."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([field.name for field in fields(Step)])
    writer.writerows(astuple(step) for record in records for step in steps(record))
    return buffer.getvalue()


def draw(records: Sequence[RunRecord]) -> Figure:
    """The gap of each record's best answer against seconds, in percent; 0 is the reference."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 4.8), layout="constrained")
    axes = figure.add_subplot()
    for k, record in enumerate(records):
        found = steps(record)
        axes.step(
            [step.seconds for step in found],
            [100 * step.gap for step in found],
            where="post",
            color=COLOURS[k % len(COLOURS)],
            linestyle=STROKES[k % len(STROKES)],
            linewidth=1.8,
            label=f"{found[0].instance} · {found[0].algorithm}, seed {record.seed}",
        )
    axes.axhline(0.0, color="#1c2430", linewidth=1.0)
    kinds = {record.score.reference.kind.replace("_", " ") for record in records}
    axes.set_ylabel(f"gap to the reference ({', '.join(sorted(kinds))}), %")
    axes.set_xlabel("time without queues, s")
    axes.set_xlim(left=0.0)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper left", frameon=False, fontsize=9)
    return figure
