"""The tour use case: proven values, files of its field, three formulations, bad input."""

from __future__ import annotations

import json
from itertools import permutations, product

import numpy as np
import pytest
from pydantic import ValidationError

from logistics._north_sea import LOCODES, SEA_MILES
from logistics._ports import find_port, sea_miles
from logistics.tour import (
    Tour,
    TravellingSalesman,
    draw,
    drawn,
    dsj1000,
    example,
    frontier,
    interpret,
    objective,
    share,
    usecase,
    violations,
    workshop,
)
from logistics.tour import proof as proof_file
from logistics.tour.bound import assignment, lower_bound, one_trees
from logistics.tour.first import in_whole_numbers, local_optimum, nearest_neighbour
from logistics.tour.model import (
    build,
    calls_of,
    one_hot,
    penalties,
    placed,
    rows,
    sufficient_weight,
)
from logistics.tour.pieces import cut, round_trip, single_cities
from logistics.tour.proof import over_circuits, prove
from logistics.tour.tsp_text import parse_tsp
from usecases import registry, run
from usecases.errors import BadInstance, TooLarge, VerificationFailed
from usecases.instances import parse_json
from usecases.models import Incumbent, Structured, all_bits, energies, qubits, variables
from usecases.testing import check_usecase

PROVEN = [
    ("demo", 1001.84, 9),
    ("workshop", 1235.35, 16),
    ("dsj1000-4", 1516250, 9),
    ("dsj1000-6", 2054234, 25),
    ("dsj1000-8", 3003807, 49),
    ("dsj1000-10", 3078332, 63),
    ("dsj1000-12", 3153257, 56),
    ("dsj1000-14", 3265787, 56),
]
"""Instance, least length, variables of the model."""

BURMA14 = """NAME: burma14
TYPE: TSP
COMMENT: 14 cities in Burma (Zaw Win), TSPLIB 95
DIMENSION: 14
EDGE_WEIGHT_TYPE: GEO
EDGE_WEIGHT_FORMAT: FUNCTION
DISPLAY_DATA_TYPE: COORD_DISPLAY
NODE_COORD_SECTION
1 16.47 96.10
2 16.47 94.44
3 20.09 92.54
4 22.39 93.37
5 25.23 97.24
6 22.00 96.05
7 20.47 97.02
8 17.20 96.29
9 16.30 97.38
10 14.05 98.12
11 16.53 97.38
12 21.52 95.59
13 19.41 97.13
14 20.09 94.55
EOF
"""

ULYSSES16 = """NAME: ulysses16.tsp
TYPE: TSP
COMMENT: Odyssey of Ulysses (Groetschel and Padberg), TSPLIB 95
DIMENSION: 16
EDGE_WEIGHT_TYPE: GEO
DISPLAY_DATA_TYPE: COORD_DISPLAY
NODE_COORD_SECTION
1 38.24 20.42
2 39.57 26.15
3 40.56 25.32
4 36.26 23.12
5 33.48 10.54
6 37.56 12.19
7 38.42 13.11
8 37.52 20.44
9 41.23 9.10
10 41.17 13.05
11 36.08 -5.21
12 38.47 15.13
13 38.15 15.35
14 37.51 15.17
15 35.49 14.32
16 39.36 19.56
EOF
"""

GR17 = """NAME: gr17
TYPE: TSP
COMMENT: 17 cities (Groetschel), TSPLIB 95
DIMENSION: 17
EDGE_WEIGHT_TYPE: EXPLICIT
EDGE_WEIGHT_FORMAT: LOWER_DIAG_ROW
EDGE_WEIGHT_SECTION
0 633 0 257 390 0 91 661 228 0 412 227 169 383 0 150 488 112 120 267 0 80 572 196 77 351 63 0
134 530 154 105 309 34 29 0 259 555 372 175 338 264 232 249 0 505 289 262 476 196 360 444 402 495
0 353 282 110 324 61 208 292 250 352 154 0 324 638 437 240 421 329 297 314 95 578 435 0 70 567 191
27 346 83 47 68 189 439 287 254 0 211 466 74 182 243 105 150 108 326 336 184 391 145 0 268 420 53
239 199 123 207 165 383 240 140 448 202 57 0 246 745 472 237 528 364 332 349 202 685 542 157 289
426 483 0 121 518 142 84 297 35 29 36 236 390 238 301 55 96 153 336 0
EOF
"""

ATT48 = (
    "6734 1453 2233 10 5530 1424 401 841 3082 1644 7608 4458 7573 3716 7265 1268 6898 1885 1112"
    " 2049 5468 2606 5989 2873 4706 2674 4612 2035 6347 2683 6107 669 7611 5184 7462 3590 7732"
    " 4723 5900 3561 4483 3369 6101 1110 5199 2182 1633 2809 4307 2322 675 1006 7555 4819 7541"
    " 3981 3177 756 7352 4506 7545 2801 3245 3305 6426 3173 4608 1198 23 2216 7248 3779 7762 4595"
    " 7392 2244 3484 2829 6271 2135 4985 140 1916 1569 7280 4899 7509 3239 10 2676 6807 2993 5185"
    " 3258 3023 1942"
)
"""Coordinates of the 48 capitals of the USA, TSPLIB 95 (Padberg and Rinaldi)."""

BR17 = """NAME: br17
TYPE: ATSP
COMMENT: 17 cities (Repetto), TSPLIB 95
DIMENSION: 17
EDGE_WEIGHT_TYPE: EXPLICIT
EDGE_WEIGHT_FORMAT: FULL_MATRIX
EDGE_WEIGHT_SECTION
9999 3 5 48 48 8 8 5 5 3 3 0 3 5 8 8 5
3 9999 3 48 48 8 8 5 5 0 0 3 0 3 8 8 5
5 3 9999 72 72 48 48 24 24 3 3 5 3 0 48 48 24
48 48 74 9999 0 6 6 12 12 48 48 48 48 74 6 6 12
48 48 74 0 9999 6 6 12 12 48 48 48 48 74 6 6 12
8 8 50 6 6 9999 0 8 8 8 8 8 8 50 0 0 8
8 8 50 6 6 0 9999 8 8 8 8 8 8 50 0 0 8
5 5 26 12 12 8 8 9999 0 5 5 5 5 26 8 8 0
5 5 26 12 12 8 8 0 9999 5 5 5 5 26 8 8 0
3 0 3 48 48 8 8 5 5 9999 0 3 0 3 8 8 5
3 0 3 48 48 8 8 5 5 0 9999 3 0 3 8 8 5
0 3 5 48 48 8 8 5 5 3 3 9999 3 5 8 8 5
3 0 3 48 48 8 8 5 5 0 0 3 9999 3 8 8 5
5 3 0 72 72 48 48 24 24 3 3 5 3 9999 48 48 24
8 8 50 6 6 0 0 8 8 8 8 8 8 50 9999 0 8
8 8 50 6 6 0 0 8 8 8 8 8 8 50 0 9999 8
5 5 26 12 12 8 8 0 0 5 5 5 5 26 8 8 9999
EOF
"""


def att48() -> str:
    numbers = ATT48.split()
    nodes = [f"{k + 1} {x} {y}" for k, (x, y) in enumerate(zip(*[iter(numbers)] * 2, strict=True))]
    head = "NAME : att48\nTYPE : TSP\nDIMENSION : 48\nEDGE_WEIGHT_TYPE : ATT\nNODE_COORD_SECTION"
    return "\n".join([head, *nodes, "EOF"])


def random_instance(seed: int, size: int, symmetric: bool = False) -> TravellingSalesman:
    """Distances without any structure, not metric, and some of them zero."""
    rng = np.random.default_rng(seed)
    d = rng.integers(0, 60, (size, size)) * rng.choice([1.0, 0.25])
    if symmetric:
        d = np.triu(d) + np.triu(d).T
    np.fill_diagonal(d, 0)
    return TravellingSalesman(
        cities=tuple(f"c{k}" for k in range(size)), distances=tuple(map(tuple, d.tolist()))
    )


def brute_force(instance: TravellingSalesman) -> float:
    """The least length over all orders."""
    orders = permutations(range(1, len(instance.cities)))
    return min(round_trip(instance, order) for order in orders)


def tour(instance: TravellingSalesman, calls: tuple[int, ...]) -> Tour:
    return Tour(stops=tuple((instance.cities[city],) for city in calls))


def sample(model: object, row: list[int]) -> dict[str, int]:
    return dict(zip(variables(model), row, strict=True))  # type: ignore[arg-type]


def test_the_contract_is_kept() -> None:
    assert check_usecase(usecase) == []


@pytest.mark.parametrize(("name", "length", "size"), PROVEN)
def test_proven_values(name: str, length: float, size: int) -> None:
    found = run("logistics/tour", name, "exact")
    assert found.score.objective == pytest.approx(length, abs=0.005)
    assert (found.score.gap, found.score.feasible, found.qubits) == (0, True, size)
    assert found.score.reference.kind == "optimal"


def test_the_frontier_is_proven_and_its_space_is_small() -> None:
    instance = frontier()
    assert prove(instance).value == pytest.approx(1971.558, abs=0.0005)
    assert prove(instance).value == pytest.approx(over_circuits(instance).value)
    model = usecase.model(instance)
    assert isinstance(model, Structured) and qubits(model) == 64


def test_sea_miles_are_those_of_searoute() -> None:
    pytest.importorskip("searoute")
    ports = [find_port(code) for code, _, _ in LOCODES.values()]
    assert sea_miles(ports, digits=3) == tuple(SEA_MILES.values())
    assert [p.point for p in ports] == [point[1:] for point in LOCODES.values()]


def test_ports_by_name_give_the_stored_instance() -> None:
    pytest.importorskip("searoute")
    text = '{"ports": ["DKEBJ", "Felixstowe", "gbimm", "GBTEE", "Aberdeen"]}'
    assert parse_json(TravellingSalesman, text.replace("Aberdeen", "GBABD")) == workshop()


@pytest.mark.parametrize(
    ("text", "length"),
    [(BURMA14, 3323), (ULYSSES16, 6859), (GR17, 2085), (att48(), 10628), (BR17, 39)],
    ids=["burma14", "ulysses16", "gr17", "att48", "br17"],
)
def test_published_optima_of_tsplib(text: str, length: int) -> None:
    found = prove(parse_tsp(text))
    assert (found.value, found.kind) == (length, "optimal")


@pytest.mark.parametrize("seed", range(8))
def test_reference_and_models_agree_with_brute_force(seed: int) -> None:
    """Asymmetric, non-metric: no broken rule pays in any formulation."""
    instance = random_instance(seed, 4, symmetric=seed % 2 == 0)
    best = brute_force(instance)
    assert prove(instance).value == pytest.approx(best)
    for make in (build, rows, penalties):
        model, strings = make(instance), all_bits(9)
        values = energies(model, strings)
        for row, energy in zip(strings.tolist(), values.tolist(), strict=True):
            answer = interpret(instance, sample(model, row))
            if violations(instance, answer):
                assert energy > best
            else:
                assert energy == pytest.approx(objective(instance, answer))


@pytest.mark.parametrize("seed", range(4))
def test_both_proofs_agree_with_brute_force(seed: int) -> None:
    instance = random_instance(seed, 7, symmetric=seed % 2 == 0)
    best = brute_force(instance)
    assert prove(instance).value == pytest.approx(best)
    found = over_circuits(instance)
    assert (found.value, found.kind) == (pytest.approx(best), "optimal")


@pytest.mark.parametrize("seed", range(4))
def test_bounds_are_no_longer_than_the_best_tour(seed: int) -> None:
    metric = example(12, 3 * seed)
    best = prove(metric).value
    assert 0.9 * best <= one_trees(metric.matrix, best * 1.05) <= best + 1e-9
    other = random_instance(seed, 9)
    assert assignment(other.matrix) <= prove(other).value
    assert lower_bound(other.matrix, 100.0)[1] == "assignment of successors"


@pytest.mark.parametrize("seed", range(4))
def test_pieces_keep_lengths_and_rules(seed: int) -> None:
    """All strings of a tour cut into few pieces: energies of tours, and dearer broken rules."""
    instance = random_instance(seed, 6, symmetric=seed % 2 == 0)
    calls = (3, 1, 5, 2, 4)
    pieces = cut(instance, calls, centre=seed + 1, variables=18)
    model = one_hot(instance, pieces)
    assert 8 <= qubits(model) <= 18
    known = placed(instance, pieces, calls)
    assert calls_of(instance, known) == calls
    assert objective(instance, interpret(instance, known)) == round_trip(instance, calls)
    ways = product(permutations(pieces), product((0, -1), repeat=len(pieces)))
    orders = [[c for p, k in zip(ps, ks, strict=True) for c in p[k]] for ps, ks in ways]
    best = min(round_trip(instance, tuple(order)) for order in orders)
    strings = all_bits(qubits(model))
    values = energies(model, strings)
    assert values.min() == pytest.approx(best)
    near = values < best + 20.0
    for row, energy in zip(strings[near].tolist(), values[near].tolist(), strict=True):
        answer = interpret(instance, sample(model, row))
        if violations(instance, answer):
            assert energy > best
        else:
            assert energy == pytest.approx(objective(instance, answer))


def test_the_sufficient_penalty_is_not_far_too_large() -> None:
    instance = workshop()
    pieces = single_cities(instance)
    assert sufficient_weight(instance, pieces) == pytest.approx(instance.matrix.max())
    light = one_hot(instance, pieces, multiple=0.25)
    assert energies(light, all_bits(16)).min() < prove(instance).value - 1.0


def test_large_instances_come_with_a_tour_that_grows_new_pieces() -> None:
    instance = example(150, 0)
    model = build(instance)
    assert isinstance(model, Incumbent) and qubits(model) <= 64 and model.grow is not None
    calls = calls_of(instance, model.sample)
    assert calls == local_optimum(instance) and sorted(calls) == [*range(1, 150)]
    again = model.grow(model.sample)
    assert set(variables(again)) != set(variables(model))
    for pool in (model, again):
        bits = np.array([[pool.sample[v] for v in variables(pool)]], dtype=np.int8)
        assert energies(pool, bits)[0] == pytest.approx(round_trip(instance, calls))
        assert violations(instance, interpret(instance, pool.sample)) == []


@pytest.mark.parametrize(("text", "length"), [(BURMA14, 3323), (BR17, 39)])
def test_cutting_again_elsewhere_finds_published_optima(text: str, length: int) -> None:
    inner = {"solver": "lns", "solver.solver": "exact", "generations": 20}
    found = run("logistics/tour", parse_tsp(text), "column_generation", parameters=inner)
    assert (found.score.objective, found.score.gap) == (length, 0)


def test_the_reference_of_large_instances_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyvrp")
    monkeypatch.setattr(proof_file, "ITERATIONS", 100)
    instance = example(90, 0)
    found = prove(instance)
    assert found.kind == "best_known" and "no tour is shorter than" in found.method
    bound = float(found.method.split("shorter than ")[1].split(" ")[0])
    first = round_trip(instance, local_optimum(instance))
    assert 0.9 * found.value <= bound <= found.value <= first


def test_the_quantum_run_of_the_demo() -> None:
    found = run("logistics/tour", "demo")
    assert found.score.feasible_share == 1 and found.score.gap == 0
    assert found.score.lift_interval is not None and found.score.lift_interval[0] > 1


def test_shares_of_tours_by_formula_and_by_drawing() -> None:
    assert share("penalty", 3) == pytest.approx(6 / 512)
    assert share("rows", 5) == pytest.approx(120 / 3125)
    for space in ("penalty", "rows", "permutation"):
        assert drawn(space, workshop(), 2000) == pytest.approx(share(space, 4), abs=0.03)


def test_penalties_of_many_cities_are_refused() -> None:
    with pytest.raises(TooLarge, match="Up to 32 cities"):
        registry.usecase("logistics/tour:penalty").model(example(33, 0))


def test_whole_numbers() -> None:
    whole, scale = in_whole_numbers(workshop())
    assert scale == 1000 and whole[0, 1] == 367453
    third = TravellingSalesman(
        cities=("a", "b", "c"), distances=((0, 1 / 3, 2), (1, 0, 2), (1, 2, 0))
    )
    whole, scale = in_whole_numbers(third)
    assert abs(whole[0, 1] / scale - 1 / 3) < 1e-12


# --- reading back ---------------------------------------------------------------------------


def test_answers_are_read_as_they_are() -> None:
    instance = workshop()
    names = variables(penalties(instance))
    chosen = {"FXT@1", "IMM@2", "TEE@2", "ABD@4", "FXT@4"}
    answer = interpret(instance, {name: int(name in chosen) for name in names})
    assert answer.stops == (("FXT",), ("IMM", "TEE"), (), ("FXT", "ABD"))
    assert violations(instance, answer) == [
        "call 2 is at IMM and TEE at once",
        "call 3 is nowhere",
        "call 4 is at FXT and ABD at once",
        "FXT is called at 2 times",
    ]
    empty = interpret(instance, dict.fromkeys(names, 0))
    assert "nobody calls at ABD" in violations(instance, empty)
    assert violations(instance, Tour(stops=(("XYZ",),)))[0] == "XYZ is no port of call"


@pytest.mark.parametrize(
    "label", ["XYZ@1", "EBJ@1", "FXT", "FXT@", "FXT@-1", "FXT@x", "@1", "FXT@²"]
)
def test_foreign_variables_are_refused(label: str) -> None:
    with pytest.raises(VerificationFailed, match="names no cities"):
        interpret(workshop(), {label: 1})


def test_values_that_are_no_bits_are_refused() -> None:
    with pytest.raises(VerificationFailed, match="not 0 or 1"):
        interpret(workshop(), {"FXT@1": 2})


# --- input ----------------------------------------------------------------------------------

GOOD = {"cities": ["a", "b", "c"], "distances": [[0, 1, 2], [1, 0, 3], [2, 3, 0]]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cities": ["a", "b"]}, "at least 3"),
        ({"cities": ["a", "b", "b"]}, "'b' appears twice"),
        ({"cities": ["a", "b", "c@1"]}, "match"),
        ({"cities": ["a", "b", "c>d"]}, "match"),
        ({"cities": ["a", "b", "c\u202ed"]}, "cannot be printed"),
        ({"cities": ["a", "b", ""]}, "at least 1"),
        ({"distances": [[0, 1, 2], [1, 0, 3]]}, "2 rows are given for 3 cities"),
        ({"distances": [[0, 1, 2], [1, 0], [2, 3, 0]]}, "the row of b has 2 entries"),
        ({"distances": [[0, 1, 2], [1, 7, 3], [2, 3, 0]]}, "distance of b to itself must be 0"),
        ({"distances": [[0, -1, 2], [1, 0, 3], [2, 3, 0]]}, "greater than or equal"),
        ({"distances": [[0, "1", 2], [1, 0, 3], [2, 3, 0]]}, "valid number"),
        ({"distances": None}, "give either distances or coordinates"),
        ({"measure": "EUC_2D"}, "give either distances or coordinates"),
        ({"distances": None, "measure": "EUC_2D"}, "needs coordinates"),
        ({"distances": None, "measure": "XRAY1", "coordinates": [[0, 0]] * 3}, "EUC_2D"),
        ({"coordinates": [[0, 0]]}, "1 points are given for 3 cities"),
        ({"unit": "miles"}, "nmi"),
        ({"colour": "red"}, "not permitted"),
        ({"ports": ["DKEBJ", "GBIMM", "GBFXT"]}, "not permitted"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, object], words: str) -> None:
    assert parse_json(TravellingSalesman, json.dumps(GOOD))
    with pytest.raises(ValidationError, match=words):
        parse_json(TravellingSalesman, json.dumps(GOOD | change))


@pytest.mark.parametrize(
    ("ports", "words"),
    [
        (["DKEBJ", "Felixstow", "GBIMM"], r"did you mean Felixstowe"),
        (["DKEBJ", "GBIMM", "Immingham"], "'Immingham' is GBIMM, which appears twice"),
        (["DKEBJ", "GBIMM"], "at least 3"),
    ],
)
def test_wrong_ports_are_named(ports: list[str], words: str) -> None:
    pytest.importorskip("searoute")
    with pytest.raises(ValidationError, match=words):
        parse_json(TravellingSalesman, json.dumps({"ports": ports}))


def tsp(**changed: str | None) -> str:
    """A small file; each part can be replaced or, with None, left out."""
    parts: dict[str, str | None] = {
        "NAME": "NAME : square4",
        "TYPE": "TYPE : TSP (a square)",
        "DIMENSION": "DIMENSION : 4",
        "KIND": "EDGE_WEIGHT_TYPE : EUC_2D",
        "COORD": "NODE_COORD_SECTION\n1 0 0\n2 3 4\n3 6 8\n4 5 -12",
        "WEIGHTS": None,
        "EOF": "EOF",
    }
    return "\n".join(part for part in (parts | changed).values() if part is not None)


def test_distances_are_rounded_as_tsplib_says() -> None:
    coordinates = "NODE_COORD_SECTION\n1 0 0\n2 1.5 2\n3 1 1\n4 3 5"
    found = {
        kind: parse_tsp(tsp(KIND=f"EDGE_WEIGHT_TYPE: {kind}", COORD=coordinates)).matrix[0, 1:]
        for kind in ("EUC_2D", "CEIL_2D", "MAN_2D", "MAX_2D", "ATT")
    }
    assert {kind: row.tolist() for kind, row in found.items()} == {
        "EUC_2D": [3, 1, 6], "CEIL_2D": [3, 2, 6], "MAN_2D": [4, 2, 8], "MAX_2D": [2, 1, 5],
        "ATT": [1, 1, 2],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("form", "numbers"),
    [
        ("FULL_MATRIX", "0 1 2 3  1 0 4 5  2 4 0 6  3 5 6 0"),
        ("LOWER_ROW", "1  2 4  3 5 6"),
        ("LOWER_DIAG_ROW", "0  1 0  2 4 0  3 5 6 0"),
        ("UPPER_ROW", "1 2 3\n4 5\n6"),
        ("UPPER_DIAG_ROW", "0 1 2 3  0 4 5  0 6  0"),
        ("UPPER_COL", "1  2 4  3 5 6"),
        ("LOWER_DIAG_COL", "0 1 2 3  0 4 5  0 6  0"),
    ],
)
def test_explicit_matrices(form: str, numbers: str) -> None:
    kind = f"EDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: {form}"
    weights = f"EDGE_WEIGHT_SECTION\n{numbers}"
    instance = parse_tsp(tsp(KIND=kind, COORD=None, WEIGHTS=weights))
    assert instance.distances == ((0, 1, 2, 3), (1, 0, 4, 5), (2, 4, 0, 6), (3, 5, 6, 0))
    assert instance.coordinates is None
    cut_off = weights.rsplit(maxsplit=1)[0]
    with pytest.raises(BadInstance, match="EDGE_WEIGHT_SECTION"):
        parse_tsp(tsp(KIND=kind, COORD=None, WEIGHTS=cut_off))


EXPLICIT = "EDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: UPPER_ROW"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"DIMENSION": None}, "DIMENSION"),
        ({"DIMENSION": "DIMENSION : 2"}, "DIMENSION"),
        ({"DIMENSION": "DIMENSION : 99999999"}, "DIMENSION"),
        ({"DIMENSION": "DIMENSION : 5"}, "NODE_COORD_SECTION"),
        ({"COORD": None}, "NODE_COORD_SECTION"),
        ({"COORD": "NODE_COORD_SECTION\n1 0 0\n2 3 nan\n3 6 8\n4 5 1"}, "NODE_COORD_SECTION"),
        ({"COORD": "NODE_COORD_SECTION\n1 0 0\n2 1 1\n2 6 8\n4 5 1"}, "NODE_COORD_SECTION"),
        ({"COORD": "NODE_COORD_SECTION\n1 0 0\n2 1 1e99\n3 6 8\n4 5 1"}, "NODE_COORD_SECTION"),
        ({"COORD": "NODE_COORD_SECTION\n1 0 0\n2 3_0 4\n3 6 8\n4 5 1"}, "NODE_COORD_SECTION"),
        ({"KIND": None}, "EDGE_WEIGHT_TYPE"),
        ({"KIND": "EDGE_WEIGHT_TYPE : EUC_3D"}, "EDGE_WEIGHT_TYPE"),
        ({"KIND": EXPLICIT}, "EDGE_WEIGHT_SECTION"),
        (
            {"KIND": "EDGE_WEIGHT_TYPE: EXPLICIT", "WEIGHTS": "EDGE_WEIGHT_SECTION\n1"},
            "EDGE_WEIGHT_FORMAT",
        ),
        ({"KIND": EXPLICIT, "WEIGHTS": "EDGE_WEIGHT_SECTION\n1 2 3 4 5 -6"}, "EDGE_WEIGHT_SECTION"),
        ({"KIND": EXPLICIT, "WEIGHTS": "EDGE_WEIGHT_SECTION\n1 2 3 4 5 6.5"}, "EDGE_WEIGHT"),
        ({"TYPE": "TYPE : CVRP"}, "TYPE"),
        ({"TYPE": "TYPE : TOUR"}, "TYPE"),
        ({"NAME": "CAPACITY : 200"}, "header, line 1"),
        ({"NAME": "FIXED_EDGES_SECTION"}, "header, line 1"),
        ({"NAME": "TYPE : TSP"}, "TYPE"),
    ],
)
def test_malformed_files_name_their_part(changed: dict[str, str | None], field: str) -> None:
    with pytest.raises(BadInstance) as error:
        parse_tsp(tsp(**changed))
    assert field in error.value.field


def test_comments_may_take_several_lines() -> None:
    comment = "COMMENT: 14 cities in Burma (Zaw Win), TSPLIB 95\n"
    assert parse_tsp(BURMA14.replace(comment, 3 * comment)) == parse_tsp(BURMA14)


def test_tiny_distances_are_no_proof_of_each_other() -> None:
    rng = np.random.default_rng(0)
    legs = 1e-18 * rng.integers(1, 100, (17, 17)) * (1 - np.eye(17))
    case = TravellingSalesman(
        cities=tuple(f"C{k}" for k in range(17)), distances=tuple(map(tuple, legs.tolist()))
    )
    assert over_circuits(case).kind == "best_known"


def test_truncation_at_any_line_is_noticed() -> None:
    lines = tsp().splitlines()
    for keep in range(len(lines) - 1):
        with pytest.raises(BadInstance):
            parse_tsp("\n".join(lines[:keep]))


def test_figures() -> None:
    schematic = random_instance(0, 5)
    burma, many = parse_tsp(BURMA14), dsj1000(14)
    shown = [
        (frontier(), tour(frontier(), (1, 2, 3, 4, 5, 6, 7, 8)), "longitude"),
        (burma, tour(burma, tuple(range(1, 14))), "longitude"),
        (many, tour(many, nearest_neighbour(many)), "units of the instance"),
        (schematic, Tour(stops=(("c1",), (), ("c2", "c3"), ("c4",))), "schematic"),
    ]
    for instance, answer, words in shown:
        figure = draw(instance, answer)
        assert words in figure.axes[0].get_xlabel()
        title = figure.axes[0].get_title()
        assert ("not a tour" in title) == bool(violations(instance, answer))
        figure.canvas.draw()
