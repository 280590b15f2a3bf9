"""Translations keep every energy."""

import numpy as np
import pytest
from dimod import BinaryQuadraticModel
from hypothesis import given, settings
from hypothesis import strategies as st

from usecases.contracts import Outcome
from usecases.convert import to_bqm, to_ising, translate
from usecases.errors import TooLarge, UsageError
from usecases.models import (
    BQM,
    CostNetwork,
    Factor,
    FermionicHamiltonian,
    Incumbent,
    Ising,
    all_bits,
    energies,
    variables,
)

COSTS = st.floats(-1e3, 1e3, allow_nan=False).map(lambda c: round(c, 6))


@st.composite
def networks(draw: st.DrawFn) -> CostNetwork:
    n = draw(st.integers(1, 5))
    factors = []
    for _ in range(draw(st.integers(0, 4))):
        scope = draw(st.permutations(range(n)))[: draw(st.integers(0, min(n, 3)))]
        patterns = st.dictionaries(st.integers(0, 2 ** len(scope) - 1), COSTS, max_size=8)
        factors.append(Factor(tuple(scope), draw(patterns)))
    return CostNetwork(tuple(f"v{i}" for i in range(n)), tuple(factors))


@st.composite
def quadratics(draw: st.DrawFn) -> BQM:
    n = draw(st.integers(1, 5))
    names = draw(st.permutations([f"v{i}" for i in range(n)]))
    pairs = [(names[i], names[j]) for j in range(n) for i in range(j)]
    linear = {v: draw(COSTS) for v in names}
    quadratic = {pair: draw(COSTS) for pair in pairs if draw(st.booleans())}
    kind = draw(st.sampled_from(["BINARY", "SPIN"]))
    found = BinaryQuadraticModel(linear, quadratic, draw(COSTS), kind)
    return found.change_vartype("BINARY", inplace=False)


@settings(max_examples=60, deadline=None)
@given(networks())
def test_networks_as_polynomials(network: CostNetwork) -> None:
    bits = all_bits(len(network.variables))
    ising = to_ising(network)
    assert np.allclose(ising.energies(bits), network.energies(bits), atol=1e-8)
    assert np.allclose(ising.table(), network.energies(bits), atol=1e-8)


@settings(max_examples=40, deadline=None)
@given(networks())
def test_networks_as_quadratic_models(network: CostNetwork) -> None:
    bqm = to_bqm(network)
    names = list(bqm.variables)
    kept = [names.index(v) for v in network.variables]
    bits = all_bits(len(names))
    values = energies(bqm, bits)
    best: dict[tuple[int, ...], float] = {}
    for row, value in zip(bits[:, kept].tolist(), values.tolist(), strict=True):
        best[tuple(row)] = min(best.get(tuple(row), np.inf), value)
    rows = all_bits(len(network.variables))
    found = [best[tuple(row)] for row in rows.tolist()]
    assert np.allclose(found, network.energies(rows), atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(quadratics())
def test_quadratic_models_as_polynomials(bqm: BQM) -> None:
    bits = all_bits(len(variables(bqm)))
    assert np.allclose(to_ising(bqm).energies(bits), energies(bqm, bits), atol=1e-8)


def test_the_way_back_drops_auxiliary_variables_and_restores_energies() -> None:
    network = CostNetwork(("a", "b", "c"), (Factor((0, 1, 2), {5: -2.0, 7: 1.0}),))
    bqm, back = translate(network, (BQM,))
    assert bqm.num_variables > 3
    wrong = dict.fromkeys(bqm.variables, 1) | {"b": 0}
    (found,) = back([Outcome(wrong, 123.0, 4)])
    assert found == Outcome({"a": 1, "b": 0, "c": 1}, -2.0, 4)


def test_an_incumbent_translates_as_its_model() -> None:
    bqm = BinaryQuadraticModel({"a": 1.0}, {}, 0.0, "BINARY")
    assert translate(Incumbent(bqm, {"a": 0}), (BQM,))[0] is bqm
    assert isinstance(translate(Incumbent(bqm, {"a": 0}), (Ising,))[0], Ising)


def test_what_has_no_translation_is_refused() -> None:
    electrons = FermionicHamiltonian(0.0, np.eye(1), np.zeros((1, 1, 1, 1)), 1, 0)
    with pytest.raises(UsageError, match="FermionicHamiltonian"):
        translate(electrons, (BQM,))
    wide = CostNetwork(tuple(map(str, range(20))), (Factor(tuple(range(20)), {0: 1.0}),))
    with pytest.raises(TooLarge, match="20 variables"):
        translate(wide, (Ising,))
