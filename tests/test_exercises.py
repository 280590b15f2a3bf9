"""The exercises accept the right answer and explain the wrong ones."""

from __future__ import annotations

import math

from tests.helpers import ROOT
from usecases import load
from usecases.exercises import OPEN, n00, n01, n02, n03, n04, n05, n06, n07, n08, n09, number
from usecases.ghz import Fidelity
from usecases.levels import Tour
from usecases.records import RunRecord
from usecases.replay import Shipped
from usecases.resources.estimate import Needed
from usecases.resources.machines import Physical
from usecases.resources.work import Work


def stored(name: str) -> tuple[RunRecord, ...]:
    return Shipped(ROOT / "notebooks" / "runs" / f"{name}.json").records


def test_a_number_is_right_known_to_be_wrong_or_too_large() -> None:
    mistakes = {"turned round": 0.5}
    assert number(2.01, 2.0, 0.05, "yes", mistakes).right
    assert number(0.5, 2.0, 0.05, "yes", mistakes).says == "turned round"
    assert "too large" in number(7, 2.0, 0.05, "yes", mistakes).says
    assert "too small" in number(-7.0, 2.0, 0.05, "yes").says
    assert "str 'two'" in number("two", 2.0, 0.05, "yes").says
    assert not number(math.nan, 2.0, 0.05, "yes").right
    assert number(..., 2.0, 0.05, "yes") is OPEN


def test_n00() -> None:
    record = stored("00_first_ten_minutes")[0]
    share, luck = record.score.optimal_share, record.score.chance
    assert share and luck and luck.optimal_share
    c = luck.optimal_share
    assert n00.lift(record, share / c).right
    assert "turn it round" in n00.lift(record, c / share).says
    n = math.log(0.01) / math.log(1 - share)
    assert n00.shots(record, math.ceil(n)).right
    assert "average" in n00.shots(record, 1 / share).says
    assert n00.lucky(record, 1 - (1 - c) ** 4096).right
    assert "do not add up" in n00.lucky(record, 4096 * c).says


def test_n01() -> None:
    assert n01.qubits_of(8, 49).right
    assert "Home" in n01.qubits_of(8, 64).says
    assert n01.rows_share(lambda m: math.factorial(m) / m**m).right
    assert "For m = 2" in n01.rows_share(lambda m: math.factorial(m) / 2 ** (m * m)).says
    assert n01.rows_share(lambda m: ...) is OPEN
    trip = load("logistics/tour", "demo")
    assert n01.shortest(trip, {"TEE@1", "IMM@2", "FXT@3"}).right
    assert "the shortest has" in n01.shortest(trip, {"IMM@1", "TEE@2", "FXT@3"}).says
    assert "no trip" in n01.shortest(trip, {"TEE@1", "TEE@2", "FXT@3"}).says
    assert "no variable" in n01.shortest(trip, {"OSLO@1"}).says


def test_n02() -> None:
    runs = {(r.algorithm, r.shots): r for r in stored("02_honest_scores")}
    coin = runs["chance", 4096]
    assert n02.no_hit(500, 3 / 500).right
    assert "one shot's share" in n02.no_hit(500, 1 / 500).says
    assert coin.score.chance and coin.score.chance.optimal_share
    c = coin.score.chance.optimal_share
    assert n02.coin(coin, math.log(0.05) / math.log(1 - c)).right
    assert "on average" in n02.coin(coin, 1 / c).says
    few, many = runs["qaoa", 256], runs["qaoa", 4096]
    assert n02.claims(few, many, ("not shown", "shown", "not shown")).right
    assert "Claim 3" in n02.claims(few, many, ("not shown", "shown", "shown")).says
    assert "no label" in n02.claims(few, many, ("yes", "shown", "shown")).says


def test_n03() -> None:
    assert n03.shift(0.62, 0.18, 0.22).right
    assert "half of it" in n03.shift(0.62, 0.18, 0.44).says
    assert n03.shots(0.004, 500).right
    assert "quarter" in n03.shots(0.004, 250).says
    sizes, variances = (2, 4, 6), (1e-1, 1e-2, 1e-3)
    assert n03.fifty(sizes, variances, -25.0).right
    assert "starts from its height" not in n03.fifty(sizes, variances, -25.0).says
    assert "base e" in n03.fifty(sizes, variances, -25 * math.log(10)).says


def test_n04() -> None:
    runs = stored("04_noise_and_mitigation")
    raw, both = runs[0], runs[-1]
    assert n04.line(0.8, 0.5, 0.95).right
    assert "two steps" in n04.line(0.8, 0.5, 1.1).says
    assert raw.score.stderr and both.score.stderr
    ratio = both.score.stderr / raw.score.stderr
    assert n04.price(raw, both, ratio**2).right
    assert "its square" in n04.price(raw, both, ratio).says
    assert n04.claim(both, True, False).right
    assert "Consistent" in n04.claim(both, False, False).says
    assert "together" in n04.claim(both, True, True).says
    assert n04.claim(raw, False, False).right


def test_n05() -> None:
    molecule = load("life_science/ground_state", "demo")
    assert n05.correlation(molecule, -20.31).right
    assert "negative" in n05.correlation(molecule, 20.31).says
    chain = Tour("05_molecules", "replay").curve(
        "ground_state", "h4", ["hartree_fock", "ccsd_t", "vqe"], points=[0.8, 1.4, 1.8, 2.4]
    )
    (line,) = [line for line in chain.lines if line.algorithm == "ccsd_t"]
    errors = [1000 * (p.error or 0.0) for p in line.points]
    assert n05.non_parallelity(chain, "ccsd_t", max(errors) - min(errors)).right
    assert "smallest error alone" in n05.non_parallelity(chain, "ccsd_t", min(errors)).says
    assert n05.falls(chain, "ccsd_t", 1.8).right
    assert "first that is below" in n05.falls(chain, "ccsd_t", 2.4).says
    assert "not computed" in n05.falls(chain, "ccsd_t", 1.9).says


def test_n06() -> None:
    fleet = load("energy/unit_commitment", "demo")
    assert n06.required(fleet, 1210).right
    assert "on top" in n06.required(fleet, 1100).says
    assert n06.operate(fleet, {"u1", "u2", "u3", "u4", "u5"}).right
    assert "short of demand" in n06.operate(fleet, {"u1", "u2"}).says
    assert "fewer units" in n06.operate(fleet, {f"u{k}" for k in range(1, 11)}).says
    assert "no unit" in n06.operate(fleet, {"u11"}).says
    assert n06.marginal(fleet, 20.02).right
    assert "average" in n06.marginal(fleet, 22276.37 / 1100).says


def test_n07() -> None:
    runs = stored("07_benchmark_your_backend")
    rows = {
        noise: [r for r in runs if r.backend_settings.get("noise", "") == noise]
        for noise in ("", "manila", "jakarta")
    }
    manila = {r.parameters["layers"]: r.score.optimal_share or 0.0 for r in rows["manila"]}
    best = max(manila, key=lambda layers: manila[layers])
    assert n07.deepest(rows["manila"], best).right
    assert "there is a depth" in n07.deepest(rows["manila"], 1).says
    assert "not run" in n07.deepest(rows["manila"], 99).says
    one, two = (
        Fidelity(backend="", qubits=5, shots=1, value=v, stderr=s, populations=1.0, coherence=1.0)
        for v, s in ((0.8, 0.03), (0.6, 0.04))
    )
    assert n07.apart(one, two, 4.0).right
    assert "plain sum" in n07.apart(one, two, 0.2 / 0.07).says
    ideal, noisy = rows[""][-1], rows["jakarta"][-1]
    assert ideal.score.optimal_share and noisy.score.optimal_share and noisy.circuits
    kept = (noisy.score.optimal_share - 1 / 32) / (ideal.score.optimal_share - 1 / 32)
    gates = noisy.circuits.compiled_two_qubit_gates
    assert n07.per_gate(ideal, noisy, kept ** (1 / gates)).right
    assert "its root" in n07.per_gate(ideal, noisy, kept).says
    assert "division" in n07.per_gate(ideal, noisy, kept / gates).says


def test_n08() -> None:
    assert n08.penalty(30, 50, 30).right
    assert "more than needed" in n08.penalty(30, 50, 50).says
    source = (ROOT / "notebooks" / "08_write_your_own_use_case.py").read_text("utf-8")
    page = source.split("page = '''")[1].split("'''")[0]
    weak = n08.broken(page, "town.audience[b]) + 1.0", "town.audience[b]) - 9.0")
    assert weak.right
    assert "disturb one another" in weak.says
    assert "finds nothing" in n08.broken(page, "The number of listeners.", "Listeners.").says
    assert "copy it exactly" in n08.broken(page, "nothing like it", "").says
    assert "imported" in n08.broken(page, "import itertools", "import itertoools").says
    fee = page.replace("-float(a) for", "-(float(a) - 25) for")
    assert "not the listeners less 25" in n08.with_fee(fee).says
    half = page.replace("sum(town.audience[s] for", "sum(town.audience[s] - 25 for")
    assert "does not follow" in n08.with_fee(half).says
    assert n08.with_fee(
        fee.replace("sum(town.audience[s] for", "sum(town.audience[s] - 25 for")
    ).right


def test_n09() -> None:
    work = Work(title="a shot", qubits=10, gives="a candidate")
    machines = tuple(
        Physical(machine="m", qubits=q, factory_qubits=f, seconds=t, error=0.01)
        for q, f, t in ((9000, 4000, 86_400.0), (20_000, 0, 86_400.0 * 50))
    )
    needed = Needed(work=work, fits=True, machines=machines)
    assert n09.per_logical(needed, 900).right
    assert "distil" in n09.per_logical(needed, 500).says
    assert n09.days(needed, 50).right
    assert "fastest" in n09.days(needed, 1).says
    assert n09.tie(2.0, 0.05, 1 - 0.01 ** (1 / 40)).right
    assert "on average" in n09.tie(2.0, 0.05, 1 / 40).says
