"""Malformed files: one line that names file and field, the right exit code, no traceback."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import usecases
from usecases import registry
from usecases.cli import _outcome

UNIT = {
    "name": "a", "p_max": 100, "p_min": 10, "a": 100, "b": 20, "c": 0.001, "min_up": 1,
    "min_down": 1, "hot_start": 10, "cold_start": 20, "cold_hours": 0, "initial_hours": 1,
}  # fmt: skip
FLEET = {"units": [UNIT, UNIT | {"name": "b"}], "demand": [80, 120], "reserve": 0.1}
ROUTES = {
    "capacity": 5,
    "customers": ["A", "B"],
    "demands": [2, 3],
    "distances": [[0, 1, 2], [1, 0, 3], [2, 3, 0]],
}
ATOMS = [
    {"symbol": "H", "x": 0, "y": 0, "z": 0},
    {"symbol": "H", "x": 0, "y": 0, "z": 0.74},
]
VRP = """NAME : tiny-n3-k2
TYPE : CVRP
DIMENSION : 3
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 10
NODE_COORD_SECTION
1 0 0
2 3 4
3 6 8
DEMAND_SECTION
1 0
2 5
3 6
DEPOT_SECTION
1
-1
EOF
"""
FCIDUMP = """&FCI NORB=1,NELEC=2,MS2=0,
 ORBSYM=1,
 ISYM=1,
&END
 0.7 1 1 1 1
 -1.2 1 1 0 0
 0.5 0 0 0 0
"""
XYZ = "2\nbasis=sto-3g\nH 0 0 0\nH 0 0 0.74\n"


def changed(base: dict[str, Any], **fields: Any) -> str:
    return json.dumps({k: v for k, v in (base | fields).items() if v is not ...})


def unit(**fields: Any) -> str:
    return changed(FLEET, units=[UNIT | fields, UNIT | {"name": "b"}])


UC, VR, GS = "energy/unit_commitment", "logistics/vehicle_routing", "life_science/ground_state"

CASES: list[tuple[str, str, str, str | bytes, str, int]] = [
    # use case, name of the case, file, content, what the line must name, exit code
    (UC, "wrong type", "f.json", changed(FLEET, demand="much"), "demand", 3),
    (UC, "number as text", "f.json", unit(p_max="100"), "units.0.p_max", 3),
    (UC, "NaN", "f.json", changed(FLEET, reserve=0.5).replace("0.5", "NaN"), "NaN", 3),
    (UC, "infinity", "f.json", changed(FLEET, reserve=0.5).replace("0.5", "1e999"), "reserve", 3),
    (UC, "negative capacity", "f.json", unit(p_max=-5), "units.0.p_max", 3),
    (UC, "missing key", "f.json", changed(FLEET, demand=...), "demand", 3),
    (UC, "unknown key", "f.json", changed(FLEET, colour="red"), "colour", 3),
    (UC, "no units", "f.json", changed(FLEET, units=[]), "units", 3),
    (UC, "no hours", "f.json", changed(FLEET, demand=[]), "demand", 3),
    (UC, "least above most", "f.json", unit(p_min=200), "p_min", 3),
    (UC, "history of no hours", "f.json", unit(initial_hours=0), "initial_hours", 3),
    (UC, "half an hour", "f.json", unit(min_up=1.5), "units.0.min_up", 3),
    (UC, "demand above capacity", "f.json", changed(FLEET, demand=[80, 500]), "hour 2", 4),
    (UC, "truncated", "f.json", json.dumps(FLEET)[:100], "line 1", 3),
    (UC, "empty file", "f.json", "", "empty", 3),
    (UC, "binary", "f.json", bytes(range(256)) * 4, "not text", 3),
    (UC, "a hundred megabytes", "f.json", b" " * (100 << 20), "100 MB", 3),
    (UC, "a list", "f.json", "[1, 2]", "content", 3),
    (UC, "a key twice", "f.json", '{"reserve": 0.1, "reserve": 0.2}', "reserve", 3),
    (UC, "nested a million deep", "f.json", "[" * 10**6, "nested", 3),
    (UC, "a number of many digits", "f.json", changed(FLEET)[:-1] + ', "x": ' + "9" * 9999 + "}",
     "content", 3),
    (UC, "unknown format", "f.yaml", "units: []", "format", 3),
    (VR, "unknown port", "f.json", '{"capacity": 5, "ports": {"XXQQQ": 3}}', "XXQQQ", 3),
    (VR, "demand above capacity", "f.json", changed(ROUTES, demands=[2, 9]), "demands", 3),
    (VR, "negative capacity", "f.json", changed(ROUTES, capacity=-1), "capacity", 3),
    (VR, "matrix not square", "f.json", changed(ROUTES, distances=[[0, 1], [1, 0]]), "distances",
     3),
    (VR, "a customer twice", "f.json", changed(ROUTES, customers=["A", "A"]), "customers", 3),
    (VR, "vrp without capacity", "f.vrp", VRP.replace("CAPACITY : 10\n", ""), "CAPACITY", 3),
    (VR, "vrp cut off", "f.vrp", VRP[: VRP.index("3 6 8")], "NODE_COORD_SECTION", 3),
    (VR, "vrp of another dimension", "f.vrp", VRP.replace("DIMENSION : 3", "DIMENSION : 4"),
     "NODE_COORD_SECTION", 3),
    (VR, "vrp with NaN", "f.vrp", VRP.replace("3 6 8", "3 nan 8"), "NODE_COORD_SECTION", 3),
    (VR, "vrp demand above capacity", "f.vrp", VRP.replace("3 6\nDEPOT", "3 60\nDEPOT"), "60", 3),
    (VR, "vrp negative demand", "f.vrp", VRP.replace("2 5\n3 6\nD", "2 -5\n3 6\nD"), "DEMAND", 3),
    (GS, "odd electrons as singlet", "f.xyz", "1\n\nH 0 0 0\n", "multiplicity", 3),
    (GS, "multiplicity of wrong parity", "f.json", changed({"atoms": ATOMS}, multiplicity=2),
     "multiplicity", 3),
    (GS, "unknown element", "f.xyz", XYZ.replace("H 0 0 0\n", "Xx 0 0 0\n"), "Xx", 3),
    (GS, "atoms on top of each other", "f.xyz", XYZ.replace("0.74", "0.01"), "closer", 3),
    (GS, "unknown basis", "f.xyz", XYZ.replace("sto-3g", "sto-9g"), "basis", 3),
    (GS, "xyz cut off", "f.xyz", "3\n\nH 0 0 0\nH 0 0 1\n", "line", 3),
    (GS, "xyz without numbers", "f.xyz", XYZ.replace("0.74", "far"), "line 4", 3),
    (GS, "active space above the basis", "f.xyz", XYZ.replace("sto-3g", "sto-3g active=2e,9o"),
     "active", 3),
    (GS, "no atoms", "f.json", "{}", "atoms", 3),
    (GS, "fcidump without header", "f.fcidump", FCIDUMP.partition("&END")[2], "FCI", 3),
    (GS, "fcidump index beyond orbitals", "FCIDUMP", FCIDUMP.replace("1 1 1 1", "1 1 1 7"),
     "line", 3),
    (GS, "fcidump of wrong parity", "f.fcidump", FCIDUMP.replace("MS2=0", "MS2=1"),
     "multiplicity", 3),
    (GS, "fcidump with NaN", "f.fcidump", FCIDUMP.replace("0.7 1", "nan 1"), "line", 3),
]  # fmt: skip


def test_there_are_enough_cases_and_the_bases_are_sound(tmp_path: Path) -> None:
    assert len(CASES) >= 40
    from usecases.instances import load

    for name, file, text in [
        (UC, "f.json", json.dumps(FLEET)),
        (VR, "f.json", json.dumps(ROUTES)),
        (VR, "f.vrp", VRP),
        (GS, "f.json", json.dumps({"atoms": ATOMS})),
        (GS, "f.xyz", XYZ),
        (GS, "FCIDUMP", FCIDUMP),
    ]:
        (tmp_path / file).write_text(text)
        load(registry.usecase(name), str(tmp_path / file))


@pytest.mark.parametrize(
    ("usecase", "file", "content", "names", "code"),
    [pytest.param(*c[:1], *c[2:], id=f"{c[0].split('/')[1]}: {c[1]}") for c in CASES],
)
def test_malformed_files(  # noqa: PLR0917
    usecase: str,
    file: str,
    content: str | bytes,
    names: str,
    code: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / file
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = _outcome(["run", usecase, "-i", str(path), "-a", "exact", "--json"])
    printed = capsys.readouterr()
    assert found == code, printed.err
    assert printed.out == ""
    lines = printed.err.strip().splitlines()
    assert len(lines) == 1, lines
    assert names in lines[0]
    assert code != 3 or file in lines[0]
    assert len(lines[0]) < 600
    assert "Traceback" not in printed.err


def test_a_malformed_file_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "fleet.json"
    path.write_text(unit(p_max=-5))
    done = usecases("run", UC, "-i", path)
    assert done.returncode == 3
    assert done.stderr.startswith("usecases: fleet.json: units.0.p_max: ")


def mutated(text: str, rng: Any) -> str:
    """The text with a few characters changed, dropped or doubled."""
    letters = list(text)
    for _ in range(int(rng.integers(1, 4))):
        at = int(rng.integers(len(letters)))
        letters[at] = str(rng.choice(["", letters[at] * 2, "9", "-", ".", "x", "\n", "e", '"']))
    return "".join(letters)


@pytest.mark.parametrize(
    ("usecase", "file", "text"),
    [
        (UC, "f.json", json.dumps(FLEET)),
        (VR, "f.vrp", VRP),
        (VR, "f.json", json.dumps(ROUTES)),
        (GS, "f.xyz", XYZ),
        (GS, "f.fcidump", FCIDUMP),
    ],
    ids=["fleet", "vrp", "routes", "xyz", "fcidump"],
)
def test_random_damage_is_read_or_refused_but_never_crashes(
    usecase: str, file: str, text: str, tmp_path: Path
) -> None:
    import numpy as np

    from usecases.errors import UsecasesError
    from usecases.instances import load

    case, rng = registry.usecase(usecase), np.random.default_rng(1)
    load_it: Callable[[], Any] = lambda: load(case, str(tmp_path / file))  # noqa: E731
    refused = 0
    for _ in range(150):
        (tmp_path / file).write_text(mutated(text, rng))
        try:
            load_it()
        except UsecasesError as error:
            assert error.code == 3
            assert "\n" not in str(error)
            refused += 1
    assert refused > 50
