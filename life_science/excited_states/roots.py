"""What classical computing proves: several roots of full configuration interaction, by PySCF.

For molecules PySCF starts from the atoms and for files from the integrals, so that neither the
stored integrals nor the sandbox's own transforms and solvers are trusted.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from life_science.excited_states.question import Excitations, check_count, determinants
from life_science.excited_states.stored import Root, Roots, bundled, instance_key
from life_science.ground_state.integrals import has_pyscf, mean_field, one_thread, unpacked
from life_science.ground_state.orbitals import active_space
from usecases.errors import MissingExtra, TooLarge, Unsolvable
from usecases.models import Floats

_LIVE = 20_000
"""Determinants up to which some roots take seconds, so that they are computed anew."""
_MOST = 2_000_000
"""Determinants up to which they can be computed at all in some minutes."""
_DENSE = 1000
"""Determinants up to which all are diagonalised at once; above, the lowest of them start."""
_MORE = 4
"""Roots that are followed beyond those that are asked for, so that none is missed."""
_DEGENERATE = 1e-6
"""Hartree below which energies count as equal, and their states are told apart by spin."""


@lru_cache(maxsize=64)
def roots(asked: Excitations) -> Roots:
    """The lowest states, exact in the molecule's basis or active space, energies ascending.

    Stored ones stand in where PySCF is missing or would need minutes. Raises Infeasible for more
    states than there are, TooLarge beyond two million determinants.
    """
    stored = bundled().get(instance_key(asked))
    if stored and (stored.determinants > _LIVE or not has_pyscf()):
        found = stored.roots
        return found.model_copy(update={"method": f"{found.method} (stored)"})
    if not has_pyscf():
        raise MissingExtra("pyscf", "life_science")
    return recomputed(asked)


def recomputed(asked: Excitations) -> Roots:
    """The same, always computed by PySCF now."""
    import pyscf

    molecule, given = asked.molecule, asked.molecule.integrals
    field = None if given else mean_field(molecule)
    space: Any = None if given else active_space(molecule, field)
    orbitals = given.orbitals if given else int(space.ncas)
    check_count(asked, orbitals)
    _check_size(size := determinants(molecule, orbitals))
    solver, spins = _solver(min(asked.states + _MORE, size), size), (molecule.alpha, molecule.beta)
    with one_thread(when=size <= _LIVE):
        if given:
            found = solver.kernel(*unpacked(given), orbitals, spins, ecore=given.constant)
        else:
            space.fcisolver = solver
            energies, _, states = space.kernel()[:3]
            found = energies, states
        solved = _by_spin(found[0], found[1], orbitals, spins)
        strengths = None if given else _strengths(field, space, solved)
    if not np.atleast_1d(solver.converged)[: asked.states].all():
        raise Unsolvable(
            "PySCF found no converged states", "Ask for fewer, or another active space"
        )
    known: list[Any] = strengths or [None] * size
    rows = zip(solved.energies, solved.squares, known, strict=False)
    levels = tuple(Root(energy=e, spin_squared=s, strength=f) for e, s, f in rows)
    name = "CASCI" if molecule.active else "FCI"
    return Roots(levels=levels[: asked.states], method=f"{name} roots, PySCF {pyscf.__version__}")


class _Solved(NamedTuple):
    """Energies, ⟨S²⟩ and vectors of the roots, ascending."""

    energies: list[float]
    squares: list[float]
    states: list[Any]


def _check_size(size: int) -> None:
    if size > _MOST:
        raise TooLarge(
            f"the electrons form {size} determinants",
            f"Several exact states are known up to {_MOST}: choose an active space, "
            "for example active=6e,6o",
        )


def _solver(count: int, size: int) -> Any:
    from pyscf import fci

    solver = fci.direct_spin1.FCI()
    solver.nroots, solver.pspace_size = count, min(size, _DENSE)
    solver.conv_tol, solver.max_cycle, solver.verbose = 1e-11, 300, 0
    return solver


def _by_spin(energies: Any, states: Any, orbitals: int, spins: tuple[int, int]) -> _Solved:
    """The roots, degenerate ones rotated so that each has a spin of its own."""
    from pyscf.fci.spin_op import contract_ss

    values = np.atleast_1d(energies)
    vectors = list(states) if isinstance(states, list | tuple) else [states]
    images = [contract_ss(v, orbitals, spins).reshape(v.shape) for v in vectors]
    spin = np.array([[float(np.vdot(v, image)) for image in images] for v in vectors])
    turned, squares = [], []
    bounds = np.flatnonzero(np.diff(values) > _DEGENERATE) + 1
    for group in np.split(np.arange(len(values)), bounds):
        found, mixes = np.linalg.eigh(spin[np.ix_(group, group)])
        squares += np.maximum(found, 0.0).tolist()
        turned += list(np.tensordot(mixes.T, np.array([vectors[k] for k in group]), 1))
    return _Solved(values.tolist(), squares, turned)


def _strengths(field: Any, space: Any, solved: _Solved) -> list[float]:
    """Oscillator strengths ⅔ ΔE |⟨0|r|n⟩|² in the length gauge, atomic units.

    Frozen electrons add nothing, since the states are orthogonal.
    """
    frozen, m = int(space.ncore), int(space.ncas)
    columns = space.mo_coeff[:, frozen : frozen + m]
    dipoles: Floats = np.einsum("xab,ap,bq->xpq", field.mol.intor("int1e_r"), columns, columns)
    found = [0.0]
    for energy, state in zip(solved.energies[1:], solved.states[1:], strict=True):
        density = space.fcisolver.trans_rdm1(solved.states[0], state, m, space.nelecas)
        moment = np.einsum("xpq,pq->x", dipoles, density)
        found.append(2 / 3 * (energy - solved.energies[0]) * float(moment @ moment))
    return found


__all__ = ["recomputed", "roots"]
