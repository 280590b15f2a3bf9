"""Measurement that respects noise: groups, shots, intervals, symmetries and mitigation."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import PrivateAttr
from qiskit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp, Statevector

from usecases import judge, registry
from usecases.ansatze import uccsd
from usecases.backends.aer import Aer
from usecases.backends.lightning import Lightning
from usecases.backends.mps import MPS
from usecases.backends.readout import Readout
from usecases.backends.zne import ZNE
from usecases.comparison import compare
from usecases.contracts import Energy, JobResult, Outcome, Quote, RemoteBackend, Wrapper
from usecases.encodings import JORDAN_WIGNER, Encoding
from usecases.errors import BackendUnavailable, UsageError, VerificationFailed
from usecases.executor import Executor
from usecases.models import FermionicHamiltonian
from usecases.naming import machine
from usecases.plan import again, prepare
from usecases.programs import (
    Ansatz,
    Electrons,
    Estimate,
    Estimated,
    FermionicEnergy,
    FermionicGradient,
    Grouping,
    Lowered,
    Program,
    SampleCircuits,
    Symmetry,
)
from usecases.programs.measuring import signs
from usecases.runner import perform
from usecases.store import Store
from usecases.testing import check_backend
from usecases.verify import verify

GROUPINGS: tuple[Grouping, ...] = ("qubit-wise", "commuting")
CASE = registry.usecase("life_science/ground_state")
PARAMETERS = {"demo": (0.113,), "lih-2e3o": (-0.02, 0.1, 0.05)}
"""Angles near those that training finds."""

Probabilities = list[NDArray[np.float64]]


@cache
def molecule(name: str) -> tuple[FermionicHamiltonian, Ansatz]:
    h = CASE.model(CASE.instances[name]())
    return h, uccsd(h)


def asked(
    name: str, shots: int, grouping: Grouping, seed: int = 0, verified: bool = False
) -> FermionicEnergy:
    h, ansatz = molecule(name)
    how = {"grouping": grouping, "verified": verified}
    return replace(FermionicEnergy(h, ansatz, PARAMETERS[name], shots, seed), **how)


def estimate(name: str, shots: int, grouping: Grouping, verified: bool = False) -> Estimate:
    program = asked(name, shots, grouping, verified=verified).lower().program
    assert isinstance(program, Estimate)
    return program


def exact(program: Estimate) -> list[float]:
    state = Statevector(program.circuit)
    return [float(state.expectation_value(o).real) for o in program.observables]


def probabilities(program: Estimate) -> Probabilities:
    bare = (c.remove_final_measurements(inplace=False) for c in program.sampled.circuits)
    found = [np.abs(Statevector(c).data) ** 2 for c in bare]
    return [p / p.sum() for p in found]


def drawn(program: Estimate, shares: Probabilities, seed: int) -> list[dict[str, int]]:
    rng = np.random.default_rng(seed)
    tables = [rng.multinomial(n, p) for n, p in zip(program.sampled.each, shares, strict=True)]
    return [
        {format(k, f"0{program.qubits}b"): int(n) for k, n in enumerate(table) if n}
        for table in tables
    ]


@pytest.mark.parametrize("grouping", GROUPINGS)
@pytest.mark.parametrize("seed", range(3))
def test_groups_read_every_term_with_its_sign(grouping: Grouping, seed: int) -> None:
    rng = np.random.default_rng(seed)
    circuit = QuantumCircuit(4)
    for qubit in range(4):
        circuit.u(*rng.normal(size=3).tolist(), qubit)
        circuit.cx(qubit, (qubit + 1) % 4)
    labels = ["IIII", *("".join(rng.choice(list("IXYZ"), 4)) for _ in range(30))]
    observables = tuple(SparsePauliOp(labels, rng.normal(size=31)) for _ in range(2))
    program = Estimate(circuit, observables, 1000, 0, grouping)
    bits = (np.arange(16)[:, None] >> np.arange(4) & 1).astype(np.int8)
    found = program.constants.copy()
    for group, p in zip(program.groups, probabilities(program), strict=True):
        found += p @ signs(bits, group.masks) @ group.coefficients.T
    assert found == pytest.approx(exact(program), abs=1e-10)


def test_whole_commuting_groups_are_fewer() -> None:
    assert [len(estimate("demo", 1000, g).groups) for g in GROUPINGS] == [5, 2]
    apart, together = (len(estimate("lih-2e3o", 1000, g).groups) for g in GROUPINGS)
    assert together < apart / 2


def test_shots_are_those_of_the_whole_estimate_and_follow_the_spread() -> None:
    program = Estimate(
        QuantumCircuit(2), (SparsePauliOp(["ZI", "IZ", "XX", "II"], [3, 4, -1, 9]),), 6020, 0
    )
    assert sorted(program.sampled.each) == [1010, 5010]  # 10 each, the rest 1 to √(3² + 4²)
    for shots in (5, 64, 999, 10_007):
        assert sum(estimate("demo", shots, "qubit-wise").sampled.each) == shots
    with pytest.raises(UsageError, match="4 shots are too few for 5 circuits"):
        estimate("demo", 4, "qubit-wise").lower().program.key()


@pytest.mark.parametrize("backend", [Aer(), Lightning(), MPS()], ids=["aer", "lightning", "mps"])
def test_machines_run_each_circuit_as_often_as_is_asked(backend: Any) -> None:
    one, two = QuantumCircuit(1), QuantumCircuit(2)
    two.x(1)
    for circuit in (one, two):
        circuit.measure_all()
    program = SampleCircuits((one, two), (7, 30), 1)
    assert program.read(backend.run(program).value) == [{"0": 7}, {"10": 30}]
    with pytest.raises(VerificationFailed, match="30 shots were asked for"):
        program.read([{"0": 7}, {"10": 7}])
    assert program.key() != replace(program, shots=(30, 7)).key()


@pytest.mark.parametrize("grouping", GROUPINGS)
@pytest.mark.parametrize(("name", "shots"), [("demo", 10**4), ("demo", 10**6), ("lih-2e3o", 10**5)])
def test_intervals_cover_the_exact_energy(name: str, shots: int, grouping: Grouping) -> None:
    program = estimate(name, shots, grouping)
    shares, (energy, *_) = probabilities(program), exact(program)
    found = [program.of_counts(drawn(program, shares, seed))[0] for seed in range(200)]
    inside = [abs(value - energy) <= 1.96 * stderr for value, stderr in found]
    assert 0.90 <= np.mean(inside) <= 0.98


def test_intervals_cover_the_exact_energy_on_a_simulator() -> None:
    simulator, (energy, *_) = Aer(), exact(estimate("demo", 1000, "commuting"))
    executor = Executor(simulator, simulator)
    found = [executor(asked("demo", 10_000, "commuting", seed)).energy for seed in range(60)]
    assert sum(abs(value - energy) <= 1.96 * stderr for value, stderr in found) >= 52


def test_errors_know_what_terms_of_a_group_do_together() -> None:
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.x(1)  # one of the two is set, never both
    one, other = SparsePauliOp("IZ"), SparsePauliOp("ZI")
    program = Estimate(circuit, (one, other, (one + other).simplify()), 10_000, 0)
    found = program.of_counts(drawn(program, probabilities(program), 1))
    assert [e.stderr for e in found[:2]] == pytest.approx([0.01, 0.01], rel=0.01)
    assert found[2].value == 0.0
    assert 0 < found[2].stderr < 1e-3  # √2/100 were they measured apart


@pytest.mark.parametrize("expected", [0.0, 0.5, 2.0, 5.0, 20.0])
def test_what_was_seldom_or_never_seen_keeps_its_place_in_the_interval(expected: float) -> None:
    """A bit that is set `expected` times in a thousand shots, on average."""
    shots, p = 1000, expected / 1000
    circuit = QuantumCircuit(1)
    circuit.ry(2 * np.arcsin(np.sqrt(p)), 0)
    program = Estimate(circuit, (SparsePauliOp("Z"),), shots, 0)
    shares = probabilities(program)
    found = [program.of_counts(drawn(program, shares, seed))[0] for seed in range(1000)]
    assert all(0 < e.stderr < 0.02 for e in found)
    assert np.mean([e.value for e in found]) == pytest.approx(1 - 2 * p, abs=1e-3)
    assert np.mean([abs(e.value - (1 - 2 * p)) <= 1.96 * e.stderr for e in found]) > 0.9


def halved(weight: float) -> QuantumCircuit:
    """The molecule's state, and with `weight` one with an electron less in it."""
    right = estimate("demo", 100, "commuting").circuit
    circuit = QuantumCircuit(5)
    circuit.ry(2 * np.arcsin(np.sqrt(weight)), 4)
    circuit.compose(right, range(4), inplace=True)
    circuit.cx(4, 1)
    return circuit


@pytest.mark.parametrize("grouping", GROUPINGS)
def test_shots_of_wrong_electrons_are_discarded(grouping: Grouping) -> None:
    plain = estimate("demo", 100_000, grouping, verified=True)
    wide = tuple(SparsePauliOp("I").tensor(o) for o in plain.observables)
    known = tuple(Symmetry(SparsePauliOp("I").tensor(o), v) for o, v in plain.symmetries)
    program = replace(plain, circuit=halved(0.2), observables=wide, symmetries=known)
    simulator = Aer()
    executor = Executor(simulator, simulator)
    energy, *electrons = executor(program)
    discarded = float(executor.provenance["estimate.discarded"])
    (right, *_), (mixed, *_) = exact(plain), exact(program)
    assert [e.value for e in electrons] == [1.0, 1.0]
    assert mixed - right > 20 * energy.stderr
    if grouping == "commuting":
        assert discarded == pytest.approx(0.2, abs=0.01)
        assert abs(energy.value - right) < 4 * energy.stderr
    else:  # turned qubits show no parity: their share stays wrong
        assert 0.1 < discarded < 0.2


@pytest.mark.parametrize("encoding", [JORDAN_WIGNER, Encoding("parity", tapered=True)])
def test_a_right_state_on_an_ideal_machine_loses_no_shot(encoding: Encoding) -> None:
    simulator = Aer()
    executor = Executor(simulator, simulator)
    program = asked("lih-2e3o", 5000, "commuting", verified=True)
    executor(replace(program, encoding=encoding))
    assert float(executor.provenance["estimate.discarded"]) == 0.0


def test_without_a_shot_that_is_right_there_is_no_value() -> None:
    program = replace(estimate("demo", 1000, "commuting", verified=True), circuit=QuantumCircuit(4))
    simulator = Aer()
    with pytest.raises(UsageError, match=r"no shot .* Take more shots") as told:
        Executor(simulator, simulator)(program)
    assert "\n" not in str(told.value)


def noisy(backend: Any, program: Program[Electrons]) -> tuple[Electrons, Executor]:
    executor = Executor(backend, backend)
    return executor(program), executor


def test_folds_multiply_the_gates_that_are_run() -> None:
    program = estimate("demo", 1000, "commuting")
    aer = Aer(noise="jakarta")
    gates = [
        aer.run(replace(program, folds=k).sampled).circuits.compiled_two_qubit_gates
        for k in (0, 1, 2)
    ]
    assert gates[1] >= 2.8 * gates[0]
    assert gates[2] >= 4.6 * gates[0]


@pytest.mark.parametrize("fit", ["linear", "quadratic", "exponential"])
def test_extrapolation_finds_what_decays_as_it_supposes(fit: Any) -> None:
    zne, scales = ZNE(machine=Aer(), fit=fit), np.array([1, 3, 5])
    values = {
        "linear": -1.1 + 0.05 * scales,
        "quadratic": -1.1 + 0.05 * scales - 0.002 * scales**2,
        "exponential": -0.3 - 0.8 * np.exp(-0.1 * scales),
    }[fit]
    certain = zne.extrapolated([Estimated(float(v), 1e-6) for v in values], -0.3)
    assert certain.value == pytest.approx(-1.1, abs=1e-6)
    rng = np.random.default_rng(1)
    inside, spread = [], []
    for _ in range(400):
        shaken = values + 0.002 * rng.standard_normal(3)
        found = zne.extrapolated([Estimated(float(v), 0.002) for v in shaken], -0.3)
        inside.append(abs(found.value + 1.1) <= 1.96 * found.stderr)
        spread.append(found.value)
        assert found.stderr > 0.8 * 0.002
    assert np.mean(inside) > 0.9
    assert np.std(spread) < 0.012


def test_extrapolation_says_when_its_formula_does_not_fit() -> None:
    values = [Estimated(-0.3 - 0.8 * float(np.exp(-0.2 * s)), 1e-4) for s in (1, 3, 5)]
    straight = ZNE(machine=Aer(), fit="linear").extrapolated(values, 0.0)
    assert straight.value > -1.1 + 0.05
    assert abs(straight.value + 1.1) < 1.96 * straight.stderr


@pytest.mark.parametrize("verified", [False, True])
def test_a_limit_is_supposed_only_where_noise_leads_to_it(verified: bool) -> None:
    """What is left of discarded shots does not end in the maximally mixed state."""
    program = estimate("demo", 1000, "commuting", verified)
    decays = [
        [Estimated(c - float(np.exp(-0.2 * s)), 1e-4) for c in program.constants] for s in (1, 3, 5)
    ]
    asked, straight = (ZNE(machine=Aer(), fit=f).asks(program) for f in ("exponential", "linear"))
    assert asked is not None and straight is not None
    assert (asked.back(decays) == straight.back(decays)) is verified
    assert asked.tells(decays)["zne.fit"] == ("linear" if verified else "exponential")


def test_the_record_says_which_fit_was_used() -> None:
    """One value decays, the other is already lost in what shots leave open."""
    program = Estimate(QuantumCircuit(1), (SparsePauliOp("Z"), SparsePauliOp("X")), 1000, 0)
    found = [[Estimated(float(np.exp(-0.2 * s)), 1e-3), Estimated(2e-3, 1e-3)] for s in (1, 3, 5)]
    asked = ZNE(machine=Aer()).asks(program)
    assert asked is not None
    assert asked.tells(found)["zne.fit"] == "exponential 1 of 2, linear 1 of 2"


def test_each_factor_gets_a_shot_for_each_circuit() -> None:
    zne = ZNE(machine=Aer(), factors=(1, 3, 5, 7, 9))  # the fourth weighs 3 %
    program = estimate("lih-2e3o", 104, "qubit-wise")
    with pytest.raises(
        UsageError, match="104 shots are too few for 21 circuits at each of 5"
    ) as told:
        zne.asks(program)
    enough = int(told.value.hint.split()[-1])
    for shots in (105, enough, 40 * enough):
        asked = zne.asks(replace(program, shots=shots))
        assert asked is not None
        each = [part.sampled.each for part in asked.program.parts]  # type: ignore[attr-defined]
        assert sum(map(sum, each)) <= shots
        assert min(map(min, each)) >= (10 if shots >= enough else 1)


def test_factors_are_jobs_of_their_own_to_a_machine_with_noise() -> None:
    """Shots are refused for no density matrix, however many qubits there are."""
    circuit = QuantumCircuit(13)
    circuit.x(0)
    program = Estimate(circuit, (SparsePauliOp("I" * 12 + "Z"),), 300, 0)
    zne = ZNE(machine=Aer(noise="guadalupe"))
    executor = Executor(zne, zne)
    (found,) = executor(program)
    assert found.value < -0.5
    assert len(executor.calls) == 3


def test_lightning_says_that_it_cannot_calibrate_readout() -> None:
    with pytest.raises(BackendUnavailable, match=r"cannot set qubits anew. Take aer"):
        noisy(Readout(machine=Lightning()), asked("demo", 1000, "commuting"))


def misread(
    tables: list[dict[str, int]], rates: NDArray[np.float64], seed: int
) -> list[dict[str, int]]:
    """The tables as a machine shows them that misreads 0 and 1 with these rates."""
    rng, found = np.random.default_rng(seed), []
    for table in tables:
        rows = np.array([[int(c) for c in reversed(key)] for key in table])
        bits = np.repeat(rows, list(table.values()), axis=0)
        wrong = rng.random(bits.shape) < np.where(bits, rates[1], rates[0])
        shown, times = np.unique(bits ^ wrong, axis=0, return_counts=True)
        keys = ("".join(map(str, row[::-1])) for row in shown.tolist())
        found.append(dict(zip(keys, times.tolist(), strict=True)))
    return found


@pytest.mark.parametrize("grouping", GROUPINGS)
def test_readout_is_mitigated_without_bias_and_with_honest_errors(grouping: Grouping) -> None:
    rates = np.array([[0.02, 0.01, 0.05, 0.03], [0.06, 0.02, 0.03, 0.08]])
    program = estimate("demo", 4000, grouping)
    asked = Readout(machine=Aer(), calibration=1000).asks(program)
    assert asked is not None
    (energy, *_), shares, n = exact(program), probabilities(program), len(program.groups)
    inside, raw = [], []
    for seed in range(60):
        tables = drawn(program, shares, seed) + [{"0000": 1000}, {"1111": 1000}] * n
        shown = asked.program.read(misread(tables, rates, seed))
        value, stderr = asked.back(shown)[0]
        inside.append(abs(value - energy) <= 1.96 * stderr)
        before = program.of_counts(shown[:n])[0]
        raw.append(abs(before.value - energy) / before.stderr)
    assert sum(inside) >= 51  # 95 % of 60, less three standard deviations
    assert np.mean(raw) > 4


def test_a_misread_shot_cannot_be_told_from_a_wrong_one_by_means() -> None:
    with pytest.raises(UsageError, match="Leave out verified"):
        noisy(Readout(machine=Aer()), asked("demo", 1000, "commuting", verified=True))


def test_readout_comes_close_to_the_machine_without_readout_errors() -> None:
    """The simulator's exact noisy values have the errors of gates and none of readout."""
    aer = Aer(noise="jakarta")
    (gates, *_), _ = noisy(aer, replace(asked("demo", 1, "commuting"), shots=None))
    (raw, *_), _ = noisy(aer, asked("demo", 40_000, "qubit-wise"))
    (found, *_), executor = noisy(Readout(machine=aer), asked("demo", 40_000, "qubit-wise"))
    assert raw.value - gates.value > 8 * raw.stderr
    assert abs(found.value - gates.value) < 3 * found.stderr + 2e-3  # turning takes gates, too
    assert float(executor.provenance["readout.misread"]) > 0.01


def test_mitigation_comes_closer_than_the_raw_estimate_and_stays_honest() -> None:
    (energy, *_), aer = exact(estimate("demo", 1000, "commuting")), Aer(noise="jakarta")
    (raw, *_), _ = noisy(aer, asked("demo", 40_000, "commuting"))
    for wrapper in (Readout(machine=aer), ZNE(machine=aer), ZNE(machine=Readout(machine=aer))):
        (found, *_), executor = noisy(wrapper, asked("demo", 40_000, "commuting"))
        won = (raw.value - energy) - abs(found.value - energy)
        assert won > 3 * np.hypot(raw.stderr, found.stderr)
    assert abs(found.value - energy) < 2.5 * found.stderr
    assert found.stderr < 0.05
    assert executor.provenance["zne.values"].startswith("1: ")
    assert executor.provenance["zne.fit"].startswith("exponential 1 of 3")
    checked = asked("demo", 40_000, "commuting", verified=True)
    (found, *_), executor = noisy(ZNE(machine=aer), checked)
    assert abs(found.value - energy) < 2.5 * found.stderr
    assert executor.provenance["zne.fit"] == "linear"


def test_mitigation_changes_nothing_on_an_ideal_machine() -> None:
    (energy, *_), aer = exact(estimate("demo", 1000, "commuting")), Aer()
    readout = Readout(machine=aer, calibration=500)
    for wrapper in (readout, ZNE(machine=aer), ZNE(machine=readout)):
        (found, alpha, beta), _ = noisy(wrapper, asked("demo", 40_000, "commuting"))
        assert abs(found.value - energy) < 3 * found.stderr
        assert found.stderr < 0.02
        assert (alpha.value, beta.value) == (pytest.approx(1, abs=0.02), pytest.approx(1, abs=0.02))


def test_a_wrapper_hands_training_through() -> None:
    program = FermionicGradient(*molecule("demo"), PARAMETERS["demo"])
    zne, aer = ZNE(machine=Aer()), Aer()
    executor = Executor(zne, zne)
    found, bare = executor.train(program), Executor(aer, aer).train(program)
    assert (found.value, *found.gradient) == (bare.value, *bare.gradient)
    assert {call.backend for call in executor.calls} == {"aer"}


@pytest.mark.parametrize(
    ("wrapper", "changes"),
    [
        (ZNE(machine=Aer()), {"machine": Aer(noise="manila"), "factors": (1, 3)}),
        (Readout(machine=Aer(noise="manila"), calibration=200), {"machine": Aer()}),
    ],
    ids=["zne", "readout"],
)
def test_wrappers_keep_the_contract_of_machines(wrapper: Wrapper, changes: dict[str, Any]) -> None:
    assert check_backend(wrapper, changes) == []


SETTINGS = {
    "machine": "readout",
    "machine.calibration": 1000,
    "machine.machine": "aer",
    "machine.machine.noise": "jakarta",
}


def test_a_record_keeps_the_machine_behind_the_wrapper() -> None:
    plan = prepare(
        *("life_science/ground_state", "demo", "vqe", "zne"),
        settings=SETTINGS,
        train_on="determinants",
        shots=20_000,
        parameters={"grouping": "commuting"},
    )
    record = perform(plan, store=None)
    kept = record.backend_settings
    assert (record.backend, record.source) == ("zne", "simulated")
    assert kept["machine"]["name"] == "readout"
    assert kept["machine"]["machine"]["noise"] == "jakarta"
    assert (
        machine(record) == "zne (machine=readout (machine=aer (noise=jakarta), calibration=1000))"
    )
    assert record.score.stderr is not None
    assert {"zne.values", "readout.value_before"} <= set(record.provenance)
    assert registry.backend("zne", kept) == plan.backend
    assert again(plan.request).request == plan.request
    assert verify(record)


class Cloud(RemoteBackend):
    """A machine elsewhere that samples circuits."""

    runs: ClassVar[tuple[type[Program[Any]], ...]] = (SampleCircuits,)
    _jobs: dict[str, JobResult] = PrivateAttr(default_factory=dict)

    def submit(self, program: Any, tag: str) -> str:
        self._jobs[tag] = Aer().run(program)
        return tag

    def collect(self, job: str) -> JobResult | None:
        return self._jobs[job]

    def find(self, tag: str, since: float = 0.0) -> str | None:
        return tag if tag in self._jobs else None

    def estimate(self, program: Any) -> Quote:
        return Quote(amount=1.0, currency="EUR", basis="dated table")

    def cancel(self, job: str) -> None:
        raise NotImplementedError

    def sent(self) -> int:
        return len(self._jobs)


def test_jobs_behind_a_wrapper_are_stored_and_replayed(tmp_path: Path) -> None:
    program = asked("demo", 3000, "commuting")
    with Store(tmp_path / "store.db") as store:
        run, first, second = store.begin({"a": 1}), Cloud(), Cloud()
        wrapped = ZNE(machine=first)
        found = Executor(wrapped, wrapped, store=store, run=run, max_cost=3.0)(program)
        assert first.sent() == 3
        wrapped = ZNE(machine=second)
        assert Executor(wrapped, wrapped, store=store, run=run, max_cost=3.0)(program) == found
        assert second.sent() == 0


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "machine: Field required"),
        ({"machine": "neal"}, "samples no circuits"),
        ({"machine.noise": "manila"}, "Give machine=NAME as well"),
        ({"machine": "aer", "machine.bond": 3}, "aer has no setting bond"),
        ({"machine": "aer", "factors": [1, 2]}, "odd numbers"),
        ({"machine": "aer", "factors": [3, 1]}, "rising order"),
        ({"machine": "aer", "factors": [1, 3], "fit": "quadratic"}, "at least 3 factors"),
    ],
)
def test_wrong_wrappers_are_told_in_one_line(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words) as told:
        registry.backend("zne", settings)
    assert "\n" not in str(told.value)


def test_what_mitigates_estimates_stays_in_front_of_readout() -> None:
    with pytest.raises(UsageError, match="put zne around readout") as told:
        registry.backend("readout", {"machine": "zne", "machine.machine": "aer"})
    assert "\n" not in str(told.value)


def test_wrappers_are_compared_beside_bare_machines() -> None:
    found = compare(
        *("life_science/ground_state", "demo", ["vqe"], ["aer", "zne"]),
        settings={"machine": "aer"},
        parameters={"iterations": 20},
        train_on="determinants",
        shots=2000,
        store=None,
    )
    assert [machine(record) for record in found] == ["aer", "zne (machine=aer)"]


class Overshot(Wrapper):
    """Mitigation that goes too far."""

    by: float

    def asks(self, program: Program[Any]) -> Lowered[Any] | None:
        if not isinstance(program, Estimate) or program.shots is None:
            return None
        lowered = program.lower()
        (energy, *_) = exact(program)

        def back(tables: Any) -> list[Estimated]:
            first, *rest = lowered.back(tables)
            return [Estimated(energy - self.by * first.stderr, first.stderr), *rest]

        return Lowered(lowered.program, back)


def run_below_the_exact_energy(by: float, shots: int) -> Any:
    settings = {"grouping": "commuting"}
    return perform(
        prepare(
            *("life_science/ground_state", "demo", "vqe", Overshot(machine=Aer(), by=by)),
            parameters=settings,
            shots=shots,
        ),
        store=None,
    )


def test_a_mitigated_energy_below_the_exact_one_fails_loudly() -> None:
    with pytest.raises(VerificationFailed, match="by more than two standard errors"):
        run_below_the_exact_energy(2.2, 20_000)


@pytest.mark.parametrize(("shots", "claimed"), [(100_000, False), (1_600_000, True)])
def test_accuracy_is_claimed_only_where_the_interval_is_inside(shots: int, claimed: bool) -> None:
    """Chemical accuracy, 1.6 mHa: the errors are 1.6 and 0.4 mHa, the energy 1.5 of them low."""
    record = run_below_the_exact_energy(1.5, shots)
    assert record.score.within_tolerance is claimed


def test_the_judge_takes_errors_into_account() -> None:
    case, instance = CASE, CASE.instances["demo"]()
    reference = case.reference(instance)
    model = case.model(instance)
    luck = judge.chance(case, instance, model, reference, 0)
    for above, stderr, claimed in ((1e-3, 2e-4, True), (1e-3, 4e-4, False), (2e-3, 0.0, False)):
        value = Energy(reference.value + above, 1.0, 1.0, stderr)
        outcome = Outcome(value, value.energy, stderr=stderr)
        score, _ = judge.score(
            case, instance, [judge.assess(case, instance, outcome)], reference, luck, None
        )
        assert score.within_tolerance is claimed
