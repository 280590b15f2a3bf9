"""The rules as whole numbers over the decisions: who excludes whom, and linear limits.

Masses are grams and places half millimetres, so that nothing is rounded. Every limit reads
Σ a_i x_i ≤ b with one row of coefficients per rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import gcd

import numpy as np
from numpy.typing import NDArray

from logistics.cargo_loading.flight import POSITION, ROOM, Flight, grams, millimetres
from usecases.errors import TooLarge
from usecases.models import Bits, Floats

Ints = NDArray[np.int64]

TRIES = 12
"""Plans that are built to find a good one."""

LARGEST_MODEL = 1500
"""Decisions of which a model states every two."""


@dataclass(frozen=True, eq=False)
class Rules:
    """The flight's rules; columns are its decisions in the order of `labels`."""

    flight: Flight
    mass: Ints
    """g, of each decision's container."""
    copies: Ints
    """Shape (decisions, containers): 1 where the decision places the container."""
    room: Ints
    """Shape (decisions, positions): halves of the position that the decision takes."""
    limits: Ints
    """Shape (rules, decisions): payload first, then balance and shear."""
    most: Ints
    """Right-hand sides of the limits."""

    @cached_property
    def conflicts(self) -> list[tuple[int, int]]:
        """Pairs of decisions that never go together: one container twice, or a full position.

        Three halves in a position are no matter of pairs and are not among them.
        """
        same = self.copies @ self.copies.T > 0
        full = np.zeros_like(same)
        for position in self.room.T:
            both = (position[:, None] > 0) & (position > 0)
            full |= both & (position[:, None] + position > POSITION)
        found: list[list[int]] = np.argwhere(np.triu(same | full, 1)).tolist()
        return [(i, j) for i, j in found]

    @cached_property
    def greatest(self) -> int:
        """A mass in g that no plan exceeds: the payload limit, or what fills every position.

        The densest containers come first and the last one may be cut.
        """
        free, filled = self.flight.positions * POSITION, 0
        takes = self.copies.T @ self.room.sum(axis=1) // self.copies.sum(axis=0).clip(1)
        heavy = [grams(c.mass) for c in self.flight.containers]
        usable = [c for c in range(len(heavy)) if takes[c]]
        for c in sorted(usable, key=lambda c: -heavy[c] / int(takes[c])):
            part = min(int(takes[c]), free)
            filled += -(-heavy[c] * part // int(takes[c]))
            free -= part
        return min(grams(self.flight.payload), filled)

    @cached_property
    def known(self) -> Bits | None:
        """The decisions of a good plan that keeps the rules; None when none was found.

        Containers are placed one after another where the rules allow, heaviest first; the
        heaviest ones are left out in turn.
        """
        heaviest = np.argsort([-c.mass for c in self.flight.containers], kind="stable").tolist()
        plans = [self._placed(heaviest[k:]) for k in range(min(len(heaviest), TRIES))]
        found = [bits for bits in plans if bits is not None]
        return max(found, key=lambda bits: int(bits @ self.mass)) if found else None

    @property
    def known_mass(self) -> int:
        """What that plan carries in g; 0 where none was found."""
        return 0 if self.known is None else int(self.known @ self.mass)

    def _placed(self, order: list[int]) -> Bits | None:
        bits = np.zeros(len(self.mass), dtype=np.int8)
        if self.severity(bits[None, :])[0] > 0:
            return None
        for container in order:
            tries = np.flatnonzero(self.copies[:, container])
            rows = np.repeat(bits[None, :], len(tries), axis=0)
            rows[np.arange(len(tries)), tries] = 1
            kept = np.flatnonzero(self.severity(rows) == 0)
            bits = rows[kept[0]] if len(kept) else bits
        return bits

    def severity(self, bits: Bits) -> Floats:
        """How badly each row of bits breaks the rules, shape (rows,): 0 where it keeps all.

        One for each surplus copy of a container and each position of overfilling; an excess over
        a limit counts in units of the limit's largest coefficient.
        """
        x = bits.astype(np.float64)
        twice = np.maximum(x @ self.copies - 1, 0).sum(axis=1)
        full = np.maximum(x @ self.room - POSITION, 0).sum(axis=1) / POSITION
        over = np.maximum(x @ self.limits.T - self.most, 0)
        share = (over / self._scale).sum(axis=1)
        return np.asarray(twice + full + share)

    @cached_property
    def _scale(self) -> Floats:
        """What an excess counts as one: the limit's largest coefficient."""
        return np.asarray(np.abs(self.limits).max(axis=1).clip(1), dtype=np.float64)

    def loaded(self, bits: Bits) -> Floats:
        """kg loaded in each row, every container once."""
        weights = np.array([c.mass for c in self.flight.containers])
        return np.asarray((bits.astype(np.float64) @ self.copies > 0) @ weights)

    def binding(self) -> list[tuple[Ints, int]]:
        """The limits that a plan could break within its payload, divided by common factors.

        The payload limit comes first if it is among them.
        """
        found = []
        for number, (row, most) in enumerate(zip(self.limits, self.most.tolist(), strict=True)):
            each = int(np.where(self.copies.T > 0, row, 0).max(axis=1).clip(0).sum())
            steepest = float((row / self.mass).max())
            implied = number > 0 and steepest * grams(self.flight.payload) <= most
            if each > most and not implied:
                factor = gcd(*(abs(a) for a in row.tolist())) or 1
                found.append((row // factor, most // factor))
        return found

    @property
    def payload_binds(self) -> bool:
        """Whether all containers together are heavier than the payload limit."""
        able = self.copies.any(axis=0)
        heavy = [grams(c.mass) for c in self.flight.containers]
        return bool(sum(np.array(heavy, dtype=np.int64)[able]) > self.most[0])

    def counts_mass(self, row: Ints) -> bool:
        """Whether the coefficients are the masses but for a common positive factor."""
        return bool(row[0] > 0 and (row * self.mass[0] == self.mass * row[0]).all())


@lru_cache(maxsize=16)
def rules(flight: Flight) -> Rules:
    """The flight's rules as arrays. Raises TooLarge beyond 1500 decisions."""
    pairs = flight.pairs
    if len(pairs) > LARGEST_MODEL:
        raise TooLarge(
            f"{len(flight.containers)} containers and {flight.positions} positions make"
            f" {len(pairs)} decisions, and a model states a cost for every two of them",
            f"Up to {LARGEST_MODEL} fit: leave out containers, or take a block of the deck",
        )
    mass = np.array([grams(flight.containers[c].mass) for c, _ in pairs], dtype=np.int64)
    copies = np.zeros((len(pairs), len(flight.containers)), dtype=np.int64)
    room = np.zeros((len(pairs), flight.positions), dtype=np.int64)
    for row, (c, p) in enumerate(pairs):
        copies[row, c] = 1
        room[row, list(flight.stands(c, p))] = ROOM[flight.containers[c].kind]
    limits, most = [mass], [grams(flight.payload)]
    for coefficients, bound in [*_balance(flight, mass), *_shear(flight, mass)]:
        limits.append(coefficients)
        most.append(bound)
    return Rules(flight, mass, copies, room, np.array(limits), np.array(most, dtype=np.int64))


def _centres(flight: Flight) -> Ints:
    """The place of each decision's container, in half millimetres."""
    x = [millimetres(v) for v in flight.x]
    ends = [flight.stands(c, p) for c, p in flight.pairs]
    return np.array([x[s[0]] + x[s[-1]] for s in ends], dtype=np.int64)


def _balance(flight: Flight, mass: Ints) -> list[tuple[Ints, int]]:
    """Σ m (x − aft) ≤ M (aft − x₀) and Σ m (forward − x) ≤ M (x₀ − forward)."""
    if flight.balance is None:
        return []
    empty, at = grams(flight.balance.empty_mass), _centres(flight)
    cg = 2 * millimetres(flight.balance.empty_cg)
    forward, aft = (2 * millimetres(v) for v in (flight.balance.forward, flight.balance.aft))
    return [
        (mass * (at - aft), empty * (aft - cg)),
        (mass * (forward - at), empty * (cg - forward)),
    ]


def _shear(flight: Flight, mass: Ints) -> list[tuple[Ints, int]]:
    """Quarters of each container forward or aft of the stations, against four times the limit."""
    found = []
    for station in flight.shear:
        forward = np.array([_quarters(flight, c, p, station.x) for c, p in flight.pairs])
        if station.forward is not None:
            found.append((mass * forward, 4 * grams(station.forward)))
        if station.aft is not None:
            found.append((mass * (4 - forward), 4 * grams(station.aft)))
    return found


def _quarters(flight: Flight, container: int, position: int, station: float) -> int:
    """Quarters of the container's mass forward of the station.

    A double stands with half its mass in each of its positions; what stands at the station
    counts half.
    """
    at, stands = millimetres(station), flight.stands(container, position)
    twice = [1 + (millimetres(flight.x[p]) < at) - (millimetres(flight.x[p]) > at) for p in stands]
    return sum(twice) * 2 // len(stands)
