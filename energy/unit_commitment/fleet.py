"""The instance: generating units, the demand of each hour, and the reserve to hold."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from usecases.records import Record

WEEK = 168
"""The longest horizon and the longest minimum time, in hours."""

WATT = 1e-6
"""Shortfalls below one watt, in MW, are rounding and not rules broken."""

Megawatt = Annotated[float, Field(strict=True, ge=0, le=1e6)]
Dollar = Annotated[float, Field(strict=True, ge=0, le=1e9)]
Hours = Annotated[int, Field(strict=True, ge=0, le=WEEK)]
Lasting = Annotated[int, Field(strict=True, ge=1, le=WEEK)]


class Unit(Record):
    """A thermal generating unit; producing p MW for an hour costs a + b p + c p²."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9_.-]{1,24}$", description="letters, digits and . _ - only"
    )
    p_max: Annotated[float, Field(strict=True, gt=0, le=1e6)] = Field(
        description="largest output, MW"
    )
    p_min: Megawatt = Field(description="smallest output while on, MW")
    a: Dollar = Field(description="cost of being on, $ per hour")
    b: Annotated[float, Field(strict=True, ge=0, le=1e6)] = Field(description="$ per MWh")
    c: Annotated[float, Field(strict=True, ge=0, le=1e6)] = Field(description="$ per MW²h")
    min_up: Lasting = Field(1, description="hours it must stay on after a start")
    min_down: Lasting = Field(1, description="hours it must stay off after a stop")
    hot_start: Dollar = Field(0.0, description="$ per start")
    cold_start: Dollar = Field(
        0.0, description="$ per start after more than min_down + cold_hours hours off"
    )
    cold_hours: Hours = Field(0, description="hours beyond min_down before the unit is cold")
    initial_hours: Annotated[int, Field(strict=True, ge=-10 * WEEK, le=10 * WEEK)] = Field(
        description="hours on (positive) or off (negative) before hour 1"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Unit:
        if self.p_min > self.p_max:
            raise ValueError(f"p_min {self.p_min:g} MW is above p_max {self.p_max:g} MW")
        if self.initial_hours == 0:
            raise ValueError(
                "initial_hours cannot be 0: write 3 for a unit that has been on for three"
                " hours and -3 for one that has been off for three"
            )
        if self.cold_start < self.hot_start:
            raise ValueError(
                f"cold_start {self.cold_start:g} $ is below hot_start {self.hot_start:g} $"
            )
        return self

    def was_on(self, hours_ago: int) -> int:
        """1 if the unit was on that many hours before hour 1 (1 is the hour just before).

        Before the status it starts with, the unit was in the other one.
        """
        return int((self.initial_hours > 0) == (hours_ago <= abs(self.initial_hours)))


class Fleet(Record):
    """Generating units and the demand they must serve, hour by hour."""

    units: tuple[Unit, ...] = Field(min_length=1, max_length=200)
    demand: tuple[Annotated[float, Field(strict=True, gt=0, le=1e8)], ...] = Field(
        min_length=1, max_length=WEEK, description="MW in each hour"
    )
    reserve: Annotated[float, Field(strict=True, ge=0, le=1)] = Field(
        description="capacity to hold ready beyond demand, as a fraction of demand"
    )

    @model_validator(mode="after")
    def _distinct(self) -> Fleet:
        name, count = Counter(u.name for u in self.units).most_common(1)[0]
        if count > 1:
            raise ValueError(f"{count} units are named {name!r}; each needs a name of its own")
        return self

    @property
    def hours(self) -> int:
        """The length of the horizon."""
        return len(self.demand)

    def required(self, hour: int) -> float:
        """The capacity in MW that must be on in the hour (from 0): demand and reserve."""
        return self.demand[hour] * (1.0 + self.reserve)

    def label(self, unit: int, hour: int) -> str:
        """The name of the decision: unit u3 in the seventh hour is "u3@h07"."""
        return f"{self.units[unit].name}@h{hour + 1:02d}"

    def labels(self) -> tuple[str, ...]:
        """All decisions, hour by hour."""
        return tuple(self.label(u, h) for h in range(self.hours) for u in range(len(self.units)))


def example(size: int, seed: int) -> Fleet:
    """A random fleet of `size` decisions that has a feasible schedule.

    The schedule is drawn first and the demand then fits what it has on.
    """
    rng = np.random.default_rng(seed)
    count = max(k for k in range(1, 11) if size % k == 0 and k * k <= max(size, 1))
    units = tuple(_random_unit(rng, f"u{k}", base=k == 1) for k in range(1, count + 1))
    on = np.array([_random_run(rng, u, size // count) for u in units]).T
    on[:, 0] = 1
    low = on @ np.array([u.p_min for u in units])
    high = on @ np.array([u.p_max for u in units]) / 1.1
    demand = np.ceil(low + rng.uniform(0.05, 0.98, len(low)) * (high - low))
    return Fleet(units=units, demand=tuple(demand.tolist()), reserve=0.1)


def _random_unit(rng: np.random.Generator, name: str, *, base: bool) -> Unit:
    """A base unit is large, cheap and on; the others are smaller, dearer and may be off."""
    p_max = float(rng.integers(150, 300) if base else rng.integers(60, 160))
    hot = float(rng.integers(1, 10) * 50)
    up, down = (int(k) for k in rng.integers(1, 4, 2))
    return Unit(
        name=name,
        p_max=p_max,
        p_min=float(round(p_max * rng.uniform(0.1, 0.35))),
        a=float(rng.integers(200, 900)),
        b=round(float(rng.uniform(15, 20) if base else rng.uniform(17, 28)), 2),
        c=round(float(rng.uniform(0.0003, 0.008)), 5),
        min_up=up,
        min_down=down,
        hot_start=hot,
        cold_start=2 * hot,
        cold_hours=int(rng.integers(0, 2)),
        initial_hours=int(rng.integers(1, 5)) * (1 if base or rng.random() < 0.4 else -1),
    )


def _random_run(rng: np.random.Generator, unit: Unit, hours: int) -> list[int]:
    """On and off hours that keep to the minimum times."""
    state, lasted = int(unit.initial_hours > 0), abs(unit.initial_hours)
    run = []
    for _ in range(hours):
        if lasted >= (unit.min_up if state else unit.min_down) and rng.random() < 0.45:
            state, lasted = 1 - state, 0
        run.append(state)
        lasted += 1
    return run
