"""What a training lowers: values, slopes, exact gradients, on every machine that can."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from pydantic import PrivateAttr

from tests.references import differences, random_angles, random_ising
from usecases.backends.aer import Aer
from usecases.backends.lightning import Lightning
from usecases.backends.statevector import Statevector
from usecases.contracts import Backend, JobResult, Quote, RemoteBackend
from usecases.errors import BackendUnavailable, UsageError
from usecases.executor import Executor
from usecases.models import Choose, Evaluated, Floats, Ising, Permute, Table
from usecases.programs import (
    AlternatingEnergy,
    AlternatingGradient,
    AlternatingSamples,
    AlternatingState,
    CVaR,
    Gibbs,
    Gradient,
    GroupMixer,
    GroverMixer,
    Mean,
    Mixer,
    Objective,
    Program,
    Together,
    WarmMixer,
    XMixer,
)
from usecases.store import Store

OBJECTIVES = [Mean(), CVaR(alpha=1.0), CVaR(alpha=0.3), CVaR(alpha=0.01), Gibbs(), Gibbs(eta=0.1)]

MIXERS: dict[str, tuple[int, Mixer]] = {
    "x": (5, XMixer()),
    "warm": (4, WarmMixer((0.3, 2.5, 1.57, -0.9))),
    "ring": (5, GroupMixer((Choose((3, 0, 4, 1), 2),))),
    "swaps": (5, GroupMixer((Permute(((2, 0), (1, 4))),), "complete")),
    "grover": (5, GroverMixer((Choose((3, 0, 4)),))),
}
each = pytest.mark.parametrize("name", MIXERS)


def distribution(seed: int, n: int = 40) -> tuple[Floats, Floats]:
    """Costs, some of them equal, and their probabilities."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(n, 0.5))
    return np.round(rng.normal(size=n), 1), shares


@pytest.mark.parametrize("seed", range(20))
def test_cvar_is_the_mean_of_the_best_share(seed: int) -> None:
    costs, shares = distribution(seed)
    assert CVaR(alpha=1.0).value(costs, shares) == pytest.approx(shares @ costs, abs=1e-13)
    order = np.argsort(costs)
    for alpha in (1e-6, 0.01, 0.3, 0.77, 1.0):
        left, total = alpha, 0.0
        for cost, share in zip(costs[order], shares[order], strict=True):
            taken = min(share, left)
            total += taken * cost
            left -= taken
        assert CVaR(alpha=alpha).value(costs, shares) == pytest.approx(total / alpha, abs=1e-12)
    values = [CVaR(alpha=a).value(costs, shares) for a in np.linspace(0.001, 1, 200).tolist()]
    assert (np.diff(values) >= -1e-12).all()
    assert values[0] >= costs[shares > 0].min() - 1e-12


@pytest.mark.parametrize("seed", range(20))
def test_gibbs_lies_between_the_minimum_and_the_mean(seed: int) -> None:
    costs, shares = distribution(seed)
    values = [Gibbs(eta=e).value(costs, shares) for e in (1e9, 1e4, 100.0, 3.0, 0.1, 1e-3, 1e-6)]
    assert values[0] == pytest.approx(costs.min(), abs=1e-6)
    assert values[-1] == pytest.approx(shares @ costs, abs=1e-5)
    assert (np.diff(values) > 0).all()


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
@pytest.mark.parametrize("seed", range(5))
def test_slopes_are_derivatives_by_the_probabilities(seed: int, objective: Objective) -> None:
    """Along every direction that keeps the sum of probabilities."""
    costs, shares = distribution(seed)
    rng = np.random.default_rng(seed)
    slope = objective.slope(costs, shares)
    for _ in range(10):
        direction = rng.normal(size=len(shares)) * shares
        direction -= shares * direction.sum()
        step = 1e-7
        up, down = (objective.value(costs, shares + s * direction) for s in (step, -step))
        assert (up - down) / (2 * step) == pytest.approx(slope @ direction, abs=1e-5)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
def test_objectives_follow_the_unit_of_the_costs(objective: Objective) -> None:
    costs, shares = distribution(3)
    for unit in (1e-9, 0.5, 1e6):
        scaled = objective.scaled(unit).value(costs * unit, shares)
        assert scaled / unit == pytest.approx(objective.value(costs, shares), rel=1e-9)
        moved = objective.value(costs + 12.5, shares)
        assert moved == pytest.approx(objective.value(costs, shares) + 12.5, rel=1e-9)


@pytest.mark.parametrize("objective", [o for o in OBJECTIVES if o != CVaR(alpha=0.01)], ids=repr)
def test_shots_err_as_much_as_they_say(objective: Objective) -> None:
    """The spread of 400 estimates against the mean of their errors, to within a fifth.

    A share of a hundredth is left out: of so few shots an error is a rule of thumb.
    """
    costs, shares = distribution(5)
    rng = np.random.default_rng(0)
    values, errors = [], []
    for _ in range(400):
        counts = rng.multinomial(4000, shares).astype(np.float64)
        values.append(objective.value(costs, counts / 4000))
        errors.append(objective.stderr(costs, counts))
    assert np.std(values) == pytest.approx(np.mean(errors), rel=0.2)


def state_of(name: str, layers: int, seed: int = 0) -> AlternatingState:
    n, mixer = MIXERS[name]
    rng = np.random.default_rng([seed, n, layers])
    gammas, betas = random_angles(layers, rng)
    return AlternatingState(random_ising(n, rng, 3), mixer, tuple(gammas), tuple(betas))


def executor(machine: Backend) -> Executor:
    return Executor(machine, machine)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
@each
def test_exact_gradients_are_slopes_of_exact_objectives(name: str, objective: Objective) -> None:
    run = executor(Statevector())
    for layers in (1, 3):
        state = state_of(name, layers)
        rng = np.random.default_rng(layers)
        other = Table(state.cost.variables, rng.normal(size=1 << state.qubits))
        for values in (None, other):

            def energy(g: list[float], b: list[float], s: Any = state, v: Any = values) -> float:
                moved = AlternatingState(s.cost, s.mixer, tuple(g), tuple(b))
                return run(AlternatingEnergy(moved, objective=objective, values=v)).value

            found = run(AlternatingGradient(state, objective, values))
            assert found.value == pytest.approx(energy([*state.gammas], [*state.betas]), abs=1e-12)
            slopes = differences(energy, state.gammas, state.betas, 1e-5)
            assert np.abs(np.array([*found.gammas, *found.betas]) - slopes).max() < 1e-6


@pytest.mark.parametrize("machine", [Aer(), Lightning()], ids=["aer", "lightning"])
@each
def test_gradients_by_circuits_are_those_of_the_kernel(name: str, machine: Backend) -> None:
    for layers in (1, 2):
        state = state_of(name, layers)
        native = executor(Statevector())(AlternatingGradient(state))
        run = executor(machine)
        found = run(AlternatingGradient(state))
        assert isinstance(found, Gradient)
        assert len(run.calls) == 1 + 4 * layers
        assert found.value == pytest.approx(native.value, abs=1e-9)
        assert np.abs(np.subtract(found.gammas, native.gammas)).max() < 1e-6
        assert np.abs(np.subtract(found.betas, native.betas)).max() < 1e-6


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_differences_of_circuits_follow_the_unit_of_the_cost(scale: float) -> None:
    state = state_of("x", 2)
    cost = Ising(state.cost.variables, {k: c * scale for k, c in state.cost.terms.items()})
    gammas = tuple(g / scale for g in state.gammas)
    program = AlternatingGradient(AlternatingState(cost, state.mixer, gammas, state.betas))
    native, found = (executor(m)(program) for m in (Statevector(), Aer()))
    assert np.abs(np.subtract(found.gammas, native.gammas)).max() < 1e-5 * scale * scale
    assert np.abs(np.subtract(found.betas, native.betas)).max() < 1e-5 * scale


@pytest.mark.parametrize("machine", [Aer(), Lightning()], ids=["aer", "lightning"])
@pytest.mark.parametrize("objective", [CVaR(), Gibbs()], ids=repr)
def test_objectives_without_shots_need_the_kernel(machine: Backend, objective: Objective) -> None:
    for program in (
        AlternatingEnergy(state_of("x", 1), objective=objective),
        AlternatingGradient(state_of("x", 1), objective),
    ):
        with pytest.raises(BackendUnavailable, match="train on statevector") as refused:
            executor(machine)(program)
        assert "\n" not in str(refused.value).strip()


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
@pytest.mark.parametrize("machine", [Aer(), Lightning()], ids=["aer", "lightning"])
def test_objectives_from_shots_cover_the_exact_value(
    machine: Backend, objective: Objective
) -> None:
    state = state_of("ring", 2)
    exact = executor(Statevector())(AlternatingEnergy(state, objective=objective)).value
    found = executor(machine)(AlternatingEnergy(state, 20_000, 3, objective))
    assert abs(found.value - exact) < 5 * found.stderr + 1e-3


def test_costs_that_are_computed_count_in_shots_and_exactly() -> None:
    guide = random_ising(4, np.random.default_rng(0))
    values = Evaluated(guide, lambda bits: bits.sum(axis=1) ** 2.0)
    state = AlternatingState(guide, XMixer(), (0.4, 0.1), (0.3, 0.2))
    exact = executor(Statevector())(AlternatingEnergy(state, values=values))
    shares = [executor(m)(AlternatingEnergy(state, 20_000, 1, values=values)) for m in (Aer(),)]
    assert exact.stderr == 0.0
    assert all(abs(found.value - exact.value) < 5 * found.stderr for found in shares)


CONSTANT = [Ising((), {}), Ising((), {(): 2.0}), Ising(("a",), {}), Ising(("a", "b"), {(): 2.0})]


@pytest.mark.parametrize("cost", CONSTANT, ids=lambda c: f"{len(c.variables)}-{len(c.terms)}")
def test_constant_costs_run_on_every_machine(cost: Ising) -> None:
    """Angles that do nothing, and states of no qubit on the machine that has them."""
    state = AlternatingState(cost, XMixer(), (0.4, 0.1), (0.3, 0.2))
    wanted = cost.terms.get((), 0.0)
    machines: list[Backend] = [Statevector(), *([Aer(), Lightning()] if cost.variables else [])]
    for machine in machines:
        run = executor(machine)
        assert run(AlternatingEnergy(state)).value == pytest.approx(wanted, abs=1e-12)
        found = run(AlternatingGradient(state))
        assert np.abs([*found.gammas, *found.betas]).max() < 1e-9
        counts = run(AlternatingSamples(state, 64, 1))
        assert sum(counts.values()) == 64
        assert {len(key) for key in counts} == {len(cost.variables)}


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_angles_that_are_no_numbers_are_refused(bad: float) -> None:
    cost = random_ising(2, np.random.default_rng(0))
    with pytest.raises(UsageError, match="finite"):
        AlternatingState(cost, XMixer(), (0.1, bad), (0.1, 0.2))
    with pytest.raises(UsageError, match="finite"):
        AlternatingState(cost, XMixer(), (0.1, 0.2), (bad, 0.2))
    with pytest.raises(UsageError, match="2 γ and 1 β"):
        AlternatingState(cost, XMixer(), (0.1, 0.2), (0.1,))


class Cloud(RemoteBackend):
    """A machine elsewhere that understands energies and shots, and can fail."""

    runs: ClassVar[tuple[type[Program[Any]], ...]] = (AlternatingEnergy, AlternatingSamples)

    fails_at: int | None = None
    _jobs: dict[str, JobResult] = PrivateAttr(default_factory=dict)

    def submit(self, program: Any, tag: str) -> str:
        if len(self._jobs) == self.fails_at:
            raise BackendUnavailable("the line went dead")
        self._jobs[tag] = Statevector().run(program)
        return tag

    def collect(self, job: str) -> JobResult | None:
        return self._jobs[job]

    def find(self, tag: str, since: float = 0.0) -> str | None:
        return tag if tag in self._jobs else None

    def estimate(self, program: Any) -> Quote:
        return Quote(amount=0.0, currency="EUR", basis="free")

    def cancel(self, job: str) -> None:
        raise NotImplementedError

    def known(self) -> list[str]:
        return [*self._jobs]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store.db") as opened:
        yield opened


def test_each_part_of_a_work_together_is_stored_and_replayed(store: Store) -> None:
    state = state_of("x", 2)
    run = store.begin({"a": 1})
    first = Cloud(fails_at=5)
    with pytest.raises(BackendUnavailable, match="dead"):
        Executor(first, first, store=store, run=run)(AlternatingGradient(state))
    done = first.known()
    assert len(done) == 5
    second = Cloud()
    second._jobs.update(first._jobs)
    whole = Executor(second, second, store=store, run=run)
    found = whole(AlternatingGradient(state))
    assert second.known()[:5] == done
    assert len(second.known()) == len(whole.calls) == 9
    third = Cloud(fails_at=0)
    again = Executor(third, third, store=store, run=run)
    assert again(AlternatingGradient(state)) == found
    assert third.known() == []
    assert [c.key for c in again.calls] == [c.key for c in whole.calls]


def test_together_nests_and_keeps_its_order() -> None:
    state = state_of("ring", 1)
    parts = [AlternatingSamples(state, shots, 0) for shots in (1, 2, 3)]
    work = Together((parts[0], Together((parts[1], AlternatingGradient(state))), parts[2]))
    for machine in (Statevector(), Aer()):
        one, (two, slope), three = executor(machine)(work)
        assert [sum(c.values()) for c in (one, two, three)] == [1, 2, 3]
        assert isinstance(slope, Gradient)
    assert executor(Aer())(Together(())) == ()


def test_the_quantile_of_cvar_is_that_of_sorted_costs() -> None:
    """Costs with ties, far apart, or all alike; shares of nothing among them."""
    rng = np.random.default_rng(0)
    for k in range(300):
        n = int(rng.integers(1, 200))
        costs = (rng.normal(size=n), rng.integers(0, 5, n) * 1.0, np.exp(rng.normal(size=n) * 8))
        shares = rng.random(n) * (rng.random(n) < 0.7) + 1e-9
        shares /= shares.sum()
        alpha = float(rng.choice([0.05, 0.25, 1.0]))
        order = np.argsort(costs[k % 3], kind="stable")
        at = min(int(np.searchsorted(np.cumsum(shares[order]), alpha * (1 - 1e-12))), n - 1)
        threshold = costs[k % 3][order[at]]
        expected = threshold + shares @ np.minimum(costs[k % 3] - threshold, 0.0) / alpha
        assert CVaR(alpha=alpha).value(costs[k % 3], shares) == pytest.approx(expected)
