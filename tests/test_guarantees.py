"""Published values and closed forms, reached through our own machines."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest

from usecases.angles import Fixed, field
from usecases.backends.lightcone import LightCone
from usecases.backends.statevector import Statevector
from usecases.executor import Executor
from usecases.models import Floats, Ising
from usecases.programs import AlternatingEnergy, AlternatingState, XMixer
from usecases.trees import cut_fraction, fixed_angles

PUBLISHED = {1: 0.69245, 2: 0.75591, 3: 0.79240}
"""Cut fractions on 3-regular trees (Wurtz & Love 2021, arXiv:2010.11209; Wurtz & Lykov 2021,
arXiv:2107.00677)."""


def cut_cost(graph: nx.Graph) -> Ising:
    """Minus the number of edges cut."""
    order = {v: k for k, v in enumerate(graph)}
    pairs = {tuple(sorted((order[u], order[v]))): 0.5 for u, v in graph.edges}
    return Ising(tuple(map(str, order)), {(): -0.5 * len(pairs)} | pairs)


def mean_of(cost: Ising, angles: Floats) -> float:
    """⟨C⟩, γ in units of the inverse field."""
    gammas, betas = np.split(angles, 2)
    scaled = tuple((gammas / field(cost)).tolist())
    state = AlternatingState(cost, XMixer(), scaled, tuple(betas.tolist()))
    machine = Statevector()
    return Executor(machine, machine)(AlternatingEnergy(state)).value


def fixed(cost: Ising, layers: int) -> float:
    def untrained(angles: Floats) -> tuple[float, Floats]:
        raise AssertionError("fixed angles are not trained")

    return mean_of(cost, Fixed().choose(cost, layers, untrained, np.random.default_rng(0)))


@pytest.mark.parametrize("layers", PUBLISHED)
def test_trees_of_degree_three_are_cut_as_published(layers: int) -> None:
    angles = map(np.array, fixed_angles(3, layers))
    assert cut_fraction(3, *angles) == pytest.approx(PUBLISHED[layers], abs=5e-6)


@pytest.mark.parametrize("degree", range(2, 12))
def test_one_layer_on_trees_is_its_closed_form(degree: int) -> None:
    """1/2 + (1 − 1/d)^((d−1)/2) / (2 √d) (Wang et al. 2018, arXiv:1706.02998)."""
    wanted = 0.5 + (1 - 1 / degree) ** ((degree - 1) / 2) / (2 * math.sqrt(degree))
    assert cut_fraction(degree, *map(np.array, fixed_angles(degree, 1))) == pytest.approx(wanted)


GRAPHS: list[nx.Graph] = [
    nx.petersen_graph(),
    nx.heawood_graph(),
    nx.moebius_kantor_graph(),
    nx.pappus_graph(),
    nx.desargues_graph(),
    nx.dodecahedral_graph(),
]


@pytest.mark.parametrize("layers", [1, 2])
def test_graphs_of_large_girth_are_cut_as_trees_are(layers: int) -> None:
    """Cycles of 2p + 2 are not seen. (Trees of three layers have 30 qubits: rings stand in.)"""
    tree = cut_fraction(3, *map(np.array, fixed_angles(3, layers)))
    graphs = [g for g in GRAPHS if nx.girth(g) >= 2 * layers + 2]
    shares = [-fixed(cut_cost(g), layers) / g.number_of_edges() for g in graphs]
    assert len(shares) >= 4
    assert np.abs(np.array(shares) - tree).max() < 1e-9


@pytest.mark.parametrize("layers", [1, 2, 3, 4])
def test_rings_reach_what_is_known_of_them(layers: int) -> None:
    """(2p + 1)/(2p + 2) (Farhi, Goldstone & Gutmann 2014; Mbeng et al. 2019, arXiv:1906.08948)."""
    known = (2 * layers + 1) / (2 * layers + 2)
    for n in range(2 * layers + 2, 2 * layers + 7):
        assert -fixed(cut_cost(nx.cycle_graph(n)), layers) / n == pytest.approx(known, abs=1e-9)


SMALL = [nx.complete_graph(4), nx.complete_bipartite_graph(3, 3), nx.circular_ladder_graph(3)]
SMALL += [nx.cubical_graph(), nx.truncated_tetrahedron_graph(), nx.frucht_graph()]
SMALL += [nx.random_regular_graph(3, n, seed) for seed, n in enumerate((8, 10, 12, 14, 16))]


@pytest.mark.parametrize("layers", PUBLISHED)
def test_no_cubic_graph_does_worse_than_the_tree(layers: int) -> None:
    """The fixed-angle conjecture, which Wurtz & Lykov checked on all up to 16 vertices."""
    for graph in SMALL:
        cost = cut_cost(graph)
        ratio = fixed(cost, layers) / cost.table().min()
        assert ratio > PUBLISHED[layers] - 5e-6, graph


def one_layer(cost: Ising, gamma: float, beta: float) -> float:
    """⟨C⟩ of one layer on spins with fields h and couplings J, in closed form.

    e^{−iβX} Z e^{iβX} = c Z − s Y with c = cos 2β, s = sin 2β, and phases turn Y_i into
    Y_i cos 2γW + X_i sin 2γW, W = h_i + Σ_k J_ik Z_k, of which only X_i has a mean in |+⟩.
    Averaging over the other spins gives the products (Ozaeta, van Dam & McMahon 2022,
    arXiv:2012.03421).
    """
    n = len(cost.variables)
    h, J = np.zeros(n), np.zeros((n, n))
    for key, value in cost.terms.items():
        if len(key) == 1:
            h[key[0]] = value
        elif key:
            J[key] = J[key[::-1]] = value
    h, J = 2 * gamma * h, 2 * gamma * J
    c, s = math.cos(2 * beta), math.sin(2 * beta)
    total = cost.terms.get((), 0.0)
    for key, value in cost.terms.items():
        if len(key) == 1:
            total -= value * s * np.sin(h[key[0]]) * np.cos(J[key[0]]).prod()
        elif key:
            i, j = key
            others = np.delete(np.arange(n), [i, j])
            a, b = J[i, others], J[j, others]
            ends = np.cos(h[i]) * np.cos(a).prod() + np.cos(h[j]) * np.cos(b).prod()
            apart = np.cos(h[i] - h[j]) * np.cos(a - b).prod()
            apart -= np.cos(h[i] + h[j]) * np.cos(a + b).prod()
            total += value * (s * s / 2 * apart - c * s * np.sin(J[i, j]) * ends)
    return float(total)


@pytest.mark.parametrize("seed", range(100))
def test_one_layer_is_its_closed_form(seed: int) -> None:
    """Weighted graphs with and without fields and a constant, at any angles."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 13))
    graph = nx.gnp_random_graph(n, rng.uniform(0.2, 1.0), seed=seed)
    weights = rng.integers(-3, 4, n * n) if seed % 3 == 0 else rng.normal(size=n * n)
    terms = {tuple(sorted(e)): float(w) for e, w in zip(graph.edges, weights, strict=False)}
    if seed % 2:
        terms |= {(i,): float(rng.normal()) for i in range(n)} | {(): 3.25}
    cost = Ising(tuple(map(str, range(n))), terms)
    gamma, beta = rng.uniform(-3, 3, 2).tolist()
    found = mean_of(cost, np.array([gamma * field(cost), beta]))
    assert found == pytest.approx(one_layer(cost, gamma, beta), abs=1e-10)


def test_three_layers_on_a_graph_of_girth_eight_are_the_tree() -> None:
    """The Tutte–Coxeter graph, 30 vertices, by light cones."""
    graph = nx.LCF_graph(30, [-13, -9, 7, -7, 9, 13], 5)
    assert nx.girth(graph) == 8
    machine = LightCone()
    state = AlternatingState(cut_cost(graph), XMixer(), *doubled(*fixed_angles(3, 3)))
    mean = Executor(machine, machine)(AlternatingEnergy(state)).value
    assert -mean / graph.number_of_edges() == pytest.approx(PUBLISHED[3], abs=5e-6)


def doubled(
    gammas: tuple[float, ...], betas: tuple[float, ...]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Angles for edges of strength 1/2."""
    return tuple(2 * g for g in gammas), betas
