"""The containers and the freighter of Airbus's challenge, and smaller flights cut from them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from logistics.cargo_loading.flight import Balance, Container, Flight, Kind, ShearLimit

# fmt: off
MASSES: dict[Kind, tuple[int, ...]] = {
    "standard": (
        2134, 3455, 1866, 1699, 3500, 3332, 2578, 2315, 1888, 1786,
        3277, 2987, 2534, 2111, 2607, 1566, 1765, 1946, 1732, 1641,
    ),
    "half": (1800, 986, 873, 1764, 1239, 1487, 769, 836, 659, 765),
    "double": (3132, 3530, 3892, 3464, 3282),
}
"""kg, of containers 1 to 20, 21 to 30 and 31 to 35."""
# fmt: on


def containers(*numbers: int) -> tuple[Container, ...]:
    """Some of the challenge's containers, by their numbers from 1; all without numbers."""
    every = [(kind, mass) for kind, masses in MASSES.items() for mass in masses]
    return tuple(
        Container(name=f"C{k}", mass=every[k - 1][1], kind=every[k - 1][0])
        for k in numbers or range(1, len(every) + 1)
    )


def places(positions: int, length: float) -> tuple[float, ...]:
    """The centres of equal positions along a deck, in m from its middle."""
    pitch = length / positions
    return tuple(round((p + 0.5) * pitch - length / 2, 3) for p in range(positions))


def linear_shear(x: tuple[float, ...], length: float, most: float) -> tuple[ShearLimit, ...]:
    """Limits at the ends of positions that grow linearly from the deck's ends to its middle.

    Forward of the middle they bound what stands forward, aft of it what stands aft; in the
    middle, both.
    """
    cuts = {round((a + b) / 2, 3) for a, b in pairwise(x)} | {0.0}
    found = []
    for cut in sorted(cuts):
        limit = round(most * (1 - abs(cut) / (length / 2)), 3)
        forward, aft = limit if cut <= 0 else None, limit if cut >= 0 else None
        found.append(ShearLimit(x=cut, forward=forward, aft=aft))
    return tuple(found)


def demo() -> Flight:
    """The first four containers for three positions; payload is all that limits them."""
    return Flight(containers=containers(1, 2, 3, 4), positions=3, payload=7000)


def workshop() -> Flight:
    """The first six containers for four positions."""
    return Flight(containers=containers(1, 2, 3, 4, 5, 6), positions=4, payload=9000)


def balanced(flight: Flight, *, empty_mass: float, most: float) -> Flight:
    """The flight on a small aircraft with the challenge's limits in proportion to its deck.

    Positions are 2 m long; the empty centre of gravity lies at −0.05 of the deck's length from
    its middle, the limits at −0.1 and 0.2.
    """
    length = 2.0 * flight.positions
    x = places(flight.positions, length)
    shares = {"empty_cg": -0.05, "forward": -0.1, "aft": 0.2}
    at = {name: round(share * length, 3) for name, share in shares.items()}
    return Flight(
        containers=flight.containers,
        positions=flight.positions,
        payload=flight.payload,
        x=x,
        balance=Balance(empty_mass=empty_mass, **at),
        shear=linear_shear(x, length, most),
    )


def frontier() -> Flight:
    """The whole challenge: 35 containers, 20 positions on 40 m, 40 t, balance and shear."""
    length = 40.0
    x = places(20, length)
    return Flight(
        containers=containers(),
        positions=20,
        payload=40_000,
        x=x,
        balance=Balance(empty_mass=120_000, empty_cg=-2.0, forward=-4.0, aft=8.0),
        shear=linear_shear(x, length, 26_000),
    )


def example(size: int, seed: int) -> Flight:
    """A random flight of about `size` decisions; an empty aircraft always may fly.

    From six decisions on there are halves and doubles, from eight on balance and shear limits.
    """
    rng = np.random.default_rng(seed)
    positions = max(k for k in range(1, 13) if k * k <= max(size, 1))
    count = max(size // positions, 1)
    kinds = ["standard"] * count
    if size >= 6:
        kinds = rng.choice(["standard", "half", "double"], count, p=[0.6, 0.25, 0.15]).tolist()
        kinds[0] = "standard"
    heavy = {"standard": (30, 71), "half": (12, 37), "double": (60, 80)}
    chosen = tuple(
        Container(name=f"C{k}", mass=50.0 * int(rng.integers(*heavy[kind])), kind=kind)
        for k, kind in enumerate(kinds, start=1)
    )
    room = sum(c.mass for c in chosen) * rng.uniform(0.45, 0.8)
    plain = Flight(containers=chosen, positions=positions, payload=50.0 * round(room / 50 + 1))
    if size < 8:
        return plain
    total = plain.payload
    return balanced(
        plain,
        empty_mass=float(round(total * rng.uniform(0.5, 1.5))),
        most=float(round(total * rng.uniform(0.4, 0.7))),
    )
