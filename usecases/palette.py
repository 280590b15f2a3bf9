"""How lines of a picture are told apart, by those who see colours otherwise as well."""

from __future__ import annotations

STYLES = (
    *(("#3f90da", "o"), ("#bd1f01", "s"), ("#832db6", "^"), ("#e76300", "D"), ("#a96b59", "v")),
    *(("#717581", "P"), ("#92dadd", "X"), ("#b9ac70", "p"), ("#94a4a2", "<"), ("#ffa90e", ">")),
)
"""Petroff's ten colours, each with a marker of its own."""

COLOURS, MARKERS = zip(*STYLES[:6], strict=True)
"""Those that stand out where colours and markers tell different things."""


def style(k: int) -> tuple[str, str]:
    """The colour and the marker of the k-th of many, of which a hundred differ."""
    return STYLES[k % 10][0], STYLES[(k + k // 10) % 10][1]
