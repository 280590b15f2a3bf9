"""The coast that maps are drawn before; bundled, so that they need no network."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from logistics._ports import Point

SHORE = "#94a4a2"


def draw_coast(axes: Any) -> None:
    """The coast of the North Sea and the Kattegat, as far as it lies within what is shown."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    for line in coast():
        if any(left <= x <= right and low <= y <= high for x, y in line):
            axes.plot(*zip(*line, strict=True), color=SHORE, linewidth=0.8, zorder=1)
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)


@cache
def coast() -> list[list[Point]]:
    """Lines of points, degrees east and north.

    Natural Earth 1:50m, public domain, thinned to a hundredth of a degree.
    """
    text = Path(__file__).with_name("_coast.json").read_text(encoding="utf-8")
    return [[(x, y) for x, y in line] for line in json.loads(text)["lines"]]
