"""The models: a heaviest clique as the lowest energy of a binary quadratic model.

Names that begin with + are spare bits: they fill a group up and stand for no contact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import count

import numpy as np

from life_science.docking.bounds import colour_bound, useful
from life_science.docking.graph import BindingGraph
from life_science.docking.reading import Pose, interpret, made
from usecases.errors import VerificationFailed
from usecases.models import BQM, Choose, Incumbent, Sample, Structured

WHOLE = 24
"""Up to this many contacts a statevector holds the model; beyond, a pose comes with it."""

MARGIN = 0.5
"""By what a penalty exceeds the sufficient one at least, in mean weights of a contact."""


def penalised(graph: BindingGraph, excess: float, places: Sequence[int] | None = None) -> BQM:
    """H = −Σ w_u x_u + Σ (min(w_u, w_v) + excess) x_u x_v over pairs that cannot hold at once.

    Over all contacts, or over those at `places`.
    """
    kept = np.arange(graph.size) if places is None else np.array(places, dtype=np.intp)
    weights = graph.weights[kept]
    clash = np.triu(~graph.adjacency[np.ix_(kept, kept)], 1)
    rows, columns = np.nonzero(clash)
    price = np.minimum(weights[rows], weights[columns]) + excess
    names = [graph.names[k] for k in kept]
    return BQM.from_numpy_vectors(
        -weights, (rows, columns, price), 0.0, "BINARY", variable_order=names
    )


def excess(graph: BindingGraph, margin: float = MARGIN) -> float:
    """What a conflict costs beyond the lighter of its two contacts.

    Rounded up to a power of two, so that poses of equal strength have exactly equal energies.
    """
    return 2.0 ** math.ceil(math.log2(margin * float(graph.weights.mean())))


def guarded(graph: BindingGraph) -> float:
    """An excess that lifts every broken pose above the greedy one, which is known.

    A broken pose lies at least the excess above the best one, hence above minus the colouring
    bound plus the excess.
    """
    slack = colour_bound(graph.weights, graph.classes) - graph.strength(graph.greedy)
    return max(slack, 0.0) + excess(graph)


def model(graph: BindingGraph) -> BQM | Incumbent:
    """A qubit for each contact; beyond 24, with the greedy pose to improve block by block."""
    if graph.size <= WHOLE:
        return penalised(graph, excess(graph))
    return _improvable(graph, list(range(graph.size)))


def reduced(graph: BindingGraph) -> BQM | Incumbent:
    """The same without the contacts that no pose better than the greedy one can use."""
    kept = useful(graph.adjacency, graph.micro, graph.greedy)
    if len(kept) <= WHOLE:
        return penalised(graph, excess(graph), kept)
    return _improvable(graph, kept)


def _improvable(graph: BindingGraph, places: list[int]) -> Incumbent:
    taken = {graph.names[k] for k in graph.greedy}
    names = [graph.names[k] for k in places]
    sample = {name: int(name in taken) for name in names}
    return Incumbent(penalised(graph, guarded(graph), places), sample)


def exclusive(graph: BindingGraph) -> Structured:
    """At most one contact of each class, kept by the mixer: one of them, or the spare bit.

    Classes of one contact need no rule and no spare bit.
    """
    groups = [(list(members), 1, 1) for members in graph.classes if len(members) > 1]
    return _grouped(graph, groups)


def fixed_size(graph: BindingGraph) -> Structured:
    """As many bits are 1 as a pose has contacts at most; spare bits make up for missing ones.

    A pose has at most one contact of each class. The heaviest has at least as many contacts
    as it takes to weigh what the greedy pose weighs.
    """
    most = len(graph.classes)
    heaviest = np.cumsum(np.sort(graph.micro)[::-1])
    least = int(np.searchsorted(heaviest, graph.micro[list(graph.greedy)].sum())) + 1
    return _grouped(graph, [(list(range(graph.size)), most - least, most)])


def _grouped(graph: BindingGraph, groups: Sequence[tuple[list[int], int, int]]) -> Structured:
    """The model with groups: their contacts, their spare bits, and how many bits are 1.

    The rule is in the model as well, A (k − Σ x)² with any A > 0: the bits that break only it
    have no less energy than the pose they hold.
    """
    found, number = penalised(graph, excess(graph)), count(1)
    rules = []
    for members, spare, ones in groups:
        names = [graph.names[k] for k in members] + [f"+{next(number)}" for _ in range(spare)]
        found.add_linear_equality_constraint(
            [(name, 1.0) for name in names], excess(graph), -float(ones)
        )
        rules.append((names, ones))
    place = {name: k for k, name in enumerate(found.variables)}
    return Structured(
        found, tuple(Choose(tuple(place[n] for n in names), ones) for names, ones in rules)
    )


def interpret_grouped(graph: BindingGraph, sample: Sample) -> Pose:
    """The pose, whatever the spare bits say. Raises VerificationFailed as `interpret` does."""
    spare = {name: bit for name, bit in sample.items() if name.startswith("+")}
    wrong = [name for name, bit in spare.items() if bit not in (0, 1)]
    if wrong:
        raise VerificationFailed(f"the spare bit {wrong[0]!r} is {spare[wrong[0]]!r}, not 0 or 1")
    return interpret(graph, {k: v for k, v in sample.items() if k not in spare})


interpret_reduced = made
"""Contacts that were left out are not made."""
