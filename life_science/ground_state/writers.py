"""Molecules as the field's own files: FCIDUMP integrals and .xyz geometries."""

from __future__ import annotations

from collections.abc import Iterator

from life_science.ground_state.active import ActiveSpace, AtomicOrbitals, FrozenCore
from life_science.ground_state.integrals import integrals_of
from life_science.ground_state.molecule import Active, Integrals, Molecule
from usecases.errors import BadInstance


def write_fcidump(molecule: Molecule) -> str:
    """The molecule's integrals as FCIDUMP (Knowles and Handy 1989), hartree.

    Frozen electrons are folded in; every orbital is of symmetry 1; what vanishes is left out.
    """
    integrals = integrals_of(molecule)
    m = integrals.orbitals
    head = [
        f"&FCI NORB={m},NELEC={integrals.electrons},MS2={molecule.multiplicity - 1},",
        "  ORBSYM=" + "1," * m,
        "  ISYM=1,",
        "&END",
    ]
    return "\n".join([*head, *_lines(integrals)]) + "\n"


def write_xyz(molecule: Molecule) -> str:
    """The atoms in ångström; the comment line holds basis, charge, multiplicity and active space.

    Raises BadInstance for a molecule that is given by its integrals.
    """
    if molecule.integrals is not None:
        raise BadInstance(
            "integrals", "integrals tell no geometry", "Write them as .fcidump or .json"
        )
    settings = {
        "basis": molecule.basis,
        "charge": molecule.charge,
        "multiplicity": molecule.multiplicity,
    } | ({} if molecule.active is None else {"active": word(molecule.active)})
    rows = [f"{a.symbol:<2} {a.x!r} {a.y!r} {a.z!r}" for a in molecule.atoms]
    comment = " ".join(f"{key}={value}" for key, value in settings.items())
    return "\n".join([str(len(rows)), comment, *rows]) + "\n"


def word(active: Active) -> str:
    """A choice of orbitals as it is written in a comment line.

    Raises BadInstance for a threshold, which has no place there.
    """
    if isinstance(active, FrozenCore):
        return "core"
    if isinstance(active, AtomicOrbitals):
        if "threshold" in active.model_dump(exclude_defaults=True):
            raise BadInstance(
                "active.threshold", "a comment line holds no threshold", "Write it as .json"
            )
        return "avas:" + ",".join(active.labels).replace(" ", "_")
    size = f"{active.electrons}e,{active.orbitals}o"
    return size if isinstance(active, ActiveSpace) else f"natural:{size}"


def _lines(integrals: Integrals) -> Iterator[str]:
    """Each integral that can differ, (pq|rs) with pq not before rs; indices from 1."""
    pairs = [(p, q) for p in range(1, integrals.orbitals + 1) for q in range(1, p + 1)]
    values = iter(integrals.two_body)
    for k, (p, q) in enumerate(pairs):
        for r, s in pairs[: k + 1]:
            if value := next(values):
                yield f"{value!r} {p} {q} {r} {s}"
    for (p, q), value in zip(pairs, integrals.one_body, strict=True):
        if value:
            yield f"{value!r} {p} {q} 0 0"
    yield f"{integrals.constant!r} 0 0 0 0"
