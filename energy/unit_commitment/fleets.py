"""The fleet of the literature, and instances cut out of one or made of many copies of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from energy.unit_commitment.fleet import WEEK, Fleet, Unit
from usecases.errors import UnknownName, UsageError

KAZARLIS = (
    (455, 150, 1000, 16.19, 0.00048, 8, 8, 4500, 9000, 5, 8),
    (455, 150, 970, 17.26, 0.00031, 8, 8, 5000, 10000, 5, 8),
    (130, 20, 700, 16.60, 0.00200, 5, 5, 550, 1100, 4, -5),
    (130, 20, 680, 16.50, 0.00211, 5, 5, 560, 1120, 4, -5),
    (162, 25, 450, 19.70, 0.00398, 6, 6, 900, 1800, 4, -6),
    (80, 20, 370, 22.26, 0.00712, 3, 3, 170, 340, 2, -3),
    (85, 25, 480, 27.74, 0.00079, 3, 3, 260, 520, 2, -3),
    (55, 10, 660, 25.92, 0.00413, 1, 1, 30, 60, 0, -1),
    (55, 10, 665, 27.27, 0.00222, 1, 1, 30, 60, 0, -1),
    (55, 10, 670, 27.79, 0.00173, 1, 1, 30, 60, 0, -1),
)
"""p_max, p_min (MW), a ($/h), b ($/MWh), c ($/MW²h), min_up, min_down (h), hot_start,
cold_start ($), cold_hours, initial_hours (h) of units 1 to 10."""

# fmt: off
DEMAND = (
    700, 750, 850, 950, 1000, 1100, 1150, 1200, 1300, 1400, 1450, 1500,
    1400, 1300, 1200, 1050, 1000, 1100, 1200, 1400, 1300, 1100, 900, 800,
)
"""MW in hours 1 to 24."""
# fmt: on


def kazarlis() -> Fleet:
    """Ten units for a day with 10 % reserve (Kazarlis, Bakirtzis and Petridis 1996)."""
    units = [
        Unit.model_validate(dict(zip(Unit.model_fields, (f"u{k}", *row), strict=True)))
        for k, row in enumerate(KAZARLIS, start=1)
    ]
    return Fleet(units=tuple(units), demand=DEMAND, reserve=0.10)


def single_hours(fleet: Fleet) -> list[Fleet]:
    """Each hour on its own: no history, so no starts and no minimum times."""
    free = {"min_up": 1, "min_down": 1, "hot_start": 0.0, "cold_start": 0.0, "cold_hours": 0}
    units = tuple(u.model_copy(update=free) for u in fleet.units)
    return [Fleet(units=units, demand=(d,), reserve=fleet.reserve) for d in fleet.demand]


def morning(hours: int = 6) -> Fleet:
    """Units 1, 2, 4 and 5 through the rise of the morning, hours 1 to 6, with 5 % reserve.

    From hour 7 on, these four can no longer hold it.
    """
    four = sub_fleet(kazarlis(), ("u1", "u2", "u4", "u5"))
    return window(four.model_copy(update={"reserve": 0.05}), 1, hours)


def sub_fleet(fleet: Fleet, names: Collection[str]) -> Fleet:
    """The units of these names alone, before the whole demand. Raises UnknownName."""
    known = [unit.name for unit in fleet.units]
    if strange := [name for name in names if name not in known]:
        raise UnknownName("unit", strange[0], known)
    units = tuple(unit for unit in fleet.units if unit.name in names)
    return Fleet(units=units, demand=fleet.demand, reserve=fleet.reserve)


def window(fleet: Fleet, first: int, last: int, before: Sequence[Sequence[bool]] = ()) -> Fleet:
    """The hours from `first` to `last`, counted from 1, with the status that units have by then.

    `before` is what was on in each hour before the first, [hour][unit]. Left out, the status that
    the fleet begins with is that of the hour before the window. Raises UsageError.
    """
    if not 1 <= first <= last <= fleet.hours:
        raise UsageError(
            f"hours {first} to {last} are no window of {fleet.hours} hours",
            f"Choose 1 <= first <= last <= {fleet.hours}",
        )
    if before and (len(before) != first - 1 or any(len(r) != len(fleet.units) for r in before)):
        raise UsageError(
            f"what was on before hour {first} is not known for {first - 1} hours of"
            f" {len(fleet.units)} units",
            "Give one row of units for each hour before the window, or none",
        )
    units = tuple(
        unit.model_copy(update={"initial_hours": _status(unit, [row[u] for row in before])})
        for u, unit in enumerate(fleet.units)
    )
    return Fleet(units=units, demand=fleet.demand[first - 1 : last], reserve=fleet.reserve)


def _status(unit: Unit, run: Sequence[bool]) -> int:
    """For how many hours the unit has been on (positive) or off (negative) after the run."""
    state, lasted = unit.initial_hours > 0, abs(unit.initial_hours)
    for now in run:
        state, lasted = bool(now), lasted + 1 if now == state else 1
    lasted = min(lasted, 10 * WEEK)
    return lasted if state else -lasted


def replicated(fleet: Fleet, copies: int) -> Fleet:
    """The fleet and its demand `copies` times over, as the literature scales the problem."""
    units = tuple(
        Unit.model_validate({**u.model_dump(), "name": f"{u.name}.{k}"})
        for k in range(1, copies + 1)
        for u in fleet.units
    )
    demand = tuple(copies * d for d in fleet.demand)
    return Fleet(units=units, demand=demand, reserve=fleet.reserve)


def whole_number(value: float, what: str) -> int:
    """The value as an integer. Raises UsageError where it is none."""
    if value != int(value):
        raise UsageError(f"{value:g} is no number of {what}", "Give a whole number")
    return int(value)
