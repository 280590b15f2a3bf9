"""Reading timetables: a line for each flight, times in UTC, rules in lines that begin with #."""

from __future__ import annotations

import csv
import re
from typing import Any

from pydantic import ValidationError

from logistics._fields import problem
from logistics.tail_assignment.data import TailAssignment
from usecases.errors import BadInstance

COLUMNS = ("flight", "origin", "destination", "departure", "arrival")

RULE = re.compile(r"#\s*([a-z_]+)\s*:\s*(.*)")


def parse_timetable(text: str) -> TailAssignment:
    """The instance of a `.csv` text with the header flight,origin,destination,departure,arrival.

    Times are 08:10, or 00:40+1 on the next day, UTC. Lines such as `# bases: CPH 2, BLL 1`,
    `# turn: 40` or `# kind: crew` set the rules' fields, `# timetable: ...` says where the
    flights come from, and `## ...` is a comment. Raises BadInstance naming the line.
    """
    rules: dict[str, Any] = {}
    about: dict[str, Any] = {}
    rows: dict[str, dict[str, str]] = {}
    lines: list[int] = []
    header = False
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("##"):
            continue
        if line.startswith("#"):
            _rule(line, number, rules, about)
            continue
        cells = _cells(line, number)
        if not header:
            if tuple(cell.lower() for cell in cells) != COLUMNS:
                raise BadInstance(
                    f"line {number}", f"the header is not {','.join(COLUMNS)}, got {line[:60]!a}"
                )
            header = True
        elif len(cells) != len(COLUMNS):
            raise BadInstance(
                f"line {number}", f"has {len(cells)} cells where {len(COLUMNS)} are needed"
            )
        else:
            if cells[0] in rows:
                raise BadInstance(f"line {number}", f"flight {cells[0][:20]!a} is listed twice")
            rows[cells[0]] = dict(zip(("number", *COLUMNS[1:]), cells, strict=True))
            lines.append(number)
    if not rows:
        raise BadInstance("flights", "the file lists none", f"Its header is {','.join(COLUMNS)}")
    fields = about | {"flights": tuple(rows.values()), "rules": {"kind": "aircraft"} | rules}
    return _checked(fields, lines)


def _cells(line: str, number: int) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], strict=True))]
    except csv.Error as error:
        raise BadInstance(f"line {number}", f"is no CSV ({error})") from None


def _rule(line: str, number: int, rules: dict[str, Any], about: dict[str, Any]) -> None:
    """Set the field that a line beginning with # names."""
    found = RULE.fullmatch(line.strip())
    if not found:
        raise BadInstance(
            f"line {number}", f"{line[:40]!a} sets no rule", "Write '# turn: 40', or '## ...'"
        )
    field, value = found[1], found[2].strip()
    if field in rules or field in about:
        raise BadInstance(f"line {number}", f"{field} is set twice")
    if field == "timetable":
        about[field] = value
    else:
        rules[field] = _bases(value, number) if field == "bases" else _value(value)


def _bases(text: str, number: int) -> dict[str, int | None]:
    """Bases from "CPH 2, BLL 1, AAL": where no number follows, any number may begin."""
    found: dict[str, int | None] = {}
    for part in text.split(","):
        words = part.split()
        if not 1 <= len(words) <= 2 or (words[1:] and not re.fullmatch("[0-9]{1,4}", words[1])):
            raise BadInstance(f"line {number}", f"{part[:40]!a} is no base, such as CPH 2 or CPH")
        if words[0] in found:
            raise BadInstance(f"line {number}", f"{words[0]} is listed twice")
        found[words[0]] = int(words[1]) if words[1:] else None
    return found


def _value(text: str) -> Any:
    if re.fullmatch("[0-9]{1,9}", text):
        return int(text)
    return float(text) if re.fullmatch(r"[0-9]{1,9}\.[0-9]{1,9}", text) else text


def _checked(fields: dict[str, Any], lines: list[int]) -> TailAssignment:
    try:
        return TailAssignment.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = first["loc"]
        inside = len(place) > 1 and place[0] == "flights" and isinstance(place[1], int)
        where = f"line {lines[int(place[1])]}" if inside else "content"
        field = ".".join(map(str, place[2 if inside else 0 :]))
        told = problem(first)
        raise BadInstance(where, f"{field}: {told}" if field else told) from None
