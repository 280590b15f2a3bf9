"""A flight of the timetable, and clock times in minutes."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from usecases.records import Record

DAY = 1440
LAST = 7 * DAY
"""A timetable covers at most a week."""

CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?:\+([0-6]))?")


def minutes(text: str) -> int:
    """Minutes after midnight UTC of the first day, from "08:10" or, a day later, "08:10+1".

    Raises ValueError.
    """
    found = CLOCK.fullmatch(text)
    if not found:
        raise ValueError(f"{text[:20]!a} is no time such as 08:10, or 08:10+1 for the next day")
    return int(found[1]) * 60 + int(found[2]) + int(found[3] or 0) * DAY


def clock(time: int) -> str:
    """The time of day, with the number of days after the first: 08:10, 08:10+1."""
    days, rest = divmod(time, DAY)
    return f"{rest // 60:02d}:{rest % 60:02d}" + (f"+{days}" if days else "")


def _read(value: Any) -> Any:
    return minutes(value) if isinstance(value, str) else value


Time = Annotated[int, Field(strict=True, ge=0, le=LAST), BeforeValidator(_read)]
"""Minutes after midnight UTC of the first day; in JSON also written as "08:10" or "08:10+1"."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,4}$")]
"""Of an airport, usually IATA's three letters."""

Number = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9/_.-]{0,11}$")]


class Flight(Record):
    """One leg: it is flown exactly once, by one aircraft or one crew."""

    number: Number
    origin: Code
    destination: Code
    departure: Time
    arrival: Time

    @model_validator(mode="after")
    def _forwards(self) -> Flight:
        if self.arrival <= self.departure:
            raise ValueError(
                f"flight {self.number} arrives at {clock(self.arrival)}, not after its departure"
                f" at {clock(self.departure)}; a night flight arrives at, say, 00:40+1"
            )
        return self

    @property
    def block(self) -> int:
        """Minutes from departure to arrival."""
        return self.arrival - self.departure

    def __str__(self) -> str:
        return f"{self.number} {self.origin}–{self.destination} {clock(self.departure)}"
