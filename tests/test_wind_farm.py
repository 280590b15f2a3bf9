"""Wind farm: the physics beside PyWake's, proven layouts, models, files and bad input."""

from __future__ import annotations

import importlib
import itertools
import re
import warnings
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from energy.wind_farm import offshore, usecase, wakes
from energy.wind_farm.farm import Farm, Site
from energy.wind_farm.files import EXAMPLE, parse_csv, projected
from energy.wind_farm.places import example, horns_rev, iea37, mosetti
from energy.wind_farm.program import (
    flat,
    model,
    one_by_one,
    penalised,
    strength,
    sufficient_penalty,
)
from energy.wind_farm.reading import Layout, full_energy, interpret, objective, violations
from energy.wind_farm.reference import by_program, energy, least_wakes, reference, relaxed, swapped
from energy.wind_farm.turbines import V80, Turbine
from energy.wind_farm.wind import HORNS_REV, Steady, Weibull
from tests.helpers import usecases
from usecases import run
from usecases.errors import BadInstance, VerificationFailed
from usecases.models import Incumbent, Structured, all_bits, energies
from usecases.testing import check_usecase

TEN_DEGREES = np.arange(0, 360, 10)


@pytest.fixture(scope="module")
def pywake() -> Any:
    """PyWake's Jensen model of Horns Rev: (x, y) → AEP in GWh."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from py_wake.deficit_models.noj import NOJ
        from py_wake.examples.data import hornsrev1

        simulator = NOJ(hornsrev1.Hornsrev1Site(), hornsrev1.V80(), k=0.1)

    def energy_of(xy: Any) -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return float(simulator(*np.asarray(xy).T, wd=TEN_DEGREES).aep().sum())

    return energy_of


def built(farm: Farm) -> Any:
    strings = all_bits(len(farm.sites))
    return strings[strings.sum(axis=1) == farm.count]


def by_brute_force(farm: Farm) -> float:
    """The best pairwise energy, layout by layout and pair by pair."""
    losses = wakes.pair_losses(farm)
    return max(
        farm.count * wakes.alone(farm)
        - sum(losses[i, j] for i, j in itertools.combinations(chosen, 2))
        for chosen in itertools.combinations(range(len(farm.sites)), farm.count)
    )


# --- proven values -----------------------------------------------------------------------

PROVEN = [
    ("demo", 46.064180, 46.089440),
    ("workshop", 73.425438, 73.488601),
    ("block", 109.733912, None),
    ("iea37", 217.780261, None),
]


@pytest.mark.parametrize(("instance", "by_pairs", "all_wakes"), PROVEN)
def test_proven_values(instance: str, by_pairs: float, all_wakes: float | None) -> None:
    found = run("energy/wind_farm", instance, "exact")
    assert found.score.objective == pytest.approx(by_pairs, abs=1e-6)
    assert found.score.gap == 0 and found.score.reference.kind == "optimal"
    if all_wakes is not None:
        layout = Layout.model_validate(found.solution)
        whole = full_energy(usecase.instances[instance](), layout)
        assert whole == pytest.approx(all_wakes, abs=1e-6)


def test_contract_is_kept() -> None:
    assert check_usecase(usecase) == []


# --- physics -----------------------------------------------------------------------------


def test_the_whole_of_horns_rev_is_pywakes(pywake: Any) -> None:
    from py_wake.examples.data.hornsrev1 import wt_x, wt_y

    farm = horns_rev(10, 8, 80)
    assert np.array_equal(farm.xy, np.column_stack([wt_x, wt_y]))
    whole = full_energy(farm, Layout(sites=farm.names))
    assert whole == pytest.approx(704.319839, abs=1e-6)
    assert whole == pytest.approx(pywake(farm.xy), rel=1e-9)
    assert wakes.alone(farm) * 80 == pytest.approx(744.035891, abs=1e-6)


def test_pairs_and_layouts_are_pywakes(pywake: Any) -> None:
    farm = example(12, 4)
    single = pywake(farm.xy[:1])
    assert wakes.alone(farm) == pytest.approx(single, rel=1e-9)
    losses = wakes.pair_losses(farm)
    for i, j in [(0, 1), (0, 11), (3, 5), (7, 2), (10, 9)]:
        theirs = 2 * single - pywake(farm.xy[[i, j]])
        assert losses[i, j] == pytest.approx(theirs, abs=1e-9)
    for row in built(farm)[[0, 100, 500]]:
        theirs = pywake(farm.xy[row > 0])
        assert wakes.full(farm, row[None])[0] == pytest.approx(theirs, rel=1e-9)


def test_two_turbines_have_no_model_error() -> None:
    farm = example(7, 1).model_copy(update={"count": 2})
    rows = built(farm)
    np.testing.assert_allclose(wakes.full(farm, rows), wakes.pairwise(farm, rows), atol=1e-9)


def test_the_wind_adds_up_as_pywakes_does() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from py_wake.examples.data.hornsrev1 import Hornsrev1Site

        for count in (12, 36, 60):
            wd = np.arange(count) * 360 / count
            theirs = Hornsrev1Site().local_wind(wd=wd, ws=np.arange(3, 26)).P_ilk[0]
            ours = HORNS_REV.model_copy(update={"directions": count}).states()[2]
            np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_iea_task_37_anchors_the_simulator() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from py_wake.deficit_models.noj import NOJ
        from py_wake.examples.data.iea37 import IEA37_WindTurbines, IEA37Site
        from py_wake.literature.iea37_case_study1 import IEA37CaseStudy1

        farm = iea37(16)
        x, y = farm.xy.T
        assert np.allclose(IEA37Site(16).initial_position, farm.xy)
        published = IEA37CaseStudy1(16)(x, y).aep(normalize_probabilities=True).sum().item()
        assert published * 1000 == pytest.approx(366_941.571, abs=1e-3)
        jensen = NOJ(IEA37Site(16), IEA37_WindTurbines(), k=0.1)
        theirs = jensen(x, y, wd=np.arange(0, 360, 22.5), ws=[9.8])
        theirs = theirs.aep(normalize_probabilities=True).sum().item()
    # The curve is a table here and a formula there.
    assert full_energy(farm, Layout(sites=farm.names)) == pytest.approx(theirs, rel=1e-4)


def test_wakes_that_take_more_than_the_wind_are_told() -> None:
    def line(thrust: float) -> Farm:
        curve = ((3.0, 0.0, thrust), (25.0, 2000.0, thrust))
        turbine = Turbine.model_validate(V80.model_dump() | {"curve": curve})
        east = Steady(frequency=(0.0, 1.0, 0.0, 0.0), speed=10.0)
        given = {"turbine": turbine, "wind": east, "wake_decay": 1e-6}
        return horns_rev(8, 1, 4).model_copy(update=given)

    assert np.isfinite(wakes.pair_losses(line(0.8))).all()
    with pytest.raises(BadInstance, match="wakes take more than the wind"):
        wakes.full(line(0.8), np.ones((1, 8), dtype=np.int8))
    with pytest.raises(BadInstance, match="wakes take more than the wind"):
        wakes.pair_losses(line(1.2))


# --- models and reference against brute force ----------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_everything_agrees_with_brute_force(seed: int) -> None:
    farm = example(9, seed).model_copy(update={"count": (1, 3, 4, 5, 8, 9)[seed]})
    best = by_brute_force(farm)
    assert reference(farm).value == pytest.approx(best, abs=1e-9)
    if seed < 4:
        proven = by_program(farm)
        assert proven.kind == "optimal" and proven.value == pytest.approx(best, abs=1e-6)
    strings = all_bits(9)
    for make in (model, flat):
        found = energies(make(farm), strings)
        row = strings[int(found.argmin())]
        layout = interpret(farm, dict(zip(farm.names, row.tolist(), strict=True)))
        assert violations(farm, layout) == []
        assert objective(farm, layout) == pytest.approx(best, abs=1e-9)
        assert found.min() == pytest.approx(-best, abs=1e-9)
    assert energy(farm, swapped(farm)) <= best + 1e-9
    least = farm.count * wakes.alone(farm) - best
    assert relaxed(wakes.pair_losses(farm), farm.count) <= least + 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_any_penalty_above_the_bound_keeps_the_count(seed: int) -> None:
    farm = example(10, seed).model_copy(update={"count": 3 + seed})
    strings = all_bits(10)
    right = strings.sum(axis=1) == farm.count
    found = energies(penalised(farm, 1.0001 * sufficient_penalty(farm)), strings)
    assert found[~right].min() > found[right].min()
    np.testing.assert_allclose(found[right], -wakes.pairwise(farm, strings[right]), atol=1e-9)
    weak = energies(penalised(farm, 0.0), strings)
    assert weak[~right].min() < weak[right].min()


def test_large_farms_are_improved_and_keep_their_count(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("energy.wind_farm.reference")
    monkeypatch.setattr(module, "TIME_LIMIT", 0.2)
    farm = horns_rev(10, 8, 40)
    start = model(farm)
    assert isinstance(start, Incumbent) and isinstance(model(horns_rev(4, 4, 8)), Structured)
    first = objective(farm, interpret(farm, start.sample))
    assert first == pytest.approx(energy(farm, one_by_one(farm)))
    settings = {"solver": "exact", "block": 10, "rounds": 3}
    score = run("energy/wind_farm", "frontier", "lns", parameters=settings).score
    assert score.feasible and score.objective is not None and score.objective >= first
    proven = score.reference
    assert proven.kind == "best_known" and "no layout above" in proven.method
    bound = float(re.findall(r"above ([\d.]+) GWh", proven.method)[0])
    assert first <= proven.value <= bound < 362


def test_a_bound_holds_where_the_optimum_is_known() -> None:
    farm = horns_rev(6, 4, 12)
    losses = wakes.pair_losses(farm)
    best = farm.count * wakes.alone(farm) - energy(farm, least_wakes(losses, 12))
    assert 0.8 * best < relaxed(losses, 12) <= best
    assert energy(farm, swapped(farm)) == pytest.approx(109.733912, abs=1e-6)


def test_no_wrong_count_undercuts_the_first_layout() -> None:
    farm = example(12, 3)
    from energy.wind_farm.program import improvable

    start = improvable(farm)
    strings = all_bits(12)
    found = energies(start, strings)
    first = np.array([[start.sample[n] for n in farm.names]], dtype=np.int8)
    wrong = strings.sum(axis=1) != farm.count
    assert found[wrong].min() > energies(start, first)[0]


def test_where_no_wake_meets_a_site_every_layout_is_best() -> None:
    sites = tuple(Site(name=f"s{k}", x=500.0 * k, y=0.0) for k in range(6))
    farm = Farm(sites=sites, count=2, wind=Steady(frequency=(1.0,), speed=9.0))
    assert not wakes.pair_losses(farm).any()
    found = energies(model(farm), all_bits(6))
    assert (found < found.min() + 1e-9).sum() == 15
    assert strength(farm) > 0 and reference(farm).value == pytest.approx(2 * wakes.alone(farm))


def test_a_site_without_wind_yields_nothing_and_is_still_a_farm() -> None:
    for calm in (
        Steady(frequency=(1.0,), speed=2.0),
        Weibull(frequency=(1.0,), scale=(0.1,), shape=(20.0,)),
    ):
        farm = horns_rev(2, 2, 2).model_copy(update={"wind": calm})
        assert reference(farm).value == 0
        strings = all_bits(4)
        found = energies(model(farm), strings)
        assert (found[strings.sum(axis=1) == 2] == found.min()).all()
        assert (found[strings.sum(axis=1) != 2] > found.min()).all()
        assert usecase.plot is not None
        usecase.plot(farm, Layout(sites=farm.names[:2])).canvas.draw()


def test_qaoa_beats_chance_on_the_demo_and_keeps_the_count() -> None:
    kept, flipped = (
        run(f"energy/wind_farm{form}", "demo", "qaoa", parameters={"layers": 4}).score
        for form in ("", ":penalty")
    )
    assert kept.feasible_share == 1.0 and flipped.feasible_share is not None
    assert flipped.feasible_share < 1.0
    for score in (kept, flipped):
        assert score.gap == 0 and score.lift_interval is not None and score.lift_interval[0] > 1
    assert flipped.chance is not None
    assert flipped.chance.feasible_share == pytest.approx(126 / 512)


# --- reading and its words -----------------------------------------------------------------


def test_violations_count_and_name() -> None:
    farm = horns_rev(3, 3, 5)
    assert violations(farm, Layout(sites=("01", "02", "03", "11", "12"))) == []
    assert violations(farm, Layout(sites=("01", "02"))) == [
        "2 turbines are built; the farm is to have 5"
    ]
    assert violations(farm, Layout(sites=("01", "01", "99", "02", "03"))) == [
        "there is no site 99",
        "2 turbines stand on site 01",
    ]


@pytest.mark.parametrize("change", [{"01": 2}, {"99": 1}, {"01": None}])
def test_interpret_refuses_what_does_not_belong(change: dict[str, Any]) -> None:
    farm = horns_rev(2, 2, 2)
    with pytest.raises(VerificationFailed):
        interpret(farm, dict.fromkeys(farm.names, 0) | change)
    with pytest.raises(VerificationFailed):
        interpret(farm, {"01": 1})


# --- catalogue, files and bad input --------------------------------------------------------


def test_real_farms_come_by_name(pywake: Any) -> None:
    names = offshore.names()
    assert {"hornsea", "anholt", "london", "kfA", "doggerA-16"} <= set(names)
    assert len(offshore.farm("albatros").sites) == 16  # the smallest there is
    middle = offshore.farm("hornsea-16")
    assert (len(middle.sites), middle.count) == (16, 8) and "Hornsea" in middle.title
    proven = reference(middle)
    assert proven.kind == "optimal" and proven.value <= 8 * wakes.alone(middle)
    rev = offshore.farm("horns")
    assert len(rev.sites) == 80
    # UTM positions from another source: the spacing, and so the energy, is the same.
    whole = full_energy(rev, Layout(sites=rev.names))
    assert whole == pytest.approx(704.32, rel=2e-3)
    with pytest.raises(BadInstance, match="is no farm"):
        offshore.farm("atlantis-16")


def test_csv_in_degrees_and_metres() -> None:
    found = parse_csv(EXAMPLE)
    assert (found.count, found.names[0], found.turbine.name) == (3, "A1", "V80")
    import utm

    degrees = np.array([(7.7964, 55.5032), (7.8075, 55.4932), (7.9, 55.6)])
    east, north, *_ = utm.from_latlon(degrees[:, 1], degrees[:, 0])
    theirs = np.linalg.norm(np.diff(np.column_stack([east, north]), axis=0), axis=1)
    ours = np.linalg.norm(np.diff(projected(degrees), axis=0), axis=1)
    np.testing.assert_allclose(ours, theirs, rtol=1e-3)
    flat_map = parse_csv("count,1\nname,x,y\na,0,0\nb,200,0\n")
    assert flat_map.xy.tolist() == [[0, 0], [200, 0]] and flat_map.wind == HORNS_REV


CSV = [
    ("count,3\n", "content: there is no line name,x,y"),
    ("name,x,y\na,0,0\n", "count: is missing"),
    ("count,1\ncount,2\nname,x,y\n", "line 2: count is given twice"),
    ("count,1.5\nname,x,y\n", "line 1: count must be a whole number"),
    ("colour,red\nname,x,y\n", "line 1: 'colour' is no key"),
    ("count,1,2\nname,x,y\n", "line 1: count takes one value"),
    ("count,1\nname,x,y\na,0\n", "line 3: a site takes a name and two numbers"),
    ("count,1\nname,x,y\na,0,nan\n", "line 3: 'nan' is not a number"),
    ("count,1\nname,lon,lat\na,0,99\n", "lon,lat: must lie within"),
    ("count,1\nname,lon,lat\na,0,50\nb,9,50\n", "lon,lat: a farm spans 2 degrees at most"),
]


@pytest.mark.parametrize(("text", "told"), CSV)
def test_bad_csv(text: str, told: str) -> None:
    with pytest.raises(BadInstance, match="^" + re.escape(told)):
        parse_csv(text)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sites": ()}, "at least 1 item"),
        ({"count": 3}, "3 turbines cannot stand on 2 sites"),
        ({"count": 0}, "greater than or equal to 1"),
        ({"sites": ({"name": "a", "x": 0, "y": 0}, {"name": "a", "x": 900, "y": 0})}, "own name"),
        ({"sites": ({"name": "a", "x": 0, "y": 0}, {"name": "b", "x": 0, "y": 0})}, "0.0 m apart"),
        ({"sites": ({"name": "a", "x": 0, "y": 0}, {"name": "b", "x": 159, "y": 0})},
         "at least 2 rotor diameters"),
        ({"turbine": "V90"}, "'V90' is no turbine known by name"),
        ({"wind": "mistral"}, "'mistral' is no wind known by name"),
        ({"wind": {"frequency": (0.5, 0.4), "speed": 9.0}}, "add up to 0.9"),
        ({"wind": {"frequency": (1.0,), "scale": (9.0, 8.0), "shape": (2.0,)}}, "each sector"),
        ({"wake_decay": 0.0}, "greater than 0"),
        ({"wake_decay": float("nan")}, "finite"),
        ({"turbine": V80.model_dump() | {"curve": ((3, 0, 0), (3, 1, 0))}}, "must ascend"),
        ({"title": "\x1b[2J"}, "pattern"),
        ({"cables": 1}, "Extra inputs"),
    ],
)  # fmt: skip
def test_bad_instances(changes: dict[str, Any], told: str) -> None:
    sites = ({"name": "a", "x": 0, "y": 0}, {"name": "b", "x": 500, "y": 0})
    with pytest.raises(ValidationError, match=re.escape(told)):
        Farm.model_validate({"sites": sites, "count": 1} | changes)


def test_the_command_tells_a_bad_farm_in_one_line(tmp_path: Any) -> None:
    path = tmp_path / "near.csv"
    path.write_text("count,1\nname,x,y\na,0,0\nb,20,0\n", encoding="utf-8")
    told = usecases("run", "energy/wind_farm", "-i", path, "-a", "exact")
    assert told.returncode == 3 and len(told.stderr.strip().splitlines()) == 1
    assert "20.0 m apart" in told.stderr and "Traceback" not in told.stderr


def test_mosettis_square() -> None:
    farm = mosetti()
    assert (len(farm.sites), farm.wake_decay, farm.turbine.diameter) == (100, 0.0944, 40)
    # One turbine in 12 m/s: 0.3 · 12³ kW.
    assert wakes.alone(farm) == pytest.approx(0.3 * 12**3 * 8760 / 1e6)
    assert Weibull(frequency=(1.0,), scale=(9.0,), shape=(2.0,)).states()[2].shape == (36, 23)


@pytest.mark.parametrize("farm", [example(1, 0), horns_rev(3, 3, 5), mosetti()])
def test_pictures(farm: Farm) -> None:
    assert usecase.plot is not None
    for chosen in (one_by_one(farm), [], [0]):
        figure = usecase.plot(farm, Layout(sites=tuple(farm.names[k] for k in chosen)))
        figure.canvas.draw()
        assert "GWh a year by pairs" in figure.get_suptitle()


def test_the_command_tells_what_the_full_physics_says() -> None:
    found = usecases("run", "energy/wind_farm", "-i", "workshop", "-a", "exact")
    assert "with all wakes at once: 73.4886 GWh a year" in found.stdout
    assert "number 7 of 12870" in found.stdout
