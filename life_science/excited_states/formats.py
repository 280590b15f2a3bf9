"""The field's own files with a number of states: .xyz geometries and FCIDUMP integrals."""

from __future__ import annotations

import re

from life_science.excited_states.question import Excitations
from life_science.ground_state import formats, writers
from usecases.errors import BadInstance

_WORD = re.compile(r"(?<!\S)states=(\S*)")
_ENTRY = re.compile(r"\bNROOT\s*=\s*([^,\s/&$]*)", re.I)
_END = re.compile(r"(&END|\$END|/)\s*$", re.I | re.M)


def parse_xyz(text: str) -> Excitations:
    """A molecule from an .xyz file, whose comment line may also say `states=5`.

    Raises BadInstance naming the line.
    """
    lines = text.splitlines()
    given = _WORD.findall(lines[1]) if len(lines) > 1 else []
    if given:
        lines[1] = _WORD.sub("", lines[1])
    molecule = formats.parse_xyz("\n".join(lines))
    return Excitations.model_validate({"molecule": molecule, **_states(given, 2, "states")})


def parse_fcidump(text: str) -> Excitations:
    """A molecule from an FCIDUMP file, whose namelist may say `NROOT=5`: how many states.

    Raises BadInstance naming the line.
    """
    molecule = formats.parse_fcidump(text)
    end = _END.search(text)
    head = text[: end.start() if end else 0]
    found = list(_ENTRY.finditer(head))
    line = 1 + head.count("\n", 0, found[0].start()) if found else 1
    given = _states([one[1] for one in found], line, "NROOT")
    return Excitations.model_validate({"molecule": molecule, **given})


def write_xyz(asked: Excitations) -> str:
    """The atoms in ångström; the comment line holds the settings, `states` among them."""
    count, comment, *rows = writers.write_xyz(asked.molecule).splitlines()
    return "\n".join([count, f"{comment} states={asked.states}", *rows]) + "\n"


def write_fcidump(asked: Excitations) -> str:
    """The molecule's integrals, hartree; the namelist holds the number of states as NROOT."""
    text = writers.write_fcidump(asked.molecule)
    return text.replace("&END", f"  NROOT={asked.states},\n&END", 1)


def _states(given: list[str], line: int, key: str) -> dict[str, int]:
    """The number of states as a setting; none where the file names none."""
    if not given:
        return {}
    if len(given) > 1:
        raise BadInstance(f"line {line}", f"{key} is given a second time")
    if not re.fullmatch(r"[0-9]{1,6}", given[0]):
        raise BadInstance(f"line {line}", f"{key} is {given[0][:20]!r}, not a whole number")
    return {"states": int(given[0])}


__all__ = ["parse_fcidump", "parse_xyz", "write_fcidump", "write_xyz"]
