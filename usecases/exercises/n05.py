"""Molecules: what Hartree–Fock misses, how parallel a curve is, and where a method falls."""

from __future__ import annotations

from typing import Any

from usecases import registry
from usecases.curves import Curve, Line
from usecases.errors import UnknownName
from usecases.exercises import OPEN, Verdict, number, right, wrong
from usecases.fermions import determinant_energy, hartree_fock_bits
from usecases.records import Record

CHEMICAL_ACCURACY = 1.6
"""Millihartree."""

HARTREE_IN_EV = 27.211386


def correlation(molecule: Record, answer: Any) -> Verdict:
    """The exact energy less that of the Hartree–Fock determinant, millihartree."""
    case = registry.usecase("life_science/ground_state")
    h = case.model(molecule)
    filled = hartree_fock_bits(h.orbitals, h.alpha, h.beta)
    due = 1000 * (case.reference(molecule).value - float(determinant_energy(h, filled)[0]))
    return number(
        answer,
        due,
        0.1,
        f"{due:.1f} mHa, {-due / CHEMICAL_ACCURACY:.0f} times chemical accuracy",
        {
            "It lowers the energy: exact minus Hartree–Fock is negative": -due,
            "That is in hartree; a thousand millihartree are one": due / 1000,
            "That is in electronvolt": due / 1000 * HARTREE_IN_EV,
        },
    )


def non_parallelity(curve: Curve, algorithm: str, answer: Any) -> Verdict:
    """The largest less the smallest error along the curve, millihartree."""
    errors = [1000 * error for _, error in _errors(curve, algorithm)]
    due = max(errors) - min(errors)
    return number(
        answer,
        due,
        0.1,
        f"{due:.2f} mHa: the differences along this curve may be wrong by as much",
        {
            "That is the smallest error alone; subtract it from the largest": min(errors),
            "That is the smallest less the largest": -due,
            "That is the largest error alone": max(errors),
            "That is between the ends of the curve; take the extremes": errors[-1] - errors[0],
        },
    )


def falls(curve: Curve, algorithm: str, answer: Any) -> Verdict:
    """The first value at which the energy lies below the exact one by more than accuracy."""
    if answer is ...:
        return OPEN
    errors = dict(_errors(curve, algorithm))
    below = [v for v, error in errors.items() if 1000 * error < -CHEMICAL_ACCURACY]
    if answer not in errors:
        return wrong(f"That point was not computed; these were: {', '.join(map(str, errors))}")
    found = f"at {answer} {curve.parameter_unit} the error is {1000 * errors[answer]:+.2f} mHa"
    if answer == min(below, default=None):
        return right(f"{found.capitalize()}, and nothing in the method's output says so")
    return wrong(f"{found.capitalize()}; sought is the first that is below -{CHEMICAL_ACCURACY}")


def _errors(curve: Curve, algorithm: str) -> list[tuple[float, float]]:
    line = _line(curve, algorithm)
    return [(p.value, p.error) for p in line.points if p.error is not None]


def _line(curve: Curve, algorithm: str) -> Line:
    found = {line.algorithm: line for line in curve.lines}
    if algorithm not in found:
        raise UnknownName("line of this curve", algorithm, found)
    return found[algorithm]
