"""What classical computing proves: full configuration interaction by PySCF.

For molecules PySCF starts from the atoms and for files from the integrals, so that neither the
stored integrals nor the sandbox's own transforms and solvers are trusted.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import comb
from typing import Any

import numpy as np

from life_science.ground_state.integrals import (
    bundled,
    computed,
    has_pyscf,
    instance_key,
    mean_field,
    one_thread,
    unpacked,
)
from life_science.ground_state.molecule import Integrals, Molecule
from life_science.ground_state.orbitals import active_space
from usecases.errors import MissingExtra, Unsolvable
from usecases.records import Reference

_PENALTY = 100_000
"""Determinants up to which a spin penalty on all roots takes seconds."""
_LIVE = 1_000_000
"""Determinants up to which the exact energy takes seconds, so that it is computed anew."""
_EXACT = 20_000_000
"""Determinants up to which it can be computed at all in some minutes."""
_SPIN_ERROR = 1e-3


@lru_cache(maxsize=64)
def exact_energy(molecule: Molecule) -> Reference:
    """The ground energy of the molecule in its basis or active space, hartree.

    Stored values stand in where PySCF is missing or would need minutes; beyond 20 million
    determinants CCSD(T) gives a value that is no bound.
    """
    stored = bundled().get(instance_key(molecule))
    large = stored and determinants(molecule, stored.integrals.orbitals) > _LIVE
    if stored and (large or not has_pyscf()):
        return Reference(value=stored.energy, kind="optimal", method=f"{stored.method} (stored)")
    if not has_pyscf():
        raise MissingExtra("pyscf", "life_science")
    return recomputed(molecule)


def recomputed(molecule: Molecule) -> Reference:
    """The same, always computed by PySCF now."""
    given = molecule.integrals
    space: Any = None if given else active_space(molecule, mean_field(molecule))
    orbitals = given.orbitals if given else int(space.ncas)
    if determinants(molecule, orbitals) > _EXACT:
        energy = _coupled_cluster(molecule, given or computed(molecule))
        return _reference(energy, "CCSD(T)", proven=False)
    for solver in _solvers(molecule, orbitals):
        with one_thread(when=determinants(molecule, orbitals) <= _LIVE):
            if given:
                spins = (molecule.alpha, molecule.beta)
                arrays = unpacked(given)
                energies, states = solver.kernel(*arrays, orbitals, spins, ecore=given.constant)
            else:
                space.fcisolver = solver
                energies, _, states = space.kernel()[:3]
        state = states[0] if isinstance(states, list) else states
        if _found(solver, molecule, orbitals, state):
            name = "CASCI" if molecule.active else "FCI"
            return _reference(float(np.atleast_1d(energies)[0]), name, proven=True)
    raise Unsolvable("PySCF found no converged state of the multiplicity asked for")


def determinants(molecule: Molecule, orbitals: int) -> int:
    """How many determinants the electrons form in the orbitals."""
    return comb(orbitals, molecule.alpha) * comb(orbitals, molecule.beta)


def _solvers(molecule: Molecule, orbitals: int) -> Iterator[Any]:
    """PySCF's solvers, in the order in which they are tried.

    Several roots, so that no symmetry hides the lowest, and a spin penalty. The penalty takes
    minutes where vectors are long: there singlets are first sought among all even spins, of which
    they mostly are the lowest. Where several roots are too much, one has to do.
    """
    from pyscf import fci

    size = determinants(molecule, orbitals)
    if size > _PENALTY and molecule.multiplicity == 1:
        solver = fci.direct_spin0.FCI()
        # Eight vectors of 160 MB, with their images, stay in memory.
        solver.max_space, solver.max_memory = 8, 6000
        solver.nroots = 2 if size <= _LIVE else 1
        yield _set(solver)
    if size <= _LIVE or molecule.multiplicity != 1:
        solver = fci.direct_spin1.FCI()
        solver.nroots = min(3, size) if size <= _LIVE else 1
        s = (molecule.multiplicity - 1) / 2
        fci.addons.fix_spin_(solver, shift=0.5, ss=s * (s + 1))
        yield _set(solver)


def _set(solver: Any) -> Any:
    solver.conv_tol, solver.max_cycle, solver.verbose = 1e-10, 300, 0
    return solver


def _found(solver: Any, molecule: Molecule, orbitals: int, state: Any) -> bool:
    """Whether the lowest state has converged and has the molecule's spin."""
    from pyscf import fci

    s = (molecule.multiplicity - 1) / 2
    # spin_square0 applies S² once; spin_square would build density matrices for minutes.
    found = fci.spin_op.spin_square0(state, orbitals, (molecule.alpha, molecule.beta))[0]
    # The roots above the lowest only keep it from being missed; degenerate ones converge late.
    return bool(np.atleast_1d(solver.converged)[0]) and abs(found - s * (s + 1)) <= _SPIN_ERROR


def _coupled_cluster(molecule: Molecule, integrals: Integrals) -> float:
    """CCSD(T) over the integrals, from their own Hartree–Fock solution."""
    from pyscf import ao2mo, cc, gto, scf

    m = integrals.orbitals
    arrays = unpacked(integrals)
    fake = gto.M(verbose=0)
    fake.nelectron, fake.spin, fake.nao = integrals.electrons, molecule.multiplicity - 1, m
    fake.incore_anyway = True
    field = scf.RHF(fake) if molecule.multiplicity == 1 else scf.ROHF(fake)
    field.get_hcore = lambda *_: arrays.one_body
    field.get_ovlp = lambda *_: np.eye(m)
    field.energy_nuc = lambda *_: integrals.constant
    field._eri = ao2mo.restore(8, arrays.two_body, m)
    field.kernel(np.diag([float(p < molecule.beta) * 2 for p in range(m)]))
    cluster = cc.CCSD(field)
    cluster.kernel()
    if not (field.converged and cluster.converged):
        raise Unsolvable("neither an exact nor a coupled cluster energy can be had")
    return float(cluster.e_tot + cluster.ccsd_t())


def _reference(value: float, name: str, *, proven: bool) -> Reference:
    import pyscf

    method = f"{name}, PySCF {pyscf.__version__}"
    return Reference(value=value, kind="optimal" if proven else "best_known", method=method)
