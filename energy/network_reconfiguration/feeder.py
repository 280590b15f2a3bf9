"""The instance: a distribution feeder, its loads, and which of its branches carry switches."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from energy.network_reconfiguration.grid import Grid, reachable
from usecases.records import Record

MOST_BUSES = 300
MOST_BRANCHES = 400

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,24}$")]
Kilowatt = Annotated[float, Field(strict=True, ge=-1e6, le=1e6)]
Ohm = Annotated[float, Field(strict=True, ge=0, le=1e4)]
PerUnit = Annotated[float, Field(strict=True, gt=0, le=2)]


class Bus(Record):
    """A place where branches meet and loads are served."""

    name: Name = Field(description="letters, digits and . _ - only")
    p_kw: Kilowatt = Field(0.0, description="active load, kW; negative where it feeds in")
    q_kvar: Kilowatt = Field(0.0, description="reactive load, kvar")
    g_kw: Kilowatt = Field(0.0, description="kW drawn by a shunt at 1 p.u.")
    b_kvar: Kilowatt = Field(0.0, description="kvar given by a shunt at 1 p.u.")
    v_min: PerUnit | None = Field(None, description="lowest voltage allowed, p.u.")
    v_max: PerUnit | None = Field(None, description="highest voltage allowed, p.u.")


class Branch(Record):
    """A line or cable between two buses, with or without a switch."""

    name: Name = Field(description="letters, digits and . _ - only")
    from_bus: Name
    to_bus: Name
    r_ohm: Ohm
    x_ohm: Annotated[float, Field(strict=True, ge=-1e4, le=1e4)]
    b_us: Annotated[float, Field(strict=True, ge=0, le=1e6)] = Field(
        0.0, description="charging susceptance of the whole branch, µS"
    )
    limit_a: Annotated[float, Field(strict=True, gt=0, le=1e6)] | None = Field(
        None, description="largest current allowed, A"
    )
    switchable: bool = Field(True, description="whether it can be opened and closed")
    closed: bool = Field(True, description="its state today; fixed where it has no switch")


class Feeder(Record):
    """Buses of one voltage level, the branches between them, and the substations that feed them.

    All substations hold the voltage `source_pu`, so a path between two of them is a loop.
    """

    name: str = Field(min_length=1, max_length=120)
    kv: Annotated[float, Field(strict=True, gt=0, le=500)] = Field(
        description="nominal voltage between lines, kV"
    )
    source_pu: PerUnit = Field(1.0, description="voltage of the substations, p.u.")
    sources: tuple[Name, ...] = Field(min_length=1, max_length=50, description="their buses")
    buses: tuple[Bus, ...] = Field(min_length=2, max_length=MOST_BUSES)
    branches: tuple[Branch, ...] = Field(min_length=1, max_length=MOST_BRANCHES)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **how: Any) -> Self:
        """From JSON of its own fields, or of a network that pandapower saved."""
        text = json_data if isinstance(json_data, str) else json_data.decode()
        if '"pandapowerNet"' in text:
            from energy.network_reconfiguration.pandapower_file import from_pandapower

            return cls.model_validate(from_pandapower(json.loads(text)))
        return super().model_validate_json(text, **how)

    @model_validator(mode="after")
    def _consistent(self) -> Feeder:
        for kind, names in (
            ("buses", [b.name for b in self.buses]),
            ("branches", [b.name for b in self.branches]),
            ("sources", list(self.sources)),
        ):
            name, count = Counter(names).most_common(1)[0]
            if count > 1:
                raise ValueError(f"{count} {kind} are named {name!r}; names must differ")
        known = {b.name for b in self.buses}
        for source in self.sources:
            if source not in known:
                raise ValueError(f"the source {source!r} is not among the buses")
        if len(self.sources) == len(self.buses):
            raise ValueError("every bus is a source, so there is nothing to supply")
        for branch in self.branches:
            for end in (branch.from_bus, branch.to_bus):
                if end not in known:
                    raise ValueError(f"branch {branch.name} ends at {end!r}, which is no bus")
            if branch.from_bus == branch.to_bus:
                raise ValueError(f"branch {branch.name} begins and ends at bus {branch.to_bus}")
        self._can_be_supplied()
        self._has_a_choice()
        return self

    def _can_be_supplied(self) -> None:
        ends = [(b.from_bus, b.to_bus) for b in self.branches if b.switchable or b.closed]
        found = reachable(self.sources, ends)
        lost = [b for b in self.buses if b.name not in found]
        if lost:
            raise ValueError(
                f"{told(b.name for b in lost)}: no branch leads there from a source, so"
                f" {sum(b.p_kw for b in lost) / 1e3:g} MW of load can never be served"
            )

    def _has_a_choice(self) -> None:
        if not self.grid.loops:
            raise ValueError(
                "the branches form no loop, so there is nothing to decide: tie lines, open today,"
                " belong among the branches (in some MATPOWER cases they are in comments)"
            )
        if not self.grid.configurations:
            fixed = [b.name for b in self.branches if b.closed and not b.switchable]
            raise ValueError(
                f"branches without a switch form a loop, so it can never be radial:"
                f" look among {told(fixed, 'branch')}"
            )

    @cached_property
    def grid(self) -> Grid:
        """The same as arrays."""
        return Grid.of(self)

    @cached_property
    def load_kw(self) -> float:
        """The active load of all buses, kW."""
        return sum(b.p_kw for b in self.buses)


def told(names: Iterable[str], kind: str = "bus") -> str:
    """A few names in words: "bus 7", "buses 7, 8", "buses 1, 2, 3, 4, 5 and 9 more"."""
    kept = list(names)
    many = {"bus": "buses", "branch": "branches"}[kind]
    more = f" and {len(kept) - 5} more" if len(kept) > 5 else ""
    return f"{kind if len(kept) == 1 else many} {', '.join(kept[:5])}{more}"
