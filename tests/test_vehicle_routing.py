"""The vehicle routing use case: proven values, files of its field, tight fleets, bad input."""

from __future__ import annotations

import json
from itertools import pairwise, permutations

import numpy as np
import pytest
from pydantic import ValidationError

from logistics.vehicle_routing import (
    LOCODES,
    MILES,
    Plan,
    demo,
    draw,
    interpret,
    objective,
    usecase,
    violations,
)
from logistics.vehicle_routing import proof as proof_file
from logistics.vehicle_routing.data import VehicleRouting
from logistics.vehicle_routing.ports import find_port, sea_miles
from logistics.vehicle_routing.proof import prove
from logistics.vehicle_routing.rounds import (
    _exact,
    _improved,
    _moved,
    _moves,
    _reversals,
    _reversed,
    shortest_round,
)
from logistics.vehicle_routing.vrplib_text import parse_vrp
from routing import tight
from usecases import registry, run
from usecases.algorithms.exact import Exact
from usecases.errors import BadInstance, Infeasible, VerificationFailed
from usecases.executor import Executor
from usecases.instances import parse_json
from usecases.models import Incumbent, Structured, all_bits, energies, qubits, variables
from usecases.plan import suited
from usecases.testing import check_usecase

TIGHT_SEEDS = 12


def random_instance(
    seed: int, size: int, capacity: int, vehicles: int | None, metric: bool = False
) -> VehicleRouting:
    """Distances without any structure, not even symmetric, unless `metric`."""
    rng = np.random.default_rng(seed)
    distances = rng.integers(0, 100, (size + 1, size + 1))
    if metric:
        points = rng.integers(0, 100, (size + 1, 2))
        distances = np.ceil(np.hypot(*(points[:, None] - points[None]).T)).astype(int)
    np.fill_diagonal(distances, 0)
    return VehicleRouting(
        capacity=capacity,
        vehicles=vehicles,
        customers=tuple(f"c{k}" for k in range(size)),
        demands=tuple(rng.integers(1, 5, size).tolist()),
        distances=tuple(map(tuple, distances.tolist())),
    )


def brute_force(instance: VehicleRouting) -> int | None:
    """The least distance over all ways to order the customers and to cut the order."""
    n, d, best = len(instance.customers), instance.distances, None
    for order in permutations(range(n)):
        for cuts in range(1 << (n - 1)):
            routes = [[order[0]]]
            for k in range(1, n):
                if cuts >> (k - 1) & 1:
                    routes.append([])
                routes[-1].append(order[k])
            if instance.vehicles is not None and len(routes) > instance.vehicles:
                continue
            if any(sum(instance.demands[c] for c in r) > instance.capacity for r in routes):
                continue
            total = 0
            for route in routes:
                stops = [0, *(c + 1 for c in route), 0]
                total += sum(d[i][j] for i, j in pairwise(stops))
            best = total if best is None else min(best, total)
    return best


def test_the_contract_is_kept() -> None:
    assert check_usecase(usecase) == []


@pytest.mark.parametrize(
    ("name", "columns", "miles"),
    [("demo", 11, 1828), ("workshop", 17, 2037), ("frontier", 76, 2904)],
)
def test_named_instances_have_their_proven_values(name: str, columns: int, miles: int) -> None:
    instance = usecase.instances[name]()
    model = usecase.model(instance)
    reference = usecase.reference(instance)
    assert (qubits(model), reference.value, reference.kind) == (columns, miles, "optimal")
    (found,) = Exact().solve(model, None, np.random.default_rng(0))[:1]  # type: ignore[arg-type]
    plan = interpret(instance, found.value)
    assert violations(instance, plan) == []
    assert objective(instance, plan) == found.energy == miles


def test_sea_miles_are_those_of_searoute() -> None:
    pytest.importorskip("searoute")
    ports = [find_port(code) for code, _, _ in LOCODES.values()]
    assert sea_miles(ports) == tuple(MILES.values())
    assert [p.point for p in ports] == [point[1:] for point in LOCODES.values()]


def test_ports_by_name_give_the_stored_instance() -> None:
    pytest.importorskip("searoute")
    text = '{"capacity": 5, "ports": {"GBIMM": 3, "Felixstowe": 2, "gbtee": 2, "Leith": 1}}'
    assert parse_json(VehicleRouting, text) == demo()


def test_any_port_of_searoute_works_from_any_depot() -> None:
    pytest.importorskip("searoute")
    text = '{"capacity": 9, "depot": "Rotterdam", "vehicles": 2, "ports": {"SGSIN": 4, "USNYC": 5}}'
    instance = parse_json(VehicleRouting, text)
    assert isinstance(instance, VehicleRouting)
    assert (instance.depot, instance.customers, instance.vehicles) == ("RTM", ("SIN", "NYC"), 2)
    assert 8000 < instance.distances[0][1] < 9500  # through the Suez Canal


def test_json_round_trip_of_a_matrix() -> None:
    instance = random_instance(1, 4, 6, 3)
    again = parse_json(VehicleRouting, json.dumps(instance.model_dump(mode="json")))
    assert again == instance


GOOD = {
    "capacity": 5,
    "customers": ["a", "b"],
    "demands": [3, 2],
    "distances": [[0, 1, 2], [1, 0, 3], [2, 3, 0]],
}


def test_names_of_all_languages_are_read() -> None:
    names = ["Århus 2", "高雄"]
    read = parse_json(VehicleRouting, json.dumps(GOOD | {"customers": names}))
    assert isinstance(read, VehicleRouting) and list(read.customers) == names


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"capacity": -5}, "capacity", "greater than or equal to 1"),
        ({"capacity": 2.5}, "capacity", "integer"),
        ({"vehicles": 0}, "vehicles", "greater than or equal to 1"),
        ({"demands": [3]}, "demands", "1 demands are given for 2 customers"),
        ({"demands": [3, 6]}, "demands", "b asks for 6, above the capacity 5"),
        ({"demands": [3, -1]}, "demands", "greater than or equal to 1"),
        ({"demands": [3, "2"]}, "demands", "integer"),
        ({"customers": ["a", "a"]}, "customers", "'a' appears twice"),
        ({"customers": ["a", "depot"]}, "customers", "'depot' appears twice"),
        ({"customers": ["a", "b+c"]}, "customers", "match"),
        ({"customers": ["\x1b]0;pwned\x07x", "b"]}, "customers", r"'\x1b]0;pwned\x07x' holds"),
        ({"customers": ["a", "b\x9b31mc"]}, "customers", "cannot be printed"),
        ({"customers": ["a", "b\u202ec"]}, "customers", "cannot be printed"),
        ({"customers": ["a", "b\u200bc"]}, "customers", "cannot be printed"),
        ({"depot": "a\x00b"}, "depot", "cannot be printed"),
        ({"distances": [[0, 1, 2], [1, 0, 3]]}, "distances", "2 rows are given"),
        ({"distances": [[0, 1, 2], [1, 0], [2, 3, 0]]}, "distances", "row 1 has 2 entries"),
        ({"distances": [[0, 1, 2], [1, 7, 3], [2, 3, 0]]}, "distances", "to itself must be 0"),
        ({"distances": [[0, -1, 2], [1, 0, 3], [2, 3, 0]]}, "distances", "greater than or equal"),
        ({"coordinates": [[0, 0]]}, "coordinates", "1 points are given"),
        ({"customers": [f"c{k}" for k in range(1001)]}, "customers", "at most 1000"),
        ({"colour": "red"}, "colour", "not permitted"),
        ({"ports": {"GBIMM": 3}}, "customers", "not permitted"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, object], field: str, words: str) -> None:
    with pytest.raises(ValidationError) as error:
        parse_json(VehicleRouting, json.dumps(GOOD | change))
    found = {str(e["loc"][0]): e["msg"] for e in error.value.errors()}
    assert words in found[field]


@pytest.mark.parametrize(
    ("ports", "words"),
    [
        ({"Felixstow": 2}, "did you mean Felixstowe (GBFXT)"),
        ({"Newcastle": 2}, "names several ports"),
        ({"GBIMM": 2, "Immingham": 1}, "'Immingham' is GBIMM, which appears twice"),
        ({"DKEBJ": 2}, "which appears twice"),
        ({"GBIMM": 6}, "GBIMM asks for 6, above the capacity 5"),
        ({}, "at least 1"),
    ],
)
def test_wrong_ports_are_named(ports: dict[str, int], words: str) -> None:
    pytest.importorskip("searoute")
    with pytest.raises(ValidationError) as error:
        parse_json(VehicleRouting, json.dumps({"capacity": 5, "ports": ports}))
    (first,) = error.value.errors()
    assert first["loc"] == ("ports",)
    assert words in first["msg"]


def vrp(**changed: str | None) -> str:
    """A small file; each part can be replaced or, with None, left out."""
    parts: dict[str, str | None] = {
        "NAME": "NAME : t-n4-k2",
        "TYPE": "TYPE : CVRP",
        "DIMENSION": "DIMENSION : 4",
        "KIND": "EDGE_WEIGHT_TYPE : EUC_2D",
        "CAPACITY": "CAPACITY : 3",
        "COORD": "NODE_COORD_SECTION\n1 0 0\n2 3 4\n3 6 8\n4 5 -12",
        "WEIGHTS": None,
        "DEMAND": "DEMAND_SECTION\n1 0\n2 1\n3 2\n4 3",
        "DEPOT": "DEPOT_SECTION\n1\n-1",
        "EOF": "EOF",
    }
    return "\n".join(part for part in (parts | changed).values() if part is not None)


def test_a_vrp_file_is_read() -> None:
    instance = parse_vrp(vrp())
    assert instance.customers == ("2", "3", "4")
    assert instance.distances == ((0, 5, 10, 13), (5, 0, 5, 16), (10, 5, 0, 20), (13, 16, 20, 0))
    assert (instance.vehicles, instance.capacity, instance.demands) == (2, 3, (1, 2, 3))
    assert prove(instance).value == 20 + 26


def test_distances_are_rounded_as_tsplib_says() -> None:
    coordinates = "NODE_COORD_SECTION\n1 0 0\n2 1 2\n3 1 1\n4 3 5"
    rounded = {
        kind: parse_vrp(vrp(KIND=f"EDGE_WEIGHT_TYPE : {kind}", COORD=coordinates)).distances[0][1:]
        for kind in ("EUC_2D", "CEIL_2D", "ATT")
    }
    assert rounded == {"EUC_2D": (2, 1, 6), "CEIL_2D": (3, 2, 6), "ATT": (1, 1, 2)}
    # The first two nodes of TSPLIB's ulysses16: 509 km in its published optimal-tour data.
    ulysses = "NODE_COORD_SECTION\n1 38.24 20.42\n2 39.57 26.15\n3 40.56 25.32\n4 36.26 23.12"
    found = parse_vrp(vrp(KIND="EDGE_WEIGHT_TYPE : GEO", COORD=ulysses)).distances[0][1:]
    assert found == (509, 501, 312)


@pytest.mark.parametrize(
    ("form", "numbers"),
    [
        ("FULL_MATRIX", "0 1 2 3  1 0 4 5  2 4 0 6  3 5 6 0"),
        ("LOWER_ROW", "1  2 4  3 5 6"),
        ("LOWER_DIAG_ROW", "0  1 0  2 4 0  3 5 6 0"),
        ("UPPER_ROW", "1 2 3\n4 5\n6"),
        ("UPPER_DIAG_ROW", "0 1 2 3  0 4 5  0 6  0"),
    ],
)
def test_explicit_matrices(form: str, numbers: str) -> None:
    kind = f"EDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: {form}"
    weights = f"EDGE_WEIGHT_SECTION\n{numbers}"
    instance = parse_vrp(vrp(KIND=kind, COORD=None, WEIGHTS=weights))
    assert instance.distances == ((0, 1, 2, 3), (1, 0, 4, 5), (2, 4, 0, 6), (3, 5, 6, 0))
    assert instance.coordinates is None
    assert usecase.plot is not None
    usecase.plot(instance, Plan(routes=(("2", "3"), ("4",))))
    cut = weights.rsplit(" ", 1)[0] if " " in numbers[-3:] else weights[:-2]
    with pytest.raises(BadInstance, match="EDGE_WEIGHT_SECTION"):
        parse_vrp(vrp(KIND=kind, COORD=None, WEIGHTS=cut))


@pytest.mark.parametrize(
    ("name", "line", "fleet"),
    [
        ("A-n32-k5", "", 5),
        ("XSH-n20-k4-01", "", 4),
        ("X-n101-k25", "", None),
        ("X-n101-k25", "VEHICLES : 26", 26),
        ("XML100_1111_01", "", None),
        ("E-n22", "", None),
    ],
)
def test_the_fleet_limit(name: str, line: str, fleet: int | None) -> None:
    assert parse_vrp(vrp(NAME=f"NAME : {name}\n{line}")).vehicles == fleet


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"CAPACITY": None}, "CAPACITY"),
        ({"CAPACITY": "CAPACITY : much"}, "CAPACITY"),
        ({"CAPACITY": "CAPACITY : -3"}, "CAPACITY"),
        ({"CAPACITY": "CAPACITY : 2"}, "DEMAND_SECTION"),
        ({"DIMENSION": None}, "DIMENSION"),
        ({"DIMENSION": "DIMENSION : 5"}, "NODE_COORD_SECTION"),
        ({"DIMENSION": "DIMENSION : 3"}, "NODE_COORD_SECTION"),
        ({"DIMENSION": "DIMENSION : 99999999"}, "DIMENSION"),
        ({"COORD": None}, "NODE_COORD_SECTION"),
        ({"COORD": "NODE_COORD_SECTION\n1 0 0\n2 3 nan\n3 6 8\n4 5 1"}, "NODE_COORD_SECTION"),
        ({"COORD": "NODE_COORD_SECTION\n1 0 0\n2 3 x\n3 6 8\n4 5 1"}, "NODE_COORD_SECTION"),
        ({"COORD": "NODE_COORD_SECTION\n1 0 0\n2 1 1\n2 6 8\n4 5 1"}, "NODE_COORD_SECTION"),
        ({"COORD": "NODE_COORD_SECTION\n1 0 0\n2 1 1\n7 6 8\n4 5 1"}, "NODE_COORD_SECTION"),
        ({"COORD": "NODE_COORD_SECTION\n1 0 0\nx 1 1\n3 6 8\n4 5 1"}, "NODE_COORD_SECTION"),
        ({"COORD": "NODE_COORD_SECTION\n1 0 0\n2 1 1e99\n3 6 8\n4 5 1"}, "NODE_COORD_SECTION"),
        ({"DEMAND": None}, "DEMAND_SECTION"),
        ({"DEMAND": "DEMAND_SECTION\n1 0\n2 1\n3 2"}, "DEMAND_SECTION"),
        ({"DEMAND": "DEMAND_SECTION\n1 0\n2 -1\n3 2\n4 1"}, "DEMAND_SECTION"),
        ({"DEMAND": "DEMAND_SECTION\n1 0\n2 4\n3 2\n4 1"}, "DEMAND_SECTION"),
        ({"DEMAND": "DEMAND_SECTION\n1 0\n2 1.5\n3 2\n4 1"}, "DEMAND_SECTION"),
        ({"DEMAND": "DEMAND_SECTION\n1 1\n2 1\n3 2\n4 1"}, "DEMAND_SECTION"),
        ({"COORD": "NODE_COORD_SECTION\n1 0 0\n2 3_0 4\n3 6 8\n4 5 1"}, "NODE_COORD_SECTION"),
        ({"COORD": "NODE_COORD_SECTION\n1 0 0\n2 3 4e1_0\n3 6 8\n4 5 1"}, "NODE_COORD_SECTION"),
        ({"COORD": "NODE_COORD_SECTION\n1 0 0\n2 3 ٤\n3 6 8\n4 5 1"}, "NODE_COORD_SECTION"),
        ({"COORD": "NODE_COORD_SECTION\n1 0 0\n٢ 3 4\n3 6 8\n4 5 1"}, "NODE_COORD_SECTION"),
        ({"DEMAND": "DEMAND_SECTION\n1 0\n2 1\n3 ٢\n4 1"}, "DEMAND_SECTION"),
        ({"DEMAND": "DEMAND_SECTION\n1 0\n2 1\n3 0_2\n4 1"}, "DEMAND_SECTION"),
        ({"CAPACITY": "CAPACITY : ٣"}, "CAPACITY"),
        ({"DEPOT": None}, "DEPOT_SECTION"),
        ({"DEPOT": "DEPOT_SECTION\n9\n-1"}, "DEPOT_SECTION"),
        ({"DEPOT": "DEPOT_SECTION\n1\n2\n-1"}, "DEPOT_SECTION"),
        ({"KIND": "EDGE_WEIGHT_TYPE : XRAY1"}, "EDGE_WEIGHT_TYPE"),
        ({"KIND": None}, "EDGE_WEIGHT_TYPE"),
        ({"TYPE": "TYPE : TSP"}, "TYPE"),
        ({"NAME": "DISTANCE : 200"}, "header, line 1"),
        ({"NAME": "VEHICLES : 0"}, "VEHICLES"),
        ({"CAPACITY": "CAPACITY : 3\nCAPACITY : 4"}, "CAPACITY"),
    ],
)
def test_malformed_files_name_their_part(changed: dict[str, str | None], field: str) -> None:
    with pytest.raises(BadInstance) as error:
        parse_vrp(vrp(**changed))
    assert field in error.value.field


def test_truncation_at_any_line_is_noticed() -> None:
    lines = vrp().splitlines()
    for keep in range(len(lines) - 1):
        with pytest.raises(BadInstance):
            parse_vrp("\n".join(lines[:keep]))


@pytest.mark.parametrize("seed", range(12))
def test_model_and_reference_agree_with_brute_force(seed: int) -> None:
    """Asymmetric, non-metric, with and without a fleet limit: optimum and penalty."""
    vehicles = (None, 2, 3, 4)[seed % 4]
    instance = random_instance(seed, 4 + seed % 2, 6 + seed % 3, vehicles, metric=seed % 3 == 0)
    best = brute_force(instance)
    if best is None:
        for solve in (usecase.model, usecase.reference):
            with pytest.raises(Infeasible):
                solve(instance)
        return
    assert usecase.reference(instance).value == best
    model = usecase.model(instance)
    assert isinstance(model, Structured)
    if qubits(model) > 20:
        (found,) = Exact().solve(model, None, np.random.default_rng(0))[:1]  # type: ignore[arg-type]
        assert found.energy == pytest.approx(best)
        assert violations(instance, interpret(instance, found.value)) == []
        return
    bits = all_bits(qubits(model))
    values = energies(model, bits)
    order = np.argsort(values)[:2000]
    assert values[order[0]] == pytest.approx(best)
    for k in order:
        plan = interpret(instance, dict(zip(variables(model), bits[k].tolist(), strict=True)))
        if violations(instance, plan):
            assert values[k] > best + 1e-6
        else:
            assert objective(instance, plan) >= best


def test_every_broken_rule_costs_more_than_the_optimum() -> None:
    instance = random_instance(5, 4, 7, 3)
    model = usecase.model(instance)
    bits = all_bits(qubits(model))
    values, best = energies(model, bits), usecase.reference(instance).value
    low = bits[values < best + 1.0]
    for row in low:
        plan = interpret(instance, dict(zip(variables(model), row.tolist(), strict=True)))
        assert violations(instance, plan) == []


@pytest.mark.parametrize("seed", range(4))
def test_both_proofs_agree(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = random_instance(seed, 9, 9, (None, 4)[seed % 2])
    try:
        first = prove(instance).value
    except Infeasible:
        monkeypatch.setattr(proof_file, "SUBSETS", 0)
        with pytest.raises(Infeasible):
            prove(instance)
        return
    monkeypatch.setattr(proof_file, "SUBSETS", 0)
    second = prove(instance)
    assert second.value == first
    assert "HiGHS" in second.method


def test_pyvrp_agrees_and_is_not_called_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyvrp")
    instance = parse_vrp(tight(3))
    proven = prove(instance)
    monkeypatch.setattr(proof_file, "ROUTES", 10)
    monkeypatch.setattr(proof_file, "ITERATIONS", 800)
    known = prove(instance)
    assert (proven.kind, known.kind) == ("optimal", "best_known")
    assert "PyVRP" in known.method and "seed 0" in known.method
    assert proven.value <= known.value <= 1.05 * proven.value


def test_impossible_fleets_are_proven_so() -> None:
    matrix = tuple(tuple(int(i != j) for j in range(4)) for i in range(4))
    names = ("a", "b", "c")
    for capacity, demands in ((2, (2, 2, 1)), (3, (2, 2, 2))):
        instance = VehicleRouting(
            capacity=capacity, vehicles=2, customers=names, demands=demands, distances=matrix
        )
        for solve in (usecase.model, usecase.reference):
            with pytest.raises(Infeasible, match="2 vehicles of"):
                solve(instance)


def test_tight_fleets_are_always_served() -> None:
    """20 customers that fill 4 vehicles completely, as in QOBLIB's instances."""
    shortest, machine = [], registry.backend("neal", {"sweeps": 100})
    annealing = registry.algorithm("annealing", {"shots": 20})
    for seed in range(TIGHT_SEEDS):
        instance = parse_vrp(tight(seed))
        assert sum(instance.demands) == 4 * instance.capacity and instance.vehicles == 4
        model = usecase.model(instance)
        assert isinstance(model, Incumbent)
        assert qubits(model) <= 400
        plan = interpret(instance, model.sample)
        assert violations(instance, plan) == []
        assert model.model.energy(model.sample) == pytest.approx(objective(instance, plan))
        hybrid, execute = suited(annealing, model), Executor(machine, machine)
        (found,) = hybrid.solve(model, execute, np.random.default_rng(seed))
        better = interpret(instance, found.value)
        assert violations(instance, better) == []
        assert objective(instance, better) <= objective(instance, plan)
        shortest.append(objective(instance, better))
    assert len(set(shortest)) > 9


def test_the_pool_holds_plans_close_to_the_optimum() -> None:
    from scipy.optimize import Bounds, LinearConstraint, milp

    for seed in (0, 5):
        instance = parse_vrp(tight(seed))
        names = variables(usecase.model(instance))
        groups = [tuple(instance.customers.index(c) for c in v.split("+")) for v in names]
        cover = np.array([[c in g for g in groups] for c in range(20)], dtype=float)
        found = milp(
            [shortest_round(instance, g)[1] for g in groups],
            integrality=np.ones(len(groups)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(cover, 1, 1),
        )
        assert found.fun <= 1.03 * prove(instance).value


def test_sixty_customers_without_a_fleet_limit() -> None:
    instance = usecase.example(60, 2)
    model = usecase.model(instance)
    assert isinstance(model, Incumbent)
    assert qubits(model) <= 400
    assert violations(instance, interpret(instance, model.sample)) == []


def test_the_model_follows_from_the_instance_alone() -> None:
    instance = parse_vrp(tight(1))
    first, second = usecase.model(instance), usecase.model(instance)
    assert isinstance(first, Incumbent) and isinstance(second, Incumbent)
    assert first.model == second.model
    assert first.sample == second.sample


def test_answers_are_read_without_repair() -> None:
    instance = demo()
    plan = interpret(instance, {"IMM+FXT": 1, "FXT": 1, "LEI": 0, "TEE": 1, "+spare0": 1})
    assert sorted(violations(instance, plan)) == [
        "FXT is served 2 times",
        "no vehicle calls at LEI",
    ]
    assert violations(instance, Plan(routes=(("IMM", "FXT", "TEE"), ("LEI",), ()))) == [
        "vehicle 1 is loaded with 7 and holds 5",
        "vehicle 3 leaves the depot for nothing",
    ]
    assert "OSL is no customer" in violations(instance, Plan(routes=(("OSL",),)))
    limited = instance.model_copy(update={"vehicles": 2})
    alone = Plan(routes=(("IMM",), ("FXT",), ("TEE", "LEI")))
    assert violations(limited, alone) == ["3 vehicles sail and there are 2"]
    for sample in ({"OSL": 1}, {"IMM": 2}, {"": 1}):
        with pytest.raises(VerificationFailed):
            interpret(instance, sample)


def test_rounds_are_shortest_also_when_directed() -> None:
    instance = random_instance(3, 6, 100, None)
    group = (0, 1, 3, 4, 5)
    visited, found = shortest_round(instance, group)
    d = instance.distances

    def walk(order: tuple[int, ...]) -> int:
        stops = [0, *(c + 1 for c in order), 0]
        return sum(d[i][j] for i, j in pairwise(stops))

    assert found == walk(visited) == min(walk(order) for order in permutations(group))
    # Longer rounds are a local optimum: here it is not far from the shortest.
    part = tuple(tuple(row) for row in random_instance(4, 7, 100, None, metric=True).distances)
    order = _improved(part)
    best = min(_closed(part, p) for p in permutations(range(1, 8)))
    assert best <= _closed(part, order) <= 1.1 * best


@pytest.mark.parametrize("calls", [1, 2, 3, 4, 7])
def test_changes_of_a_round_cost_what_they_say(calls: int) -> None:
    """Reversed and moved segments, directed distances, against the lengths of the new paths."""
    rng = np.random.default_rng(calls)
    d = rng.integers(0, 100, (calls + 1, calls + 1))
    path = np.array([0, *rng.permutation(calls) + 1, 0])

    def walked(stops: list[int]) -> int:
        return sum(int(d[i, j]) for i, j in pairwise(stops))

    between, before = d[np.ix_(path, path)], walked(path.tolist())
    for make, change in (
        (_reversed, _reversals(between)),
        *((lambda p, i, k, s=s: _moved(p, i, k, s), _moves(between, s)) for s in (1, 2, 3)),
    ):
        for i, k in np.argwhere(change).tolist():
            made = make(path, i, k).tolist()
            assert sorted(made) == sorted(path.tolist())
            assert walked(made) - before == change[i, k]


def test_long_rounds_are_close_to_the_shortest() -> None:
    for seed in range(5):
        part = tuple(map(tuple, random_instance(seed, 12, 100, None, metric=True).distances))
        best = _closed(part, _exact(part))
        assert best <= _closed(part, _improved(part)) <= 1.03 * best


def test_a_pool_holds_recombinable_plans_and_the_next_one_differs() -> None:
    """A fleet of many vehicles: pools differ by generation and hold the plan they were given."""
    instance = usecase.example(60, 2)
    pool = usecase.model(instance)
    assert isinstance(pool, Incumbent) and pool.grow is not None
    second = pool.grow(pool.sample)
    assert second.grow is not None
    third, again = second.grow(second.sample), second.grow(second.sample)
    assert set(variables(third)) == set(variables(again))
    assert set(variables(third)) - set(variables(second))
    plans = [interpret(instance, p.sample) for p in (pool, second, third)]
    assert violations(instance, plans[0]) == []
    assert {frozenset(p.routes) for p in plans} == {frozenset(plans[0].routes)}


def test_forty_customers_come_nearer_the_best_known_plan_pool_by_pool() -> None:
    pytest.importorskip("pyvrp")
    settings = {"solver": "lns", "solver.solver": "exact", "solver.rounds": 20, "generations": 3}
    record = run(
        *("logistics/vehicle_routing", "size=40,seed=2", "column_generation"),
        parameters=settings,
    )
    first, score = record.improvements[0].energy, record.score
    assert score.feasible and score.gap is not None
    assert score.gap < 0.8 * (first / score.reference.value - 1)


def _closed(d: tuple[tuple[int, ...], ...], order: tuple[int, ...]) -> int:
    return sum(d[i][j] for i, j in zip((0, *order), (*order, 0), strict=True))


def test_the_map_shows_loads_and_miles() -> None:
    figure = draw(demo(), Plan(routes=(("FXT", "IMM"), ("LEI", "TEE"))))
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == [
        "1: FXT – IMM\n   load 5 of 5, 858 nmi",
        "2: LEI – TEE\n   load 3 of 5, 970 nmi",
    ]
    assert figure.axes[0].get_xlabel() == "longitude (degrees east)"
