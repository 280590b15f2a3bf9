"""Models, their translations and their tables are the same cost, whatever the coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pytest
from dimod import BinaryQuadraticModel
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from usecases.convert import to_bqm, to_ising
from usecases.models import (
    BQM,
    Choose,
    CostNetwork,
    Evaluated,
    Factor,
    Floats,
    Group,
    Ising,
    Permute,
    Table,
    all_bits,
    energies,
)
from usecases.spaces import Space, in_space

COEFFICIENTS = st.one_of(
    st.just(0.0),
    st.integers(-9, 9).map(float),
    st.floats(-1e3, 1e3),
    st.floats(-1e12, 1e12),
    st.floats(-1e-12, 1e-12),
    st.sampled_from([1e12, -1e12, 1e-12, -1e-12, 0.1, 1 / 3]),
)
"""None, whole, ordinary, huge and tiny ones, side by side in one model."""

CLOSE = 1e-12
"""Relative to the sum of all absolute coefficients."""

TINIEST = 1e-300
"""Near the smallest numbers half of one is no longer a number."""


@st.composite
def quadratics(draw: st.DrawFn) -> BQM:
    """Dense, sparse or empty; variables that nothing touches; no variable at all."""
    n = draw(st.integers(0, 7))
    names = draw(st.permutations([f"v{i}" for i in range(n)]))
    pairs = [(names[i], names[j]) for j in range(n) for i in range(j)]
    linear = {v: draw(COEFFICIENTS) for v in names}
    quadratic = {pair: draw(COEFFICIENTS) for pair in pairs if draw(st.booleans())}
    kind = draw(st.sampled_from(["BINARY", "SPIN"]))
    return BinaryQuadraticModel(linear, quadratic, draw(COEFFICIENTS), kind)


@st.composite
def networks(draw: st.DrawFn) -> CostNetwork:
    n = draw(st.integers(1, 6))
    factors = []
    for _ in range(draw(st.integers(0, 5))):
        scope = draw(st.permutations(range(n)))[: draw(st.integers(0, min(n, 4)))]
        patterns = st.dictionaries(st.integers(0, 2 ** len(scope) - 1), COEFFICIENTS, max_size=16)
        factors.append(Factor(tuple(scope), draw(patterns)))
    return CostNetwork(tuple(f"v{i}" for i in range(n)), tuple(factors))


@st.composite
def polynomials(draw: st.DrawFn) -> Ising:
    n = draw(st.integers(0, 6))
    keys = st.sets(st.integers(0, max(n - 1, 0)), max_size=4 if n else 0)
    terms = draw(st.dictionaries(keys.map(sorted).map(tuple), COEFFICIENTS, max_size=12))
    return Ising(tuple(f"v{i}" for i in range(n)), terms)


def exact_quadratic(bqm: BQM) -> tuple[list[Fraction], Fraction]:
    """All energies in whole fractions, and the sum of absolute coefficients."""
    place = {v: i for i, v in enumerate(bqm.variables)}
    spin = bqm.vartype.name == "SPIN"
    found = []
    for row in all_bits(len(place)).tolist():
        value = [2 * x - 1 for x in row] if spin else row
        total = Fraction(float(bqm.offset))
        for v, c in bqm.linear.items():
            total += Fraction(float(c)) * value[place[v]]
        for (u, v), c in bqm.quadratic.items():
            total += Fraction(float(c)) * value[place[u]] * value[place[v]]
        found.append(total)
    terms = [bqm.offset, *bqm.linear.values(), *bqm.quadratic.values()]
    return found, sum((abs(Fraction(float(c))) for c in terms), Fraction(0))


def exact_polynomial(terms: Mapping[tuple[int, ...], float], n: int) -> list[Fraction]:
    return [
        sum(
            (Fraction(c) * (-1) ** sum(row[i] for i in key) for key, c in terms.items()),
            Fraction(0),
        )
        for row in all_bits(n).tolist()
    ]


def assert_close(found: Floats, wanted: list[Fraction], scale: Fraction) -> None:
    assert len(found) == len(wanted)
    for one, two in zip(found.tolist(), wanted, strict=True):
        assert abs(Fraction(one) - two) <= Fraction(CLOSE) * scale + Fraction(TINIEST)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(quadratics())
def test_a_quadratic_model_a_polynomial_and_a_table_are_one_cost(bqm: BQM) -> None:
    """Binary or spin, with the offset: against whole fractions."""
    wanted, scale = exact_quadratic(bqm)
    bits = all_bits(bqm.num_variables)
    binary = bqm.change_vartype("BINARY", inplace=False)
    ising, same = to_ising(bqm), to_ising(binary)
    for found in (
        ising.table(),
        ising.energies(bits),
        same.table(),
        energies(binary, bits),
        Space(len(ising.variables)).table(ising),
    ):
        assert_close(found, wanted, scale)
    again = to_bqm(ising)
    assert set(again.variables) == set(bqm.variables)
    order = [list(bqm.variables).index(v) for v in again.variables]
    assert_close(energies(again, bits[:, order]), wanted, 4 * scale)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(networks())
def test_a_network_a_polynomial_and_a_table_are_one_cost(network: CostNetwork) -> None:
    n = len(network.variables)
    wanted = [Fraction(0)] * (1 << n)
    scale = Fraction(0)
    for factor in network.factors:
        scale += sum((abs(Fraction(c)) for c in factor.costs.values()), Fraction(0))
        for k in range(1 << n):
            pattern = sum(1 << j for j, v in enumerate(factor.scope) if k >> v & 1)
            wanted[k] += Fraction(factor.costs.get(pattern, 0.0))
    bits = all_bits(n)
    ising = to_ising(network)
    for found in (
        network.energies(bits),
        ising.table(),
        ising.energies(bits),
        Evaluated(network, network.energies).table(),
        Space(n).table(ising),
    ):
        assert_close(found, wanted, scale)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(polynomials())
def test_a_polynomial_survives_as_a_table(ising: Ising) -> None:
    n = len(ising.variables)
    wanted = exact_polynomial(ising.terms, n)
    scale = sum((abs(Fraction(c)) for c in ising.terms.values()), Fraction(0))
    table = Table(ising.variables, ising.table())
    assert_close(table.values, wanted, scale)
    assert_close(table.energies(all_bits(n)), wanted, scale)
    assert_close(Ising(ising.variables, table.terms).table(), wanted, scale)
    for key in table.terms.keys() | ising.terms.keys():
        difference = table.terms.get(key, 0.0) - ising.terms.get(key, 0.0)
        assert abs(Fraction(difference)) <= Fraction(CLOSE) * scale + Fraction(TINIEST)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(polynomials())
def test_a_polynomial_and_its_quadratic_model_have_the_same_minima(ising: Ising) -> None:
    bqm = to_bqm(ising)
    names = list(bqm.variables)
    assume(len(names) <= 12)
    values = energies(bqm, all_bits(len(names)))
    where = all_bits(len(names))[:, [names.index(v) for v in ising.variables]]
    position = where.astype(np.int64) @ (1 << np.arange(len(ising.variables)))
    best = np.full(1 << len(ising.variables), np.inf)
    np.minimum.at(best, position, values)
    scale = sum((abs(Fraction(c)) for c in ising.terms.values()), Fraction(0))
    # Products of spins expand into more and larger products of bits, tied by larger penalties.
    assert_close(best, exact_polynomial(ising.terms, len(ising.variables)), 1000 * scale)


@pytest.mark.parametrize("n", [0, 1, 4])
def test_a_cost_of_nothing_is_nothing(n: int) -> None:
    names = [f"v{i}" for i in range(n)]
    empty = BinaryQuadraticModel(dict.fromkeys(names, 0.0), {}, 0.0, "BINARY")
    for cost in (to_ising(empty), to_ising(CostNetwork(tuple(names), ()))):
        assert dict(cost.terms) == {}
        assert cost.table().tolist() == [0.0] * (1 << n)
        assert Table(cost.variables, cost.table()).terms == {}
        assert to_bqm(cost).num_variables == n


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    """Disjoint groups over some of up to ten variables, in any order."""
    n = draw(st.integers(0, 10))
    left = draw(st.permutations(range(n)))
    groups: list[Group] = []
    for _ in range(draw(st.integers(0, 3))):
        side = draw(st.integers(1, 3))
        if draw(st.booleans()) and side * side <= len(left):
            rows = [tuple(left[r * side : (r + 1) * side]) for r in range(side)]
            left = left[side * side :]
            groups.append(Permute(tuple(rows)))
        elif left:
            size = draw(st.integers(1, len(left)))
            groups.append(Choose(tuple(left[:size]), draw(st.integers(0, size))))
            left = left[size:]
    return Space(n, tuple(groups))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(spaces(), st.integers(0, 2**32 - 1))
def test_a_space_counts_lists_and_draws_the_same_strings(space: Space, seed: int) -> None:
    rng = np.random.default_rng(seed)
    listed = space.strings(np.arange(space.size))
    everything = all_bits(space.bits)
    kept = everything[in_space(space, everything)]
    assert {tuple(r) for r in listed.tolist()} == {tuple(r) for r in kept.tolist()}
    assert len(listed) == len(kept) == space.size
    assert space.size <= 1 << space.width <= max(2 * space.size - 1, 2)
    drawn = space.draw(40, rng)
    assert in_space(space, drawn).all()
    keys = (tuple(np.flatnonzero(r).tolist()) for r in everything)
    terms = {k: float(rng.normal()) for k in keys if len(k) <= 3 and rng.random() < 0.5}
    cost = Ising(tuple(map(str, range(space.bits))), terms)
    assert np.allclose(space.table(cost), cost.energies(listed), rtol=0, atol=1e-11)
    table = Table(cost.variables, cost.table())
    assert np.array_equal(space.table(table), table.energies(listed))
