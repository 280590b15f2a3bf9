"""Scores against independent formulas."""

import math

import pytest
from scipy.stats import binomtest

from usecases import metrics
from usecases.records import Reference

OPTIMAL = Reference(value=100.0, kind="optimal", method="proof")


@pytest.mark.parametrize(("k", "n"), [(0, 10), (1, 10), (5, 10), (10, 10), (3, 4096), (0, 1)])
def test_wilson_is_scipys(k: int, n: int) -> None:
    interval = binomtest(k, n).proportion_ci(method="wilson")
    assert metrics.wilson(k, n) == pytest.approx((interval.low, interval.high), abs=1e-12)


def test_wilson_says_nothing_without_trials() -> None:
    assert metrics.wilson(0, 0) == (0.0, 1.0)


def test_gap_is_signed_and_ties_at_rounding() -> None:
    assert metrics.gap(110.0, OPTIMAL, "min") == pytest.approx(0.1)
    assert metrics.gap(90.0, OPTIMAL, "max") == pytest.approx(0.1)
    assert metrics.gap(90.0, OPTIMAL, "min") == pytest.approx(-0.1)
    assert metrics.gap(100.0 + 1e-8, OPTIMAL, "min") == 0.0
    zero = Reference(value=0.0, kind="optimal", method="proof")
    assert metrics.gap(1.0, zero, "min") == pytest.approx(1e10)


def test_ratio_needs_a_proof() -> None:
    assert metrics.ratio(80.0, OPTIMAL) == pytest.approx(0.8)
    assert metrics.ratio(80.0, Reference(value=100.0, kind="best_known", method="m")) is None


def test_time_to_solution() -> None:
    assert metrics.tts99(2.0, 0.0) is None
    assert metrics.tts99(2.0, 1.0) == 2.0
    assert metrics.tts99(2.0, 0.999) == 2.0
    p = 0.25
    runs = 2 * math.log(0.01) / math.log(1 - p)
    assert metrics.tts99(2.0, p) == pytest.approx(runs)
    low, high = metrics.tts99_interval(2.0, (0.0, 0.5))
    assert high is None
    assert low == pytest.approx(2 * math.log(0.01) / math.log(0.5))


def test_lift_compares_the_ends_of_both_intervals() -> None:
    ratio, (low, high) = metrics.lift(0.5, (0.4, 0.6), 0.1, (0.05, 0.2))
    assert ratio == pytest.approx(5)
    assert (low, high) == (pytest.approx(2), pytest.approx(12))
    assert metrics.lift(0.5, (0.4, 0.6), 0.0, (0.0, 0.1)) == (None, (pytest.approx(4), None))


def test_accuracy_is_claimed_only_with_its_uncertainty() -> None:
    assert metrics.within(1.001, 0.0002, 1.0, 1.6e-3)
    assert not metrics.within(1.001, 0.0004, 1.0, 1.6e-3)


@pytest.mark.parametrize(
    ("value", "stderr", "flagged"),
    [(99.0, 0.0, True), (99.0, 0.4, True), (99.0, 0.6, False), (101.0, 0.0, False)],
)
def test_values_below_a_proven_optimum_are_flagged(
    value: float, stderr: float, flagged: bool
) -> None:
    assert metrics.too_good(value, stderr, OPTIMAL, "min") is flagged
    assert metrics.too_good(200 - value, stderr, OPTIMAL, "max") is flagged
    unproven = Reference(value=100.0, kind="best_known", method="m")
    assert not metrics.too_good(value, stderr, unproven, "min")
