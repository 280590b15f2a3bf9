"""What a computer can do in a workshop, told in green, amber and red, each with a way on."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Literal, TypeAlias

State: TypeAlias = Literal["green", "amber", "red"]
Level: TypeAlias = Literal["replay", "simulate", "live"]

MARKS = {"green": "✓", "amber": "!", "red": "✗"}
COLOURS = {"green": "#1a7f37", "amber": "#9a6700", "red": "#bc1f27"}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `fallback` says what to do instead where it is not green."""

    name: str
    state: State
    found: str
    fallback: str = ""


@dataclass(frozen=True)
class Room:
    """What this computer can do in a workshop.

    `level` is the most that can be asked of notebooks: stored runs, simulators here, or machines
    over the network. `instance` is the size to work with.
    """

    checks: tuple[Check, ...]
    level: Level
    instance: Literal["demo", "workshop"]
    seconds: float

    @property
    def state(self) -> State:
        """The worst of the checks."""
        found = {check.state for check in self.checks}
        return "red" if "red" in found else "amber" if "amber" in found else "green"

    @property
    def advice(self) -> str:
        """What was chosen, in a line."""
        return f"level: {self.level} · instance: {self.instance} · {self.seconds:.1f} s"

    def __str__(self) -> str:
        lines = [f"  {MARKS[c.state]} {c.state:<6} {c.name:<10} {_told(c)}" for c in self.checks]
        return "\n".join([*lines, f"  {self.advice}"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """The same as a table, for notebooks; colours never stand alone."""
        rows = "".join(
            f'<tr><td style="color:{COLOURS[c.state]}"><b>{MARKS[c.state]} {c.state}</b></td>'
            f'<td>{c.name}</td><td style="text-align:left">{escape(_told(c))}</td></tr>'
            for c in self.checks
        )
        return f"<table>{rows}</table><p>{escape(self.advice)}</p>"


def _told(check: Check) -> str:
    return f"{check.found} → {check.fallback}" if check.fallback else check.found
