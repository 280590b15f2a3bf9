"""Figures: the domain's own picture of an answer, stamped with where it comes from."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from usecases.errors import UsageError
from usecases.records import RunRecord

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(record: RunRecord, path: str | Path | None = None) -> Figure:
    """The use case's picture of the record's solution; written to `path` if one is given.

    Raises UsageError when the use case draws none or the format is unknown.
    """
    from usecases import registry
    from usecases.verify import instance_of, solution_of

    case = registry.usecase(record.usecase)
    if case.plot is None:
        raise UsageError(f"{record.usecase} draws no picture")
    figure = case.plot(instance_of(record), solution_of(record))
    _stamp(figure, record)
    if path is not None:
        _save(figure, Path(path))
    return figure


def svg(figure: Figure) -> str:
    """The figure as SVG text to be put into a page."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def _stamp(figure: Figure, record: RunRecord) -> None:
    where = f"{record.algorithm} on {record.backend}" if record.backend else record.algorithm
    source = record.source if record.backend else "classical"
    text = f"{record.usecase} · {record.instance.name} · {where} · {source} · run {record.id}"
    figure.text(0.995, 0.004, text, ha="right", va="bottom", fontsize=6.5, color="#717581")


def _save(figure: Figure, path: Path) -> None:
    options: dict[str, Any] = {"dpi": 150}
    known = figure.canvas.get_supported_filetypes()
    if path.suffix[1:].lower() not in known:
        raise UsageError(
            f"{path.name}: no figure format {path.suffix or 'without a suffix'}",
            "Use .png, .svg or .pdf",
        )
    try:
        figure.savefig(path, **options)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from None
