"""Molecules: data, files, model, reference and what is stored."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from importlib import import_module
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from life_science.ground_state import (
    INSTANCES,
    ElectronicState,
    example,
    hydrogen,
    lithium_hydride,
    lowest_conceivable,
    mean_field_energy,
    model,
    parse_fcidump,
    parse_xyz,
    usecase,
)
from life_science.ground_state.integrals import (
    bundled,
    computed,
    has_pyscf,
    instance_key,
    integrals_of,
    mean_field,
    unpacked,
)
from life_science.ground_state.molecule import ActiveSpace, Integrals, Molecule
from life_science.ground_state.reference import exact_energy, recomputed
from usecases.contracts import Energy
from usecases.errors import BadInstance, TooLarge, VerificationFailed
from usecases.fermions import determinant_energy, hartree_fock_bits
from usecases.models import FermionicHamiltonian, all_bits
from usecases.solvers.fci import ground_energy

needs_pyscf = pytest.mark.skipif(not has_pyscf(), reason="PySCF is not installed")

PROVEN = {
    "demo": -1.137306,
    "h2-0.5": -1.055160,
    "h2-1.0": -1.101150330,
    "h2-1.5": -0.998149,
    "h2-2.0": -0.948641,
    "h2-2.5": -0.936055,
    "h4": -2.166387449,
    "lih": -7.882402,
    "h2o": -75.012640,
    "h2o-4e4o": -74.970493,
    "n2": -107.652714,
    "n2-6e6o": -107.621738,
    "n2-2.0": -107.455156,
}
SMALL = [name for name in INSTANCES if name not in ("frontier",)]


@pytest.mark.parametrize("name", PROVEN)
def test_stored_and_own_energies_are_the_proven_ones(name: str) -> None:
    molecule = INSTANCES[name]()
    stored = bundled()[instance_key(molecule)]
    digits = 1e-9 if name in ("h2-1.0", "h4") else 6e-7
    assert stored.energy == pytest.approx(PROVEN[name], abs=digits)
    assert ground_energy(model(molecule)) == pytest.approx(stored.energy, abs=1e-8)


@needs_pyscf
def test_lithium_hydride_in_three_orbitals() -> None:
    """−7.863081 belongs to the measured bond length; at 1.595 Å it is −7.863078."""
    named = INSTANCES["lih-2e3o"]()
    assert recomputed(named).value == pytest.approx(-7.863081, abs=6e-7)
    assert ground_energy(model(named)) == pytest.approx(-7.863081, abs=6e-7)
    atoms = INSTANCES["lih"]().atoms
    longer = named.model_copy(update={"atoms": atoms})
    assert recomputed(longer).value == pytest.approx(-7.863078, abs=6e-7)


@needs_pyscf
@pytest.mark.parametrize("name", SMALL)
def test_stored_values_are_what_pyscf_computes(name: str) -> None:
    molecule = INSTANCES[name]()
    stored = bundled()[instance_key(molecule)]
    assert recomputed(molecule).value == pytest.approx(stored.energy, abs=1e-8)
    arrays = unpacked(computed(molecule))
    fresh = FermionicHamiltonian(
        computed(molecule).constant, *arrays, molecule.alpha, molecule.beta
    )
    if fresh.orbitals < 10:
        assert ground_energy(fresh) == pytest.approx(stored.energy, abs=1e-8)


def test_the_frontier_is_stored_and_large() -> None:
    molecule = INSTANCES["frontier"]()
    reference = exact_energy(molecule)
    assert reference.kind == "optimal"
    assert "stored" in reference.method
    assert "CASCI" in reference.method
    assert reference.value == pytest.approx(-109.1028866906, abs=1e-8)
    assert model(molecule).orbitals == 16
    assert reference.value < mean_field_energy(molecule)
    with pytest.raises(TooLarge):
        ground_energy(model(molecule))


def test_sizes_and_names() -> None:
    sizes = {name: 2 * model(make()).orbitals for name, make in INSTANCES.items()}
    assert sizes["demo"] == 4
    assert sizes["workshop"] == sizes["lih"] == 12
    assert sizes["frontier"] == 32
    assert sizes["h2o"] == 14
    assert sizes["n2"] == 20
    assert sizes["lih-2e3o"] == 6


def test_the_bundle_is_small() -> None:
    file = Path(sys.modules[usecase.instance.__module__].__file__ or "").parent / "integrals.json"
    assert file.stat().st_size < 1_500_000
    assert all(entry.method.split(",")[0] in ("FCI", "CASCI") for entry in bundled().values())


@needs_pyscf
@pytest.mark.parametrize(("size", "seed"), [(1, 0), (2, 7), (3, 0), (4, 1), (5, 2), (6, 0)])
def test_examples_agree_with_an_independent_solver(size: int, seed: int) -> None:
    molecule = example(size, seed)
    assert molecule == example(size, seed)
    reference = usecase.reference(molecule)
    assert reference.kind == "optimal"
    assert ground_energy(model(molecule)) == pytest.approx(reference.value, abs=1e-8)


@needs_pyscf
@pytest.mark.parametrize(
    ("symbols", "places", "settings"),
    [
        ("OO", (0, 1.2), {"multiplicity": 3, "active": {"electrons": 8, "orbitals": 6}}),
        ("OO", (0, 1.2), {"multiplicity": 1, "active": {"electrons": 8, "orbitals": 6}}),
        ("OH", (0, 0.97), {"multiplicity": 2}),
        ("HeH", (0, 0.77), {"charge": 1, "basis": "6-31G"}),
        ("HH", (0, 1.0), {"multiplicity": 3, "basis": "cc-pvdz"}),
        ("N", (0,), {"multiplicity": 4}),
    ],
)
def test_open_shells_and_ions(symbols: str, places: Any, settings: dict[str, Any]) -> None:
    names = {"OO": ["O", "O"], "OH": ["O", "H"], "HeH": ["He", "H"], "HH": ["H", "H"], "N": ["N"]}
    atoms = [
        {"symbol": symbol, "x": 0.0, "y": 0.0, "z": float(z)}
        for symbol, z in zip(names[symbols], places, strict=True)
    ]
    molecule = Molecule.model_validate({"atoms": atoms, **settings})
    assert ground_energy(model(molecule)) == pytest.approx(
        usecase.reference(molecule).value, abs=1e-8
    )


@needs_pyscf
def test_a_square_of_hydrogen_is_not_mistaken_for_an_excited_state() -> None:
    """The lowest state has another symmetry than the lowest determinant."""
    corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    atoms = [{"symbol": "H", "x": 0.0, "y": y, "z": z} for y, z in corners]
    square = Molecule.model_validate({"atoms": atoms})
    assert usecase.reference(square).value == pytest.approx(-1.9151065495, abs=1e-8)
    assert ground_energy(model(square)) == pytest.approx(-1.9151065495, abs=1e-8)


@needs_pyscf
def test_a_singlet_above_a_quintet_is_found_also_without_the_penalty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four electrons in four like orbitals whose exchange favours parallel spins (Hund's rule)."""
    repulsion, exchange = 1.0, 0.1
    pairs = [(p, q) for p in range(4) for q in range(p + 1)]

    def between(p: int, q: int, r: int, s: int) -> float:
        if p == q and r == s:
            return repulsion if p == r else repulsion - 2 * exchange
        return exchange if (p, q) == (r, s) else 0.0

    two = [between(*pair, *other) for k, pair in enumerate(pairs) for other in pairs[: k + 1]]
    one = tuple(0.01 * (p + 1) * (p == q) for p, q in pairs)
    integrals = Integrals(electrons=4, orbitals=4, one_body=one, two_body=tuple(two))
    singlet, quintet = (recomputed(Molecule(integrals=integrals, multiplicity=s)) for s in (1, 5))
    assert quintet.value == pytest.approx(0.1 + 6 * (repulsion - 3 * exchange))
    assert singlet.value > quintet.value + exchange
    chain = recomputed(example(6, 1)).value
    module = import_module("life_science.ground_state.reference")  # a function has its name
    monkeypatch.setattr(module, "_PENALTY", 0)
    again = recomputed(Molecule(integrals=integrals))
    assert again.value == pytest.approx(singlet.value, abs=1e-8)
    assert recomputed(example(6, 1)).value == pytest.approx(chain, abs=1e-8)


def test_large_molecules_are_compared_with_coupled_cluster() -> None:
    from pyscf import cc

    molecule = INSTANCES["h2o"]().model_copy(update={"basis": "cc-pvdz"})
    reference = recomputed(molecule)
    assert reference.kind == "best_known"
    assert reference.method.startswith("CCSD(T)")
    cluster = cc.CCSD(mean_field(molecule)).run()
    assert reference.value == pytest.approx(cluster.e_tot + cluster.ccsd_t(), abs=1e-6)


@needs_pyscf
def test_the_gold_standard_ends_below_the_exact_energy() -> None:
    from pyscf import cc

    cluster = cc.CCSD(mean_field(INSTANCES["n2-2.0"]())).run()
    assert cluster.e_tot + cluster.ccsd_t() == pytest.approx(-107.563610, abs=1e-5)


def test_hartree_fock_is_the_lowest_determinant_of_hydrogen() -> None:
    for name in ("demo", "h4", "h2o"):
        molecule = INSTANCES[name]()
        h = model(molecule)
        filled = hartree_fock_bits(h.orbitals, h.alpha, h.beta)
        assert mean_field_energy(molecule) == pytest.approx(determinant_energy(h, filled)[0])


def test_no_determinant_lies_under_the_bound() -> None:
    for seed in range(3):
        molecule = example(2, seed)
        h = model(molecule)
        bits = all_bits(4)
        energies = determinant_energy(h, bits)
        for row, energy in zip(bits, energies, strict=True):
            state = usecase.interpret(
                molecule, Energy(float(energy), float(row[:2].sum()), float(row[2:].sum()))
            )
            right = row[:2].sum() == 1 and row[2:].sum() == 1
            assert bool(usecase.violations(molecule, state)) == (not right)
        assert lowest_conceivable(molecule) < ground_energy(h)


def test_violations_name_what_is_wrong() -> None:
    molecule = INSTANCES["demo"]()
    good = ElectronicState(energy=-1.13, alpha=1.0, beta=1.0)
    assert usecase.violations(molecule, good) == []
    assert usecase.objective(molecule, good) == -1.13
    ion = usecase.violations(molecule, good.model_copy(update={"beta": 0.0}))
    assert ion == ["the state holds 0 beta electrons, the molecule 1"]
    triplet = usecase.violations(molecule, ElectronicState(energy=-1.0, alpha=2.0, beta=0.0))
    assert len(triplet) == 2
    impossible = usecase.violations(molecule, good.model_copy(update={"energy": -5.0}))
    assert "no state" in impossible[0]
    with pytest.raises(VerificationFailed):
        usecase.interpret(molecule, Energy(math.nan, 1, 1))


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"multiplicity": 2}, "multiplicity", "4 electrons cannot"),
        ({"multiplicity": 7}, "multiplicity", "no 6 unpaired"),
        ({"charge": 4}, "charge", "no electron is left"),
        ({"basis": "sto-4g"}, "basis", "is not one of"),
        ({"basis": "/etc/passwd"}, "basis", "is not one of"),
        ({"active": {"electrons": 3, "orbitals": 3}}, "active", "pairs"),
        ({"active": {"electrons": 6, "orbitals": 6}}, "active", "6 of 4"),
        ({"active": {"electrons": 4, "orbitals": 1}}, "active", "do not fit"),
        ({"active": {"electrons": 2, "orbitals": 0}}, "active.energy.orbitals", "greater"),
        ({"active": {"electrons": 2, "orbitals": 99}}, "active.energy.orbitals", "less"),
        ({"atoms": []}, "integrals", "either atoms or integrals"),
        ({"atoms": [{"symbol": "Xx", "x": 0, "y": 0, "z": 0}]}, "atoms.0.symbol", "not an element"),
        ({"atoms": [{"symbol": "H", "x": 0, "y": 0, "z": 2e3}]}, "atoms.0.z", "less"),
        ({"atoms": [{"symbol": "H", "x": 0, "y": 0, "z": 0}] * 2}, "atoms", "closer"),
        ({"atoms": [{"symbol": "H", "x": i, "y": 0, "z": 0} for i in range(51)]}, "atoms", "50"),
        ({"spin": 1}, "spin", "not permitted"),
    ],
)
def test_wrong_molecules_are_refused_by_field(
    change: dict[str, Any], field: str, words: str
) -> None:
    data = lithium_hydride().model_dump(mode="json") | change
    with pytest.raises(ValidationError) as caught:
        Molecule.model_validate_json(json.dumps(data), strict=True)
    first = caught.value.errors()[0]
    assert ".".join(map(str, first["loc"])) == field
    assert words in first["msg"]


def test_integrals_are_refused_by_field() -> None:
    good = {"electrons": 2, "orbitals": 1, "one_body": [-1.0], "two_body": [0.5]}
    assert Molecule.model_validate({"integrals": good}).electrons == 2
    for change, words in (
        ({"one_body": [-1.0, 0.0]}, "2 values where 1 orbitals need 1"),
        ({"two_body": []}, "0 values"),
        ({"orbitals": 33}, "less"),
        ({"constant": 1e9}, "less"),
        ({"one_body": [float("nan")]}, "finite"),
    ):
        with pytest.raises(ValidationError, match=words):
            Molecule.model_validate({"integrals": good | change})
    for outer in ({"charge": 1}, {"active": {"electrons": 2, "orbitals": 1}}, {"multiplicity": 3}):
        with pytest.raises(ValidationError):
            Molecule.model_validate({"integrals": good, **outer})


@needs_pyscf
def test_what_only_the_basis_knows_is_refused() -> None:
    with pytest.raises(BadInstance, match=r"active.orbitals: 1 frozen and 9"):
        model(lithium_hydride(active=ActiveSpace(electrons=2, orbitals=9)))
    with pytest.raises(TooLarge, match="choose an active space"):
        model(INSTANCES["n2"]().model_copy(update={"basis": "cc-pvtz"}))
    with pytest.raises(BadInstance, match="basis"):
        krypton = {"symbol": "Kr", "x": 0.0, "y": 0.0, "z": 0.0}
        model(Molecule.model_validate({"atoms": [krypton], "basis": "6-31+g*"}))


@pytest.mark.parametrize("name", INSTANCES)
def test_instances_survive_json(name: str) -> None:
    molecule = INSTANCES[name]()
    again = Molecule.model_validate_json(molecule.model_dump_json(), strict=True)
    assert again == molecule
    assert instance_key(again) == instance_key(molecule)


def test_geometries_are_the_published_ones() -> None:
    oxygen, *hydrogens = INSTANCES["h2o"]().atoms
    arms = [np.array([h.y - oxygen.y, h.z - oxygen.z]) for h in hydrogens]
    assert [np.linalg.norm(arm) for arm in arms] == pytest.approx([0.958] * 2, abs=1e-9)
    cosine = arms[0] @ arms[1] / 0.958**2
    assert math.degrees(math.acos(cosine)) == pytest.approx(104.4776, abs=1e-6)


XYZ = "2\nhydrogen basis=6-31g charge=0 multiplicity=1 active=2e,2o\nH 0 0 0\nh 0.0 0.0 7.35D-1\n\n"


def test_xyz_is_read() -> None:
    molecule = parse_xyz(XYZ)
    assert molecule.basis == "6-31g"
    assert molecule.active == ActiveSpace(electrons=2, orbitals=2)
    assert parse_xyz("2\n\nH 0 0 0\nH 0 0 0.735\n") == hydrogen(0.735)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1"),
        ("two\n\nH 0 0 0\nH 0 0 1\n", "line 1"),
        ("0\n", "line 1"),
        ("99999\n\n", "line 1"),
        ("3\n\nH 0 0 0\nH 0 0 1\n", "line 1"),
        ("1\n\nH 0 0 0\nH 0 0 1\n", "line 1"),
        ("2\nbsis=6-31g\nH 0 0 0\nH 0 0 1\n", "line 2"),
        ("2\ncharge=one\nH 0 0 0\nH 0 0 1\n", "line 2"),
        ("2\nactive=2,2\nH 0 0 0\nH 0 0 1\n", "line 2"),
        ("2\n\nH 0 0\nH 0 0 1\n", "line 3"),
        ("2\n\nH 0 0 0\nHx 0 0 1\n", "line 4"),
        ("2\n\nH 0 0 0\nH 0 0 one\n", "line 4"),
        ("2\n\nH 0 0 0\nH 0 0 nan\n", "line 4"),
        ("2\n\nH 0 0 0\nH 0 0 1e9\n", "line 4"),
        ("2\n\nH 0 0 0\nH 0 0 1_0\n", "line 4"),
        ("2\n\nH 0 0 0\nH 0 0 ٣\n", "line 4"),
        ("2\ncharge=٠\nH 0 0 0\nH 0 0 1\n", "line 2"),
        ("2\nactive=٢e,2o\nH 0 0 0\nH 0 0 1\n", "line 2"),
        ("2\ncharge=0 charge=2\nH 0 0 0\nH 0 0 1\n", "line 2"),
    ],
)
def test_malformed_xyz_names_the_line(text: str, where: str) -> None:
    with pytest.raises(BadInstance) as caught:
        parse_xyz(text)
    assert caught.value.field == where


def fcidump(molecule: Molecule) -> str:
    """The molecule's integrals as a file, every symmetric copy left out."""
    one_body, two_body = unpacked(integrals_of(molecule))
    m = len(one_body)
    pairs = [(p, q) for p in range(m) for q in range(p + 1)]
    lines = [
        f"&FCI NORB={m},NELEC={molecule.electrons},MS2={molecule.multiplicity - 1},",
        " ORBSYM=" + "1," * m,
        " ISYM=1, /",
    ]
    lines += [
        f"{two_body[p, q, r, s]:.16E} {p + 1} {q + 1} {r + 1} {s + 1}"
        for (i, (p, q)), (j, (r, s)) in combinations([*enumerate(pairs)] * 2, 2)
        if i >= j
    ]
    lines += [f"{one_body[p, q]:.16E} {p + 1} {q + 1} 0 0" for p, q in pairs]
    lines += ["-0.5 1 0 0 0", f"{integrals_of(molecule).constant:.16E} 0 0 0 0"]
    return "\n".join(lines) + "\n"


@needs_pyscf
@pytest.mark.parametrize("name", ["demo", "h4", "h2o-4e4o"])
def test_fcidump_holds_the_same_molecule(name: str) -> None:
    molecule = INSTANCES[name]()
    read = parse_fcidump(fcidump(molecule).replace("E-", "D-"))
    assert read.electrons == molecule.electrons
    assert usecase.reference(read).value == pytest.approx(exact_energy(molecule).value, abs=1e-9)
    assert ground_energy(model(read)) == pytest.approx(exact_energy(molecule).value, abs=1e-9)


@needs_pyscf
def test_fcidump_written_by_pyscf_is_read(tmp_path: Path) -> None:
    from pyscf.tools import fcidump as theirs

    field = mean_field(example(3, 2))
    theirs.from_scf(field, str(tmp_path / "FCIDUMP"), tol=1e-14)
    read = parse_fcidump((tmp_path / "FCIDUMP").read_text())
    assert read.multiplicity == 2
    assert usecase.reference(read).value == pytest.approx(
        exact_energy(example(3, 2)).value, abs=1e-8
    )


HEAD = "&FCI NORB=2,NELEC=2,MS2=0 /\n"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1"),
        ("H 0 0 0\n", "line 1"),
        ("&FCI NORB=2,NELEC=2\n", "line 1"),
        ("&FCI NELEC=2 /\n", "line 1"),
        ("&FCI NORB=99,NELEC=2 /\n", "NORB"),
        ("&FCI NORB=2,NELEC=2,UHF=.TRUE. /\n", "UHF"),
        (HEAD + "1.0 1 1 1\n", "line 2"),
        (HEAD + "one 1 1 1 1\n", "line 2"),
        (HEAD + "inf 1 1 1 1\n", "line 2"),
        (HEAD + "1.0 1 1 1 3\n", "line 2"),
        (HEAD + "1.0 1 1 1 -1\n", "line 2"),
        (HEAD + "1.0 1 1 1 0\n", "line 2"),
        (HEAD + "1.0 0 0 1 1\n", "line 2"),
        (HEAD + "1.0 1 2 1 1\n2.0 2 1 1 1\n", "line 3"),
        (HEAD + "1.0 0 0 0 0\n2.0 0 0 0 0\n", "line 3"),
        (HEAD + "1_0 1 1 1 1\n", "line 2"),
        (HEAD + "1.0d1_0 1 1 1 1\n", "line 2"),
        (HEAD + "٣.0 1 1 1 1\n", "line 2"),
        (HEAD + "1.0 ١ 1 1 1\n", "line 2"),
        ("&FCI NORB=٢,NELEC=2 /\n", "line 1"),
        ("&FCI NORB=2,NELEC=2_0 /\n", "line 1"),
        ("&FCI NORB=2,NORB=3,NELEC=2 /\n", "line 1"),
        ("&FCI NORB=2,NELEC=2,\n MS2=0,\n norb = 2\n&END\n", "line 3"),
    ],
)
def test_malformed_fcidump_names_the_line(text: str, where: str) -> None:
    with pytest.raises(BadInstance) as caught:
        parse_fcidump(text)
    assert caught.value.field == where


def test_a_header_over_several_lines_and_fortran_numbers_are_read() -> None:
    head = " &FCI NORB=\t1 ,\n NELEC= 2,MS2=0,\n  ORBSYM=1,\n  ISYM=1,\n &END\n"
    read = parse_fcidump(head + " .5D0 1 1 1 1\n -1.d+0 1 1 0 0\n 2 0 0 0 0\n").integrals
    assert read is not None
    assert (read.two_body, read.one_body, read.constant) == ((0.5,), (-1.0,), 2.0)


def test_integrals_unpack_with_all_their_symmetry() -> None:
    m = 3
    values = tuple(float(k) for k in range(21))
    given = Integrals(electrons=2, orbitals=m, one_body=values[:6], two_body=values)
    h, g = unpacked(given)
    assert h.tolist() == [[0, 1, 3], [1, 2, 4], [3, 4, 5]]
    assert g[1, 0, 0, 0] == 1
    assert g[1, 1, 1, 0] == 4
    for axes in ((1, 0, 2, 3), (0, 1, 3, 2), (2, 3, 0, 1)):
        assert np.array_equal(g, g.transpose(axes))


def test_examples_have_bounds() -> None:
    for size in (0, 17):
        with pytest.raises(BadInstance):
            example(size, 0)


def test_the_figure_shows_the_band(tmp_path: Path) -> None:
    assert usecase.plot is not None
    figure = usecase.plot(INSTANCES["demo"](), ElectronicState(energy=-1.1373, alpha=1.0, beta=1.0))
    left, right = figure.axes
    assert "hartree" in left.get_ylabel()
    assert "millihartree" in right.get_ylabel()
    figure.savefig(tmp_path / "figure.svg")


WITHOUT = """
import sys
sys.modules["pyscf"] = None
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *a: None if name == "pyscf" else find(name, *a)
from life_science.ground_state import INSTANCES, example, model, usecase
from usecases.errors import MissingExtra
for name in INSTANCES:
    model(INSTANCES[name]())
    assert "stored" in usecase.reference(INSTANCES[name]()).method
for seed in range(3):
    assert "stored" in usecase.reference(example(usecase.tiny, seed)).method
try:
    model(example(5, 9))
except MissingExtra as error:
    print(error)
"""


def test_named_instances_need_no_pyscf() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "life_science" in done.stdout
