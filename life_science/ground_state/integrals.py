"""From a molecule to integrals over its orbitals: stored ones, or computed by PySCF."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib import resources, util
from typing import Any, NamedTuple

import numpy as np

from life_science.ground_state.active import FrozenCore
from life_science.ground_state.molecule import Integrals, Molecule, core
from life_science.ground_state.orbitals import active_space, check_size
from usecases.errors import BadInstance, MissingExtra, TooLarge, Unsolvable
from usecases.models import Floats
from usecases.records import Record, sha256

FILE = "integrals.json"
_MOST_FUNCTIONS = 200
_DECIMALS = 12
_SERIAL = 40
"""Up to this many basis functions threads cost more than they bring."""


class Stored(Record):
    """What is bundled about an instance: its integrals and its exact energy."""

    name: str
    energy: float
    method: str
    integrals: Integrals


class Arrays(NamedTuple):
    """Integrals unpacked: h of shape (m, m) and (pq|rs) of shape (m, m, m, m)."""

    one_body: Floats
    two_body: Floats


def instance_key(molecule: Molecule) -> str:
    """The hash of a molecule's content, the same as in run records."""
    data = molecule.model_dump(mode="json", exclude_defaults=True)
    return sha256(json.dumps(data, sort_keys=True, allow_nan=False))


@cache
def bundled() -> dict[str, Stored]:
    """The stored molecules by `instance_key`."""
    file = resources.files(__package__).joinpath(FILE)
    content = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return {key: Stored.model_validate(entry) for key, entry in content.items()}


@lru_cache(maxsize=64)
def integrals_of(molecule: Molecule) -> Integrals:
    """The molecule's integrals over Hartree–Fock orbitals, frozen ones folded in.

    The stored ones where there are any; otherwise PySCF computes them.
    """
    if molecule.integrals is not None:
        return molecule.integrals
    stored = bundled().get(instance_key(molecule))
    return stored.integrals if stored else computed(molecule)


@lru_cache(maxsize=64)
def arrays_of(molecule: Molecule) -> Arrays:
    """The integrals as full arrays."""
    return unpacked(integrals_of(molecule))


def unpacked(integrals: Integrals) -> Arrays:
    """Every symmetric copy filled in."""
    position = _positions(integrals.orbitals)
    one_body = np.array(integrals.one_body)[position]
    pairs = _positions(position.max() + 1)
    two_body = np.array(integrals.two_body)[pairs[position[:, :, None, None], position]]
    return Arrays(one_body, two_body)


def computed(molecule: Molecule) -> Integrals:
    """The integrals as PySCF computes them, rounded to 12 decimals.

    Raises MissingExtra without PySCF, BadInstance and TooLarge as `active_space` does.
    """
    space = active_space(molecule, mean_field(molecule))
    with one_thread(when=space.mo_coeff.shape[0] <= _SERIAL):
        one_body, constant = space.get_h1eff()
        pairs = np.asarray(space.get_h2eff())
    m = int(space.ncas)
    packed = pairs if pairs.ndim == 2 else _pair_matrix(pairs, m)
    return Integrals(
        electrons=sum(map(int, space.nelecas)),
        orbitals=m,
        constant=round(float(constant), _DECIMALS),
        one_body=_rounded(np.asarray(one_body)[np.tril_indices(m)]),
        two_body=_rounded(packed[np.tril_indices(len(packed))]),
    )


def has_pyscf() -> bool:
    """Whether PySCF is installed; there is none for Windows."""
    return util.find_spec("pyscf") is not None


def mean_field(molecule: Molecule) -> Any:
    """A converged restricted Hartree–Fock (open shells: ROHF) calculation in PySCF.

    Raises Unsolvable when it does not converge, TooLarge before it is tried.
    """
    if not has_pyscf():
        raise MissingExtra("pyscf", "life_science")
    from pyscf import scf

    built = _pyscf_molecule(molecule)
    _check_functions(molecule, built.nao)
    field = scf.RHF(built)
    field.conv_tol = 1e-12
    try:
        with one_thread(when=built.nao <= _SERIAL), warnings.catch_warnings():
            # What PySCF warns of here ends in an error or in a converged solution.
            warnings.simplefilter("ignore")
            field.kernel()
            if not field.converged:
                field = field.newton()
                field.kernel()
    except np.linalg.LinAlgError:
        raise Unsolvable(
            f"the functions of {molecule.basis} overlap too much where these atoms are",
            "Move the atoms apart, or take a smaller basis",
        ) from None
    if not field.converged:
        raise Unsolvable(
            "Hartree–Fock does not converge for this molecule, nor do second-order steps",
            "Try another geometry, basis, charge or multiplicity",
        )
    return field


@contextmanager
def one_thread(*, when: bool) -> Iterator[None]:
    """PySCF on one thread: on small work, more of them cost time."""
    from pyscf import lib

    with lib.with_omp_threads(1 if when else None):
        yield


def _pyscf_molecule(molecule: Molecule) -> Any:
    from pyscf import gto
    from pyscf.lib.exceptions import BasisNotFoundError

    try:
        with warnings.catch_warnings():
            # PySCF advises to install a database before it says that the basis is unknown.
            warnings.simplefilter("ignore", UserWarning)
            built = gto.M(
                atom=[(a.symbol, (a.x, a.y, a.z)) for a in molecule.atoms],
                basis=molecule.basis,
                charge=molecule.charge,
                spin=molecule.multiplicity - 1,
                verbose=0,
            )
    except (BasisNotFoundError, KeyError):
        raise BadInstance(
            "basis", f"{molecule.basis} does not know all of the molecule's elements"
        ) from None
    return built


def _check_functions(molecule: Molecule, functions: int) -> None:
    """Refuses what would be too large, before it takes its time."""
    if functions > _MOST_FUNCTIONS:
        raise TooLarge(
            f"the molecule has {functions} basis functions",
            f"The largest size is {_MOST_FUNCTIONS}: take a smaller basis",
        )
    needed = (molecule.total_electrons + molecule.multiplicity - 1) // 2
    if needed > functions:
        raise BadInstance(
            "basis",
            f"{molecule.total_electrons} electrons of multiplicity {molecule.multiplicity} need "
            f"{needed} orbitals where {molecule.basis} has {functions}",
            "Take a larger basis, or another charge or multiplicity",
        )
    if molecule.active is None:
        check_size(functions)
    if isinstance(molecule.active, FrozenCore):
        check_size(functions - core(molecule.atoms))


def _positions(n: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Where each entry of a symmetric n × n matrix stands in its packed lower triangle."""
    high, low = np.tril_indices(n)
    position = np.zeros((n, n), dtype=np.int64)
    position[high, low] = position[low, high] = np.arange(len(high))
    return position


def _pair_matrix(packed: Floats, m: int) -> Floats:
    from pyscf import ao2mo

    return np.asarray(ao2mo.restore(4, packed, m))


def _rounded(values: Floats) -> tuple[float, ...]:
    """Rounded, with + 0.0 so that no negative zero is stored."""
    return tuple((np.round(values, _DECIMALS) + 0.0).tolist())
