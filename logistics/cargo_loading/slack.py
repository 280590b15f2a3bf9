"""The formulation of the literature: inequalities as equations, slack bits for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import dimod
import numpy as np

from logistics.cargo_loading.flight import Flight
from logistics.cargo_loading.reading import Plan
from logistics.cargo_loading.reading import interpret as read
from logistics.cargo_loading.rules import Ints, Rules, rules
from usecases.errors import VerificationFailed
from usecases.models import BQM, Sample


@dataclass(frozen=True, eq=False)
class Equation:
    """Σ a_i x_i + slack = b in whole numbers, with the slack's bits and what they count."""

    row: Ints
    most: int
    names: tuple[str, ...]
    weights: tuple[int, ...]


def model(flight: Flight) -> BQM:
    """−kg, a price for each conflict, and a squared equation for each limit."""
    return build(flight, 1.0)


def build(flight: Flight, multiple: float) -> BQM:
    """The model at a multiple of the sufficient penalty."""
    known = rules(flight)
    return _quadratic(known, equations(flight), list(halves(flight)), multiple)


def sufficient_penalty(flight: Flight) -> float:
    """A price in kg per conflict and per unit of a squared error that no optimum pays.

    Let R be the payload limit, or what all decisions add up to where no plan can exceed it,
    and L a known plan's mass. A broken rule costs the price or more, and no mass is below
    −R: so a price above R − L suffices. The lightest container on top makes it strict.
    """
    known = rules(flight)
    most = int(known.most[0] if known.payload_binds else known.mass.sum())
    return float(most - known.known_mass + known.mass.min()) / 1000


def equations(flight: Flight) -> list[Equation]:
    """An equation for each limit that a plan could break.

    No optimum is lighter than the known plan, so the payload's slack need not reach further.
    """
    known = rules(flight)
    found = []
    for number, (row, most) in enumerate(known.binding()):
        least = int(np.where(known.copies.T > 0, row, 0).min(axis=1).clip(max=0).sum())
        if known.counts_mass(row) and known.known is not None:
            least = int(row @ known.known)
        weights = _expansion(most - least)
        names = tuple(f"slack{number}.{k}" for k in range(len(weights)))
        found.append(Equation(row, most, names, weights))
    return found


def _expansion(most: int) -> tuple[int, ...]:
    """Whole numbers of which some subset adds up to each of 0 to `most`, and none to more."""
    powers = [1 << k for k in range(max(most, 0).bit_length() - 1)]
    rest = most - sum(powers)
    return (*powers, rest) if rest > 0 else tuple(powers)


def halves(flight: Flight) -> Iterator[tuple[str, list[int]]]:
    """A bit for each position that three halves might share, and the decisions it is about."""
    for position in range(flight.positions):
        there = [
            k
            for k, (c, p) in enumerate(flight.pairs)
            if p == position and flight.containers[c].kind == "half"
        ]
        if len(there) > 2:
            yield f"halves@{position + 1:02d}", there


def labels(flight: Flight) -> tuple[str, ...]:
    """Decisions, then slack bits, then the bits of positions that halves might share."""
    slack = [name for equation in equations(flight) for name in equation.names]
    return (*flight.labels(), *slack, *(name for name, _ in halves(flight)))


def interpret(flight: Flight, sample: Sample) -> Plan:
    """The plan of the decisions; slack bits say nothing about it but have to be there.

    Raises VerificationFailed as the main formulation does.
    """
    slack = labels(flight)[len(flight.pairs) :]
    wrong = [k for k in slack if sample.get(k) not in (0, 1)]
    if wrong:
        raise VerificationFailed(
            f"{wrong[0]}: {sample.get(wrong[0], 'nothing')!r} is no slack bit",
            "A sample holds 0 or 1 for each decision and slack bit",
        )
    return read(flight, {k: v for k, v in sample.items() if k not in set(slack)})


def _quadratic(
    known: Rules, found: list[Equation], equal: list[tuple[str, list[int]]], multiple: float
) -> BQM:
    names = known.flight.labels()
    price = multiple * sufficient_penalty(known.flight)
    fields = dict(zip(names, (-known.mass / 1000).tolist(), strict=True))
    bqm = dimod.BinaryQuadraticModel(fields, {}, 0.0, dimod.BINARY)
    for i, j in known.conflicts:
        bqm.add_quadratic(names[i], names[j], price)
    for equation in found:
        terms = list(zip(names, equation.row.tolist(), strict=True))
        terms += list(zip(equation.names, equation.weights, strict=True))
        # A unit of excess payload is a unit of mass as well.
        counts = known.counts_mass(equation.row)
        unit = float(known.mass[0] / equation.row[0]) / 1000 if counts else 0.0
        _add_square(bqm, terms, equation.most, price + unit)
    for bit, there in equal:
        _add_choice(bqm, [names[k] for k in there], bit, price)
    return bqm


def _add_square(bqm: BQM, terms: list[tuple[str, int]], most: int, price: float) -> None:
    """price · (Σ a_i x_i − most)²."""
    used = [(name, a) for name, a in terms if a]
    for name, a in used:
        bqm.add_linear(name, price * float(a * (a - 2 * most)))
    for (u, a), (v, b) in combinations(used, 2):
        bqm.add_quadratic(u, v, price * float(2 * a * b))
    bqm.offset += price * float(most * most)


def _add_choice(bqm: BQM, there: list[str], bit: str, price: float) -> None:
    """price · k (k − 1) / 2 with k = Σ x − bit: nothing for up to two, for one bit's value."""
    for u, v in combinations(there, 2):
        bqm.add_quadratic(u, v, price)
    for u in there:
        bqm.add_quadratic(u, bit, -price)
    bqm.add_linear(bit, price)
