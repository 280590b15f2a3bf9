"""Which factors an ansatz is made of: coupled cluster, pairs and orbital rotations.

Every constructor takes the Hamiltonian, starts from its lowest determinant and leaves out what
symmetry forbids. In a singlet, factors that are mirror images, alpha and beta exchanged, share a
parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, product

import numpy as np

from usecases.models import FermionicHamiltonian
from usecases.programs import Ansatz, Excitation, Factor

_FORBIDDEN = 1e-7
"""Integrals below this, in hartree, are zero by symmetry up to the orbitals' rounding."""


def determinant(h: FermionicHamiltonian) -> Ansatz:
    """The Hartree–Fock determinant: the lowest orbitals filled, nothing moved."""
    m = h.orbitals
    return Ansatz(m, (*range(h.alpha), *range(m, m + h.beta)), ())


def uccsd(h: FermionicHamiltonian) -> Ansatz:
    """Unitary coupled cluster with doubles, then singles, one Trotter step.

    Romero et al. 2018, arXiv:1701.02691, eq. 14.
    """
    return determinant(h).then(factors(h, excitations(h)))


def pairs(h: FermionicHamiltonian) -> Ansatz:
    """Pairs of electrons moved from one orbital to another, together.

    The paired coupled cluster of Elfving et al. 2021, arXiv:2002.00035, eq. 8: no orbital is
    ever singly occupied, except those that are in the reference.
    """
    filled, touched = sorted((h.alpha, h.beta))
    moved = product(range(filled), range(touched, h.orbitals))
    return determinant(h).then(factors(h, (pair(h.orbitals, i, a) for i, a in moved)))


def upccgsd(h: FermionicHamiltonian, layers: int) -> Ansatz:
    """Generalised singles and paired doubles among all orbitals, `layers` times.

    Lee et al. 2019, arXiv:1810.02327, eq. 14. Moves that symmetry forbids are kept: in a product
    of singles and pairs they stand in for doubles that are not there.
    """
    m = h.orbitals
    planes = list(combinations(range(m), 2))
    moves = [pair(m, p, q) for p, q in planes]
    moves += [move for p, q in planes for move in rotations(m, p, q)]
    found = determinant(h)
    for _ in range(layers):
        found = found.then(factors(h, moves, found.size))
    return found


def generalised(h: FermionicHamiltonian) -> list[Excitation]:
    """All single and double moves between any orbitals that symmetry allows."""
    m = h.orbitals
    spin = [range(m), range(m, 2 * m)]
    ones = [[Excitation((q,), (p,)) for q, p in combinations(block, 2)] for block in spin]
    same = [
        Excitation(low, high)
        for block in spin
        for low, high in combinations(combinations(block, 2), 2)
        if not set(low) & set(high)
    ]
    opposite = [
        Excitation(up.occupied + down[0], up.virtual + down[1])
        for up, one in product(ones[0], ones[1])
        for down in ((one.occupied, one.virtual), (one.virtual, one.occupied))
    ]
    return [e for e in (*opposite, *same, *ones[0], *ones[1]) if allows(h, e)]


def excitations(h: FermionicHamiltonian) -> list[Excitation]:
    """Doubles, then singles from the reference's orbitals to empty ones, of each spin.

    Those that symmetry forbids are left out: their amplitudes are zero
    (Cao et al. 2022, arXiv:2109.02110).
    """
    return [e for e in replacements(h) if allows(h, e)]


def replacements(h: FermionicHamiltonian) -> list[Excitation]:
    """All doubles, then singles out of the reference that conserve the electrons of each spin.

    Those of other symmetries lead to excited states.
    """
    m = h.orbitals
    blocks = [
        (range(first, first + n), range(first + n, first + m))
        for first, n in ((0, h.alpha), (m, h.beta))
    ]
    singles = [[Excitation((i,), (a,)) for i, a in product(*block)] for block in blocks]
    same = [
        Excitation(ij, ab)
        for occupied, virtual in blocks
        for ij, ab in product(combinations(occupied, 2), combinations(virtual, 2))
    ]
    opposite = [
        Excitation(up.occupied + down.occupied, up.virtual + down.virtual)
        for up, down in product(*singles)
    ]
    return [*opposite, *same, *singles[0], *singles[1]]


def pair(orbitals: int, source: int, target: int) -> Excitation:
    """Both electrons of an orbital moved to another."""
    return Excitation((source, orbitals + source), (target, orbitals + target))


def rotations(orbitals: int, p: int, q: int) -> Iterator[Excitation]:
    """Electrons of either spin moved from orbital p to q: together a rotation of the orbitals."""
    return (Excitation((s + p,), (s + q,)) for s in (0, orbitals))


def factors(
    h: FermionicHamiltonian, moves: Iterable[Excitation], first: int = 0
) -> tuple[Factor, ...]:
    """A factor for each move, parameters counted from `first`.

    In a singlet a move and its mirror image, alpha and beta exchanged, go together; one that is
    minus its own image leaves the singlets and is left out.
    """
    closed = h.alpha == h.beta and h.multiplicity == 1
    free: dict[Excitation, int] = {}
    found = []
    for move in moves:
        key, sign = _forward(move)
        if closed:
            image, turned = _forward(mirrored(move, h.orbitals))
            if image == key and turned != sign:
                continue
            key, sign = min((key, sign), (image, turned))
        found.append(Factor(move, first + free.setdefault(key, len(free)), sign))
    return tuple(found)


def mirrored(move: Excitation, orbitals: int) -> Excitation:
    """The same move with alpha and beta exchanged."""
    occupied, virtual = (
        tuple(sorted((p + orbitals) % (2 * orbitals) for p in side))
        for side in (move.occupied, move.virtual)
    )
    return Excitation(occupied, virtual)


def _forward(move: Excitation) -> tuple[Excitation, float]:
    """Of a move and its reverse the one that sorts first, and the sign that tells which."""
    reverse = Excitation(move.virtual, move.occupied)
    return (move, 1.0) if move <= reverse else (reverse, -1.0)


def allows(h: FermionicHamiltonian, move: Excitation) -> bool:
    """Whether symmetry lets the move couple determinants.

    A double i j → a b when (ia|jb) or (ib|ja) is not zero, a single i → a when some (ia|pp) or
    h_ia is not.
    """
    (i, *j), (a, *b) = (
        [orbital % h.orbitals for orbital in spin_orbitals]
        for spin_orbitals in (move.occupied, move.virtual)
    )
    if j:
        found = [h.two_body[i, a, j[0], b[0]], h.two_body[i, b[0], j[0], a]]
    else:
        found = [h.one_body[i, a], *np.diagonal(h.two_body[i, a])]
    return bool(np.abs(found).max() > _FORBIDDEN)
