"""Wind climates: how often the wind blows from where, and how fast."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import numpy as np
from pydantic import Discriminator, Field, Tag, model_validator

from usecases.models import Floats
from usecases.records import Record

SPEEDS = np.arange(3.0, 26.0)
"""Wind speeds of a Weibull climate in m/s, bins of 1 m/s around each: PyWake's default."""

Share = Annotated[float, Field(ge=0, le=1)]
Speed = Annotated[float, Field(ge=0.1, le=60)]


W = TypeVar("W", "Weibull", "Steady")


class Weibull(Record):
    """Sectors of equal width from north clockwise, each with Weibull distributed wind speed."""

    frequency: tuple[Share, ...] = Field(
        min_length=1, max_length=360, description="share of time in each sector; adds up to 1"
    )
    scale: tuple[Speed, ...] = Field(description="Weibull A of each sector, m/s")
    shape: tuple[Annotated[float, Field(gt=0, le=20)], ...] = Field(description="Weibull k")
    directions: Annotated[int, Field(ge=1, le=360)] = Field(
        36, description="directions that are computed, evenly spaced from north"
    )

    @model_validator(mode="after")
    def _whole(self) -> Weibull:
        counts = {len(self.frequency), len(self.scale), len(self.shape)}
        if len(counts) > 1:
            raise ValueError("frequency, scale and shape need a value for each sector")
        return _adding_up(self)

    def states(self) -> tuple[Floats, Floats, Floats]:
        """Directions (degrees, from), speeds (m/s), and the probability of each pair.

        A direction takes the sector nearest to it and its share of the sector's time. Winds
        below 2.5 and above 25.5 m/s are left out, in which the turbines stand still.
        """
        turn = np.arange(self.directions) * 360.0 / self.directions
        width = 360.0 / len(self.frequency)
        # A direction half-way between two sectors belongs to the first.
        sector = np.ceil(turn / width - 0.5).astype(int) % len(self.frequency)
        scale, shape = (np.array(v)[sector][:, None] for v in (self.scale, self.shape))
        edges = np.append(SPEEDS - 0.5, SPEEDS[-1] + 0.5)
        below = 1.0 - np.exp(-((edges / scale) ** shape))
        share = np.array(self.frequency)[sector] * len(self.frequency) / self.directions
        return turn, SPEEDS, share[:, None] * np.diff(below, axis=1)


class Steady(Record):
    """One wind speed from all directions, in sectors of equal width from north clockwise."""

    frequency: tuple[Share, ...] = Field(min_length=1, max_length=360)
    speed: Speed = Field(description="m/s")

    @model_validator(mode="after")
    def _whole(self) -> Steady:
        return _adding_up(self)

    def states(self) -> tuple[Floats, Floats, Floats]:
        """Directions (degrees, from), the speed (m/s), and the probability of each direction."""
        turn = np.arange(len(self.frequency)) * 360.0 / len(self.frequency)
        return turn, np.array([self.speed]), np.array(self.frequency)[:, None]


def _kind(wind: Any) -> str:
    if isinstance(wind, dict):
        return "steady" if "speed" in wind else "weibull"
    return type(wind).__name__.lower()


Wind = Annotated[
    Annotated[Weibull, Tag("weibull")] | Annotated[Steady, Tag("steady")], Discriminator(_kind)
]
"""A wind with a `speed` is a steady one."""


def _adding_up(wind: W) -> W:
    total = sum(wind.frequency)
    if abs(total - 1.0) > 1e-6:
        raise ValueError(f"frequency: the sectors add up to {total:.8g}, not to 1")
    return wind


# fmt: off
_PER_CENT = (
    3.597152, 3.948682, 5.167395, 7.000154, 8.364547, 6.43485,
    8.643194, 11.77051, 15.15757, 14.73792, 10.01205, 5.165975,
)
HORNS_REV = Weibull(
    frequency=tuple(f / sum(_PER_CENT) for f in _PER_CENT),
    scale=(
        9.176929, 9.782334, 9.531809, 9.909545, 10.04269, 9.593921,
        9.584007, 10.51499, 11.39895, 11.68746, 11.63732, 10.08803,
    ),
    shape=(
        2.392578, 2.447266, 2.412109, 2.591797, 2.755859, 2.595703,
        2.583984, 2.548828, 2.470703, 2.607422, 2.626953, 2.326172,
    ),
)
"""The wind at Horns Rev as PyWake has it (Hornsrev1Site), twelve sectors."""

IEA37_ROSE = Steady(
    frequency=(
        0.025, 0.024, 0.029, 0.036, 0.063, 0.065, 0.100, 0.122,
        0.063, 0.038, 0.039, 0.083, 0.213, 0.046, 0.032, 0.022,
    ),
    speed=9.8,
)
"""The wind of IEA Wind Task 37's first case study."""
# fmt: on

NORTH = Steady(frequency=(1.0,), speed=12.0)
"""Case (a) of Mosetti et al.: 12 m/s, always from one side."""

WINDS: dict[str, Weibull | Steady] = {"horns_rev": HORNS_REV, "iea37": IEA37_ROSE, "north": NORTH}
