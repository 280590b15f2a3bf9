"""Phase estimation of electrons by qubitisation, costed by OpenFermion."""

from __future__ import annotations

import numpy as np

from usecases.errors import MissingExtra, UsageError
from usecases.models import FermionicHamiltonian
from usecases.resources.work import Work

ERROR = 0.001
"""Hartree, the error allowed to the phase estimation, as in the papers."""
THRESHOLD = 1e-4
"""Of the second factorisation: eigenvectors that count for less are dropped."""
COEFFICIENT_BITS, ROTATION_BITS = 10, 16
"""χ and β of the costing, as in Lee et al."""
FIRST_STEPS = 20_000
"""A guess at the Toffoli gates of one step, which the costing wants before it knows them."""


def phase_estimation(h: FermionicHamiltonian) -> Work:
    """The ground energy to `ERROR` hartree by double factorisation and qubitisation.

    von Burg et al., Phys. Rev. Research 3 (2021) 033055; costed as in Lee et al., PRX Quantum 2
    (2021) 030305, by OpenFermion. It needs a start that overlaps with the ground
    state, which is not costed. Raises MissingExtra, and UsageError for so few orbitals that the
    formulas do not hold.
    """
    try:
        from openfermion.resource_estimates import df, molecule
    except ImportError:
        raise MissingExtra("openfermion", "resources") from None
    arrays = (np.asarray(h.one_body), np.asarray(h.two_body))
    _, mean_field = molecule.cas_to_pyscf(*arrays, h.constant, h.alpha, h.beta)
    _, factors, rank, vectors = df.factorize(arrays[1], THRESHOLD)
    lam = df.compute_lambda(mean_field, factors)
    costs = (2 * h.orbitals, lam, ERROR, rank, int(vectors), COEFFICIENT_BITS, ROTATION_BITS)
    try:
        steps, *_ = df.compute_cost(*costs, FIRST_STEPS)
        _, toffoli, qubits = df.compute_cost(*costs, steps)
    except SystemExit:  # how it says that a look-up table would be shorter than one entry
        raise UsageError(
            f"phase estimation on {h.orbitals} orbitals is below what its costing formulas hold for"
        ) from None
    title = f"phase estimation to {ERROR:g} hartree, double factorisation (λ = {lam:.1f})"
    return Work(title=title, qubits=int(qubits), toffoli=int(toffoli), gives="the answer")


def femoco_work() -> Work:
    """The active site of nitrogenase, FeMoco, in the 108 spin orbitals of Reiher et al.

    Tensor hypercontraction with the λ = 306.3 and rank 350 of Lee et al., PRX Quantum 2 (2021)
    030305; the orbitals are of Reiher et al., PNAS 114 (2017) 7555. Raises MissingExtra.
    """
    try:
        from openfermion.resource_estimates import thc
    except ImportError:
        raise MissingExtra("openfermion", "resources") from None
    costs = (108, 306.3, ERROR, COEFFICIENT_BITS, ROTATION_BITS, 350)
    steps, *_ = thc.compute_cost(*costs, FIRST_STEPS)
    _, toffoli, qubits = thc.compute_cost(*costs, steps)
    title = f"phase estimation to {ERROR:g} hartree, tensor hypercontraction (λ = 306.3)"
    return Work(title=title, qubits=int(qubits), toffoli=int(toffoli), gives="the answer")
