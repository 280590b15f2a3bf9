"""Turbines: power and thrust over wind speed, as tables that are interpolated linearly."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from usecases.models import Floats
from usecases.records import Record

Point = tuple[
    Annotated[float, Field(ge=0, le=100)],
    Annotated[float, Field(ge=0, le=1e5)],
    Annotated[float, Field(ge=0, le=1.2)],
]
"""Wind speed (m/s), power (kW), thrust coefficient."""


class Turbine(Record):
    """A wind turbine: its rotor, and what it makes of wind."""

    name: str = Field(pattern=r"^[^\x00-\x1f\x7f]{1,40}$")
    diameter: Annotated[float, Field(gt=0, le=500)] = Field(description="of the rotor, m")
    hub_height: Annotated[float, Field(gt=0, le=500)] = Field(description="m")
    curve: tuple[Point, ...] = Field(
        min_length=2, max_length=500, description="wind speed m/s, power kW, thrust coefficient"
    )

    @model_validator(mode="after")
    def _ascending(self) -> Turbine:
        speeds = [speed for speed, _, _ in self.curve]
        if any(b <= a for a, b in pairwise(speeds)):
            raise ValueError("curve: wind speeds must ascend")
        return self

    def power(self, speed: Floats) -> Floats:
        """Power in kW at the wind speeds; beyond the table its last value."""
        speeds, power, _ = _columns(self.curve)
        return np.asarray(np.interp(speed, speeds, power))

    def expansion(self, speed: Floats) -> Floats:
        """What the wind loses right behind the rotor: 2a, as a fraction of its speed.

        The induction a follows from the thrust coefficient by the polynomial of Madsen et al.,
        Wind Energ. Sci. 5, 1-27 (2020), as PyWake takes it.
        """
        speeds, _, thrusts = _columns(self.curve)
        thrust = np.interp(speed, speeds, thrusts)
        return 2.0 * thrust * (0.2460 + thrust * (0.0586 + thrust * 0.0883))


@lru_cache(maxsize=64)
def _columns(curve: tuple[Point, ...]) -> tuple[Floats, Floats, Floats]:
    speeds, power, thrust = np.array(curve).T
    return speeds, power, thrust


# fmt: off
_POWER = (
    0, 66.6, 154, 282, 460, 696, 996, 1341, 1661, 1866, 1958, 1988, 1997, 1999,
    2000, 2000, 2000, 2000, 2000, 2000, 2000, 2000, 2000,
)
_THRUST = (
    0, 0.818, 0.806, 0.804, 0.805, 0.806, 0.807, 0.793, 0.739, 0.709, 0.409, 0.314, 0.249,
    0.202, 0.167, 0.14, 0.119, 0.102, 0.088, 0.077, 0.067, 0.06, 0.053,
)
# fmt: on

V80 = Turbine(
    name="V80",
    diameter=80,
    hub_height=70,
    curve=tuple((3.0 + k, p, c) for k, (p, c) in enumerate(zip(_POWER, _THRUST, strict=True))),
)
"""The 2 MW turbine of Horns Rev 1; the curve is PyWake's (examples/data/hornsrev1.py)."""

IEA37 = Turbine(
    name="IEA 3.35 MW",
    diameter=130,
    hub_height=110,
    curve=(
        *((v, 3350 * ((v - 4) / 5.8) ** 3, 8 / 9) for v in np.linspace(4, 9.8, 59).tolist()),
        (25.0, 3350.0, 8 / 9),
    ),
)
"""The reference turbine of IEA Wind Task 37: cubic power from 4 to 9.8 m/s, thrust 8/9."""

MOSETTI = Turbine(
    name="Mosetti 1994",
    diameter=40,
    hub_height=60,
    curve=tuple((v, 0.3 * v**3, 0.88) for v in np.linspace(2, 12.8, 109).tolist()),
)
"""The turbine of Mosetti, Poloni & Diviacco (1994): 0.3 v³ kW, tabulated every 0.1 m/s."""

TURBINES = {turbine.name: turbine for turbine in (V80, IEA37, MOSETTI)}
