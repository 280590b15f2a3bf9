"""Exact solvers for cost networks: the mixed-integer program and the table of all energies."""

from __future__ import annotations

import time

import numpy as np
import pytest

from usecases.errors import TooLarge
from usecases.models import CostNetwork, Factor, all_bits
from usecases.solvers.enumeration import table
from usecases.solvers.milp import descended, minimise


def random_network(seed: int, n: int = 9) -> CostNetwork:
    """Dense and sparse factors, costs of both signs, scopes in any order, some empty."""
    rng = np.random.default_rng(seed)
    factors = [Factor((), {0: float(rng.normal())}), Factor((0,), {})]
    for _ in range(int(rng.integers(3, 14))):
        width = int(rng.integers(1, 6))
        scope = tuple(rng.permutation(n)[:width].tolist())
        share = rng.choice([0.1, 0.5, 1.0])
        listed = [k for k in range(1 << width) if rng.random() < share]
        size = float(rng.choice([1.0, 30.0]))
        factors.append(Factor(scope, {k: float(rng.normal(scale=size)) for k in listed}))
    return CostNetwork(tuple(f"x{i}" for i in range(n)), tuple(factors))


@pytest.mark.parametrize("seed", range(40))
def test_minimum_agrees_with_enumeration(seed: int) -> None:
    network = random_network(seed)
    energies = network.energies(all_bits(9))
    row, energy, bound = minimise(network, 30)
    assert bound == energy
    assert row.shape == (9,) and row.dtype == np.int8 and set(row.tolist()) <= {0, 1}
    assert energy == pytest.approx(float(energies.min()), rel=1e-9, abs=1e-9)
    assert network.energies(row[None, :])[0] == energy


@pytest.mark.parametrize("scale", [1e-6, 1e9])
def test_minimum_does_not_depend_on_the_unit(scale: float) -> None:
    network = random_network(7)
    factors = tuple(
        Factor(f.scope, {k: scale * c for k, c in f.costs.items()}) for f in network.factors
    )
    _, energy, bound = minimise(CostNetwork(network.variables, factors), 30)
    assert bound == energy
    assert energy == pytest.approx(scale * network.energies(all_bits(9)).min(), rel=1e-7)


@pytest.mark.parametrize("wide", [(0, 1), (1, 0)])
def test_wide_sparse_factors(wide: tuple[int, int]) -> None:
    """A reward or a fine for one pattern of twenty variables."""
    n = 20
    pattern = sum(wide[i % 2] << i for i in range(n))
    pull = tuple(Factor((i,), {1: 1.0 if i % 3 else -1.0}) for i in range(n))
    network = CostNetwork(
        tuple(map(str, range(n))), (*pull, Factor(tuple(range(n)), {pattern: -25.0}))
    )
    row, energy, bound = minimise(network, 30)
    assert bound == energy and energy == pytest.approx(float(table(network).min()))
    assert sum(int(b) << i for i, b in enumerate(row)) == pattern


def test_networks_without_costs_or_variables() -> None:
    free = CostNetwork(("a", "b"), (Factor((0, 1), {}),))
    assert minimise(free, 5)[1:] == (0.0, 0.0)
    constant = CostNetwork((), (Factor((), {0: -3.0}),))
    assert minimise(constant, 5)[1:] == (-3.0, -3.0)
    assert minimise(CostNetwork((), ()), 5)[1:] == (0.0, 0.0)


def test_repeated_variables_in_a_scope() -> None:
    network = CostNetwork(
        ("a", "b"), (Factor((0, 0), {1: -9.0, 3: 2.0}), Factor((1, 0, 1), {5: -1}))
    )
    energies = network.energies(all_bits(2))
    assert np.allclose(table(network), energies)
    assert minimise(network, 5)[1] == pytest.approx(energies.min())


def test_a_short_limit_returns_an_honest_answer() -> None:
    """Random three-variable costs on sixty variables are not proven in no time."""
    rng = np.random.default_rng(1)
    factors = tuple(
        Factor(
            tuple(rng.permutation(60)[:3].tolist()), dict(enumerate(rng.normal(size=8).tolist()))
        )
        for _ in range(400)
    )
    network = CostNetwork(tuple(map(str, range(60))), factors)
    begun = time.monotonic()
    row, energy, bound = minimise(network, 0.2)
    assert time.monotonic() - begun < 10
    assert bound < energy
    assert energy == network.energies(row[None, :])[0]
    assert energy <= network.energies(descended(network, np.zeros(60, np.int8))[None, :])[0]


def test_descent_ends_where_no_single_flip_helps() -> None:
    network = random_network(3)
    row = descended(network, np.zeros(9, np.int8))
    neighbours = np.array([row ^ (np.arange(9) == i) for i in range(9)], dtype=np.int8)
    here = network.energies(row[None, :])[0]
    assert (network.energies(neighbours) >= here - 1e-9).all()


@pytest.mark.parametrize("seed", range(20))
def test_table_lists_every_energy(seed: int) -> None:
    for n in (9, 15):
        network = random_network(seed, n)
        assert np.allclose(table(network), network.energies(all_bits(n)), atol=1e-9)


def test_table_of_scopes_that_do_not_fit_one_bucket() -> None:
    rng = np.random.default_rng(0)
    scopes = [tuple(rng.permutation(18)[:5].tolist()) for _ in range(30)]
    scopes += [tuple(range(16)), (17, 3), (2,), ()]
    factors = tuple(
        Factor(s, {int(k): float(rng.normal()) for k in rng.integers(0, 1 << len(s), 20)})
        for s in scopes
    )
    network = CostNetwork(tuple(map(str, range(18))), factors)
    assert np.allclose(table(network), network.energies(all_bits(18)))


def test_table_refuses_what_does_not_fit() -> None:
    with pytest.raises(TooLarge, match="26"):
        table(CostNetwork(tuple(map(str, range(27))), ()))
