"""The lowest states of electrons by full configuration interaction, with their spins.

A few more states are followed than were asked for, so that none is missed and degenerate ones
are complete.
"""

from __future__ import annotations

from usecases.contracts import Level, Levels
from usecases.models import Spectrum
from usecases.solvers.davidson import applied, lowest
from usecases.solvers.fci import Space, check_size
from usecases.solvers.ritz import by_spin

_MORE = 4
"""States that are followed beyond those that are asked for."""
_CONVERGED = 1e-6


def levels(model: Spectrum) -> Levels:
    """The lowest states of any spin with these electrons, energies to 1e-9 hartree.

    Raises TooLarge above a million determinants.
    """
    h = model.hamiltonian
    check_size(h.orbitals, h.alpha, h.beta)
    space = Space(h, h.alpha, h.beta, penalty=0.0)
    limits = [_CONVERGED] * (model.states + _MORE)
    energies, vectors = lowest(space.apply, space.diagonal(), limits)
    spin = vectors @ applied(space.spin_applied, vectors).T
    turned, squares = by_spin(energies, spin)
    energies = (turned**2).T @ energies
    found = zip(energies[: model.states].tolist(), squares.tolist(), strict=False)
    return Levels(tuple(Level(e + h.constant, s, h.alpha, h.beta) for e, s in found))


__all__ = ["levels"]
