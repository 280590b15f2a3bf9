"""Levels as a machine observes them, in the field's words, and the rules that they may break."""

from __future__ import annotations

import math

from pydantic import Field

from life_science import ground_state
from life_science.excited_states.question import HARTREE, Excitations
from life_science.excited_states.stored import with_integrals
from life_science.ground_state.molecule import Molecule
from usecases.contracts import Level, Levels
from usecases.errors import VerificationFailed
from usecases.records import Record

ELECTRON_TOLERANCE = 0.1
"""Electrons; below it noise and rounding, above it a share of another ion or spin."""

SPIN_TOLERANCE = 0.1
"""Of ⟨S²⟩; a state of one spin has S(S + 1), and a tenth more or less is noise."""

_ORDER = 1e-5
"""Hartree by which a level may lie below the one before: degenerate ones are told by spin."""

_TERMS = ("singlet", "doublet", "triplet", "quartet", "quintet", "sextet", "septet")


class State(Record):
    """One state: its energy in hartree, and in eV above the first one.

    `term` names its spin, "mixed" where ⟨S²⟩ belongs to none. `stderr` is the energy's standard
    error in hartree, 0 where it was computed.
    """

    energy: float
    excitation: float
    term: str
    spin_squared: float
    alpha: float
    beta: float
    stderr: float = Field(default=0.0, ge=0.0)


class SpectrumLines(Record):
    """The states found, and a remark where their energies are no states' energies."""

    states: tuple[State, ...]
    remark: str = ""


def interpret(asked: Excitations, observed: Levels) -> SpectrumLines:
    """The observed levels. Raises VerificationFailed when a number is not finite."""
    found = observed.levels
    numbers = [x for level in found for x in (level.energy, level.spin_squared, level.stderr)]
    numbers += [x for level in found for x in (level.alpha, level.beta)]
    if not all(map(math.isfinite, numbers)):
        raise VerificationFailed("an observed energy, spin or electron number is not finite")
    lowest = found[0].energy if found else 0.0
    states = (_state(asked.molecule, level, lowest) for level in found)
    return SpectrumLines(states=tuple(states), remark=observed.remark)


def _state(molecule: Molecule, level: Level, lowest: float) -> State:
    return State(
        energy=level.energy,
        excitation=(level.energy - lowest) * HARTREE,
        term=term(molecule, level.spin_squared),
        spin_squared=level.spin_squared,
        alpha=level.alpha,
        beta=level.beta,
        stderr=level.stderr,
    )


def term(molecule: Molecule, spin_squared: float) -> str:
    """The name of the spin with this ⟨S²⟩, "mixed" where there is none within 0.1."""
    spin = nearest_spin(molecule, spin_squared)
    if abs(spin * (spin + 1) - spin_squared) > SPIN_TOLERANCE:
        return "mixed"
    return name_of(spin)


def name_of(spin: float) -> str:
    """The word for a total spin: singlet, doublet, triplet ..."""
    multiplicity = round(2 * spin + 1)
    known = multiplicity <= len(_TERMS)
    return _TERMS[multiplicity - 1] if known else f"multiplicity {multiplicity}"


def nearest_spin(molecule: Molecule, spin_squared: float) -> float:
    """The total spin that these electrons can have and whose S(S + 1) is nearest."""
    least = (molecule.multiplicity - 1) / 2
    spins = [least + k for k in range(molecule.beta + 1)]
    return min(spins, key=lambda spin: abs(spin * (spin + 1) - spin_squared))


def violations(asked: Excitations, found: SpectrumLines) -> list[str]:
    """Missing states, wrong electrons, mixed spins, and energies that no states can have."""
    broken = []
    if len(found.states) != asked.states:
        broken.append(f"{len(found.states)} states were found and {asked.states} asked for")
    molecule = asked.molecule
    floor = ground_state.lowest_conceivable(with_integrals(molecule))
    for number, state in enumerate(found.states, 1):
        broken += [f"state {number} {text}" for text in _broken(molecule, state, floor)]
    for number, (one, other) in enumerate(zip(found.states, found.states[1:], strict=False), 1):
        if other.energy < one.energy - _ORDER:
            below = f"{one.energy - other.energy:.6f} hartree"
            broken.append(f"state {number + 1} lies {below} below state {number}")
    return broken


def _broken(molecule: Molecule, state: State, floor: float) -> list[str]:
    found = []
    for spin, held, due in (
        ("alpha", state.alpha, molecule.alpha),
        ("beta", state.beta, molecule.beta),
    ):
        if abs(held - due) > ELECTRON_TOLERANCE:
            found.append(f"holds {held:.4g} {spin} electrons, the molecule {due}")
    near = nearest_spin(molecule, state.spin_squared)
    if abs(near * (near + 1) - state.spin_squared) > SPIN_TOLERANCE:
        found.append(
            f"is a mix of spins: <S²> = {state.spin_squared:.3g}, "
            f"where a {name_of(near)} has {near * (near + 1):.3g}"
        )
    if state.energy < floor:
        found.append(f"has {state.energy:.6f} hartree, less than these electrons can have")
    return found


def objective(asked: Excitations, found: SpectrumLines) -> float:
    """The state-averaged energy, hartree."""
    return math.fsum(state.energy for state in found.states) / len(found.states)


__all__ = [
    "SpectrumLines",
    "State",
    "interpret",
    "name_of",
    "nearest_spin",
    "objective",
    "term",
    "violations",
]
