"""Figures: the domain's own picture of an answer, or a curve, stamped with where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from usecases.curves import Curve
from usecases.errors import UsageError
from usecases.naming import made_by
from usecases.records import RunRecord
from usecases.sheet import save, stamp

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from usecases.contracts import UseCase

FORMATS = (".png", ".svg", ".pdf")


def plot(found: RunRecord | Curve, path: str | Path | None = None) -> Figure:
    """The use case's picture of a record's solution, or of a curve; written to `path` if given.

    Raises UsageError when the use case draws none or the format is unknown.
    """
    if path is not None:
        check_file(Path(path))
    figure = _of_curve(found) if isinstance(found, Curve) else _of_solution(found)
    return _written(figure, path)


def plot_progress(records: Sequence[RunRecord], path: str | Path | None = None) -> Figure:
    """The gap of each record to its reference against seconds; written to `path` if given.

    Raises UsageError for a record that tells of no improvements.
    """
    from usecases.progress import draw

    if path is not None:
        check_file(Path(path))
    figure = draw(records)
    about = ", ".join(dict.fromkeys(record.usecase for record in records))
    shown = ", ".join(record.id for record in records[:4])
    more = f" and {len(records) - 4} more" if records[4:] else ""
    stamp(figure, f"{about} · runs {shown}{more}")
    return _written(figure, path)


def _written(figure: Figure, path: str | Path | None) -> Figure:
    if path is not None:
        try:
            save(figure, path)
        except OSError as error:
            raise UsageError(f"{path}: cannot be written ({error.strerror})") from None
    return figure


def _of_solution(record: RunRecord) -> Figure:
    from usecases import registry
    from usecases.verify import instance_of, solution_of

    case = registry.usecase(record.usecase)
    if case.plot is None:
        raise UsageError(f"{case.title} draws no picture")
    figure = case.plot(instance_of(record), solution_of(record))
    about = f"{record.usecase} · {record.instance.name}"
    stamp(figure, f"{about} · {made_by(record)} · run {record.id}")
    return figure


def _of_curve(curve: Curve) -> Figure:
    from usecases.curve_figure import draw

    figure = draw(curve)
    sources = " and ".join(dict.fromkeys(line.source for line in curve.lines))
    runs = [point.run for line in curve.lines for point in line.points]
    missing = f", {len(curve.failures)} failed" if curve.failures else ""
    about = f"{curve.usecase} · {curve.family} · {sources}"
    stamp(figure, f"{about} · {len(runs)} runs, {runs[0]} to {runs[-1]}{missing}")
    return figure


def check_path(path: Path, case: UseCase[Any, Any, Any, Any]) -> None:
    """Raises UsageError when no figure can be drawn there; to be asked before a long run."""
    if case.plot is None:
        raise UsageError(f"{case.title} draws no picture", "Leave out --plot")
    check_file(path)


def check_file(path: Path) -> None:
    """Raises UsageError when the path is no place for a figure."""
    if path.suffix.lower() not in FORMATS:
        raise UsageError(
            f"{path.name}: no figure format {path.suffix or 'without a suffix'}",
            f"Use {', '.join(FORMATS[:-1])} or {FORMATS[-1]}",
        )
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is not a folder")
    if path.is_dir() or path.is_symlink():
        raise UsageError(f"{path} is a folder or a link", "Give a file's name")
