"""What classical computing proves: the heaviest clique by CP-SAT, as an integer program.

Every contact is a Boolean; sets of contacts of which no two can hold together allow one at
most, and the sets cover all such pairs. Weights are whole millionths, so the proof is exact.
"""

from __future__ import annotations

import numpy as np

from life_science.docking.bounds import useful
from life_science.docking.graph import BindingGraph
from usecases.records import Reference

TIME_LIMIT = 60.0
MICRO = 1_000_000


def reference(graph: BindingGraph) -> Reference:
    """The strength of the best pose; beyond a minute's work the best known and its bound."""
    import ortools
    from ortools.sat.python import cp_model

    kept = useful(graph.adjacency, graph.weights, graph.greedy)
    program, taken = cp_model.CpModel(), set(graph.greedy)
    made = {k: program.new_bool_var(graph.names[k]) for k in kept}
    for rivals in _rivals(graph, kept):
        program.add_at_most_one(made[k] for k in rivals)
    strength = {k: round(MICRO * graph.contacts[k].weight) for k in kept}
    program.maximize(sum(strength[k] * made[k] for k in kept))
    for k in kept:
        program.add_hint(made[k], k in taken)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_time_in_seconds = TIME_LIMIT
    status = solver.solve(program)
    told = f"CP-SAT {ortools.__version__}, {len(kept)} of {graph.size} contacts after reduction"
    known = graph.strength(graph.greedy)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        known = graph.strength([k for k in kept if solver.value(made[k])])
    if status == cp_model.OPTIMAL:
        return Reference(value=known, kind="optimal", method=told)
    bound = solver.best_objective_bound / MICRO
    return Reference(
        value=known,
        kind="best_known",
        method=f"{told}: stopped after {TIME_LIMIT:.0f} s, no pose above {bound:.6g}",
    )


def _rivals(graph: BindingGraph, kept: list[int]) -> list[list[int]]:
    """Sets of contacts, no two of which can hold together, that cover every such pair."""
    at = np.array(kept)
    clash = ~graph.adjacency[np.ix_(at, at)]
    np.fill_diagonal(clash, False)
    open_pairs = clash.copy()
    found = []
    for u in range(len(at)):
        while open_pairs[u].any():
            members = [u]
            fits = clash[u].copy()
            while fits.any():
                v = int(np.argmax(fits * (1 + open_pairs[members].sum(axis=0))))
                members.append(v)
                fits &= clash[v]
            open_pairs[np.ix_(members, members)] = False
            found.append([kept[k] for k in members])
    return found
