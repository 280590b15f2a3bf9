"""One run, one record: its keys, its honesty, and settings that all matter."""

import json
from typing import Any

import pytest
from numpy.random import default_rng

from tests.helpers import record, third_party, timeless
from usecases import judge, registry, run
from usecases.contracts import Energy, Outcome
from usecases.errors import UsageError, VerificationFailed
from usecases.executor import Executor
from usecases.plan import again, prepare
from usecases.records import Chance, Reference
from usecases.rows import answer
from usecases.runner import perform
from usecases.verify import verify

KEYS = {
    "": "id usecase instance algorithm parameters backend backend_settings seed shots qubits"
    " score solution calls timing circuits versions provenance source",
    "instance": "name sha256 data",
    "score": "feasible objective unit sense gap reference feasible_share optimal_share chance"
    " lift violations tts99",
    "score.reference": "value kind method",
    "score.chance": "feasible_share optimal_share",
    "timing": "model compile queue machine classical score",
    "circuits": "depth two_qubit_gates",
    "provenance": "git_revision git_dirty",
}


def test_the_record_has_the_keys_that_are_scripted_against() -> None:
    words = ("-a", "qaoa", "-b", "aer", "-p", "angles.iterations=2", "--shots", 64)
    found = record("energy/unit_commitment", *words)
    for path, names in KEYS.items():
        part: Any = found
        for step in filter(None, path.split(".")):
            part = part[step]
        assert set(names.split()) <= set(part), path
    assert found["source"] == "simulated"
    assert found["shots"] == 64
    assert found["qubits"] == 10
    assert sum(found["samples"]["counts"].values()) == 64
    assert found["calls"]


@pytest.fixture(scope="module")
def base() -> dict[str, Any]:
    """What a small QAOA run asks of its machine, to be compared with changed settings."""
    return executed("qaoa", "aer", {})


def executed(
    algorithm: str, backend: str | None, change: dict[str, Any], seed: int = 0
) -> dict[str, Any]:
    """The traces of the work that was done: calls, samples, circuits."""
    parameters = {k: v for k, v in change.items() if not k.startswith("backend.")}
    settings = {k.removeprefix("backend."): v for k, v in change.items() if k not in parameters}
    if algorithm == "qaoa":
        parameters = {"angles.iterations": 9, "shots": 200} | parameters
    found = run(
        *("energy/unit_commitment", "size=6,seed=3", algorithm, backend),
        parameters=parameters,
        settings=settings,
        seed=seed,
    )
    return {
        "calls": [(c.key, c.backend) for c in found.calls],
        "samples": found.samples,
        "circuits": found.circuits,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"layers": 1},
        {"angles.iterations": 12},
        {"shots": 201},
        {"backend.precision": "single"},
        {"backend.optimization_level": 3},
        {"backend.noise": "jakartav2"},
        {"seed": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_recorded_setting_changes_the_work(
    change: dict[str, Any], base: dict[str, Any]
) -> None:
    seed = change.pop("seed", 0)
    assert executed("qaoa", "aer", change, seed) != base


def test_the_same_settings_repeat_the_work(base: dict[str, Any]) -> None:
    assert executed("qaoa", "aer", {}) == base


def test_the_settings_of_annealing_and_chance_change_the_work() -> None:
    plain = executed("annealing", None, {"shots": 50})
    assert executed("annealing", None, {"shots": 50}) == plain
    assert executed("annealing", None, {"shots": 51}) != plain
    assert executed("annealing", None, {"shots": 50, "backend.sweeps": 1}) != plain
    assert executed("annealing", None, {"shots": 50}, seed=1) != plain
    luck = executed("chance", None, {"shots": 50})
    assert executed("chance", None, {"shots": 51}) != luck
    assert executed("chance", None, {"shots": 50}, seed=1) != luck


def traces(usecase: str, instance: str, algorithm: str, **parameters: Any) -> tuple[Any, ...]:
    """What was asked of machines, and the answer."""
    found = run(usecase, instance, algorithm, parameters=parameters)
    return [(c.key, c.backend) for c in found.calls], found.answer


@pytest.mark.parametrize("change", [{"iterations": 2}, {"shots": 500}], ids=str)
def test_the_settings_of_vqe_change_the_work(change: dict[str, Any]) -> None:
    words = ("life_science/ground_state", "h4", "vqe")
    assert traces(*words, **({"iterations": 1} | change)) != traces(*words, iterations=1)


@pytest.mark.parametrize(
    "change",
    [{"block": 6}, {"rounds": 1}, {"solver": "qaoa"}, {"solver.shots": 40}],
    ids=str,
)
def test_the_settings_of_lns_change_the_work(change: dict[str, Any]) -> None:
    words = ("logistics/vehicle_routing", "size=12,seed=2", "lns")
    base = {"solver": "annealing", "solver.shots": 30, "rounds": 4}
    if change.get("solver") == "qaoa":
        change |= {"solver.angles.iterations": 0}
    assert traces(*words, **(base | change)) != traces(*words, **base)


def test_the_time_that_exact_has_is_kept() -> None:
    found = run("energy/unit_commitment", "day", "exact", parameters={"seconds": 0.001})
    assert found.answer.bound is not None
    assert found.answer.bound < found.score.reference.value < found.answer.energy
    assert "not proven: energy" in answer(found) and "proven ≥ 5" in answer(found)
    assert verify(found)
    lie = found.answer.model_copy(update={"bound": found.answer.energy + 1.0})
    with pytest.raises(VerificationFailed, match="lies below the proven bound"):
        verify(found.model_copy(update={"answer": lie}).sealed())


def test_a_proof_needs_no_words() -> None:
    found = run("energy/unit_commitment", "size=4,seed=1", "exact")
    assert found.answer.bound == found.answer.energy
    assert "proven" not in answer(found)
    assert run("energy/unit_commitment", "size=4,seed=1", "chance").answer.bound is None


def test_the_machine_that_trains_is_recorded_and_used() -> None:
    found = run(
        *("energy/unit_commitment", "size=4,seed=1", "qaoa", "aer"),
        train_on="lightning",
        parameters={"angles.iterations": 7},
    )
    assert {c.backend for c in found.calls[:-1]} == {"lightning"}
    assert found.calls[-1].backend == "aer"


def test_seed_zero_is_a_seed() -> None:
    plans = [prepare("unit_commitment", seed=seed).request for seed in (0, 1)]
    assert plans[0] != plans[1]
    assert plans[0]["seed"] == 0


def test_a_setting_without_a_machine_is_refused() -> None:
    with pytest.raises(UsageError, match="uses no machine"):
        prepare("unit_commitment", "demo", "exact", settings={"sweeps": 3})


@pytest.mark.parametrize("option", ["backend", "train_on"])
def test_a_classical_algorithm_takes_no_machine(option: str) -> None:
    """Else its answer could be shown as a machine's."""
    with pytest.raises(UsageError, match="uses no machine"):
        prepare("unit_commitment", "demo", "exact", **{option: "aer"})


def test_training_without_noise_is_another_request() -> None:
    noisy = prepare("unit_commitment", settings={"noise": "manila"})
    clean = prepare("unit_commitment", settings={"noise": "manila"}, train_on="aer")
    assert noisy.request != clean.request
    assert again(clean.request).request == clean.request


def test_every_lie_in_a_score_is_found() -> None:
    found = run("unit_commitment", "size=4,seed=1", "annealing", shots=20)
    reference = found.score.reference.model_copy(update={"value": 1.0})
    for change in (
        {"gap": -0.5},
        {"optimal_share": 0.12},
        {"lift": 99.0},
        {"ratio": 2.0},
        {"reference": reference},
        {"optimal_interval": (0.0, 0.1)},
        {"tts99": 1e-9},
        {"violations": ("none",)},
    ):
        lie = found.model_copy(update={"score": found.score.model_copy(update=change)})
        with pytest.raises(VerificationFailed):
            verify(lie.sealed())
    with pytest.raises(VerificationFailed, match="is not hardware"):
        verify(found.model_copy(update={"source": "hardware"}).sealed())


def test_equal_runs_get_their_own_ids() -> None:
    plan = prepare("unit_commitment", "size=4,seed=1", "exact")
    first, second = perform(plan), perform(plan)
    assert first.id != second.id
    assert first.solution == second.solution


def test_records_survive_json_and_verify() -> None:
    found = run("unit_commitment", "size=4,seed=1", "annealing", shots=20)
    again = type(found).model_validate_json(found.model_dump_json())
    assert again == found
    assert verify(again)
    text = found.model_dump_json()
    for old, new in [
        ('"feasible":true', '"feasible":false'),
        (f'"seed":{found.seed}', '"seed":77'),
        ('"gap":0.0', '"gap":0.5'),
    ]:
        assert old in text
        with pytest.raises(VerificationFailed, match="changed"):
            verify(type(found).model_validate_json(text.replace(old, new, 1)))


@pytest.mark.parametrize("algorithm", ["chance", "tabu", "tempering", "annealing", "exact"])
@pytest.mark.parametrize("case", ["docking", "docking:fixed_size", "protein_folding"])
def test_runs_in_which_answers_tie_verify(case: str, algorithm: str) -> None:
    """Eight best poses, two best folds: the one that is told is found again in the kept shots."""
    assert verify(run(f"life_science/{case}", "demo", algorithm))


def test_determinants_drawn_by_chance_are_verified_but_for_their_shares() -> None:
    found = run("life_science/ground_state", "demo", "chance", shots=50)
    assert any("shares of shots" in line for line in verify(found))
    assert not any("shares" in line for line in verify(run("ground_state", "demo", "exact")))
    score = found.score.model_copy(update={"gap": 0.5})
    with pytest.raises(VerificationFailed, match="gap"):
        verify(found.model_copy(update={"score": score}).sealed())


def test_a_resealed_lie_is_found_too() -> None:
    found = run("unit_commitment", "size=4,seed=1", "annealing", shots=20)
    score = found.score.model_copy(update={"objective": 1.0})
    with pytest.raises(VerificationFailed, match="objective"):
        verify(found.model_copy(update={"score": score}).sealed())
    share = found.score.model_copy(update={"feasible_share": 0.123})
    with pytest.raises(VerificationFailed, match="feasible share"):
        verify(found.model_copy(update={"score": share}).sealed())


@pytest.mark.parametrize(("stderr", "fails"), [(0.0, True), (0.001, True), (0.01, False)])
def test_an_energy_below_the_exact_one_fails_loudly(stderr: float, fails: bool) -> None:
    case = registry.usecase("life_science/ground_state")
    instance = case.instances["demo"]()
    reference = case.reference(instance)
    low = reference.value - 0.005
    outcome = Outcome(Energy(low, 1.0, 1.0), low, stderr=stderr)
    judged = [judge.assess(case, instance, outcome)]
    luck = Chance(
        feasible_share=0.25, optimal_share=0.0, best=None, mean=None, samples=16, exact=True
    )
    if fails:
        with pytest.raises(VerificationFailed, match="beats the proven optimum"):
            judge.score(case, instance, judged, reference, luck, None)
    else:
        score, _ = judge.score(case, instance, judged, reference, luck, None)
        assert score.within_tolerance is False


def test_no_ratio_and_no_optimal_share_without_a_proof() -> None:
    case = registry.usecase("energy/unit_commitment")
    instance = case.example(4, 1)
    proven = case.reference(instance)
    unproven = Reference(value=proven.value, kind="best_known", method="search")
    model = case.model(instance)
    luck = judge.chance(case, instance, model, unproven, 0)
    assert luck.optimal_share is None
    found = registry.algorithm("chance").solve(model, Executor(None, None), default_rng(0))
    judged = [judge.assess(case, instance, o) for o in found]
    score, _ = judge.score(case, instance, judged, unproven, luck, 1.0)
    assert (score.ratio, score.optimal_share, score.lift, score.tts99) == (None,) * 4
    assert score.feasible_share is not None


def test_chance_is_chance() -> None:
    """The shares of chance, sampled, agree with those of all strings."""
    found = run("unit_commitment", "size=6,seed=3", "chance", shots=20_000)
    luck = found.score.chance
    assert luck is not None
    assert luck.exact
    interval = found.score.feasible_interval
    assert interval is not None
    assert interval[0] - 0.01 < luck.feasible_share < interval[1] + 0.01
    assert 0.5 < (found.score.lift or 0) < 2


def test_a_third_party_is_found_like_our_own() -> None:
    found = record("bin_lorries", "-a", "descent", path=third_party())
    assert found["usecase"] == "municipality/bin_lorries"
    assert json.dumps(found)


@pytest.mark.parametrize(
    "words",
    [
        ("logistics/vehicle_routing", "-a", "qaoa", "-p", "angles.iterations=8"),
        ("logistics/vehicle_routing", "-i", "size=14,seed=3", "-a", "annealing", "--shots", "20"),
        ("life_science/ground_state", "-a", "vqe"),
    ],
    ids=lambda words: f"{words[0]} {words[-3:]}",
)
def test_equal_runs_are_equal_in_every_process(
    words: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Also when Python shuffles the order of its sets."""
    found = [
        record(*words, PYTHONHASHSEED=seed, USECASES_HOME=str(tmp_path_factory.mktemp(seed)))
        for seed in ("1", "2")
    ]
    assert timeless(found[0]) == timeless(found[1])


def test_a_hybrid_run_says_when_it_improved() -> None:
    settings = {"solver": "exact", "rounds": 6}
    found = run("logistics/vehicle_routing", "size=12,seed=2", "lns", parameters=settings)
    told = found.improvements
    assert told[-1].energy == found.answer.energy
    assert 0 <= told[0].seconds <= told[-1].seconds <= found.timing.solving + 0.1
    assert verify(found)
    last = told[-1]
    for wrong in (
        (*told, last),
        (*told, last.model_copy(update={"energy": last.energy - 1.0})),
        (*told[:-1], last.model_copy(update={"calls": 9})),
        (last.model_copy(update={"seconds": 1e9, "energy": 1e9}), *told),
    ):
        with pytest.raises(VerificationFailed, match="improve"):
            verify(found.model_copy(update={"improvements": wrong}).sealed())


def test_the_seconds_of_lns_change_the_work() -> None:
    words = ("logistics/vehicle_routing", "size=12,seed=2", "lns")
    base = {"solver": "annealing", "solver.shots": 30, "rounds": 4}
    assert traces(*words, **base, seconds=1e-9) != traces(*words, **base)


def test_a_proof_that_is_remembered_takes_what_it_took() -> None:
    first, again = (run("ground_state", "h4", name) for name in ("hartree_fock", "ccsd"))
    assert first.timing.reference == again.timing.reference > 0
