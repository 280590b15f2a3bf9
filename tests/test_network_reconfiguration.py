"""Feeder reconfiguration: physics against pandapower, sets against brute force, strict input."""

from __future__ import annotations

import itertools
import json
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from energy.network_reconfiguration import (
    Configuration,
    Feeder,
    baran_wu,
    civanlar,
    example,
    model,
    objective,
    plot,
    reference,
    usecase,
    violations,
)
from energy.network_reconfiguration.costs import losses, price
from energy.network_reconfiguration.diagram import plot as drawn
from energy.network_reconfiguration.feeders import demo, workshop
from energy.network_reconfiguration.flow import amperes, flow
from energy.network_reconfiguration.loops import opened_by_least_flow
from energy.network_reconfiguration.matpower import parse_matpower
from energy.network_reconfiguration.pandapower_file import from_pandapower, shipped
from energy.network_reconfiguration.program import (
    by_switch,
    choices,
    evaluated,
    interpret,
    interpret_switches,
    penalised,
    quadratic,
    sets,
    sufficient_penalty,
    switches,
)
from energy.network_reconfiguration.reading import remarks
from energy.network_reconfiguration.reference import bounds, cotrees, exchanged
from energy.network_reconfiguration.tables import BRANCHES, LOADS, TIES
from tests.helpers import record
from usecases import run
from usecases.errors import (
    BadInstance,
    Infeasible,
    TooLarge,
    UsecasesError,
    VerificationFailed,
)
from usecases.instances import load
from usecases.models import all_bits, energies, variables
from usecases.testing import check_usecase

PROVEN = [
    ("demo", 139.551, 12),
    ("workshop", 139.551, 21),
    ("three-feeders", 466.127, 15),
]
BEST = ("7", "9", "14", "32", "37")
NAME = "energy/network_reconfiguration"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USECASES_HOME", str(tmp_path))


@pytest.fixture(scope="module")
def pp() -> Any:
    from matplotlib.backend_bases import RendererBase

    drawing = RendererBase.new_gc
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandapower
        import pandapower.networks
    RendererBase.new_gc = drawing  # type: ignore[method-assign]  # it rounds the ends of all lines
    return pandapower


def newton(pp: Any, feeder: Feeder, opened: tuple[str, ...]) -> tuple[float, float]:
    """Losses in kW and the lowest voltage by pandapower, from the feeder's own fields."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = pp.create_empty_network(f_hz=50, sn_mva=1.0)
        at = {b.name: pp.create_bus(net, vn_kv=feeder.kv) for b in feeder.buses}
        for source in feeder.sources:
            pp.create_ext_grid(net, at[source], vm_pu=feeder.source_pu)
        for b in feeder.buses:
            pp.create_load(net, at[b.name], p_mw=b.p_kw / 1e3, q_mvar=b.q_kvar / 1e3)
            if b.g_kw or b.b_kvar:
                pp.create_shunt(net, at[b.name], p_mw=b.g_kw / 1e3, q_mvar=-b.b_kvar / 1e3)
        for line in feeder.branches:
            if line.name not in opened:
                pp.create_line_from_parameters(
                    net, at[line.from_bus], at[line.to_bus], length_km=1.0,
                    r_ohm_per_km=line.r_ohm, x_ohm_per_km=line.x_ohm,
                    c_nf_per_km=line.b_us * 1e3 / (2 * np.pi * 50), max_i_ka=1.0,
                )  # fmt: skip
        pp.runpp(net, tolerance_mva=1e-11, numba=False, max_iteration=30)
        return float(net.res_line.pl_mw.sum() * 1e3), float(net.res_bus.vm_pu.min())


def named(feeder: Feeder, row: Any) -> tuple[str, ...]:
    return tuple(feeder.branches[feeder.grid.branch[e]].name for e in row)


def capacitive(seed: int) -> Feeder:
    """A feeder with charging, shunts, infeed and another source voltage."""
    plain = example(8, seed).model_dump(mode="json")
    for k, branch in enumerate(plain["branches"]):
        branch["b_us"] = 20.0 + 3 * k
    plain["buses"][2] |= {"g_kw": 12.0, "b_kvar": 150.0}
    plain["buses"][3] |= {"p_kw": -200.0}
    return Feeder.model_validate_json(json.dumps(plain | {"source_pu": 1.03}))


# --- proven values and the contract ------------------------------------------------------


@pytest.mark.parametrize(("instance", "value", "qubits"), PROVEN)
def test_proven_values(instance: str, value: float, qubits: int) -> None:
    found = record(NAME, "-i", instance, "-a", "exact")
    assert found["score"]["objective"] == pytest.approx(value, abs=1e-3)
    assert found["score"]["gap"] == pytest.approx(0, abs=1e-11)
    assert found["score"]["reference"]["kind"] == "optimal"
    assert found["qubits"] == qubits


def test_contract() -> None:
    assert check_usecase(usecase) == []


def test_frontier_is_proven_over_all_radial_configurations() -> None:
    feeder = baran_wu()
    proven = reference(feeder)
    assert (proven.kind, round(proven.value, 3)) == ("optimal", 139.551)
    assert feeder.grid.configurations == len(cotrees(feeder.grid)) == 50_751
    assert objective(feeder, Configuration(open=BEST)) == pytest.approx(139.551, abs=5e-4)
    base = Configuration(open=tuple(map(str, TIES)))
    assert objective(feeder, base) == pytest.approx(202.677, abs=5e-4)


def test_sets_of_the_named_instances() -> None:
    def told(feeder: Feeder) -> set[tuple[str, ...]]:
        return {named(feeder, group) for group in sets(feeder)}

    assert told(demo()) == {
        ("6", "7"), ("9", "10", "11"), ("14", "34"), ("31", "32", "36"), ("28", "37"),
    }  # fmt: skip
    assert told(workshop()) == {
        ("6", "7", "33"), ("8", "9", "10", "11", "35"), ("12", "13", "14", "34"),
        ("17", "31", "32", "36"), ("25", "26", "27", "28", "37"),
    }  # fmt: skip


def test_sets_of_the_frontier_hold_the_optimum_without_knowing_it() -> None:
    feeder = baran_wu()
    assert len(choices(feeder)) == 36
    assert np.prod([len(group) for group in sets(feeder)]) == 15_360
    optimum = [int(name) - 1 for name in BEST]
    assert all(len({*group} & {*optimum}) == 1 for group in sets(feeder))


def test_a_guide_of_too_many_switches_is_refused() -> None:
    with pytest.raises(TooLarge, match="130 switches"):
        model(example(130, 0))


# --- physics -----------------------------------------------------------------------------


def test_power_flow_agrees_with_pandapower(pp: Any) -> None:
    cases = [(baran_wu(), 9), (civanlar(), 4), (capacitive(1), 3), (capacitive(2), 3)]
    for feeder, count in cases:
        rows = cotrees(feeder.grid)
        rows = rows[np.random.default_rng(0).choice(len(rows), count, replace=False)]
        state = flow(feeder, rows)
        for k, row in enumerate(rows):
            if not state.converged[k]:
                with pytest.raises(pp.LoadflowNotConverged):
                    newton(pp, feeder, named(feeder, row))
                continue
            kw, low = newton(pp, feeder, named(feeder, row))
            assert state.losses[k] == pytest.approx(kw, abs=1e-6)
            assert np.abs(state.voltage[k]).min() == pytest.approx(low, abs=1e-9)
        assert state.converged.sum() > count / 2


def test_published_data_is_pandapowers() -> None:
    theirs, ours = shipped("case33bw"), baran_wu()
    for a, b in zip(theirs.branches, ours.branches, strict=True):
        assert (a.name, a.r_ohm, a.x_ohm, a.closed) == (b.name, b.r_ohm, b.x_ohm, b.closed)
        assert (int(a.from_bus) + 1, int(a.to_bus) + 1) == (int(b.from_bus), int(b.to_bus))
    for c, d in zip(theirs.buses, ours.buses, strict=True):
        assert (c.p_kw, c.q_kvar) == pytest.approx((d.p_kw, d.q_kvar))


def test_an_overloaded_feeder_has_no_losses() -> None:
    plain = demo().model_dump()
    for bus in plain["buses"]:
        bus["p_kw"] *= 40
    heavy = Feeder.model_validate(plain)
    row = np.array([opened_by_least_flow(heavy.grid)])
    assert not flow(heavy, row).converged[0]
    assert np.isinf(flow(heavy, row).losses[0])
    found = Configuration(open=named(heavy, row[0]))
    assert violations(heavy, found) == [
        "the power flow has no solution: voltages collapse under this load"
    ]
    with pytest.raises(Infeasible, match="does not converge"):
        objective(heavy, found)
    with pytest.raises(Infeasible, match="none of the 96"):
        reference(heavy)


def test_the_bound_is_below_the_losses() -> None:
    for feeder in (baran_wu(), workshop(), example(14, 3)):
        rows = cotrees(feeder.grid)[::59]
        assert (bounds(feeder, rows) <= flow(feeder, rows).losses).all()
    rows = cotrees(capacitive(1).grid)
    assert not bounds(capacitive(1), rows).any()


# --- loops, sets and models against brute force -------------------------------------------


def is_tree(feeder: Feeder, opened: tuple[str, ...]) -> bool:
    import networkx

    graph = networkx.MultiGraph()
    one = dict.fromkeys(feeder.sources, "source")
    graph.add_nodes_from(one.get(b.name, b.name) for b in feeder.buses)
    for b in feeder.branches:
        if b.name not in opened:
            graph.add_edge(one.get(b.from_bus, b.from_bus), one.get(b.to_bus, b.to_bus))
    return bool(networkx.is_tree(graph))


@pytest.mark.parametrize("make", [demo, civanlar, lambda: example(9, 4), lambda: random_mesh(2)])
def test_radial_configurations_by_brute_force(make: Any) -> None:
    feeder = make()
    grid = feeder.grid
    picks = itertools.combinations(grid.movable.tolist(), grid.loops)
    expected = {pick for pick in picks if is_tree(feeder, named(feeder, pick))}
    assert {tuple(row) for row in cotrees(grid).tolist()} == expected
    assert grid.configurations == len(expected)
    for pick in itertools.product(*sets(feeder)):
        assert tuple(sorted(pick)) in expected
    state = losses(feeder, np.array(sorted(expected)))
    assert reference(feeder).value == pytest.approx(state.min(), abs=1e-9)


def random_mesh(seed: int) -> Feeder:
    """Nine buses and thirteen branches, all with a switch, parallel ones among them."""
    rng = np.random.default_rng(seed)
    ends = [(int(rng.integers(0, k)), k) for k in range(1, 9)]
    ends += [(int(a), int(b)) for a, b in (rng.choice(9, 2, replace=False) for _ in range(4))]
    ends.append(ends[0])
    return Feeder.model_validate(
        {
            "name": "mesh",
            "kv": 10.0,
            "sources": ["0"],
            "buses": [{"name": str(k), "p_kw": 30.0 * k, "q_kvar": 10.0} for k in range(9)],
            "branches": [
                {"name": f"b{k}", "from_bus": str(a), "to_bus": str(b),
                 "r_ohm": float(rng.uniform(0.1, 1)), "x_ohm": 0.3}
                for k, (a, b) in enumerate(ends)
            ],
        }
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_sets_of_random_meshes_are_radial_and_exchange_ends_low(seed: int) -> None:
    feeder = random_mesh(seed)
    for pick in itertools.product(*sets(feeder)):
        assert is_tree(feeder, named(feeder, pick))
    proven, found = reference(feeder), exchanged(feeder)
    assert (found.kind, found.value >= proven.value - 1e-9) == ("best_known", True)


def test_the_surrogate_is_exact_in_two_loops_and_its_penalty_suffices() -> None:
    for feeder in (demo(), civanlar(), example(8, 5)):
        bqm, names = penalised(feeder, 1.0), variables(quadratic(feeder))
        strings = all_bits(len(names)) if len(names) < 14 else None
        if strings is None:
            continue
        level = np.asarray(bqm.energies((strings, list(names))))
        groups = quadratic(feeder).groups
        kept = np.all([strings[:, g.variables].sum(axis=1) == 1 for g in groups], axis=0)
        assert level[~kept].min() > level[kept].min()
        exact = evaluated(feeder, strings[kept])
        if len(groups) == 2:
            assert level[kept] == pytest.approx(exact)
    assert sufficient_penalty(demo()) == pytest.approx(9.996, abs=1e-3)


def test_every_choice_of_the_model_is_radial_and_no_broken_string_is_cheap() -> None:
    feeder = demo()
    strings = all_bits(12)
    cost, free = energies(model(feeder), strings), by_switch(feeder, strings)
    groups = model(feeder).groups
    kept = np.all([strings[:, g.variables].sum(axis=1) == 1 for g in groups], axis=0)
    assert kept.sum() == 72
    assert cost[~kept].min() >= 2 * price(feeder) > cost[kept].min()
    names = variables(switches(feeder))
    broken = 0
    for row, value in zip(strings[::7], free[::7], strict=True):
        found = interpret_switches(feeder, dict(zip(names, row.tolist(), strict=True)))
        if is_tree(feeder, found.open):
            extra = price(feeder) if violations(feeder, found) else 0.0
            assert value - extra >= objective(feeder, found) - 1e-9
            assert extra or value == pytest.approx(objective(feeder, found), abs=1e-9)
        else:
            broken += 1
            assert value >= 2 * price(feeder)
    assert broken > 100


# --- reading back -------------------------------------------------------------------------


def test_violations_speak_of_buses_and_branches() -> None:
    feeder = baran_wu()
    assert violations(feeder, Configuration(open=BEST)) == []
    dark = violations(feeder, Configuration(open=("7", "8", "33", "34", "36")))
    assert dark[0] == "bus 8 not supplied: 0.2 MW of load are lost"
    assert dark[1].startswith("not radial: branch 37 from bus 25 to bus 29 closes")
    low = violations(feeder, Configuration(open=("2", "34", "35", "36", "37")))
    assert any("lowest allowed 0.9 p.u." in line for line in low)
    assert violations(demo(), Configuration(open=("1", *BEST[1:]))) == [
        "branch 1 has no switch and cannot be opened"
    ]
    assert violations(feeder, Configuration(open=("99", "7", "7"))) == [
        "branch 99 is not in this feeder",
        "branch 7 is named 2 times",
    ]
    with pytest.raises(Infeasible):
        objective(feeder, Configuration(open=("7",)))


def test_current_limits() -> None:
    plain = demo().model_dump()
    plain["branches"][0]["limit_a"] = 150.0
    tight = Feeder.model_validate(plain)
    found = Configuration(open=BEST)
    (line,) = violations(tight, found)
    row = np.array([[k for k, n in enumerate(named(tight, range(37))) if n in BEST]])
    assert line == f"branch 1: {amperes(tight, flow(tight, row))[0, 0]:.1f} A, limit 150 A"
    with pytest.raises(Infeasible, match="keeps the limits"):
        reference(tight)


def test_interpret_is_strict() -> None:
    feeder = demo()
    names = variables(model(feeder))
    good = {n: int(n.removeprefix("open_") in BEST) for n in names}
    assert interpret(feeder, good).open == BEST
    for bad in ({}, good | {"open_7": 2}, good | {"open_1": 1}):
        with pytest.raises(VerificationFailed):
            interpret(feeder, bad)
    assert len(choices(feeder)) == len(names)


# --- files --------------------------------------------------------------------------------


CONVERT = """
[PQ, PV, REF, NONE, BUS_I, BUS_TYPE, PD, QD, GS, BS, BUS_AREA, VM, ...
    VA, BASE_KV, ZONE, VMAX, VMIN, LAM_P, LAM_Q, MU_VMAX, MU_VMIN] = idx_bus;
Vbase = mpc.bus(1, BASE_KV) * 1e3;      %% in Volts
Sbase = mpc.baseMVA * 1e6;              %% in VA
mpc.branch(:, [BR_R BR_X]) = mpc.branch(:, [BR_R BR_X]) / (Vbase^2 / Sbase);
mpc.bus(:, [PD, QD]) = mpc.bus(:, [PD, QD]) / 1e3;
"""


def case(
    *, ohms: bool = True, scale: float = 1.0, load: float = 1.0, code: str | None = None
) -> str:
    """The 33-bus feeder as a MATPOWER case, with or without the code that converts its units."""
    unit = 1.0 if ohms else 10 / 12.66**2
    bus = [
        f"\t{k}\t{3 if k == 1 else 1}\t{p * load * (1 if ohms else 1e-3)}"
        f"\t{q * (1 if ohms else 1e-3)}\t0\t0\t1\t1\t0\t12.66\t1\t1.1   0.9;"
        for k, (p, q) in enumerate(LOADS, start=1)
    ]
    branch = [
        f"{f} {t} {r * unit * scale} {x * unit * scale} 0 0 0 0 0 0 {int(k not in TIES)} -360 360"
        for k, (f, t, r, x) in enumerate(BRANCHES, start=1)
    ]
    lines = ["function mpc = case33", "%% a comment", "mpc.version = '2';", "mpc.baseMVA = 10;"]
    lines += ["mpc.bus = [ %% kW", *bus, "];", "mpc.gen = [", "1 0 0 10 -10 1 100 1 10 0;", "];"]
    lines += ["mpc.branch = [", *branch, "];", "mpc.gencost = [", "2 0 0 3 0 20 0;", "];"]
    return "\n".join([*lines, (CONVERT if ohms else "") if code is None else code])


@pytest.mark.parametrize("ohms", [True, False])
def test_matpower_cases_in_either_unit(ohms: bool, tmp_path: Path) -> None:
    path = tmp_path / "case33.m"
    path.write_text(case(ohms=ohms))
    feeder = load(usecase, str(path)).instance
    assert isinstance(feeder, Feeder)
    assert feeder.grid.configurations == 50_751
    assert reference(feeder).value == pytest.approx(139.551, abs=1e-3)


REFUSED = [
    (case(code=""), "does not converge|loses"),
    (case(scale=1 / 160), "look like per unit"),
    (case(scale=100 / 12.66**2), "12.66 kV and 100 MVA: they look like per unit"),
    (case(load=40), "does not converge"),
    (case().replace("\t18\t1\t", "\t18\t4\t"), "bus 18 is of type 4, which is isolated"),
    (case().replace("\t18\t1\t", "\t18\t2\t"), "controls its voltage"),
    (case() + "\nmpc.bus(3, PD) = 12;", "line .*no code is run"),
    (case() + "\nsystem('rm -rf /');", "no code is run"),
    (case().replace("0.0922", "NaN"), "'NaN' in mpc.branch is not a number"),
    (case().replace("mpc.gen = [", "mpc.gem = ["), "mpc.gen: is missing"),
    (case().replace("= 10;", "= 0;"), "baseMVA"),
    (case().replace("version = '2'", "version = '1'"), "version 2"),
    (case()[:900], "no end"),
    (case().replace("1 2 0.0922 0.047 0 0 0 0 0 0", "1 2 0.0922 0.047 0 0 0 0 0.9 0"), "transf"),
    (case().replace("12.66\t1\t1.1   0.9;", "11\t1\t1.1   0.9;", 1), "one voltage level"),
    ("", "missing"),
]


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_matpower_cases_that_are_refused(text: str, said: str) -> None:
    with pytest.raises(BadInstance, match=said) as raised:
        parse_matpower(text)
    assert "\n" not in str(raised.value)


def test_names_of_buses_in_a_case_are_skipped() -> None:
    cells = "mpc.bus_name = {\n 'Station [1]';\n 'Bus 2';\n};\n"
    assert parse_matpower(case() + "\n" + cells) == parse_matpower(case())
    with pytest.raises(BadInstance, match=r"mpc\.bus_name has no end"):
        parse_matpower(case() + "\n" + cells[:20])


def pandapower_text(pp: Any, change: Any = None) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = pp.networks.case33bw()
        if change:
            change(net)
        return str(pp.to_json(net))


def test_pandapower_files(pp: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    path.write_text(pandapower_text(pp))
    feeder = load(usecase, str(path)).instance
    assert isinstance(feeder, Feeder)
    assert reference(feeder).value == pytest.approx(139.551, abs=1e-3)
    assert load(usecase, "case33bw").instance == feeder

    def island(net: Any) -> None:
        net.line = net.line.drop(index=[16, 35])

    def trafo(net: Any) -> None:
        bus = pp.create_bus(net, 0.4)
        pp.create_transformer(net, 5, bus, "0.25 MVA 10/0.4 kV")

    def astray(net: Any) -> None:
        net.load.loc[3, "bus"] = 99

    def heavy(net: Any) -> None:
        net.load["scaling"] = 50.0

    def conductors(net: Any) -> None:
        net.line["parallel"] = 0

    def backwards(net: Any) -> None:
        net.line.loc[3, "length_km"] = -1.0

    def hertz(net: Any) -> None:
        net.f_hz = "fifty"

    for change, said in (
        (conductors, "line 0: parallel is 0"),
        (backwards, "line 3: r_ohm"),
        (hertz, "f_hz is not a number"),
        (island, "bus 17: no branch leads there.*0.09 MW"),
        (trafo, "trafo 0: is no part of a feeder"),
        (astray, "load 3: is at bus 99"),
        (heavy, "does not converge"),
    ):
        path.write_text(pandapower_text(pp, change))
        with pytest.raises(UsecasesError, match=said):
            load(usecase, str(path))


def test_buses_that_a_closed_switch_joins_are_one(pp: Any) -> None:
    """Bus 17's load moves behind a coupler; an open coupler leads nowhere."""

    def coupled(net: Any, *, closed: bool = True) -> None:
        new = pp.create_bus(net, 12.66, min_vm_pu=0.92, max_vm_pu=1.1)
        pp.create_switch(net, new, 17, et="b", closed=closed)
        net.load.loc[net.load.bus == 17, "bus"] = new

    plain, one = (
        from_pandapower(json.loads(pandapower_text(pp, change))) for change in (None, coupled)
    )
    joined = {b.name: b for b in one.buses}
    assert joined["17"].v_min == 0.92
    assert reference(one).value == pytest.approx(reference(plain).value, abs=1e-6)
    text = pandapower_text(pp, lambda net: coupled(net, closed=False))
    with pytest.raises(BadInstance, match=r"bus 33: no branch leads there.*0.09 MW"):
        from_pandapower(json.loads(text))


def test_a_shunt_rated_at_another_voltage_draws_what_pandapower_says(pp: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = pp.networks.case33bw()
        pp.create_shunt(net, 17, q_mvar=-0.3, p_mw=0.02, vn_kv=10.0, step=2)
        feeder = from_pandapower(json.loads(pp.to_json(net)))
        pp.runpp(net, tolerance_mva=1e-11, numba=False)
    today = Configuration(open=tuple(map(str, TIES)))
    assert objective(feeder, today) == pytest.approx(net.res_line.pl_mw.sum() * 1e3, abs=1e-6)


def scaled(feeder: Feeder, by: float) -> Feeder:
    plain = feeder.model_dump(mode="json")
    for branch in plain["branches"]:
        branch |= {k: branch[k] * by for k in ("r_ohm", "x_ohm")}
    return Feeder.model_validate_json(json.dumps(plain))


def test_a_wrong_unit_gives_a_warning() -> None:
    """On 100 MVA and 12.66 kV the base impedance is 1.6 ohm, so only the digits tell."""
    today = Configuration(open=tuple(map(str, TIES)))
    assert remarks(baran_wu(), today) == [
        "4.5 % of the load in kVA is lost; the lowest voltage is 0.9131 p.u., at bus 18"
    ]
    cables = baran_wu().model_dump(mode="json")
    cables["branches"][36]["b_us"] = 2000.0
    left_out = remarks(Feeder.model_validate_json(json.dumps(cables)), today)[1]
    assert "321 kvar of charging are left out" in left_out
    assert len(remarks(civanlar(), Configuration(open=("14", "15", "16")))) == 1
    for by, said in (
        (100 / 12.66**2, "base impedance of 12.66 kV and 100 MVA"),
        (1 / 12.66**2, "12.66 kV and 1 MVA"),
        (1 / 150, "only 0.019 % of the load is lost"),
        (12.66**2 / 100, "5.2 % of the load is lost in a good configuration.*ohms given where per"),
    ):
        (told,) = remarks(scaled(baran_wu(), by), today)[1:]
        assert re.search(said, told)


@pytest.mark.parametrize("prove", [reference, exchanged])
def test_no_power_flow_is_not_called_a_broken_limit(prove: Any) -> None:
    plain = example(8, 1).model_dump(mode="json")
    for bus in plain["buses"]:
        bus["p_kw"] *= 1e3
    with pytest.raises(Infeasible, match=r"none .* has a power flow that converges"):
        prove(Feeder.model_validate_json(json.dumps(plain)))


def test_buses_of_a_case_keep_all_their_digits() -> None:
    text = case().replace("\t33\t1\t", "\t1234567\t1\t").replace("32 33 ", "32 1234567 ")
    text = text.replace("18 33 ", "18 1234567 ")
    assert parse_matpower(text).buses[-1].name == "1234567"
    with pytest.raises(BadInstance, match=r"33\.5 is no number of a bus"):
        parse_matpower(case().replace("\t33\t1\t", "\t33.5\t1\t"))


def test_objects_named_in_pandapower_files_are_never_built() -> None:
    evil = {"_module": "os", "_class": "system", "_object": "touch /tmp/never"}
    for content in ({"bus": evil}, {"bus": {"_object": "[1]"}}, {}, []):
        with pytest.raises(BadInstance):
            from_pandapower({"_class": "pandapowerNet", "_object": content})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["branches"].pop(), "no loop"),
        (lambda d: d["buses"].append({"name": "x", "p_kw": 70.0}), "bus x: no branch.*0.07 MW"),
        (lambda d: d["branches"][0].update(to_bus="zz"), "'zz', which is no bus"),
        (lambda d: d["branches"][0].update(to_bus="a"), "begins and ends"),
        (lambda d: d["branches"][0].update(name="2"), "2 branches are named '2'"),
        (lambda d: d.update(sources=["q"]), "'q' is not among"),
        (lambda d: [b.update(switchable=False) for b in d["branches"]], "never be radial"),
        (lambda d: d["branches"][0].update(r_ohm=-1.0), "greater than or equal to 0"),
        (lambda d: d.update(kv=0.0), "greater than 0"),
    ],
)
def test_degenerate_feeders(change: Any, said: str) -> None:
    plain: dict[str, Any] = {
        "name": "three buses",
        "kv": 10.0,
        "sources": ["a"],
        "buses": [{"name": "a"}, {"name": "b", "p_kw": 50.0}, {"name": "c", "p_kw": 20.0}],
        "branches": [
            {"name": str(k), "from_bus": f, "to_bus": t, "r_ohm": 0.5, "x_ohm": 0.2}
            for k, (f, t) in enumerate(("ab", "bc", "ca"), start=1)
        ],
    }
    good = Feeder.model_validate(plain)
    assert good.grid.configurations == 3
    change(plain)
    with pytest.raises(ValidationError, match=said):
        Feeder.model_validate_json(json.dumps(plain), strict=True)


# --- the picture and the quantum run ------------------------------------------------------


@pytest.mark.parametrize("opened", [BEST, ("7", "8", "33", "34", "36"), ("33",)])
def test_plot(opened: tuple[str, ...]) -> None:
    assert plot is drawn
    figure = plot(baran_wu(), Configuration(open=opened))
    figure.draw_without_rendering()
    title = figure.axes[0].get_title(loc="left")
    assert ("139.55 kW" in title) == (opened == BEST)
    assert plot(civanlar(), Configuration(open=("8", "9", "7"))).axes


def test_qaoa_finds_the_optimum_and_every_sample_is_radial() -> None:
    found = run(NAME, "demo", "qaoa", parameters={"layers": 4, "objective": "cvar"})
    score = found.score
    assert score.objective == pytest.approx(139.551, abs=1e-3)
    assert score.feasible_share == 1.0
    assert score.lift_interval is not None and score.lift_interval[0] > 1
    assert found.samples is not None
    for bits in found.samples.counts:
        sample = dict(zip(found.samples.variables, map(int, bits), strict=True))
        assert is_tree(demo(), interpret(demo(), sample).open)
