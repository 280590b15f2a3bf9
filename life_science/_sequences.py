"""The one record of a FASTA file, whatever its letters mean."""

from __future__ import annotations

from usecases.errors import BadInstance


def one_record(text: str, of: str) -> tuple[str, list[str]]:
    """The header and, in capitals, the lines that follow it; `of` names what they hold.

    The first line of letters is line 2 of the file. Raises BadInstance naming the line.
    """
    header, *rows = text.splitlines() or [""]
    if not header.startswith(">"):
        raise BadInstance("line 1", "a FASTA record begins with a line > and a name")
    second = next((n for n, line in enumerate(rows, 2) if line.startswith(">")), None)
    if second:
        raise BadInstance(f"line {second}", "a second record begins", "Give one record per file")
    letters = [line.strip().upper() for line in rows]
    if not any(letters):
        raise BadInstance("line 2", f"no {of} follow the header")
    return header, letters
