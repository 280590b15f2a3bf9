"""Docking: proven values, independent clique searches, file formats, and what bad input is told."""

from __future__ import annotations

import importlib
import itertools
import re
from typing import Any

import networkx as nx
import numpy as np
import pytest
from pydantic import ValidationError

from life_science.docking import usecase
from life_science.docking.bounds import colour_bound, colour_classes, greedy_clique, useful
from life_science.docking.formats import parse_csv, parse_dimacs
from life_science.docking.graph import BindingGraph, Contact
from life_science.docking.pharmacophores import Complex, Point, example, synthetic
from life_science.docking.program import (
    WHOLE,
    excess,
    exclusive,
    fixed_size,
    guarded,
    interpret_grouped,
    interpret_reduced,
    model,
    penalised,
    reduced,
)
from life_science.docking.reading import Pose, interpret, objective, violations
from life_science.docking.reference import by_program, reference
from tests.helpers import record, usecases
from usecases import run
from usecases.errors import BadInstance, VerificationFailed
from usecases.models import Incumbent, all_bits, energies, qubits, variables
from usecases.testing import check_usecase


def graph_of(
    adjacency: Any, weights: list[float] | None = None, names: list[str] | None = None
) -> BindingGraph:
    names = names or [f"c{k}" for k in range(len(adjacency))]
    rows, columns = np.nonzero(np.triu(np.asarray(adjacency), 1))
    return BindingGraph(
        contacts=tuple(
            Contact(name=n, weight=w)
            for n, w in zip(names, weights or [1.0] * len(names), strict=True)
        ),
        compatible=tuple((names[u], names[v]) for u, v in zip(rows, columns, strict=True)),
    )


def random_graph(size: int, density: float, seed: int, weighted: bool = False) -> BindingGraph:
    rng = np.random.default_rng(seed)
    drawn = np.triu(rng.random((size, size)) < density, 1)
    weights = (rng.integers(1, 400, size) / 100).tolist() if weighted else None
    return graph_of(drawn | drawn.T, weights)


def networked(graph: BindingGraph) -> nx.Graph:
    found = nx.Graph()
    for c in graph.contacts:
        found.add_node(c.name, micro=round(c.weight * 1e6))
    found.add_edges_from(graph.compatible)
    return found


def by_networkx(graph: BindingGraph) -> float:
    """Warren and Hicks' branch and bound: other code, another method."""
    return nx.max_weight_clique(networked(graph), weight="micro")[1] / 1e6


def by_brute_force(graph: BindingGraph) -> float:
    """Every set of contacts, by the definition."""
    best = 0.0
    pairs = {frozenset(p) for p in graph.compatible}
    for k in range(1, graph.size + 1):
        for chosen in itertools.combinations(graph.contacts, k):
            if all(
                frozenset((a.name, b.name)) in pairs for a, b in itertools.combinations(chosen, 2)
            ):
                best = max(best, sum(c.weight for c in chosen))
    return best


def lowest(built: Any) -> tuple[dict[str, int], float]:
    strings = all_bits(qubits(built))
    values = energies(built, strings)
    row = strings[int(values.argmin())]
    return dict(zip(variables(built), row.tolist(), strict=True)), float(values.min())


# --- proven values -----------------------------------------------------------------------

PROVEN = [
    ("demo", 8.0, 12),
    ("workshop", 8.0, 24),
    ("weighted", 10.0, 24),
    ("frontier", 35.0, 217),
]


@pytest.mark.parametrize(("instance", "value", "size"), PROVEN)
def test_proven_values(instance: str, value: float, size: int) -> None:
    found = run("life_science/docking", instance, "exact")
    score = found.score
    assert score.objective == pytest.approx(value, abs=1e-9)
    assert score.gap == 0 and score.feasible
    assert score.reference.kind == "optimal" and score.reference.method
    assert len(model(usecase.instances[instance]()).model.variables if size > WHOLE
               else found.answer.value) == size  # fmt: skip


def test_the_command_proves_the_demo() -> None:
    score = record("life_science/docking", "-i", "demo", "-a", "exact")["score"]
    assert (score["objective"], score["gap"], score["unit"]) == (8.0, 0, "contacts")


def test_the_workshop_is_the_graph_of_the_paper() -> None:
    workshop = usecase.instances["workshop"]()
    assert (workshop.size, len(workshop.compatible)) == (24, 162)
    cliques = list(nx.find_cliques(networked(workshop)))
    assert max(map(len, cliques)) == 8
    assert sum(len(c) == 8 for c in cliques) > 1  # "multiple maximum-sized cliques"
    demo = usecase.instances["demo"]()
    assert demo.names == tuple(f"c{k}" for k in (0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 17, 23))
    assert by_brute_force(demo) == by_networkx(demo) == 8


@pytest.mark.parametrize("name", ["weighted", "frontier"])
def test_the_synthetic_complexes_are_proven_twice(name: str) -> None:
    graph = usecase.instances[name]()
    kept = list(range(graph.size))
    for proven in (reference(graph), by_program(graph, kept, list(graph.greedy))):
        assert proven.kind == "optimal"
        assert proven.value == pytest.approx(by_networkx(graph), abs=1e-9)
    assert "CP-SAT" in proven.method


def test_contract_is_kept() -> None:
    assert check_usecase(usecase) == []


# --- models, reference and bounds against independent searches ----------------------------


@pytest.mark.parametrize("seed", range(10))
def test_everything_agrees_with_brute_force(seed: int) -> None:
    graph = random_graph(8, (0.0, 0.3, 0.6, 0.9, 1.0)[seed % 5], seed, seed >= 5)
    best = by_brute_force(graph)
    assert reference(graph).value == pytest.approx(best, abs=1e-9)
    assert by_networkx(graph) == pytest.approx(best, abs=1e-9)
    sample, energy = lowest(model(graph))
    pose = interpret(graph, sample)
    assert violations(graph, pose) == [] and objective(graph, pose) == pytest.approx(best)
    assert energy == pytest.approx(-best)
    for build in (exclusive, fixed_size):
        sample, energy = lowest(build(graph))
        pose = interpret_grouped(graph, sample)
        assert violations(graph, pose) == [] and objective(graph, pose) == pytest.approx(best)
        assert energy == pytest.approx(-best)
    sample, energy = lowest(reduced(graph))
    assert objective(graph, interpret_reduced(graph, sample)) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(6))
def test_any_excess_keeps_broken_sets_above_the_optimum(seed: int) -> None:
    graph = random_graph(10, 0.5, seed, weighted=True)
    strings = all_bits(10)
    found = energies(penalised(graph, 1e-6), strings)
    clash = np.triu(~graph.adjacency, 1)
    broken = ((strings @ clash) * strings).sum(axis=1) > 0
    assert found[broken].min() > found.min()
    assert found[~broken].min() == found.min() == pytest.approx(-by_networkx(graph))
    none = energies(penalised(graph, -0.5 * float(graph.weights.min())), strings)
    assert none.min() < found.min() - 1e-9 or seed  # below the bound it can go wrong
    lifted = energies(penalised(graph, guarded(graph)), strings)
    assert lifted[broken].min() > -graph.strength(graph.greedy)


@pytest.mark.parametrize("seed", range(8))
def test_bounds_enclose_the_optimum(seed: int) -> None:
    graph = random_graph(40, (0.2, 0.5, 0.8)[seed % 3], seed, seed % 2 == 1)
    best = by_networkx(graph)
    assert reference(graph).value == pytest.approx(best, abs=1e-9)
    assert by_program(graph, list(range(40)), []).value == pytest.approx(best, abs=1e-9)
    clique = greedy_clique(graph.adjacency, graph.weights)
    assert violations(graph, Pose(contacts=tuple(graph.names[k] for k in clique))) == []
    classes = colour_classes(graph.adjacency, graph.weights)
    assert sorted(k for c in classes for k in c) == list(range(40))
    for members in classes:
        assert not graph.adjacency[np.ix_(members, members)].any()
    assert graph.strength(clique) <= best + 1e-9 <= colour_bound(graph.weights, classes) + 2e-9
    kept = useful(graph.adjacency, graph.micro, clique)
    assert by_networkx(graph.part(kept, "")) == pytest.approx(best, abs=1e-9)


def test_a_search_cut_short_goes_on_as_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = random_graph(60, 0.5, 1, weighted=True)
    assert "branch and bound" in reference(graph).method
    module = importlib.import_module("life_science.docking.reference")
    monkeypatch.setattr(module, "MOST_BRANCHES", 3)
    proven = reference(graph)
    assert "CP-SAT" in proven.method
    assert proven.value == pytest.approx(by_networkx(graph), abs=1e-9)
    monkeypatch.setattr(module, "TIME_LIMIT", 1e-9)
    unproven = reference(graph)
    assert unproven.kind == "best_known" and "no pose above" in unproven.method
    assert unproven.value <= proven.value


def test_small_differences_between_large_weights_count() -> None:
    adjacency = np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]])
    graph = graph_of(adjacency, [1e6, 1e6, 1e6, 999_999.999999])
    assert reference(graph).value == 2e6
    lighter_first = graph_of(adjacency, [1e6, 999_999.999999, 1e6, 1e6])
    assert reference(lighter_first).value == 2e6


def hamming(bits: int, distance: int) -> BindingGraph:
    """Words of `bits` bits, joined where they differ in at least `distance` places."""
    words = np.arange(1 << bits)
    apart = np.array([[int(a ^ b).bit_count() for b in words] for a in words])
    return graph_of(apart >= distance)


@pytest.mark.parametrize(
    ("graph", "value"),
    [
        (hamming(6, 4), 4),  # DIMACS hamming6-4
        (hamming(6, 2), 32),  # DIMACS hamming6-2
        (graph_of(nx.to_numpy_array(nx.cycle_graph(9))), 2),
        (graph_of(nx.to_numpy_array(nx.complete_graph(20))), 20),
        (graph_of(nx.to_numpy_array(nx.mycielski_graph(5))), 2),
        (graph_of(nx.to_numpy_array(nx.paley_graph(37))), 4),
    ],
)
def test_graphs_of_known_clique_number(graph: BindingGraph, value: int) -> None:
    proven = reference(graph)
    assert (proven.kind, proven.value) == ("optimal", value)


# --- decomposition ---------------------------------------------------------------------------


def test_large_graphs_come_with_a_pose_and_are_improved_feasibly() -> None:
    frontier = usecase.instances["frontier"]()
    built = model(frontier)
    assert isinstance(built, Incumbent) and frontier.size > 100
    assert violations(frontier, interpret(frontier, built.sample)) == []
    settings = {"solver": "exact", "block": 16, "rounds": 30}
    score = run("life_science/docking", "frontier", "lns", parameters=settings).score
    assert score.feasible and score.objective is not None
    assert score.objective > frontier.strength(frontier.greedy)


def test_qaoa_beats_chance_on_the_demo() -> None:
    settings = {"layers": 10, "angles": "ramp"}
    plain, kept = (
        run(f"life_science/docking{form}", "demo", "qaoa", parameters=settings).score
        for form in ("", ":exclusive")
    )
    for score in (plain, kept):
        assert score.gap == 0 and score.lift_interval is not None and score.lift_interval[0] > 1
    assert plain.chance is not None and kept.chance is not None
    assert kept.chance.feasible_share > plain.chance.feasible_share


def test_small_models_are_whole_and_groups_disjoint() -> None:
    assert not isinstance(model(random_graph(WHOLE, 0.5, 0)), Incumbent)
    assert isinstance(model(random_graph(WHOLE + 1, 0.5, 0)), Incumbent)
    demo = usecase.instances["demo"]()
    built = exclusive(demo)
    rules = [v for group in built.groups for v in group.variables]
    assert len(rules) == len(set(rules))
    classes = [c for c in demo.classes if len(c) > 1]
    assert qubits(built) == 12 + len(classes)
    assert excess(demo) == 0.5


# --- reading and its words --------------------------------------------------------------------


def test_violations_name_the_contacts() -> None:
    graph = graph_of([[0, 1, 0], [1, 0, 0], [0, 0, 0]], names=["L2-R5", "L3-R7", "L4-R1"])
    clash = violations(graph, Pose(contacts=("L2-R5", "L4-R1")))
    assert clash == ["contacts L2-R5 and L4-R1 cannot hold at once"]
    assert violations(graph, Pose(contacts=("L2-R5", "L3-R7"))) == []
    assert violations(graph, Pose(contacts=("L2-R5", "L2-R5"))) == [
        "contact L2-R5 is counted 2 times"
    ]
    assert violations(graph, Pose(contacts=("L9-R9",))) == ["there is no contact L9-R9"]
    many = random_graph(60, 0.1, 0)
    told = violations(many, Pose(contacts=many.names))
    assert len(told) == 21 and told[-1].endswith("more pairs of contacts cannot hold at once")


@pytest.mark.parametrize(
    "sample",
    [{"c0": 1}, {"c0": 1, "c1": 0, "c2": 0, "c9": 1}, {"c0": 2, "c1": 0, "c2": 0}],
)
def test_interpret_refuses_what_does_not_belong(sample: dict[str, int]) -> None:
    graph = graph_of(np.ones((3, 3)) - np.eye(3))
    for reading in (interpret, interpret_grouped):
        with pytest.raises(VerificationFailed):
            reading(graph, sample)
    with pytest.raises(VerificationFailed):
        interpret_grouped(graph, {"c0": 1, "c1": 0, "c2": 0, "+1": 3})


# --- points, files and bad input --------------------------------------------------------------


def test_points_make_the_graph_of_the_rule() -> None:
    found = parse_csv(
        "# two points each\nligand,kind,x,y,z\nL1,donor,0,0,0\nL2,aromatic,4,0,0\n"
        "receptor,kind,x,y,z\nR1,acceptor,0,0,0\nR2,hydrophobic,0,5.5,0\nR3,aromatic,9,0,0\n"
        "tau,epsilon\n0.5,0.5\n"
    )
    assert found.names == ("L1-R1", "L2-R2", "L2-R3")
    assert found.weights.tolist() == [2.0, 1.0, 1.5]
    assert found.compatible == (("L1-R1", "L2-R2"),)  # |4 − 5.5| ≤ 1.5 < |4 − 9|


@pytest.mark.parametrize("seed", range(3))
def test_the_hidden_pose_of_a_synthetic_complex_is_a_clique(seed: int) -> None:
    made = synthetic(8, 0, seed)
    # With no decoys, each ligand point's partner is the receptor point nearest to it.
    at = {p.name: np.array([p.x, p.y, p.z]) for p in (*made.ligand, *made.receptor)}
    partner = {
        p.name: min(made.receptor, key=lambda r: float(np.linalg.norm(at[p.name] - at[r.name])))
        for p in made.ligand
    }
    pose = Pose(contacts=tuple(f"{name}-{r.name}" for name, r in partner.items()))
    graph = made.graph()
    assert violations(graph, pose) == [] and len(pose.contacts) == 8
    assert reference(graph).value >= objective(graph, pose)


def test_csv_of_pairs_and_of_contacts() -> None:
    assert parse_csv("a,b\nb,c\n").names == ("a", "b", "c")
    found = parse_csv("u,v\nL1-R1,L2-R2\nligand,receptor,weight\nL1,R1,2\nL2,R2,0.25\nL3,R1,1\n")
    assert found.names == ("L1-R1", "L2-R2", "L3-R1")
    assert reference(found).value == 2.25
    found = parse_csv("contact,weight\na,3\nb,1\nu,v\n")
    assert (found.compatible, reference(found).value) == ((), 3.0)


def test_dimacs() -> None:
    found = parse_dimacs("c a path\np edge 3 2\nn 2 2.5\ne 1 2\ne 2 3\n")
    assert found.names == ("v1", "v2", "v3") and found.weights.tolist() == [1.0, 2.5, 1.0]
    assert found.compatible == (("v1", "v2"), ("v2", "v3"))
    both = parse_dimacs("p col 2 2\ne 1 2\ne 2 1\n")
    assert both.compatible == (("v1", "v2"),)


CSV = [
    ("a\n", "line 1: 1 values"),
    ("a,b\nb,a\n", "line 2: the pair b, a stands on line 1 already"),
    ("a,b\n\nb,b\n", "line 3: the contact b is paired with itself"),
    ("a,b;c\n", "line 1: 'b;c' is no name"),
    ("contact,weight\na,1\nb,2\n", "u,v: the file lists contacts"),
    ("contact,weight\na,1\nb,nan\nu,v\na,b\n", "line 3: 'nan' is not a number"),
    ("contact,weight\na,-1\nb,2\nu,v\na,b\n", "line 2: the weight -1.0 is not"),
    ("contact,weight\na,1\na,2\nu,v\n", "line 3: the contact a is listed twice"),
    ("contact,weight\na,1\nu,v\na,b\n", "line 4: b has no line"),
    ("contact,weight\na,1\ncontact,weight\n", "line 3: the section contact,weight stands twice"),
    ("u,v\n", "contacts: 0 of them"),
    ("ligand,kind,x,y,z\nL1,donor,0,0,0\n", "receptor,kind,x,y,z: this section is missing"),
    ("ligand,kind,x,y,z\nL1,sticky,0,0,0\nreceptor,kind,x,y,z\nR1,donor,0,0,0\ntau,epsilon\n1,1\n",
     "line 2: 'sticky' is no kind"),
    ("ligand,kind,x,y,z\nL1,donor,0,0,0\nreceptor,kind,x,y,z\nR1,donor,0,0,0\ntau,epsilon\n1,1\n",
     "points: 0 contacts"),
]  # fmt: skip

DIMACS = [
    ("e 1 2\n", "p edge: the first line"),
    ("p edge x 1\n", "line 1: 'x' is not a whole number"),
    ("p edge 3000 0\n", "line 1: 3000 vertices"),
    ("p edge 2 1\ne 1 3\n", "line 2: vertex 3"),
    ("p edge 2 1\ne 1 1\n", "line 2: the contact v1 is paired with itself"),
    ("p edge 2 2\ne 1 2\ne 1 2\n", "line 3: the edge 1 2 stands twice"),
    ("p edge 3 5\ne 1 2\n", "line 1: announces 5 edges"),
    ("p edge 2 1\nq 1 2\n", "line 2: 'q 1 2' is neither"),
    ("p edge 2 1\nn 1 0\ne 1 2\n", "line 2: the weight 0.0"),
]


@pytest.mark.parametrize(("text", "told"), CSV)
def test_bad_csv(text: str, told: str) -> None:
    with pytest.raises(BadInstance, match="^" + re.escape(told)):
        parse_csv(text)


@pytest.mark.parametrize(("text", "told"), DIMACS)
def test_bad_dimacs(text: str, told: str) -> None:
    with pytest.raises(BadInstance, match="^" + re.escape(told)):
        parse_dimacs(text)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"contacts": ()}, "at least 1 item"),
        ({"contacts": ({"name": "a"}, {"name": "a"})}, "each needs its own name"),
        ({"compatible": (("a", "z"),)}, "'z' is no contact"),
        ({"compatible": (("a", "a"),)}, "paired with itself"),
        ({"compatible": (("a", "b"), ("b", "a"))}, "given twice"),
        ({"contacts": ({"name": "a", "weight": 0.0},)}, "greater than 0"),
        ({"contacts": ({"name": "a", "weight": 1 / 3},)}, "six decimals"),
        ({"contacts": ({"name": "+a"},)}, "pattern"),
        ({"title": "\x1b[2J"}, "pattern"),
        ({"charge": 1}, "Extra inputs"),
    ],
)
def test_bad_instances(changes: dict[str, Any], told: str) -> None:
    fields = {"contacts": ({"name": "a"}, {"name": "b"}), "compatible": ()} | changes
    with pytest.raises(ValidationError, match=told):
        BindingGraph.model_validate(fields)


def test_points_are_checked() -> None:
    point = Point(name="P", kind="donor", x=0.0, y=0.0, z=0.0)
    with pytest.raises(ValidationError, match="2 points are named"):
        Complex(ligand=(point, point), receptor=(point,), tau=0.0, epsilon=0.0)
    with pytest.raises(BadInstance, match="1 to 2000"):
        example(0, 0)


def test_a_thousand_contacts_and_a_malformed_file(tmp_path: Any) -> None:
    rng = np.random.default_rng(0)
    edges = np.argwhere(np.triu(rng.random((1000, 1000)) < 0.01, 1)) + 1
    text = f"p edge 1000 {len(edges)}\n" + "".join(f"e {u} {v}\n" for u, v in edges)
    graph = parse_dimacs(text)
    proven = reference(graph)
    assert (proven.kind, proven.value) == ("optimal", by_networkx(graph))
    bad = tmp_path / "cut.clq"
    bad.write_text(text[: len(text) // 2], encoding="utf-8")
    told = usecases("run", "life_science/docking", "-i", bad, "-a", "exact")
    assert told.returncode == 3 and len(told.stderr.strip().splitlines()) == 1
    assert "cut.clq" in told.stderr and "Traceback" not in told.stderr


@pytest.mark.parametrize(("size", "seed"), [(1, 0), (24, 1), (300, 2)])
def test_pictures(size: int, seed: int) -> None:
    graph = example(size, seed)
    assert usecase.plot is not None
    for chosen in (graph.greedy, tuple(range(min(size, 5))), ()):
        pose = Pose(contacts=tuple(graph.names[k] for k in chosen))
        figure = usecase.plot(graph, pose)
        figure.canvas.draw()
        assert "pose: " in figure.axes[0].get_title()
