"""Statistics of comparisons against other people's code and against what they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from usecases.statistics.paired import holm, paired
from usecases.statistics.profile import front, profiles
from usecases.statistics.scaling import fits
from usecases.statistics.spread import spread

INF = math.inf


def test_the_interval_holds_the_true_median_as_often_as_it_says() -> None:
    rng = np.random.default_rng(7)
    found = [spread(rng.exponential(size=15)) for _ in range(300)]
    held = sum(f.low <= math.log(2) <= f.high for f in found)
    assert 0.9 <= held / 300 <= 0.99


def test_the_bootstrap_agrees_with_scipys_and_is_reproducible() -> None:
    values = np.random.default_rng(3).normal(size=21)
    ours = spread(values)
    theirs = stats.bootstrap(
        (values,), np.median, method="percentile", n_resamples=9_999, rng=np.random.default_rng(1)
    ).confidence_interval
    assert ours == spread(values[::-1])
    assert (ours.low, ours.high) == pytest.approx(tuple(theirs), abs=0.1)


@pytest.mark.parametrize(
    ("values", "median", "high"),
    [((1.0, 2.0, INF), 2.0, INF), ((1.0, INF, INF), INF, INF), ((5.0,) * 4, 5.0, 5.0)],
)
def test_an_unsolved_run_is_worse_than_any(
    values: tuple[float, ...], median: float, high: float
) -> None:
    found = spread(values)
    assert (found.median, found.high) == (median, high)
    assert found.finite == sum(map(math.isfinite, values))


def test_paired_tests_give_the_textbooks_values() -> None:
    # Darwin's maize, differences in eighths of an inch; 24 is the sum of the two negative ranks.
    darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    found = paired([0.0] * 15, [float(d) for d in darwin])
    assert (found.better, found.ties, found.worse) == (13, 0, 2)
    assert found.sign == pytest.approx(2 * (1 + 15 + 105) / 2**15)
    rare = np.ones(1, dtype=int)  # how many sets of ranks have each sum
    for rank in range(1, 16):
        rare = np.pad(rare, (0, rank)) + np.pad(rare, (rank, 0))
    assert found.signed_rank == pytest.approx(2 * rare[:25].sum() / 2**15)
    assert found.difference.median == -24.0


def test_few_pairs_decide_nothing_and_two_unsolved_tie() -> None:
    few = paired([1.0, INF], [2.0, INF])
    assert (few.better, few.ties, few.sign, few.signed_rank) == (1, 1, None, None)
    never = paired([1.0] * 6, [INF] * 6)
    assert never.signed_rank == pytest.approx(2 / 2**6)
    assert paired([INF] * 6, [INF] * 6).signed_rank == 1.0
    assert paired([INF, 1.0], [1.0, INF]).difference.median == 0.0


def test_holm_corrects_step_by_step() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx(
        {"a": 0.03, "c": 0.06, "b": 0.06}
    )


def test_profiles_count_the_unsolved_as_never() -> None:
    found = profiles({"a": {"p": 1, "q": 4, "r": INF}, "b": {"p": 2, "q": 2, "r": INF, "z": 1}})
    assert found["a"] == ((1.0, 1 / 3), (2.0, 2 / 3))
    assert found["b"] == ((1.0, 1 / 3), (2.0, 2 / 3))
    with pytest.raises(ValueError, match="above 0"):
        profiles({"a": {"p": 0.0}})


def test_the_front_is_what_nobody_beats_in_both() -> None:
    points = [(3.0, 1.0), (1.0, 3.0), (2.0, 3.0), (2.0, 2.0), (4.0, 4.0), (2.0, 2.0)]
    assert front(points) == [1, 3, 5, 0]


def test_a_fit_finds_the_law_and_agrees_with_scipys_regression() -> None:
    sizes = [4.0, 6, 8, 10, 12, 14]
    noise = np.random.default_rng(0).normal(scale=0.1, size=6)
    growing = [2**n * math.exp(e) for n, e in zip(sizes, noise, strict=True)]
    best, other = fits([*sizes, 16], [*growing, INF])
    theirs = stats.linregress(sizes, np.log(growing))
    assert (best.law, other.law, best.points) == ("exponential", "power", 6)
    assert best.rate == pytest.approx(theirs.slope)
    half = stats.t.ppf(0.975, 4) * theirs.stderr
    assert best.interval == pytest.approx((theirs.slope - half, theirs.slope + half))
    assert fits(sizes, [n**3 for n in sizes])[0].law == "power"
    _, low, high = best.at([9.0, 40.0])
    assert high[1] / low[1] > high[0] / low[0]


def test_three_sizes_are_no_law() -> None:
    assert fits([1, 2, 3, 4], [1, 2, 4, INF]) == []
