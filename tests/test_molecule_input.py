"""Which electrons are correlated, files that are written, and mistakes told in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from life_science.ground_state import INSTANCES, example, line, model, nitrogen, usecase
from life_science.ground_state.active import (
    ActiveSpace,
    AtomicOrbitals,
    FrozenCore,
    NaturalOrbitals,
    spelled,
)
from life_science.ground_state.formats import parse_fcidump, parse_xyz
from life_science.ground_state.integrals import (
    bundled,
    computed,
    has_pyscf,
    instance_key,
    integrals_of,
    mean_field,
)
from life_science.ground_state.molecule import Molecule
from life_science.ground_state.reference import recomputed
from life_science.ground_state.writers import word, write_fcidump, write_xyz
from tests.helpers import usecases
from usecases.cli import _outcome
from usecases.errors import BadInstance
from usecases.instances import content_hash
from usecases.models import FermionicHamiltonian
from usecases.solvers.fci import ground_energy

needs_pyscf = pytest.mark.skipif(not has_pyscf(), reason="PySCF is not installed")

WORDS = {
    "6e,6o": ActiveSpace(electrons=6, orbitals=6),
    "core": FrozenCore(kind="core"),
    "natural:6e,6o": NaturalOrbitals(kind="natural", electrons=6, orbitals=6),
    "avas:N_2p,N_2s": AtomicOrbitals(kind="avas", labels=("N 2p", "N 2s")),
}


def oxygen(**settings: object) -> Molecule:
    """O2, a triplet unless told otherwise."""
    return line(("O", 0.0), ("O", 1.2), **({"multiplicity": 3} | settings))


@pytest.mark.parametrize("text", WORDS)
def test_each_choice_has_a_word_a_file_and_a_json_form(text: str) -> None:
    molecule = nitrogen(active=text)
    assert molecule.active == WORDS[text]
    assert word(WORDS[text]) == text
    assert parse_xyz(f"2\nactive={text}\nN 0 0 0\nN 0 0 1.0975\n") == molecule
    for data in (
        molecule.model_dump_json(),
        molecule.model_dump_json(exclude_defaults=True),
        json.dumps(nitrogen().model_dump(mode="json") | {"active": text}),
    ):
        assert Molecule.model_validate_json(data, strict=True) == molecule


def test_different_choices_are_different_instances() -> None:
    """Also without their defaults, which is how stored integrals are found."""
    molecules = [nitrogen(), *(nitrogen(active=text) for text in WORDS)]
    assert len({instance_key(m) for m in molecules}) == len(molecules)
    assert len({content_hash(m) for m in molecules}) == len(molecules)


HASHES = {
    "demo": ("63752835e0ca93af", "02aa1a074e2c8e66"),
    "lih-2e3o": ("be0f6d6a328438f4", "107b122312f1822e"),
    "n2-6e6o": ("4a4a3f8a13ca6832", "bcd2aa5382afb009"),
    "h4": ("b14c48924b2785d6", "6b41e3dc737de7ed"),
    "frontier": ("6d4f4a2b90a76e8b", "eeaf23d4215aaa16"),
}
"""Of the first published instances: stored integrals and records are found by them."""


@pytest.mark.parametrize("name", HASHES)
def test_named_instances_keep_their_hashes(name: str) -> None:
    molecule = INSTANCES[name]()
    stored, recorded = HASHES[name]
    assert instance_key(molecule).startswith(stored)
    assert content_hash(molecule).startswith(recorded)
    assert bundled()[instance_key(molecule)].name == name


@needs_pyscf
@pytest.mark.parametrize("text", WORDS)
def test_energies_of_a_choice_agree_with_pyscf_from_the_atoms(text: str) -> None:
    molecule = nitrogen(active=text)
    found = recomputed(molecule).value
    assert ground_energy(model(molecule)) == pytest.approx(found, abs=1e-8)
    assert bundled()[instance_key(nitrogen())].energy < found < mean_field(nitrogen()).e_tot


@needs_pyscf
def test_without_the_core_the_core_is_what_pyscf_freezes() -> None:
    from pyscf import ci, gto
    from pyscf.data.elements import chemcore

    molecule = nitrogen(active="core")
    field = mean_field(molecule)
    frozen = chemcore(field.mol)
    assert (molecule.electrons, integrals_of(molecule).orbitals) == (14 - 2 * frozen, 10 - frozen)
    water = INSTANCES["h2o"]().model_copy(update={"active": FrozenCore(kind="core")})
    assert chemcore(gto.M(atom="O 0 0 0; H 0 0 1; H 0 1 0", verbose=0)) == 1
    assert (water.electrons, integrals_of(water).orbitals) == (8, 6)
    doubles = ci.CISD(field, frozen=frozen).run().e_tot
    assert recomputed(molecule).value < doubles
    heavy = line(("Zn", 0.0), ("Br", 2.3), ("H", 4.0), active="core")
    assert heavy.total_electrons - heavy.electrons == 36


@needs_pyscf
def test_natural_orbitals_are_those_of_perturbation_theory() -> None:
    """The occupations that PySCF's MP2 density has in the active orbitals, most filled first."""
    from pyscf import mp

    from life_science.ground_state.orbitals import active_space

    molecule = nitrogen(active="natural:6e,6o")
    field = mean_field(molecule)
    density = mp.MP2(field).run().make_rdm1(ao_repr=True)
    overlap = field.get_ovlp()
    columns = active_space(molecule, field).mo_coeff
    held = np.diag(columns.T @ overlap @ density @ overlap @ columns)
    assert held == pytest.approx(np.sort(held)[::-1], abs=1e-8)
    assert held.sum() == pytest.approx(14)
    assert held[4:7].min() > 1.9 and held[7:10].max() < 0.1
    by_energy = recomputed(nitrogen(active="6e,6o")).value
    assert recomputed(molecule).value < by_energy - 0.01


@needs_pyscf
def test_atomic_orbitals_are_those_of_pyscf_avas() -> None:
    from pyscf import mcscf
    from pyscf.mcscf import avas

    molecule = nitrogen(active="avas:N_2p")
    field = mean_field(molecule)
    orbitals, electrons, columns = avas.avas(field, ["N 2p"])
    assert (molecule.electrons, integrals_of(molecule).orbitals) == (electrons, orbitals)
    space = mcscf.CASCI(field, orbitals, electrons)
    assert recomputed(molecule).value == pytest.approx(space.kernel(columns)[0], abs=1e-8)
    tight = AtomicOrbitals(kind="avas", labels=("N 2p",), threshold=0.9)
    assert nitrogen(active=tight).electrons < electrons


@needs_pyscf
@pytest.mark.parametrize("text", ["8e,6o", "core", "natural:8e,6o", "avas:O_2p"])
def test_spin_states_are_kept_in_every_choice(text: str) -> None:
    """The triplet of oxygen lies below its singlet, and each is found from its own side."""
    triplet, singlet = (oxygen(active=text, multiplicity=m) for m in (3, 1))
    assert triplet.alpha - triplet.beta == 2
    low, high = recomputed(triplet).value, recomputed(singlet).value
    assert low < high
    own = FermionicHamiltonian(
        *(model(triplet).constant, model(triplet).one_body, model(triplet).two_body),
        triplet.alpha,
        triplet.beta,
        3,
    )
    if text != "core":  # 78 400 determinants are for the command
        assert ground_energy(own) == pytest.approx(low, abs=1e-8)


@needs_pyscf
@pytest.mark.parametrize("text", ["natural:8e,6o", "avas:O_2p"])
def test_the_first_active_orbitals_are_the_filled_ones(text: str) -> None:
    """So that the leading determinant is a good start, for open shells as well."""
    from life_science.ground_state import mean_field_energy

    molecule = oxygen(active=text)
    assert mean_field_energy(molecule) == pytest.approx(mean_field(molecule).e_tot, abs=0.02)


NEW = {"beh2": 14, "beh2-core": 12, "h6": 12, "h8": 16, "n2-core": 16, "n2-2p": 14}


@pytest.mark.parametrize("name", NEW)
def test_new_names_are_stored_and_of_the_known_size(name: str) -> None:
    molecule = INSTANCES[name]()
    stored = bundled()[instance_key(molecule)]
    assert 2 * model(molecule).orbitals == NEW[name]
    assert ground_energy(model(molecule)) == pytest.approx(stored.energy, abs=1e-8)


# -- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["demo", "h4", "lih-2e3o", "beh2-core", "n2-6e6o", "n2-2p"])
def test_fcidump_is_written_and_read_without_loss(name: str) -> None:
    molecule = INSTANCES[name]()
    again = parse_fcidump(write_fcidump(molecule))
    assert again.integrals == integrals_of(molecule)
    assert (again.alpha, again.beta) == (molecule.alpha, molecule.beta)
    assert write_fcidump(again) == write_fcidump(molecule)


@needs_pyscf
def test_fcidump_passes_through_pyscf_in_both_directions(tmp_path: Path) -> None:
    """What we write PySCF reads, and what it writes from there is the same molecule."""
    from pyscf import ao2mo, fci
    from pyscf.tools import fcidump as theirs

    molecule = example(3, 5)
    ours, other = tmp_path / "ours", tmp_path / "theirs"
    ours.write_text(write_fcidump(molecule))
    read = theirs.read(str(ours), verbose=False)
    energy, _ = fci.direct_spin1.kernel(
        *(read["H1"], read["H2"], read["NORB"]),
        nelec=((read["NELEC"] + read["MS2"]) // 2, (read["NELEC"] - read["MS2"]) // 2),
        ecore=read["ECORE"],
    )
    assert energy == pytest.approx(recomputed(molecule).value, abs=1e-9)
    theirs.from_integrals(
        *(str(other), read["H1"], ao2mo.restore(8, read["H2"], read["NORB"])),
        *(read["NORB"], read["NELEC"], read["ECORE"], read["MS2"]),
        tol=0.0,
    )
    back = parse_fcidump(other.read_text())
    assert back.multiplicity == 2
    for found, sent in zip(model_arrays(back), model_arrays(molecule), strict=True):
        assert np.abs(found - sent).max() < 1e-11


def model_arrays(molecule: Molecule) -> tuple[Any, ...]:
    h = model(molecule)
    return np.array(h.constant), h.one_body, h.two_body


@pytest.mark.parametrize("name", ["demo", "h2o", "beh2-core", "n2-6e6o-natural", "n2-2p"])
def test_xyz_is_written_and_read_without_loss(name: str) -> None:
    molecule = INSTANCES[name]()
    assert parse_xyz(write_xyz(molecule)) == molecule


def test_what_a_file_cannot_hold_is_not_dropped() -> None:
    tight = AtomicOrbitals(kind="avas", labels=("N 2p",), threshold=0.9)
    with pytest.raises(BadInstance, match=r"Write it as \.json"):
        write_xyz(nitrogen(active=tight))
    with pytest.raises(BadInstance, match="no geometry"):
        write_xyz(parse_fcidump(write_fcidump(INSTANCES["demo"]())))


def test_export_writes_what_run_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in ("it.fcidump", "FCIDUMP", "it.xyz", "it.json"):
        path = str(tmp_path / file)
        assert _outcome(["export", "life_science/ground_state", "-i", "h4", "-o", path]) == 0
        assert "h4" in capsys.readouterr().out
        assert _outcome(["run", "ground_state", "-i", path, "-a", "exact", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["score"]["objective"] == pytest.approx(-2.166387449, abs=1e-8)


def test_the_command_exports(tmp_path: Path) -> None:
    path = tmp_path / "n2.fcidump"
    done = usecases("export", "life_science/ground_state", "-i", "n2-6e6o", "-o", path)
    assert done.returncode == 0, done.stderr
    assert parse_fcidump(path.read_text()).integrals == integrals_of(INSTANCES["n2-6e6o"]())


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["-i", "h4", "-o", "it.pdf"], 2, "Known formats: .json, .xyz, .fcidump"),
        (["-i", "h4"], 2, "--output"),
        (["-i", "h5", "-o", "it.xyz"], 2, "h4"),
        (["-i", "h4", "-o", "no/such/it.xyz"], 2, "is not a folder"),
    ],
)
def test_export_tells_mistakes_in_one_line(
    words: list[str],
    code: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _outcome(["export", "ground_state", *words]) == code
    complaint = capsys.readouterr().err
    assert says in complaint
    assert complaint.count("\n") == 1


# -- mistakes ---------------------------------------------------------------------------------


def xyz(comment: str, *rows: str) -> str:
    return "\n".join([str(len(rows)), comment, *rows]) + "\n"


N2 = ("N 0 0 0", "N 0 0 1.1")
MISTAKES = {
    "odd electrons as a singlet": (xyz("", "H 0 0 0"), 3, "take 2, or another charge"),
    "unknown element": (xyz("", "Xq 0 0 0"), 3, "not an element from H to Kr"),
    "atoms on top of each other": (xyz("", "H 0 0 0", "H 0 0 0.01"), 3, "correct a position"),
    "more electrons than fit": (xyz("charge=-6", "H 0 0 0", "H 0 0 1"), 3, "larger basis"),
    "more unpaired ones than orbitals": (xyz("multiplicity=7", "C 0 0 0"), 3, "multiplicity"),
    "larger than the basis": (xyz("active=6e,9o", *N2), 3, "At most 6 can be active"),
    "natural, larger than the basis": (xyz("active=natural:6e,9o", *N2), 3, "At most 6"),
    "an odd number active": (xyz("active=5e,5o", *N2), 3, "take an even number up to 14"),
    "electrons that do not fit": (xyz("active=8e,3o", *N2), 3, "take at least 4"),
    "a core that holds too many": (
        xyz("active=core charge=4", "Li 0 0 0", "Li 0 0 3"), 3, "the core would hold 4 of 2"
    ),
    "no such choice": (xyz("active=cas(6,6)", *N2), 3, "active=natural:4e,4o"),
    "a label of no atom": (xyz("active=avas:O_2p", *N2), 3, "not in the molecule (N)"),
    "a label of no shell": (xyz("active=avas:N_3p", *N2), 3, "Known: N 1s, N 2p, N 2s"),
    "a label without sense": (xyz("active=avas:N2p", *N2), 3, "written like 'N 2p'"),
    "nothing to correlate": (xyz("active=avas:N_1s", *N2), 3, "Name more atomic orbitals"),
    "functions that coincide": (
        xyz("basis=6-31g active=2e,2o", *(f"O 0 0 {0.11 * k:.2f}" for k in range(6))),
        4,
        "Move the atoms apart",
    ),
    "a hundred orbitals": (
        xyz("basis=6-31g", *(f"H 0 0 {k}" for k in range(50))), 4, "200 qubits. The largest size"
    ),
}  # fmt: skip


@needs_pyscf
@pytest.mark.parametrize("name", MISTAKES)
@pytest.mark.parametrize("how", [["-a", "ccsd"], ["-a", "vqe", "-b", "aer"]])
def test_mistakes_are_one_line_with_the_way_out(
    name: str, how: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, code, says = MISTAKES[name]
    file = tmp_path / "it.xyz"
    file.write_text(text)
    assert _outcome(["run", "life_science/ground_state", "-i", str(file), *how]) == code
    complaint = capsys.readouterr().err
    assert says in complaint
    assert complaint.count("\n") == 1
    assert "internal" not in complaint


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"kind": "dmrg"}, "active", "not one of core, natural, avas"),
        ({"kind": "core", "electrons": 2}, "active.core.electrons", "not permitted"),
        ({"kind": "natural", "electrons": 2}, "active.natural.orbitals", "required"),
        ({"kind": "avas", "labels": []}, "active.avas.labels", "at least 1"),
        ({"kind": "avas", "labels": [".*"]}, "active.avas.labels", "not written like"),
        ({"kind": "avas", "labels": ["N 2p"], "threshold": 1.5}, "active.avas.threshold", "less"),
        ("everything", "active", "no choice of orbitals"),
    ],
)
def test_wrong_choices_are_refused_by_field(change: Any, field: str, words: str) -> None:
    data = nitrogen().model_dump(mode="json") | {"active": change}
    with pytest.raises(ValidationError) as caught:
        Molecule.model_validate_json(json.dumps(data), strict=True)
    first = caught.value.errors()[0]
    assert ".".join(map(str, first["loc"])) == field
    assert words in first["msg"]


def test_integrals_are_no_place_for_a_choice() -> None:
    given = parse_fcidump(write_fcidump(INSTANCES["demo"]())).model_dump(mode="json")
    for text in WORDS:
        with pytest.raises(ValidationError, match="already are a choice"):
            Molecule.model_validate(given | {"active": text})


def test_only_text_is_spelled_out() -> None:
    assert spelled(None) is None
    assert spelled({"electrons": 2}) == {"electrons": 2}
    for text in ("core:2", "natural", "natural:core", "6E,6", "avas", "", "4e,4o,"):
        with pytest.raises(ValueError, match="no choice"):
            spelled(text)
    assert usecase.writers.keys() == usecase.formats.keys()


@needs_pyscf
def test_stored_values_of_new_names_are_what_pyscf_computes() -> None:
    for name in ("beh2", "n2-6e6o-natural"):
        molecule = INSTANCES[name]()
        assert computed(molecule).electrons == bundled()[instance_key(molecule)].integrals.electrons
        assert recomputed(molecule).value == pytest.approx(
            bundled()[instance_key(molecule)].energy, abs=1e-8
        )


@needs_pyscf
def test_a_writer_that_loses_something_is_found_out() -> None:
    from dataclasses import replace

    from usecases.testing import check_usecase

    def forgets(molecule: Molecule) -> str:
        return write_xyz(molecule).replace("multiplicity=1", "multiplicity=3")

    wrong = replace(usecase, writers={".xyz": forgets})
    assert [f for f in check_usecase(wrong) if "writing" in f] == [
        "writing .xyz: an instance is another one when it is read again"
    ] * 2
    assert check_usecase(usecase) == []
