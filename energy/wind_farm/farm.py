"""The instance: sites where turbines may stand, how many of them, and the wind."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import Annotated, Any

import numpy as np
from pydantic import Field, field_validator, model_validator

from energy._records import as_tuples
from energy.wind_farm.turbines import TURBINES, V80, Turbine
from energy.wind_farm.wind import HORNS_REV, WINDS, Wind
from usecases.models import Floats
from usecases.records import Record

MOST_SITES = 400
NEAREST = 2.0
"""Two sites must be at least so many rotor diameters apart: the wake model says nothing nearer."""

Metre = Annotated[float, Field(ge=-1e8, le=1e8)]


class Site(Record):
    """A place where a turbine may stand."""

    name: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,24}$", description="letters, digits and . _ -")
    x: Metre = Field(description="east, m")
    y: Metre = Field(description="north, m")


class Farm(Record):
    """Candidate sites of a wind farm, of which `count` get a turbine of one kind."""

    sites: tuple[Site, ...] = Field(min_length=1, max_length=MOST_SITES)
    count: Annotated[int, Field(strict=True, ge=1)] = Field(description="turbines to build")
    turbine: Turbine = Field(V80, description=f"its data, or a name: {', '.join(TURBINES)}")
    wind: Wind = Field(HORNS_REV, description=f"its data, or a name: {', '.join(WINDS)}")
    wake_decay: Annotated[float, Field(gt=0, le=1)] = Field(
        0.1, description="growth of a wake's radius per metre downwind"
    )
    title: str = Field("", pattern=r"^[^\x00-\x1f\x7f]*$", max_length=100)

    @field_validator("turbine", mode="before")
    @classmethod
    def _turbine_by_name(cls, given: Any) -> Any:
        return _by_name(given, TURBINES, "turbine")

    @field_validator("wind", mode="before")
    @classmethod
    def _wind_by_name(cls, given: Any) -> Any:
        return _by_name(given, WINDS, "wind")

    @model_validator(mode="after")
    def _consistent(self) -> Farm:
        name, count = Counter(s.name for s in self.sites).most_common(1)[0]
        if count > 1:
            raise ValueError(f"{count} sites are named {name!r}; each needs its own name")
        if self.count > len(self.sites):
            raise ValueError(f"{self.count} turbines cannot stand on {len(self.sites)} sites")
        apart = np.linalg.norm(self.xy[:, None] - self.xy[None], axis=2)
        np.fill_diagonal(apart, np.inf)
        i, j = np.unravel_index(int(apart.argmin()), apart.shape)
        if apart[i, j] < NEAREST * self.turbine.diameter * (1 - 1e-9):
            raise ValueError(
                f"sites {self.sites[min(i, j)].name} and {self.sites[max(i, j)].name} are"
                f" {apart[i, j]:.1f} m apart; at least {NEAREST:g} rotor diameters"
                f" ({NEAREST * self.turbine.diameter:g} m) are needed"
            )
        return self

    @property
    def xy(self) -> Floats:
        """East and north of each site in m, shape (sites, 2)."""
        return np.array([(s.x, s.y) for s in self.sites])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The sites' names, in order."""
        return tuple(s.name for s in self.sites)

    @cached_property
    def place(self) -> dict[str, int]:
        """The position of each name in `sites`."""
        return {name: k for k, name in enumerate(self.names)}


def _by_name(given: Any, known: Any, what: str) -> Any:
    if not isinstance(given, str):
        return as_tuples(given)
    if given not in known:
        raise ValueError(f"{given[:40]!r} is no {what} known by name; known: {', '.join(known)}")
    return known[given]
