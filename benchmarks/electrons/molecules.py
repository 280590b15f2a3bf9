"""The molecules and ansätze of the race: the same on every machine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from life_science.ground_state import active, hydrogen, lithium_hydride, model, nitrogen, water
from life_science.ground_state.molecule import Molecule
from usecases.ansatze import uccsd
from usecases.fermions import jordan_wigner
from usecases.jastrow import ucj
from usecases.models import FermionicHamiltonian
from usecases.programs import Ansatz, Excitation

MOLECULES: dict[str, Callable[[], Molecule]] = {
    "H2": partial(hydrogen, 0.735),
    "LiH": lithium_hydride,
    "H2O": water,
    "N2 (6e,6o)": partial(nitrogen, active=active(6, 6)),
    "N2 (10e,8o)": partial(nitrogen, active=active(10, 8)),
}
SEED, SIZE = 7, 0.1


def lucj(h: FermionicHamiltonian) -> Ansatz:
    """One layer of local unitary cluster Jastrow, as the heavy-hex lattice allows it."""
    return ucj(h, 1, "heavy-hex")


ANSATZE: dict[str, Callable[[FermionicHamiltonian], Ansatz]] = {"UCCSD": uccsd, "LUCJ": lucj}


def problem(h: FermionicHamiltonian, ansatz: Ansatz) -> dict[str, Any]:
    """What every racer is handed, as plain numbers."""
    paulis = jordan_wigner(h)
    bits = 1 << np.arange(paulis.num_qubits)
    masks = ((paulis.paulis.x @ bits).tolist(), (paulis.paulis.z @ bits).tolist())
    generators = [f.generator for f in ansatz.factors]
    return {
        "orbitals": h.orbitals,
        "alpha": h.alpha,
        "beta": h.beta,
        "constant": h.constant,
        "one": h.one_body.tolist(),
        "two": h.two_body.tolist(),
        "factors": [
            (g.occupied, g.virtual) if isinstance(g, Excitation) else (g.orbitals, ())
            for g in generators
        ],
        "taken": [f.parameter for f in ansatz.factors],
        "weights": [f.weight for f in ansatz.factors],
        "size": ansatz.size,
        "paulis": list(zip(*masks, paulis.coeffs.real.tolist(), strict=True)),
    }


def parameters(ansatz: Ansatz) -> list[float]:
    """Some angles, none of them zero, radians."""
    found: list[float] = (SIZE * np.random.default_rng(SEED).standard_normal(ansatz.size)).tolist()
    return found


def facts(name: str, kind: str, h: FermionicHamiltonian, ansatz: Ansatz) -> dict[str, Any]:
    """What a cell is about."""
    from usecases.kernel.sector import sector_of

    sector = sector_of(ansatz.orbitals, ansatz.reference, ansatz.generators)
    return {
        "molecule": name,
        "ansatz": kind,
        "qubits": 2 * h.orbitals,
        "determinants": sector.size,
        "factors": len(ansatz.factors),
        "parameters": ansatz.size,
    }


__all__ = ["ANSATZE", "MOLECULES", "facts", "model", "parameters", "problem"]
