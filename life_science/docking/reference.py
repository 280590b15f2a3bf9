"""What classical computing proves: the heaviest clique, by search or by integer programming.

Contacts that cannot matter are left out first. The search settles all but large and dense
graphs; those go on to CP-SAT, which also bounds what it cannot settle. Weights are whole
millionths to both, so what they prove holds exactly.
"""

from __future__ import annotations

import numpy as np

from life_science.docking.bounds import useful
from life_science.docking.graph import BindingGraph
from life_science.docking.search import heaviest
from usecases.errors import MissingExtra
from usecases.records import Reference

MOST_BRANCHES = 400_000
"""Of the search; some seconds."""

TIME_LIMIT = 30.0
"""Of CP-SAT, in seconds."""

MICRO = 1_000_000


def reference(graph: BindingGraph) -> Reference:
    """The strength of the best pose; of large dense graphs the best known one and a bound."""
    kept = useful(graph.adjacency, graph.micro, graph.greedy)
    left = f"{len(kept)} of {graph.size} contacts after reduction"
    place = {k: p for p, k in enumerate(kept)}
    found = heaviest(
        graph.adjacency[np.ix_(kept, kept)],
        [int(w) for w in graph.micro[kept]],
        [place[k] for k in graph.greedy],
        MOST_BRANCHES,
    )
    pose = [kept[p] for p in found.clique]
    if not found.proven:
        return by_program(graph, kept, pose)
    return Reference(
        value=graph.strength(pose),
        kind="optimal",
        method=f"branch and bound with colourings, {found.branches} branches, {left}",
        source="D. Kumlander, A new exact algorithm for the maximum-weight clique problem, 2004",
    )


def by_program(graph: BindingGraph, kept: list[int], pose: list[int]) -> Reference:
    """The best pose of contacts `kept` as an integer program, from a first pose.

    Every contact is a Boolean; sets of contacts of which no two can hold together allow one at
    most, and the sets cover all such pairs. Raises MissingExtra without OR-tools.
    """
    try:
        import ortools
        from ortools.sat.python import cp_model
    except ImportError:
        raise MissingExtra("ortools", "life_science") from None
    program = cp_model.CpModel()
    made = {k: program.new_bool_var(graph.names[k]) for k in kept}
    for rivals in exclusive_sets(graph, kept):
        program.add_at_most_one(made[k] for k in rivals)
    program.maximize(sum(int(graph.micro[k]) * made[k] for k in kept))
    for k in kept:
        program.add_hint(made[k], k in pose)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_time_in_seconds = TIME_LIMIT
    status = solver.solve(program)
    told = f"CP-SAT {ortools.__version__}, {len(kept)} of {graph.size} contacts after reduction"
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        pose = max(pose, [k for k in kept if solver.value(made[k])], key=graph.strength)
    if status != cp_model.OPTIMAL:
        bound = solver.best_objective_bound / MICRO
        told += f": stopped after {TIME_LIMIT:.0f} s, no pose above {bound:.6g}"
    kind = "optimal" if status == cp_model.OPTIMAL else "best_known"
    return Reference(value=graph.strength(pose), kind=kind, method=told)


def exclusive_sets(graph: BindingGraph, kept: list[int]) -> list[list[int]]:
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
