"""A figure as it is written: laid out once, stamped, and cut to what is drawn."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from usecases.errors import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

MARGIN = 0.12
"""Inches of paper around what is drawn."""

FINE = 300
"""Dots to the inch at which letters are about as wide as a browser draws them."""


def stamp(figure: Figure, text: str) -> None:
    """Small print below the figure and below whatever stands there; names are no mathematics."""
    place: dict[str, Any] = {"ha": "right", "va": "top", "fontsize": 6.5, "parse_math": False}
    figure.text(1.0, _lowest(figure) - 0.015, printable(text), color="#717581", **place)


def _lowest(figure: Figure) -> float:
    """The lower end of what is drawn, in heights of the figure; 0 where nothing is below it."""
    if figure.get_layout_engine() is None:
        return float(min(figure.get_tightbbox().y0 / figure.get_figheight(), 0.0))
    # What is laid out stays within the figure: only other stamps stand below.
    ends = (text.get_window_extent().y0 for text in figure.texts)
    return float(min([end / figure.bbox.height for end in ends] + [0.0]))


def svg(figure: Figure) -> str:
    """The figure as SVG text to be put into a page."""
    buffer = io.StringIO()
    cut = _cut(figure, FINE)
    figure.savefig(buffer, format="svg", metadata={"Date": None}, bbox_inches=cut)
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def png(figure: Figure) -> bytes:
    """The figure as PNG of few colours: a dense one is a third of what it is in all colours."""
    from PIL import Image

    whole, small = io.BytesIO(), io.BytesIO()
    figure.savefig(whole, format="png", dpi=120, bbox_inches=_cut(figure, 120))
    with Image.open(whole) as image:
        image.convert("RGB").quantize(48).save(small, "PNG", optimize=True)
    return small.getvalue()


def save(figure: Figure, path: str | Path) -> None:
    """The figure as a file, in the format of its suffix. Raises OSError where none can be."""
    figure.savefig(path, dpi=150, bbox_inches=_cut(figure, 150))


def _cut(figure: Figure, dpi: float) -> Bbox:
    """Where something is drawn, in inches, at so many dots to the inch.

    Letters are fitted to dots, so that few dots make the same words narrower or wider.
    With "tight", matplotlib draws everything twice, and measures it once more.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.dpi = dpi
    if not isinstance(figure.canvas, FigureCanvasAgg):
        FigureCanvasAgg(figure)  # remembers how wide words are
    if engine := figure.get_layout_engine():
        engine.execute(figure)
        figure.set_layout_engine(None)
    return figure.get_tightbbox().padded(MARGIN)
