"""The main model: a decision per container and position, every rule evaluated, no slack."""

from __future__ import annotations

import numpy as np
from dimod import BinaryQuadraticModel

from logistics.cargo_loading.flight import Flight
from logistics.cargo_loading.rules import Rules, rules
from usecases.models import BQM, Bits, Evaluated, Floats

MARGIN = 0.5
"""What the penalty exceeds the sufficient bound by, as a fraction of the mean container."""

CLASH = 1.0
"""What a conflict costs in the guide, in mean containers."""


def sufficient_penalty(flight: Flight) -> float:
    """A penalty in kg, beyond which every plan that breaks a rule costs more than the best one.

    No energy has less mass in it than −U, with U the payload limit or what fills the deck, and
    the optimum is at most −L, with L the mass of a plan that keeps the rules. So U − L suffices.
    """
    known = rules(flight)
    return (known.greatest - known.known_mass) / 1000


def mean_mass(flight: Flight) -> float:
    """kg."""
    return float(np.mean([c.mass for c in flight.containers]))


def penalty(flight: Flight, margin: float) -> float:
    """The sufficient penalty in kg and, beyond it, a margin in mean containers."""
    return sufficient_penalty(flight) + margin * mean_mass(flight)


def costs(known: Rules, bits: Bits, price: float) -> Floats:
    """−kg loaded for each row that keeps the rules, and a penalty for the others.

    A broken plan costs −min(mass, U) + price (1 + severity).
    """
    mass = np.minimum(known.loaded(bits), known.greatest / 1000)
    broken = known.severity(bits)
    return np.where(broken > 0, price * (1.0 + broken) - mass, -mass)


def model(flight: Flight) -> Evaluated:
    """−kg loaded for every plan that keeps the rules, and penalties that no optimum pays."""
    return build(flight, MARGIN)


def build(flight: Flight, margin: float) -> Evaluated:
    """The model with a margin above the sufficient penalty, in mean containers."""
    known, price = rules(flight), penalty(flight, margin)
    return Evaluated(guide(flight), lambda bits: costs(known, bits, price))


def guide(flight: Flight) -> BQM:
    """What turns the phases: (mass − U)² in mean containers, and a price for each conflict.

    Squared, so that too much payload is as bad as too little: an unbalanced penalty (Montañez-
    Barrera et al. 2024, arXiv:2211.13914) whose linear part cancels the objective.
    """
    known, mean = rules(flight), mean_mass(flight)
    mass, target = known.mass / 1000, known.greatest / 1000
    strength = 2 * np.outer(mass, mass) / mean
    for i, j in known.conflicts:
        strength[i, j] += CLASH * mean
    row, column = np.triu_indices(len(mass), 1)
    return BinaryQuadraticModel.from_numpy_vectors(
        (mass**2 - 2 * target * mass) / mean,
        (row, column, strength[row, column]),
        target**2 / mean,
        "BINARY",
        variable_order=list(flight.labels()),
    )
