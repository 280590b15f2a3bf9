"""How wide the columns of a table are where they do not all fit."""

from __future__ import annotations

from collections.abc import Sequence


def widths(rows: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """Of each column in characters, the widest narrowed first; None where a word would be cut."""
    columns = ["\n".join(texts) for texts in zip(*rows, strict=True)]
    most = [max(map(len, text.split("\n"))) for text in columns]
    least = [max(map(len, text.split()), default=0) for text in columns]
    for cap in range(max(most), 0, -1):
        found = [max(few, min(many, cap)) for few, many in zip(least, most, strict=True)]
        if sum(found) <= room:
            return found
    return None
