"""The statevector backend under load: memory, forks, angles out of range, compiled code."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.references import random_ising
from usecases.backends import statevector
from usecases.backends.statevector import BYTES, Statevector
from usecases.errors import TooLarge, UsageError
from usecases.executor import Executor
from usecases.kernel import compile as compiling
from usecases.kernel.mixing import mix
from usecases.kernel.uniform import UniformSpace
from usecases.models import Ising
from usecases.programs import AlternatingEnergy, AlternatingGradient, AlternatingState, XMixer


def state_of(n: int, seed: int = 0, gamma: float = 0.2) -> AlternatingState:
    cost = random_ising(n, np.random.default_rng(seed))
    return AlternatingState(cost, XMixer(), (gamma, 0.1), (0.3, 0.4))


def gradient(state: AlternatingState) -> Any:
    machine = Statevector()
    return Executor(machine, machine)(AlternatingGradient(state))


def test_what_fits_once_fits_on_every_call_and_for_the_next_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The state of the last call is not counted against the next one, nor kept beside it."""
    monkeypatch.setattr(statevector, "_kept", {})
    total = 2 * BYTES["double"] << 8

    def memory() -> SimpleNamespace:
        taken = sum(BYTES["double"] * len(k.table) for k in statevector._kept.values())
        return SimpleNamespace(available=total - taken)

    monkeypatch.setattr("psutil.virtual_memory", memory)
    for seed in range(3):
        state = state_of(8, seed)
        assert gradient(state) == gradient(state)
        assert len(statevector._kept) == 1
    with pytest.raises(TooLarge, match="9 qubits and holds at most 8"):
        gradient(state_of(9))


def test_a_state_beyond_all_memory_is_refused_before_anything_is_computed() -> None:
    cost = Ising(tuple(map(str, range(60))), {(k, k + 1): 1.0 for k in range(59)})
    state = AlternatingState(cost, XMixer(), (0.1,), (0.1,))
    machine = Statevector()
    for program in (AlternatingEnergy(state), AlternatingGradient(state)):
        with pytest.raises(TooLarge, match="60 qubits"):
            Executor(machine, machine)(program)


@pytest.mark.parametrize("gamma", [1e17, -1e20, 1e300])
def test_phases_that_a_double_cannot_hold_are_refused(gamma: float) -> None:
    with pytest.raises(UsageError, match="rounding"):
        gradient(state_of(5, gamma=gamma))


@pytest.mark.parametrize("gamma", [1e6, 1e12, 1e14])
def test_phases_near_that_keep_the_norm(gamma: float) -> None:
    table = np.random.default_rng(0).uniform(-1.0, 1.0, 1 << 11)
    space = UniformSpace(table)
    assert space.energy([gamma], [0.3], np.ones(1 << 11)) == pytest.approx(1.0, abs=1e-12)
    assert abs(space.energy([gamma, 0.3], [0.3, 0.4])) < 1.0


def test_threads_of_one_process_take_turns() -> None:
    states = [state_of(14, seed) for seed in range(3)]
    wanted = [gradient(state) for state in states]
    found: list[tuple[int, Any]] = []

    def work(k: int) -> None:
        found.extend((k, gradient(states[k])) for _ in range(4))

    threads = [Thread(target=work, args=(k,)) for k in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert all(value == wanted[k] for k, value in found)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("busy", [False, True])
def test_a_forked_process_computes_for_itself(busy: bool) -> None:
    """Even when the parent was in the middle of a run, whose lock nobody would open again."""
    state = state_of(14)
    wanted = gradient(state)
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=lambda: answers.put(gradient(state)))
    if busy:
        with statevector._alone:
            child.start()
    else:
        child.start()
    try:
        assert answers.get(timeout=60) == wanted
    finally:
        child.kill()
        child.join()


def test_compiled_code_is_kept_under_all_the_code_that_it_is_made_of(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    (tmp_path / "b.py").write_text("2")
    before = compiling.stamp(tmp_path)
    assert compiling.stamp(tmp_path) == before
    (tmp_path / "b.py").write_text("3")
    assert compiling.stamp(tmp_path) != before
    assert mix.__qualname__.endswith(compiling.STAMP)


def test_where_nothing_can_be_written_code_is_compiled_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = compiling.njit

    def nowhere(function: Any, *, cache: bool = False, **options: Any) -> Any:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return plain(function, **options)

    monkeypatch.setattr(compiling, "njit", nowhere)

    @compiling.compiled
    def twice(x: float) -> float:
        return 2.0 * x

    assert twice(1.5) == 3.0
