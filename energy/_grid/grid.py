"""A network: buses with what is connected to them, and the branches between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import Field, ValidationError, model_validator

from usecases.errors import BadInstance, printable
from usecases.records import Record

R = TypeVar("R", bound=Record)

MOST_BUSES, MOST_BRANCHES = 10_000, 40_000

NAME = r"[A-Za-z0-9_][A-Za-z0-9_ .:/()-]{0,39}"
"""A bus's name: no comma, no + and no @, which names of variables use."""

Text = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]
Megawatt = Annotated[float, Field(strict=True, ge=-1e7, le=1e7)]
PerUnit = Annotated[float, Field(strict=True, ge=-1e6, le=1e6)]
Edge: TypeAlias = tuple[int, int]


class Bus(Record):
    """A bus, the active power drawn and fed in there, and where it is drawn."""

    name: str = Field(pattern=f"^{NAME}$", description="letters, digits and _ . : / ( ) - or space")
    load: Megawatt = Field(0.0, description="MW")
    generation: Megawatt = Field(0.0, description="MW")
    source: bool = Field(False, description="whether a generator or an external grid is there")
    zero_injection: bool = Field(False, description="nothing but branches and shunts is there")
    at: tuple[float, float] | None = Field(None, description="place in a picture, to the right, up")

    @model_validator(mode="after")
    def _consistent(self) -> Bus:
        if self.zero_injection and (self.load or self.generation or self.source):
            raise ValueError(f"bus {self.name} has load or generation and zero injection")
        return self


class Branch(Record):
    """A line or a transformer in service, and its series impedance in per unit."""

    start: str
    end: str
    r: PerUnit | None = None
    x: PerUnit | None = None
    kind: Literal["line", "transformer"] = "line"


class Grid(Record):
    """Buses and branches in service; parallel branches are kept one by one."""

    buses: tuple[Bus, ...] = Field(min_length=1, max_length=MOST_BUSES)
    branches: tuple[Branch, ...] = Field((), max_length=MOST_BRANCHES)
    title: Text = Field("", max_length=80, description="what network it is")
    notes: tuple[Annotated[Text, Field(max_length=200)], ...] = Field(
        (), max_length=20, description="what a reader left out or joined"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Grid:
        name, count = Counter(b.name for b in self.buses).most_common(1)[0]
        if count > 1:
            raise ValueError(f"{count} buses are named {name!r}; each needs a name of its own")
        for branch in self.branches:
            missing = next((n for n in (branch.start, branch.end) if n not in self.place), None)
            if missing is not None:
                raise ValueError(f"a branch ends at {missing[:40]!r}, which is no bus")
            if branch.start == branch.end:
                raise ValueError(f"a branch leads from bus {branch.start} to itself: leave it out")
        return self

    @property
    def size(self) -> int:
        """How many buses there are."""
        return len(self.buses)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of the buses, in their order."""
        return tuple(b.name for b in self.buses)

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each bus stands in that order."""
        return {name: k for k, name in enumerate(self.names)}

    @cached_property
    def pairs(self) -> tuple[Edge, ...]:
        """The pairs of buses joined by a branch, ascending, each once."""
        ends = ((self.place[b.start], self.place[b.end]) for b in self.branches)
        return tuple(sorted({(min(e), max(e)) for e in ends}))

    @cached_property
    def neighbours(self) -> tuple[tuple[int, ...], ...]:
        """Of each bus, the buses a branch leads to; ascending."""
        found: list[list[int]] = [[] for _ in self.buses]
        for i, j in self.pairs:
            found[i].append(j)
            found[j].append(i)
        return tuple(tuple(sorted(n)) for n in found)

    def components(self, members: Iterable[int] | None = None) -> list[list[int]]:
        """The connected parts of these buses, or of all, each ascending."""
        left = set(range(self.size) if members is None else members)
        found = []
        while left:
            part, edge = [], [min(left)]
            left.discard(edge[0])
            while edge:
                part.append(edge.pop())
                near = left.intersection(self.neighbours[part[-1]])
                left -= near
                edge += near
            found.append(sorted(part))
        return found


class Joined(Record):
    """A branch as a file gives it, before what does not count is left out."""

    branch: Branch
    in_service: bool = True


def assembled(
    buses: Sequence[Bus], off: set[str], joined: Sequence[Joined], title: str, told: Sequence[str]
) -> Grid:
    """The grid without what is out of service and without self-loops; it tells what it left out.

    `off` names the buses out of service. Raises BadInstance where nothing is left, or where
    the network is too large or not consistent.
    """
    kept = [b for b in buses if b.name not in off]
    live = [j.branch for j in joined if j.in_service and not off & {j.branch.start, j.branch.end}]
    branches = tuple(b for b in live if b.start != b.end)
    if not kept:
        raise BadInstance("buses", "no bus is in service")
    if len(kept) > MOST_BUSES or len(branches) > MOST_BRANCHES:
        raise BadInstance(
            "buses", f"{len(kept)} buses and {len(branches)} branches, where {MOST_BUSES} and"
            f" {MOST_BRANCHES} are taken", "Cut out a region"
        )  # fmt: skip
    distinct = {frozenset((b.start, b.end)) for b in branches}
    counts = {
        "{} of {} buses out of service left out: {}": (
            len(buses) - len(kept),
            len(buses),
            _few(b.name for b in buses if b.name in off),
        ),
        "{} of {} branches out of service left out": (len(joined) - len(live), len(joined)),
        "{} branches from a bus to itself left out": (len(live) - len(branches),),
        "{} branches are parallel to others": (len(branches) - len(distinct),),
    }
    notes = [text.format(*numbers) for text, numbers in counts.items() if numbers[0]]
    found = {"buses": tuple(kept), "branches": branches, "title": printable(title)[:80]}
    return made(Grid, "network", found | {"notes": (*told, *notes)})


def _few(names: Iterable[str]) -> str:
    """The first three names, so that a note keeps to its length."""
    kept = list(names)
    return ", ".join(kept[:3]) + (" and others" if len(kept) > 3 else "")


def made(kind: type[R], where: str, fields: dict[str, Any]) -> R:
    """A record of these fields. Raises BadInstance that says where and what is wrong."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        problem = first["msg"].removeprefix("Value error, ")
        raise BadInstance(where, f"{field}: {problem}" if field else problem) from None
