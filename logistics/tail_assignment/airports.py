"""The airports of the example timetables, and great circles between them."""

from __future__ import annotations

import math
from typing import NamedTuple

EARTH_RADIUS = 6371.0
"""Kilometres: the mean radius, to four digits."""


class Airport(NamedTuple):
    """Name, latitude and longitude in degrees."""

    name: str
    latitude: float
    longitude: float


AIRPORTS: dict[str, Airport] = {
    "AAL": Airport("Aalborg Airport", 57.09276, 9.84924),
    "BLL": Airport("Billund Airport", 55.7403, 9.15178),
    "CPH": Airport("Copenhagen Kastrup Airport", 55.6179, 12.656),
    "EDI": Airport("Edinburgh Airport", 55.95, -3.3725),
    "LHR": Airport("London Heathrow Airport", 51.4706, -0.46194),
    "MAN": Airport("Manchester Airport", 53.3537, -2.27495),
    "STN": Airport("London Stansted Airport", 51.885, 0.235),
}
"""By IATA code, from the package airportsdata (MIT licence); a test reads them there again."""

DENMARK = ("CPH", "BLL", "AAL")
BRITAIN = ("LHR", "STN", "MAN", "EDI")


def great_circle(origin: str, destination: str) -> float:
    """The distance in kilometres on a sphere, by the haversine formula."""
    (_, lat_a, lon_a), (_, lat_b, lon_b) = AIRPORTS[origin], AIRPORTS[destination]
    a, b = math.radians(lat_a), math.radians(lat_b)
    turn = math.radians(lon_b - lon_a)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(turn / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(half))
