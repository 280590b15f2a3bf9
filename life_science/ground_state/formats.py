"""The field's own files: .xyz geometries and FCIDUMP integrals."""

from __future__ import annotations

import math
import re

from life_science.ground_state.active import SPELLINGS, spelled
from life_science.ground_state.molecule import (
    ELEMENTS,
    MOST_ATOMS,
    MOST_ORBITALS,
    Atom,
    Integrals,
    Molecule,
    triangle,
)
from usecases.errors import BadInstance

_KEY = re.compile(r"([A-Z][A-Z0-9_]*)\s*=")
_REAL = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([ED][-+]?[0-9]+)?")
"""Python reads more as numbers, such as 1_0 and the digits of every script; Fortran does not."""
_SAME = 1e-9


def parse_xyz(text: str) -> Molecule:
    """A molecule from an .xyz file; its comment line may hold key=value pairs.

    Keys: basis, charge, multiplicity and active (4e,4o or core or natural:4e,4o or avas:N_2p).
    Lengths in ångström.
    Raises BadInstance naming the line.
    """
    lines = text.splitlines()
    count = _integer(lines[0].strip() if lines else "", 1, "the number of atoms")
    if not 1 <= count <= MOST_ATOMS:
        raise BadInstance("line 1", f"{count} atoms are not between 1 and {MOST_ATOMS}")
    rows = lines[2:]
    while rows and not rows[-1].strip():
        rows.pop()
    if len(rows) != count:
        raise BadInstance("line 1", f"{count} atoms are announced and {len(rows)} lines follow")
    atoms = tuple(_atom(row, number) for number, row in enumerate(rows, 3))
    return Molecule.model_validate({"atoms": atoms, **_comment(lines[1])})


def parse_fcidump(text: str) -> Molecule:
    """A molecule from an FCIDUMP file (Knowles and Handy 1989): real, spin-restricted integrals.

    Raises BadInstance naming the line.
    """
    lines = text.splitlines()
    header, first = _header(lines)
    orbitals = _integer(header.get("NORB", ""), 1, "NORB")
    if not 1 <= orbitals <= MOST_ORBITALS:
        raise BadInstance(
            "NORB",
            f"{orbitals} orbitals are not between 1 and {MOST_ORBITALS}",
            "Write the file for a smaller active space",
        )
    table = _Table(orbitals)
    for number, line in enumerate(lines[first:], first + 1):
        if line.strip():
            table.add(line, number)
    integrals = Integrals(
        electrons=_integer(header.get("NELEC", ""), 1, "NELEC"),
        orbitals=orbitals,
        constant=table.constant or 0.0,
        one_body=tuple(table.one.get(k, 0.0) for k in range(triangle(orbitals))),
        two_body=tuple(table.two.get(k, 0.0) for k in range(triangle(triangle(orbitals)))),
    )
    unpaired = _integer(header.get("MS2", "0"), 1, "MS2")
    return Molecule(integrals=integrals, multiplicity=unpaired + 1)


class _Table:
    """The integrals of a file under their position among those that can differ."""

    def __init__(self, orbitals: int) -> None:
        self.orbitals = orbitals
        self.constant: float | None = None
        self.one: dict[int, float] = {}
        self.two: dict[int, float] = {}

    def add(self, line: str, number: int) -> None:
        """Take one line `value i j k l`, indices from 1, 0 where there is none."""
        words = line.split()
        if len(words) != 5:
            raise BadInstance(f"line {number}", "not a value and four indices")
        value = _real(words[0], number)
        i, j, k, m = (_integer(word, number, "an index") for word in words[1:])
        if not all(0 <= index <= self.orbitals for index in (i, j, k, m)):
            raise BadInstance(f"line {number}", f"an index is not between 0 and {self.orbitals}")
        if i and j and k and m:
            _put(self.two, _pair(_pair(i, j) + 1, _pair(k, m) + 1), value, number)
        elif i and j and not (k or m):
            _put(self.one, _pair(i, j), value, number)
        elif not (i or j or k or m):
            if self.constant is not None and abs(self.constant - value) > _SAME:
                raise BadInstance(f"line {number}", "a second, different constant")
            self.constant = value
        elif not (i and not (j or k or m)):  # `value i 0 0 0` is an orbital energy
            raise BadInstance(f"line {number}", f"no integral has the indices {i} {j} {k} {m}")


def _pair(i: int, j: int) -> int:
    """The position of the pair of indices, both from 1, in a lower triangle."""
    high, low = max(i, j), min(i, j)
    return triangle(high - 1) + low - 1


def _put(values: dict[int, float], key: int, value: float, number: int) -> None:
    if abs(values.setdefault(key, value) - value) > _SAME:
        raise BadInstance(
            f"line {number}",
            "the integral differs from an equal one above",
            "Only real integrals with eightfold symmetry can be read",
        )


def _header(lines: list[str]) -> tuple[dict[str, str], int]:
    """The namelist's entries, and how many lines it takes."""
    if not lines or not lines[0].lstrip().upper().startswith("&FCI"):
        raise BadInstance("line 1", "an FCIDUMP file begins with &FCI")
    for number, line in enumerate(lines[:200], 1):
        ends = line.strip().upper()
        if ends.endswith(("&END", "/")) or ends == "$END":
            text = "\n".join(lines[:number]).upper().partition("&FCI")[2]
            return _restricted(_entries(re.sub(r"[&$]END|/", "", text))), number
    raise BadInstance("line 1", "the header &FCI is not closed by &END or /")


def _entries(text: str) -> dict[str, str]:
    """The keys of a namelist, which begins on line 1, and the words after each."""
    found: dict[str, str] = {}
    keys = list(_KEY.finditer(text))
    ends = [*(key.start() for key in keys[1:]), len(text)]
    for key, end in zip(keys, ends, strict=True):
        if key[1] in found:
            line = 1 + text.count("\n", 0, key.start())
            raise BadInstance(f"line {line}", f"{key[1]} is given a second time")
        found[key[1]] = text[key.end() : end].strip(" ,\t\n")
    return found


def _restricted(header: dict[str, str]) -> dict[str, str]:
    if header.get("UHF", "F").strip(".").startswith("T") or header.get("IUHF", "0") != "0":
        raise BadInstance("UHF", "orbitals that differ by spin cannot be read")
    return header


def _comment(line: str) -> dict[str, object]:
    """The settings in a comment line; words without = are free text."""
    found: dict[str, object] = {}
    for word in line.split():
        key, equals, value = word.partition("=")
        if not equals:
            continue
        if key in found:
            raise BadInstance("line 2", f"{key} is given a second time")
        if key == "basis":
            found[key] = value
        elif key in ("charge", "multiplicity"):
            found[key] = _integer(value, 2, key)
        elif key == "active":
            try:
                found[key] = spelled(value)
            except ValueError:
                raise BadInstance(
                    "line 2", f"active is {value[:40]!r}", f"Write {SPELLINGS}"
                ) from None
        else:
            raise BadInstance(
                "line 2", f"unknown key {key!r}", "Known: basis, charge, multiplicity, active"
            )
    return found


def _atom(row: str, number: int) -> Atom:
    words = row.split()
    if len(words) != 4:
        raise BadInstance(f"line {number}", "not a symbol and three coordinates")
    symbol = words[0].capitalize()
    if symbol not in ELEMENTS:
        raise BadInstance(f"line {number}", f"{words[0][:20]!r} is not an element from H to Kr")
    x, y, z = (_real(word, number) for word in words[1:])
    if max(abs(x), abs(y), abs(z)) > 1000:
        raise BadInstance(f"line {number}", "a coordinate is beyond 1000 Å")
    return Atom(symbol=symbol, x=x, y=y, z=z)


def _integer(word: str, number: int, what: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,6}", word):
        raise BadInstance(f"line {number}", f"{what} is {word[:20]!r}, not a whole number")
    return int(word)


def _real(word: str, number: int) -> float:
    """A Fortran number: the exponent may be marked D."""
    if not _REAL.fullmatch(word.upper()):
        raise BadInstance(f"line {number}", f"{word[:20]!r} is not a number")
    value = float(word.upper().replace("D", "E"))
    if not math.isfinite(value):
        raise BadInstance(f"line {number}", f"{word[:20]!r} is not finite")
    return value
