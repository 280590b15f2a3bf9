"""The unitary cluster Jastrow ansatz: phases between electrons, in rotated orbitals.

    |Ψ⟩ = U_{L+1} ∏_k U_k e^{iJ_k} U_k† |reference⟩        J = Σ J_pq n_p n_q

(Matsuzawa and Kurashige 2020, arXiv:1909.12410). It is local when only orbitals interact whose
qubits are neighbours on the machine (Motta et al. 2023, arXiv:2302.11412). With as many alpha as
beta electrons both spins share their parameters; in open shells each spin has its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations_with_replacement, product
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import numpy as np

from usecases.ansatze import determinant
from usecases.errors import MissingExtra
from usecases.models import FermionicHamiltonian, Floats
from usecases.programs import Ansatz, Excitation, Factor, Occupied

if TYPE_CHECKING:
    from numpy.typing import NDArray

Connectivity: TypeAlias = Literal["heavy-hex", "square", "all"]
"""Which orbitals interact.

Neighbours of the same spin on both lattices; an orbital's two spins in every fourth orbital on
the heavy-hex lattice and in each on the square one. Or all of them.
"""

_RUNG = 4
"""On the heavy-hex lattice two lines of qubits are joined at every fourth."""

Pair: TypeAlias = tuple[int, int]


class Amplitudes(NamedTuple):
    """Coupled-cluster amplitudes of singles and doubles.

    Arrays (o, v) and (o, o, v, v) for a closed shell; for an open one the tuples (alpha, beta)
    and (alpha alpha, alpha beta, beta beta) of such.
    """

    singles: Any
    doubles: Any


def ucj(h: FermionicHamiltonian, layers: int, connectivity: Connectivity) -> Ansatz:
    """The ansatz of so many layers, its last rotation of the orbitals included."""
    m, groups = h.orbitals, _spins(h)
    found = determinant(h)
    for _ in range(layers):
        first = found.size
        turned = [f for k, s in enumerate(groups) for f in _rotation(m, s, first + k * m * m)]
        phases = _phases(h, connectivity, first + len(groups) * m * m)
        found = found.then([*_undone(turned), *phases, *turned])
    last = found.size
    return found.then([f for k, s in enumerate(groups) for f in _rotation(m, s, last + k * m * m)])


def parameters(
    h: FermionicHamiltonian,
    layers: int,
    connectivity: Connectivity,
    found: Amplitudes,
    fitted: int = 0,
) -> Floats:
    """The parameters of `ucj` that coupled-cluster amplitudes suggest.

    The doubles are factorised twice, and the largest terms kept (Motta et al. 2023);
    interactions that the connectivity lacks are left out. So many steps of least squares fit
    the terms that are left to the doubles. The singles make the last rotation.
    """
    kinds = _pairs(h, connectivity)
    operator = _factorised(h, layers, kinds, found, fitted)
    values: list[Floats] = []
    for rotations, couplings in zip(
        operator.orbital_rotations, operator.diag_coulomb_mats, strict=True
    ):
        values += map(_angles, _one_for_each_spin(rotations))
        values += [
            np.array([matrix[p, q] for p, q in pairs])
            for matrix, pairs in zip(couplings, kinds, strict=True)
        ]
    values += map(_angles, _one_for_each_spin(operator.final_orbital_rotation))
    return np.concatenate(values)


def _spins(h: FermionicHamiltonian) -> tuple[tuple[int, ...], ...]:
    """Where the spins' orbitals begin, those together that share their parameters."""
    return ((0, h.orbitals),) if h.alpha == h.beta else ((0,), (h.orbitals,))


def _rotation(m: int, spins: tuple[int, ...], first: int) -> Iterator[Factor]:
    """Any unitary of the orbitals by m² parameters: turns of neighbours, then phases.

    Clements et al. 2016, arXiv:1603.08788; a turn is complex by a phase before and after it.
    """
    for k, p in enumerate(_bricks(m)):
        angle, phase = first + 2 * k, first + 2 * k + 1
        for s in spins:
            yield Factor(Occupied((s + p + 1,)), phase, -1.0)
            yield Factor(Excitation((s + p,), (s + p + 1,)), angle)
            yield Factor(Occupied((s + p + 1,)), phase)
    for p, s in product(range(m), spins):
        yield Factor(Occupied((s + p,)), first + m * (m - 1) + p)


def _bricks(m: int) -> Iterator[int]:
    """The lower orbital of each turn: m layers, laid like bricks."""
    return (p for layer in range(m) for p in range(layer % 2, m - 1, 2))


def _undone(factors: Iterable[Factor]) -> Iterator[Factor]:
    return (replace(f, weight=-f.weight) for f in reversed(list(factors)))


def _pairs(h: FermionicHamiltonian, connectivity: Connectivity) -> tuple[list[Pair], ...]:
    """The interacting orbitals: of the same spin and of opposite spin, (p, q) as good as (q, p).

    In an open shell of alpha and alpha, alpha and beta in this order, beta and beta.
    """
    m, closed = h.orbitals, h.alpha == h.beta
    if connectivity == "all":
        same = list(combinations_with_replacement(range(m), 2))
        opposite = same if closed else list(product(range(m), range(m)))
    else:
        same = [(p, p + 1) for p in range(m - 1)]
        opposite = [(p, p) for p in range(0, m, _RUNG if connectivity == "heavy-hex" else 1)]
    return (same, opposite) if closed else (same, opposite, same)


def _phases(h: FermionicHamiltonian, connectivity: Connectivity, first: int) -> Iterator[Factor]:
    """e^{iJ}: a parameter for each interacting pair."""
    m, closed = h.orbitals, h.alpha == h.beta
    kinds = _pairs(h, connectivity)
    chosen = [(kind, p, q) for kind, pairs in enumerate(kinds) for p, q in pairs]
    for k, (kind, p, q) in enumerate(chosen):
        if kind == 1:
            for a, b in {(p, q), (q, p)} if closed else {(p, q)}:
                yield Factor(Occupied((a, m + b)), first + k)
            continue
        for s in (0, m) if closed else (0,) if kind == 0 else (m,):
            if p == q:  # n² = n, and J counts each ordered pair half
                yield Factor(Occupied((s + p,)), first + k, 0.5)
            else:
                yield Factor(Occupied((s + p, s + q)), first + k)


def _factorised(
    h: FermionicHamiltonian,
    layers: int,
    kinds: tuple[list[Pair], ...],
    found: Amplitudes,
    fitted: int,
) -> Any:
    """The amplitudes as ffsim's operator: orbital rotations and matrices of couplings."""
    try:
        import ffsim
    except ImportError:
        raise MissingExtra("ffsim", "chemistry") from None
    closed = h.alpha == h.beta
    kind = ffsim.UCJOpSpinBalanced if closed else ffsim.UCJOpSpinUnbalanced
    fit = {"optimize": True, "options": {"maxiter": fitted}} if fitted else {}
    return kind.from_t_amplitudes(
        found.doubles, t1=found.singles, n_reps=layers, interaction_pairs=kinds, **fit
    )


def _one_for_each_spin(rotations: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """One matrix that both spins share, or theirs one after the other."""
    return rotations if rotations.ndim == 3 else rotations[None]


def _angles(unitary: NDArray[np.complex128]) -> Floats:
    """The parameters of a rotation of the orbitals; ffsim turns the other way."""
    import ffsim

    found = ffsim.GivensAnsatzOp.from_orbital_rotation(unitary)
    turns = np.stack([-found.thetas, found.phis], axis=1).reshape(-1)
    return np.concatenate([turns, found.phase_angles])
