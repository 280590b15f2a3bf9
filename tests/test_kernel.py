"""The kernel's energies, gradients and probabilities against plain arithmetic."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers import ROOT
from tests.references import KINDS, cost_table, differences, random_angles, uniform_state
from usecases.kernel.layers import LEVELS, Costs
from usecases.kernel.uniform import UniformSpace
from usecases.models import Floats

SIZES = (0, 1, 2, 3, 5, 8, 10, 11, 12, 13, 14, 15)
"""Padded to the smallest state, a single line, and several lines that threads share."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [*SIZES, 17])
def test_energies_and_probabilities_are_those_of_the_formula(n: int, kind: str) -> None:
    rng = np.random.default_rng([n, KINDS.index(kind)])
    table, other = cost_table(kind, n, rng), rng.normal(size=1 << n)
    space = UniformSpace(table)
    assert space.even or not kind.startswith("even")
    for layers in range(6):
        gammas, betas = random_angles(layers, rng)
        shares = np.abs(uniform_state(table, gammas, betas)) ** 2
        found = space.probabilities(gammas, betas)
        assert np.abs(found - shares).max() < 1e-13
        assert space.energy(gammas, betas) == pytest.approx(shares @ table, abs=1e-12)
        assert space.energy(gammas, betas, other) == pytest.approx(shares @ other, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", range(1, 16))
def test_gradients_are_slopes_of_the_energy(n: int, kind: str) -> None:
    rng = np.random.default_rng([n, KINDS.index(kind), 1])
    table = cost_table(kind, n, rng)
    space = UniformSpace(table)
    for layers in range(6):
        gammas, betas = random_angles(layers, rng)
        seen = None if layers % 2 else rng.normal(size=1 << n)
        value, by_gamma, by_beta = space.gradient(gammas, betas, seen)
        assert value == pytest.approx(space.energy(gammas, betas, seen), abs=1e-12)
        assert by_gamma.shape == by_beta.shape == (layers,)
        slopes = differences(lambda g, b, seen=seen: space.energy(g, b, seen), gammas, betas)
        assert np.abs(np.concatenate([by_gamma, by_beta]) - slopes).max(initial=0.0) < 2e-8


@pytest.mark.parametrize("quarters", [1, 2, 3, -1, 41])
@pytest.mark.parametrize("kind", ["real", "even integer"])
def test_whole_flips_between_layers_change_what_they_must(kind: str, quarters: int) -> None:
    """β = π/4 is where a rotation is turned into a flip and a smaller one."""
    rng = np.random.default_rng(quarters % 7)
    table, other = cost_table(kind, 12, rng), rng.normal(size=1 << 12)
    space = UniformSpace(table)
    for beta in (quarters * np.pi / 4, np.nextafter(quarters * np.pi / 4, 9), quarters * np.pi / 2):
        gammas, betas = [0.3, -0.8, 0.5], [0.2, float(beta), float(-beta)]
        shares = np.abs(uniform_state(table, gammas, betas)) ** 2
        assert np.abs(space.probabilities(gammas, betas) - shares).max() < 1e-13
        value, *slopes = space.gradient(gammas, betas, other)
        assert value == pytest.approx(shares @ other, abs=1e-12)
        wanted = differences(lambda g, b: space.energy(g, b, other), gammas, betas)
        assert np.abs(np.concatenate(slopes) - wanted).max() < 2e-8


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [1, 4, 9, 11, 13, 15])
def test_single_precision_stays_close_to_double(n: int, kind: str) -> None:
    rng = np.random.default_rng([n, KINDS.index(kind), 2])
    table, other = cost_table(kind, n, rng), rng.normal(size=1 << n)
    double, single = UniformSpace(table), UniformSpace(table, precision="single")
    for layers in (0, 1, 2, 5):
        angles = random_angles(layers, rng)
        for seen in (None, other):
            exact, close = double.gradient(*angles, seen), single.gradient(*angles, seen)
            assert single.energy(*angles, seen) == pytest.approx(exact[0], abs=1e-5)
            for one, two in zip(exact, close, strict=True):
                assert np.abs(np.subtract(one, two)).max(initial=0.0) < 2e-4
        shares = single.probabilities(*angles)
        assert np.abs(shares - double.probabilities(*angles)).sum() < 1e-5
        assert shares.sum() == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("precision", ["double", "single"])
def test_results_are_the_same_bits_on_any_number_of_threads(
    kind: str, precision: Literal["double", "single"]
) -> None:
    rng = np.random.default_rng(KINDS.index(kind))
    table, other = cost_table(kind, 17, rng), rng.normal(size=1 << 17)
    angles = random_angles(3, rng)
    found = []
    for threads in (1, 2, 3, 8, 11):
        space = UniformSpace(table, precision=precision, threads=threads)
        value, by_gamma, by_beta = space.gradient(*angles, other)
        numbers = [space.energy(*angles), value, *by_gamma, *by_beta]
        found.append(np.array(numbers).tobytes() + space.probabilities(*angles).tobytes())
    assert len(set(found)) == 1


AGAIN = """
import numpy as np
from usecases.kernel.uniform import UniformSpace
space = UniformSpace(np.random.default_rng(5).normal(size=1 << 15))
value, by_gamma, by_beta = space.gradient([0.4, 0.9], [0.7, 0.3])
shares = space.probabilities([0.4], [0.7])[:50]
print(np.array([value, *by_gamma, *by_beta, *shares]).tobytes().hex())
"""


def test_a_fresh_process_finds_the_same_bits() -> None:
    command = [sys.executable, "-c", AGAIN]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    space = UniformSpace(np.random.default_rng(5).normal(size=1 << 15))
    value, by_gamma, by_beta = space.gradient([0.4, 0.9], [0.7, 0.3])
    shares = space.probabilities([0.4], [0.7])[:50]
    here = np.array([value, *by_gamma, *by_beta, *shares])
    assert done.stdout.strip() == here.tobytes().hex()


def test_a_space_forgets_what_it_was_asked_before() -> None:
    rng = np.random.default_rng(0)
    table = cost_table("real", 14, rng)
    fresh, used = UniformSpace(table), UniformSpace(table)
    used.gradient([0.3] * 4, [0.9] * 4, rng.normal(size=len(table)))
    used.probabilities([1.0], [2.0])
    one, two = fresh.gradient([0.1, 0.2], [0.3, 0.4]), used.gradient([0.1, 0.2], [0.3, 0.4])
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def levels(n: int, count: int, step: float, low: float) -> Floats:
    """A table of `count` equidistant levels, the lowest and the highest among them."""
    whole = np.arange(1 << n) % count
    return np.asarray(low + step * whole)


@pytest.mark.parametrize("count", [1, 2, 3, LEVELS - 1, LEVELS, LEVELS + 1, 65_535, 65_536, 70_000])
@pytest.mark.parametrize("step", [1.0, 0.25, 3.0, 2.0**-1060])
def test_whole_number_costs_are_kept_exactly(count: int, step: float) -> None:
    for low in (0.0, -5 * step, 12_345 * step, -round(count / 2) * step):
        table = levels(17, count, step, low)
        kept = Costs.of(table)
        again = kept.offset + kept.step * kept.stored.astype(np.float64)
        assert np.array_equal(again, table)
        assert (kept.stored.dtype == np.int16) == (count <= LEVELS)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.lists(
        st.floats(-1e12, 1e12) | st.integers(-100, 100).map(float) | st.floats(-1e-12, 1e-12),
        min_size=1,
        max_size=16,
    ),
    st.sampled_from([1.0, 0.1, 1e-9, 1e9]),
)
def test_any_costs_are_kept_to_the_last_digits_of_the_largest(
    values: list[float], unit: float
) -> None:
    table = np.array(values) * unit
    kept = Costs.of(table)
    again = kept.offset + kept.step * kept.stored.astype(np.float64)
    assert np.abs(again - table).max() <= 2 * np.spacing(np.abs(table).max())


@pytest.mark.parametrize("scale", [1e15, 1e-15, 1e-100])
def test_the_unit_of_the_costs_does_not_matter(scale: float) -> None:
    rng = np.random.default_rng(3)
    for kind in KINDS:
        table = cost_table(kind, 9, rng)
        gammas, betas = random_angles(3, rng)
        smaller = [g / scale for g in gammas]
        value, by_gamma, by_beta = UniformSpace(table).gradient(gammas, betas)
        scaled = UniformSpace(table * scale).gradient(smaller, betas)
        assert scaled[0] / scale == pytest.approx(value, abs=1e-11)
        assert np.abs(scaled[1] / scale / scale - by_gamma).max() < 1e-11
        assert np.abs(scaled[2] / scale - by_beta).max() < 1e-11


def test_large_angles_are_as_exact_as_their_last_digit() -> None:
    """Costs of 1e6 quarter turns each: whole-number phases keep what a double holds of them."""
    rng = np.random.default_rng(4)
    table = cost_table("integer", 10, rng)
    gammas, betas = [1e6 + 0.3, -1e6], [1e6, 0.7]
    shares = np.abs(uniform_state(table, gammas, betas)) ** 2
    assert np.abs(UniformSpace(table).probabilities(gammas, betas) - shares).max() < 1e-8


def test_a_constant_cost_leaves_the_state_uniform() -> None:
    for n in (0, 1, 6, 13):
        space = UniformSpace(np.full(1 << n, 2.5))
        value, by_gamma, by_beta = space.gradient([0.3, 1.0], [0.4, 2.0])
        assert value == pytest.approx(2.5, abs=1e-12)
        assert np.abs([by_gamma, by_beta]).max() < 1e-12
        assert np.allclose(space.probabilities([0.3], [1.0]), 2.0**-n, atol=1e-15)


def test_an_interrupted_pass_leaves_no_thread_at_work() -> None:
    """Ctrl-C reaches the main thread only; the others must not write to the state afterwards."""
    space = UniformSpace(np.random.default_rng(0).normal(size=1 << 15), threads=2)
    done: list[int] = []

    def job(sums: Any, first: int, last: int) -> None:
        if first == 0:
            raise KeyboardInterrupt
        time.sleep(0.02)
        done.append(first)

    grid = space._grids[0]._replace(lines=16)
    with pytest.raises(KeyboardInterrupt):
        space._each(grid, job)
    after = list(done)
    time.sleep(0.2)
    assert done == after
