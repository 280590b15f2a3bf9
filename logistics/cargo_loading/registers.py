"""The compact formulation: each container has a register that holds its position, in binary."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np

from logistics.cargo_loading.flight import Flight
from logistics.cargo_loading.pairs import CLASH, MARGIN, costs, mean_mass, penalty
from logistics.cargo_loading.reading import Plan, placed
from logistics.cargo_loading.rules import rules
from usecases.models import Bits, CostNetwork, Evaluated, Factor, Floats, Sample
from usecases.samples import checked


def widths(flight: Flight) -> list[int]:
    """Qubits of each container's register: one number per position it may take, and 0."""
    places = np.bincount([c for c, _ in flight.pairs], minlength=len(flight.containers))
    return [int(n).bit_length() for n in places]


def labels(flight: Flight) -> tuple[str, ...]:
    """The registers' bits, container by container, the lowest first: "C1.0", "C1.1", ..."""
    return tuple(
        f"{container.name}.{k}"
        for container, width in zip(flight.containers, widths(flight), strict=True)
        for k in range(width)
    )


def model(flight: Flight) -> Evaluated:
    """The same costs as those of the main model, over registers instead of decisions."""
    known, price = rules(flight), penalty(flight, MARGIN)
    return Evaluated(guide(flight), lambda bits: costs(known, decisions(flight, bits), price))


def decisions(flight: Flight, bits: Bits) -> Bits:
    """What the registers in each row say, as decisions of the main model."""
    ends = np.cumsum([0, *widths(flight)])
    numbers = [bits[:, a:b].astype(np.int64) @ (1 << np.arange(b - a)) for a, b in pairwise(ends)]
    found = np.zeros((len(bits), len(flight.pairs)), dtype=np.int8)
    for column, (c, p) in enumerate(flight.pairs):
        found[:, column] = numbers[c] == p + 1
    return found


def interpret(flight: Flight, sample: Sample) -> Plan:
    """The plan that the registers hold: number k is position k, 0 and spare ones stay behind.

    Raises VerificationFailed when the sample lacks a bit, has another, or holds something else
    than 0 and 1.
    """
    hint = "A sample holds 0 or 1 for each bit of each container's register"
    bits = checked(sample, labels(flight), hint, "bit of a register")
    row = decisions(flight, np.array([bits], dtype=np.int8))[0]
    return placed(flight, [flight.pairs[k] for k in np.flatnonzero(row).tolist()])


def guide(flight: Flight) -> CostNetwork:
    """The main model's guide as tables over one register, and over two."""
    known, mean = rules(flight), mean_mass(flight)
    target = known.greatest / 1000
    mass = [c.mass for c in flight.containers]
    ends = np.cumsum([0, *widths(flight)]).tolist()
    scopes = [tuple(range(a, b)) for a, b in pairwise(ends)]
    loaded = [_loaded(flight, c, len(scope)) for c, scope in enumerate(scopes)]
    alone = [(m * m - 2 * target * m) / mean for m in mass]
    factors = [Factor(s, _costs(alone[c] * loaded[c])) for c, s in enumerate(scopes)]
    clash = _clashes(flight, [len(s) for s in scopes])
    for a, b in combinations(range(len(scopes)), 2):
        table = 2 * mass[a] * mass[b] / mean * np.outer(loaded[b], loaded[a])
        table += CLASH * mean * clash[a, b]
        factors.append(Factor((*scopes[a], *scopes[b]), _costs(table.reshape(-1))))
    return CostNetwork(labels(flight), (*factors, Factor((), {0: target**2 / mean})))


def _loaded(flight: Flight, container: int, width: int) -> Floats:
    """1 for each number of a register that is a position."""
    found = np.zeros(1 << width)
    found[[p + 1 for c, p in flight.pairs if c == container]] = 1.0
    return found


def _clashes(flight: Flight, bits: list[int]) -> dict[tuple[int, int], Floats]:
    """For each two containers, the numbers that exclude each other: rows are the second's."""
    pairs, found = (
        flight.pairs,
        {
            (a, b): np.zeros((1 << bits[b], 1 << bits[a]))
            for a, b in combinations(range(len(bits)), 2)
        },
    )
    for i, j in rules(flight).conflicts:
        (a, p), (b, q) = pairs[i], pairs[j]
        if a != b:
            found[a, b][q + 1, p + 1] = 1.0
    return found


def _costs(table: Floats) -> dict[int, float]:
    return {int(k): float(table[k]) for k in np.flatnonzero(table)}
