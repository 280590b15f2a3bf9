"""The density-matrix renormalisation group for electrons in orbitals, by TeNPy.

White 1992, Phys. Rev. Lett. 69, 2863; for molecules White and Martin 1999, J. Chem. Phys. 110,
4127. The state is a chain of matrices, one for each orbital in the order of the Hamiltonian, whose
size, the bond dimension, bounds how much of the state is kept.
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from usecases.errors import MissingExtra, TooLarge
from usecases.fermions import spin_squared
from usecases.models import FermionicHamiltonian
from usecases.solvers.fci import spins

MOST_ORBITALS = 16
"""TeNPy writes down every term of the Hamiltonian: the fourth power of the orbitals."""

_PENALTY = 0.5
"""Hartree for each unit of S² beyond that of the spin asked for."""

_OUT_OF_REACH = 100.0
"""Hartree of an orbital that nothing is to fill."""

_LEAST_WEIGHT = 1e-10
"""Schmidt values below it are dropped whatever the bond dimension."""


class Chain(NamedTuple):
    """The energy in hartree, the largest bond dimension used, the largest weight thrown away."""

    energy: float
    bond: int
    discarded: float


def ground_state(h: FermionicHamiltonian, bond: int, sweeps: int) -> Chain:
    """The lowest state of the demanded spin that fits into matrices of this size.

    Raises MissingExtra without TeNPy, and TooLarge beyond 16 orbitals.
    """
    try:
        from tenpy.algorithms import dmrg
    except ImportError:
        raise MissingExtra("physics-tenpy", "tensor") from None
    if h.orbitals > MOST_ORBITALS:
        raise TooLarge(
            f"{h.orbitals} orbitals make too many terms for dmrg",
            f"The largest size is {MOST_ORBITALS}: choose an active space, or selected_ci",
        )
    settings = {
        "mixer": True,  # two neighbours at a time would be caught in the symmetry of the start
        "mixer_params": {"amplitude": 1e-3, "decay": 2.0, "disable_after": sweeps // 2},
        "trunc_params": {"chi_max": bond, "svd_min": _LEAST_WEIGHT},
        "max_E_err": 1e-9,
        "max_trunc_err": 1.0,  # it is reported instead
        "max_sweeps": sweeps,
        "combine": True,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a future release
        logging.getLogger("tenpy").setLevel(logging.ERROR)
        h = _lengthened(h)
        model = _model(h)
        chain = _start(h, model)
        found = dmrg.run(chain, model, settings)
    discarded = found["sweep_statistics"]["max_trunc_err"][-1]
    return Chain(float(found["E"]), max(chain.chi), max(float(discarded), 0.0))


def _lengthened(h: FermionicHamiltonian) -> FermionicHamiltonian:
    """With orbitals that stay empty, up to the three that sweeps of pairs need."""
    more = max(0, 3 - h.orbitals)
    one, two = np.pad(h.one_body, (0, more)), np.pad(h.two_body, (0, more))
    one[h.orbitals :, h.orbitals :] = _OUT_OF_REACH * np.eye(more)
    return replace(h, one_body=one, two_body=two)


def _model(h: FermionicHamiltonian) -> Any:
    """The Hamiltonian, with states of other spin lifted."""
    from tenpy.models.molecular import MolecularModel

    squared, spin = spin_squared(h), (h.multiplicity - 1) / 2
    constant = h.constant + _PENALTY * (squared.constant - spin * (spin + 1))
    return MolecularModel({
        "one_body_tensor": np.asarray(h.one_body + _PENALTY * squared.one_body),
        "two_body_tensor": np.asarray(h.two_body + _PENALTY * squared.two_body),
        "constant": float(constant),
    })  # fmt: skip


def _start(h: FermionicHamiltonian, model: Any) -> Any:
    """The lowest orbitals filled."""
    from tenpy.networks.mps import MPS

    alpha, beta = spins(h)
    names = {(1, 1): "full", (1, 0): "up", (0, 1): "down", (0, 0): "empty"}
    filled = [names[int(p < alpha), int(p < beta)] for p in range(h.orbitals)]
    return MPS.from_product_state(model.lat.mps_sites(), filled, bc="finite")
