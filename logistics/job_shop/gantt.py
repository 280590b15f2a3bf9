"""The Gantt chart: what each machine does, and when everything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logistics.job_shop.schedule import Schedule
from logistics.job_shop.shop import JobShop

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# fmt: off
PETROFF = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6",
    "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)
# fmt: on
DARK = {"#3f90da", "#bd1f01", "#832db6", "#a96b59", "#717581"}
HATCHES = ("", "///", "...", "xxx", "\\\\\\")
INK = "#222222"
HEIGHT = 0.72
LETTERS = 70
"""How many fit side by side on the whole width; where a word does not, it stands upright."""


def plot(shop: JobShop, schedule: Schedule) -> Figure:
    """A row for each machine, a bar for each operation with its job's number and colour.

    Colours repeat after ten jobs, with another hatching. Bars are written on where there is
    room. Where orders contradict each other, the operations that never start have no bar.
    """
    from matplotlib.figure import Figure

    rows = {machine: row for row, machine in enumerate(shop.machines)}
    figure = Figure(figsize=(8.5, 1.6 + 0.42 * min(len(rows), 40)), layout="constrained")
    axes = figure.add_subplot()
    steps = {(s.job + 1, s.place + 1): s for s in shop.steps}
    runs = [run for run in schedule.runs if (run.job, run.operation) in steps]
    end = max((r.start + steps[r.job, r.operation].duration for r in runs), default=0)
    for run in runs:
        step = steps[run.job, run.operation]
        _bar(axes, rows[step.machine], run.start, step.duration, run.job, max(end, 1))
    _frame(axes, rows, end)
    missing = len({*steps} - {(r.job, r.operation) for r in runs})
    title = f"{len(shop.jobs)} jobs on {len(rows)} machines, makespan {end}"
    if missing:
        title = f"{len(shop.jobs)} jobs on {len(rows)} machines: {missing} operations never start"
    axes.set_title(title, fontsize=11)
    return figure


def _bar(axes: Axes, row: int, start: int, duration: int, job: int, end: int) -> None:
    colour = PETROFF[(job - 1) % len(PETROFF)]
    hatch = HATCHES[(job - 1) // len(PETROFF) % len(HATCHES)]
    axes.barh(
        row, duration, HEIGHT, left=start, color=colour, hatch=hatch, edgecolor="white",
        linewidth=0.8, alpha=0.92,
    )  # fmt: skip
    text, room = f"J{job}", duration * LETTERS / end
    if room >= 1:
        axes.text(
            start + duration / 2, row, text, ha="center", va="center",
            rotation=0 if room >= len(text) else 90, fontsize=8.5 if room >= len(text) else 7,
            color="white" if colour in DARK and not hatch else INK, clip_on=True,
            bbox={"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none"} if hatch else None,
        )  # fmt: skip


def _frame(axes: Axes, rows: dict[int, int], end: int) -> None:
    axes.axvline(end, color=INK, linestyle="--", linewidth=1.3)
    axes.annotate(
        f"{end}", (end, 1.0), xycoords=("data", "axes fraction"), xytext=(3, -2),
        textcoords="offset points", va="top", fontsize=9,
    )  # fmt: skip
    axes.set_yticks([*rows.values()], [f"machine {m}" for m in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, max(end, 1) * 1.06)
    axes.set_xlabel("time (units of the instance)")
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
