"""Grid monitoring against brute force, published numbers, and files that are wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from energy._grid.cases import CASES, case
from energy._grid.files import EXAMPLE, parse_csv, parse_matpower
from energy._grid.frames import from_pandapower
from energy.grid_monitoring import (
    Monitored,
    Placement,
    example,
    from_csv,
    from_matpower,
    greedy,
    marks,
    model,
    named,
    observed,
    optimal_sets,
    plot,
    reference,
    usecase,
    violations,
    with_slack,
)
from energy.grid_monitoring.reference import by_rules
from tests.helpers import record
from usecases import registry, run
from usecases.errors import BadInstance, MissingExtra, TooLarge, UnknownName, UsageError
from usecases.instances import load
from usecases.models import Evaluated, all_bits, energies, qubits
from usecases.testing import check_usecase

NAME = "energy/grid_monitoring"

PROVEN = [("demo", 3), ("workshop", 4), ("case24_ieee_rts", 7), ("case30", 10)]


def by_hand(sites: Monitored) -> tuple[int, int]:
    """Fewest PMUs and how many sets there are, by trying all sets, each bus in plain words."""
    near = {k: {k, *sites.grid.neighbours[k]} for k in range(sites.grid.size)}
    idle = [k for k in near if sites.zero_injection and sites.grid.buses[k].zero_injection]
    for count in range(1, len(near) + 1):
        good = 0
        for chosen in combinations(near, count):
            seen = set().union(*(near[k] for k in chosen))
            grown = True
            while grown:
                news = [near[z] - seen for z in idle]
                grown = any(len(new) == 1 for new in news)
                seen |= set().union(*(new for new in news if len(new) == 1))
            good += len(seen) == len(near)
        if good:
            return count, good
    raise AssertionError("a PMU at every bus observes all")


# --- the contract and the proven values --------------------------------------------------


def test_contract() -> None:
    assert check_usecase(usecase) == []


def test_contract_with_kirchhoffs_law() -> None:
    lawful = replace(usecase, example=partial(example, zero_injection=True), formulations={})
    assert isinstance(model(lawful.example(9, 1)), Evaluated)
    assert check_usecase(replace(lawful, tiny=8)) == []


@pytest.mark.parametrize(("instance", "value"), PROVEN)
def test_proven_optimum(instance: str, value: int) -> None:
    score = run(NAME, instance, "exact").score
    assert score.objective == value and score.gap == 0
    assert score.reference.kind == "optimal"


def test_proven_optimum_from_the_command() -> None:
    found = record(NAME, "-i", "case9", "-a", "exact")["score"]
    assert found["objective"] == 3 and found["gap"] == 0


@pytest.mark.parametrize(
    ("network", "plain", "law"),
    [("case9", 3, 2), ("case14", 4, 3), ("case24_ieee_rts", 7, 6), ("case57", 17, 11)],
)
def test_published_numbers(network: str, plain: int, law: int) -> None:
    """As in the literature since Xu and Abur (2004), without the law and with it."""
    assert reference(named(network)).value == plain
    assert reference(named(network, zero_injection=True)).value == law


def test_larger_networks_are_proven() -> None:
    assert reference(named("case118")).value == 32
    whole = reference(named("GBnetwork"))
    assert (whole.value, whole.kind) == (655, "optimal")


def test_case14_has_five_optimal_sets() -> None:
    found = optimal_sets(named("case14"), 4)
    assert found == [
        ("2", "6", "7", "9"), ("2", "6", "8", "9"), ("2", "7", "10", "13"),
        ("2", "7", "11", "13"), ("2", "8", "10", "13"),
    ]  # fmt: skip
    assert len(optimal_sets(named("case14"), 4, at_most=2)) == 2


@pytest.mark.parametrize("size", [1, 2, 5, 8])
@pytest.mark.parametrize("law", [False, True])
def test_reference_against_all_placements(size: int, law: bool) -> None:
    for seed in range(3):
        sites = example(size, seed, zero_injection=law)
        fewest, many = by_hand(sites)
        assert reference(sites).value == fewest == by_rules(sites).value
        assert len(optimal_sets(sites, fewest)) == many


def test_slack_and_products_agree() -> None:
    sites = named("case4gs")
    lowest = energies(model(sites), all_bits(4))
    spread = energies(with_slack(sites), all_bits(qubits(with_slack(sites))))
    per_placement = spread.reshape(-1, 16).min(axis=0)
    good = observed(sites, all_bits(4)).all(axis=1)
    assert np.allclose(per_placement[good], lowest[good])
    assert per_placement[~good].min() > lowest.min()


def test_a_balance_cannot_support_itself() -> None:
    """Two laws with two unknowns: nobody is the last one, so nothing follows."""
    text = "from,to\na,b\na,c\nd,b\nd,c\ne,a\ne,d\nbus,load,generation\na,0,0\nd,0,0\nb,1,0\nc,1,0"
    grid = parse_csv(text + "\ne,1,0\n")
    sites = Monitored(grid=grid, zero_injection=True)
    assert len(sites.balances) == 2
    seen = observed(sites, marks(sites, [grid.place["e"]]))[0]
    assert [n for n, s in zip(grid.names, seen, strict=True) if not s] == ["b", "c"]
    assert reference(sites).value == by_hand(sites)[0]


def test_greedy_observes_all() -> None:
    for name in ("case118", "case57"):
        for law in (False, True):
            sites = named(name, zero_injection=law)
            assert observed(sites, marks(sites, greedy(sites))).all()


def test_violations_name_buses() -> None:
    found = violations(named("case14"), Placement(pmus=("2", "2", "99", "6")))
    assert found[0] == "a PMU stands at '99', which is no bus"
    assert found[1] == "2 PMUs stand at bus 2, where one sees all"
    assert "bus 8 is not observed: no PMU at it or its neighbours 7" in found
    alone = Monitored(grid=parse_csv("bus,load,generation\nA,1,0\n"))
    assert violations(alone, Placement(pmus=())) == [
        "bus A is not observed: no PMU at it, and it has no branch"
    ]


# --- input -------------------------------------------------------------------------------

MATPOWER = """function mpc = tiny
%% three buses
mpc.version = '2';
mpc.baseMVA = 100;
mpc.bus = [
 1 3 0 0 0 0 1 1 0 345 1 1.1 0.9;
 2 1 50 0 0 0 1 1 0 345 1 1.1 0.9;
 3 1 0 0 0 0 1 1 0 345 1 1.1 0.9;
 9 4 0 0 0 0 1 1 0 345 1 1.1 0.9
];
mpc.gen = [1 50 0 300 -300 1 100 1 250 10];
mpc.branch = [
 1 2 0.01 0.1 0 0 0 0 0 0 1;
 2 3 0.01 0.1 0 0 0 0 0.98 0 1;
 2 3 0.01 0.1 0 0 0 0 0 0 1;
 1 3 0.01 0.1 0 0 0 0 0 0 0;
 2 2 0.01 0.1 0 0 0 0 0 0 1;
];
mpc.bus_name = {
 'one'; 'two';
};
"""


def test_matpower_case() -> None:
    grid = parse_matpower(MATPOWER)
    assert grid.names == ("1", "2", "3") and grid.pairs == ((0, 1), (1, 2))
    assert [b.zero_injection for b in grid.buses] == [False, False, True]
    assert grid.buses[0].generation == 50 and grid.branches[1].kind == "transformer"
    assert grid.notes == (
        "1 of 4 buses out of service left out: 9",
        "1 of 5 branches out of service left out",
        "1 branches from a bus to itself left out",
        "1 branches are parallel to others",
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("mpc.baseMVA = 100;", "system('rm');", "line 4: .* would have to be run"),
        ("mpc.baseMVA = 100;", "mpc.bus = [];", "given twice"),
        ("];\nmpc.bus_name", "mpc.bus_name", "is not a number"),
        ("1 2 0.01 0.1 0 0 0 0 0 0 1", "1 2 0.01", "3 columns where at least 11"),
        ("1 2 0.01 0.1", "1 7 0.01 0.1", "'7', which is no bus"),
        ("1 2 0.01 0.1", "1 2.5 0.01 0.1", "no number of a bus"),
        ("1 50 0 300", "8 50 0 300", "a generator stands at 8"),
        ("mpc.gen = [1 50", "mpc.gen = [1 NaN", "'NaN' is not a number"),
        ("mpc.branch = [", "mpc.twigs = [", "mpc.branch: this table is missing"),
        ("\n};\n", "\n", "the last table has no }"),
    ],
)
def test_bad_matpower_says_where(old: str, new: str, told: str) -> None:
    with pytest.raises(BadInstance, match=told) as caught:
        parse_matpower(MATPOWER.replace(old, new, 1))
    assert len(str(caught.value).splitlines()) == 1


def test_csv() -> None:
    grid = parse_csv(EXAMPLE)
    assert grid.names == tuple("abcde") and len(grid.pairs) == 5
    assert [b.name for b in grid.buses if b.zero_injection] == ["d"]
    assert not any(b.zero_injection for b in parse_csv("from,to\na,b\n").buses)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no bus is in service"),
        ("a,b\n", "line 1: 2 values"),
        ("from,to\na,b,c\n", "line 2: 3 values, not from,to"),
        ("from,to\na,\n", "line 2: '' is no name of a bus"),
        ("from,to,x\na,b,inf\n", "line 2: 'inf' is not a number"),
        ("from,to,x\na,b,1e99\n", "line 2: x: Input should be"),
        ("bus,load,generation\na,1,1\na,2,2\n", "line 3: bus a is listed twice"),
        ("from,to\na,b+1\n", "'b\\+1' is no name"),
    ],
)
def test_bad_csv_says_where(text: str, told: str) -> None:
    with pytest.raises(BadInstance, match=told):
        parse_csv(text)


def frames(**tables: list[dict[str, Any]]) -> dict[str, Any]:
    """A network as pandapower writes one."""

    def frame(rows: list[dict[str, Any]]) -> dict[str, Any]:
        columns = list(rows[0])
        data = [[row[c] for c in columns] for row in rows]
        inner = {"columns": columns, "index": list(range(len(rows))), "data": data}
        return {"_class": "DataFrame", "_object": json.dumps(inner)}

    found = {name: frame(rows) for name, rows in tables.items()}
    return {"_class": "pandapowerNet", "_object": found | {"sn_mva": 1.0, "name": "own"}}


def buses(count: int) -> list[dict[str, Any]]:
    return [{"name": None, "vn_kv": 10.0, "in_service": True, "geo": None} for _ in range(count)]


def line(start: int, end: int, **more: Any) -> dict[str, Any]:
    fields = {"from_bus": start, "to_bus": end, "length_km": 2.0, "r_ohm_per_km": 1.0,
              "x_ohm_per_km": 5.0, "parallel": 2, "in_service": True}  # fmt: skip
    return fields | more


def test_out_of_service_may_be_a_zero() -> None:
    lines = [line(0, 1, in_service=1), line(1, 2, in_service=0)]
    switches = [{"bus": 0, "element": 2, "et": "b", "closed": 0}]
    grid = from_pandapower(frames(bus=buses(3), line=lines, switch=switches))
    assert grid.size == 3 and grid.pairs == ((0, 1),)


def test_switches_join_and_open() -> None:
    switches = [
        {"bus": 0, "element": 1, "et": "b", "closed": True},
        {"bus": 1, "element": 2, "et": "b", "closed": False},
        {"bus": 2, "element": 1, "et": "l", "closed": False},
    ]
    load = [{"bus": 1, "p_mw": 3.0, "scaling": 0.5, "in_service": True}]
    slack = [{"bus": 2, "in_service": True}]
    net = frames(bus=buses(3), line=[line(1, 2), line(2, 0)], switch=switches, load=load,
                 ext_grid=slack)  # fmt: skip
    grid = from_pandapower(net)
    assert grid.names == ("0", "2") and len(grid.branches) == 1 and grid.title == "own"
    assert (grid.buses[0].load, grid.buses[1].generation) == (1.5, 1.5)
    assert (grid.branches[0].r, grid.branches[0].x) == (0.01, 0.05)
    assert grid.notes[0] == "1 buses joined to others by closed switches"


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"line": [line(0, 7)]}, "line.to_bus: 7 is no bus"),
        ({"line": [line(0, 1, parallel=0)]}, "line.parallel: 0 is not positive"),
        ({"line": [line(0, 1, length_km="x")]}, "line.length_km: x is not a number"),
        ({"trafo3w": [{"in_service": True}]}, "two-winding transformers"),
        ({"load": [{"bus": 0, "p_mw": 1e9}]}, "bus 0: load: Input should be"),
    ],
)
def test_bad_pandapower_names_the_table(tables: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInstance, match=told):
        from_pandapower(frames(bus=buses(2), **tables))
    with pytest.raises(BadInstance, match="is no table"):
        from_pandapower({"_class": "pandapowerNet", "_object": {"bus": {"_object": "[1"}}})


def test_files_from_the_command(tmp_path: Path) -> None:
    net = frames(bus=buses(3), line=[line(0, 1), line(1, 2)])
    files: dict[str, tuple[str, int]] = {
        "own.json": (json.dumps(net), 1),
        "law.json": (json.dumps({"grid": net, "zero_injection": True}), 1),
        "own.m": (MATPOWER, 1),
        "own.csv": (EXAMPLE, 2),
    }
    for name, (text, fewest) in files.items():
        (tmp_path / name).write_text(text)
        found = load(usecase, str(tmp_path / name)).instance
        assert isinstance(found, Monitored) and reference(found).value == fewest
        assert found.zero_injection == (name == "law.json")
    (tmp_path / "own.json").write_text('{"grid": {"buses": []}}')
    with pytest.raises(BadInstance, match=r"own.json: grid.buses"):
        load(usecase, str(tmp_path / "own.json"))


def test_all_networks_by_name_are_read_as_pandapower_reads_them() -> None:
    assert {"case9", "GBnetwork", "iceland"} <= set(CASES)
    for name in ("case4gs", "case33bw", "case89pegase", "case145"):
        assert case(name).size == int("".join(c for c in name if c.isdigit()))
        assert len(case(name).components()) == 1
    with pytest.raises(UnknownName, match="case14"):
        case("case41")


def test_without_pandapower_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("energy._grid.cases.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="pandapower"):
        case.__wrapped__("case9")


@pytest.mark.parametrize(
    ("buses", "branches", "told"),
    [
        ([{"name": "a"}, {"name": "a"}], [], "2 buses are named 'a'"),
        ([{"name": "a"}], [{"start": "a", "end": "b"}], "ends at 'b', which is no bus"),
        ([{"name": "a"}], [{"start": "a", "end": "a"}], "to itself"),
        ([{"name": "a", "load": 1.0, "zero_injection": True}], [], "zero injection"),
    ],
)
def test_inconsistent_grids_are_refused(buses: Any, branches: Any, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Monitored.model_validate({"grid": {"buses": buses, "branches": branches}})


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(TooLarge, match="in the formulation slack"):
        model(named("case145"))
    star = "from,to\n" + "".join(f"hub,leaf{k}\n" for k in range(600))
    with pytest.raises(TooLarge, match="600 neighbours"):
        with_slack(from_csv(star))
    with pytest.raises(UsageError, match="Kirchhoff"):
        with_slack(named("case14", zero_injection=True))
    with pytest.raises(TooLarge):
        run(NAME, "frontier", "qaoa")


# --- runs and picture --------------------------------------------------------------------


def test_qaoa_finds_the_demos_optimum_more_often_than_chance() -> None:
    score = run(NAME, "demo").score
    assert score.objective == 3 and score.gap == 0
    assert score.lift_interval is not None and score.lift_interval[0] > 5


@pytest.mark.parametrize("make", [lambda: named("case14"), lambda: named("case118")])
def test_the_picture_tells_what_is_observed(make: Callable[[], Monitored]) -> None:
    sites = make()
    answer = [sites.grid.names[k] for k in greedy(sites)][:-1]
    figure = plot(sites, Placement(pmus=tuple(answer)))
    labels = [t.get_text() for t in figure.legends[0].get_texts()]
    assert f"PMU ({len(answer)})" in labels and any(x.startswith("not observed") for x in labels)
    assert "no map" in figure.axes[0].get_title()


def test_the_picture_tells_the_law_from_sight() -> None:
    sites = named("case14", zero_injection=True)
    (pmus, *_) = optimal_sets(sites, 3)
    labels = [t.get_text() for t in plot(sites, Placement(pmus=pmus)).legends[0].get_texts()]
    assert any(x.startswith("observed by Kirchhoff's law") for x in labels)


def test_islanded_buses_are_named_in_a_warning() -> None:
    sites = from_csv("from,to\na,b\nb,c\nd,e\nbus,load,generation\na,0,9\nd,2,0\ne,3.5,0\nf,1,0\n")
    for tell in (usecase.remarks, registry.usecase("energy/grid_partition").remarks):
        assert tell is not None
        assert tell(sites, None) == [
            "warning: buses d, e are islanded, with 5.5 MW of load and no source:"
            " no branch in service leads to the rest of the grid",
            "warning: bus f is islanded, with 1 MW of load and no source:"
            " no branch in service leads to the rest of the grid",
        ]
        assert tell(named("case14"), None) == []
    left = from_matpower(MATPOWER)
    assert "note: 1 of 4 buses out of service left out: 9" in usecase.remarks(left, None)
