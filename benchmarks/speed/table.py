"""Which simulators can be raced, and where each one lives."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent.parent
PLACE = FOLDER.parent / ".peers"
OURS = "ours"


@dataclass(frozen=True)
class Entry:
    """A simulator of the table."""

    name: str
    title: str
    pins: tuple[str, ...] = ()
    precisions: tuple[str, ...] = ("double",)
    build: str = ""
    note: str = ""
    absent: str = ""
    package: str = "peers"
    serial: bool = False

    @property
    def python(self) -> Path:
        """The interpreter that has its packages: the driver's, unless it has a virtualenv."""
        return PLACE / self.name / "bin" / "python" if self.pins else Path(sys.executable)

    @property
    def missing(self) -> str:
        """Why it cannot be raced here; empty when it can."""
        if self.absent:
            return self.absent
        return "" if self.python.exists() else "not installed: make peers"


def table() -> list[Entry]:
    """Our kernel and every peer of the table."""
    return [Entry(OURS, "this project", precisions=("double", "single")), *listed("peers")]


def listed(package: str) -> list[Entry]:
    """The entries of a package's own peers.toml."""
    entries = []
    for name, fields in tomllib.loads((FOLDER / package / "peers.toml").read_text()).items():
        lists = {key: tuple(value) for key, value in fields.items() if isinstance(value, list)}
        entries.append(Entry(name, package=package, **{**fields, **lists}))
    return entries


@dataclass(frozen=True)
class Racer:
    """A simulator at one precision."""

    entry: Entry
    precision: str

    @property
    def label(self) -> str:
        """Its name in results: single precision is always said."""
        return self.entry.name + ("" if self.precision == "double" else ":single")


def racers(words: list[str]) -> list[Racer]:
    """The racers that words name: NAME is its double precision (or its only), NAME:single."""
    known = {entry.name: entry for entry in table()}
    chosen = []
    for word in words or [*known]:
        name, _, precision = word.partition(":")
        if name not in known:
            raise SystemExit(f"no peer {name!r}; there are {', '.join(known)}")
        entry = known[name]
        precision = precision or entry.precisions[0]
        if precision not in entry.precisions:
            raise SystemExit(f"{name} is raced in {' and '.join(entry.precisions)}")
        chosen.append(Racer(entry, precision))
    return chosen
