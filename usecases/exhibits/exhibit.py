"""What all exhibits have: a figure, its words, its data, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from usecases.records import RunRecord

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

INK, GREY = "#1c2430", "#5d6470"


@dataclass(frozen=True)
class Exhibit:
    """A figure with its data as a table; `alt` says what it shows, `words` how to read it."""

    title: str
    words: str
    alt: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    records: tuple[RunRecord, ...]
    draw: Callable[[], Figure]

    @property
    def stamp(self) -> str:
        """Where its numbers come from and of which runs, to be written on the figure."""
        runs = list(dict.fromkeys(r.id for r in self.records))
        which = runs[0] if len(runs) == 1 else f"{len(runs)} runs, {runs[0]} to {runs[-1]}"
        return f"{origin(self.records)} · {which}"


def origin(records: Iterable[RunRecord]) -> str:
    """The sources of runs in one phrase: classical, simulated, recorded, hardware."""
    kinds = dict.fromkeys(r.source if r.backend else "classical" for r in records)
    return " and ".join(kinds)


def canvas(width: float = 7.6, height: float = 4.4) -> tuple[Figure, Axes]:
    """An empty figure in the manner of all others."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    return figure, axes


def legend(figure: Figure, axes: Axes) -> None:
    """The key above the axes, in as many columns as its words allow; the figure makes room."""
    handles, labels = axes.get_legend_handles_labels()
    if labels:
        columns = max(1, min(4, 100 // (8 + max(map(len, labels)))))
        figure.set_figheight(figure.get_figheight() + 0.17 * len(labels) / columns)
        figure.legend(handles, [short(w, 90) for w in labels], loc="outside upper left",
                      ncols=columns, frameon=False, fontsize=8)  # fmt: skip


def plain(axis: Axis) -> None:
    """Numbers as they are read, 0.01 and not 10⁻², on an axis with a logarithmic scale."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: power(value)))
    axis.set_minor_formatter(NullFormatter())


def power(value: float) -> str:
    """A number of an axis; far from 1 as a power of ten, in signs that need no typesetting."""
    if value == 0 or 1e-4 < abs(value) < 1e5:
        return f"{value:g}".replace("-", "−")
    mantissa, _, exponent = f"{value:.0e}".partition("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    times = {"1": "", "-1": "−"}.get(mantissa, f"{mantissa}·")
    return f"{times}10{raised}"


def short(text: str, most: int = 48) -> str:
    """A text that fits beside an axis, and that no sign in it is read as mathematics."""
    cut = text if len(text) <= most else f"{text[: most - 1]}…"
    return cut.replace("$", r"\$")
