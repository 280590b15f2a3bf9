"""Exact cover with costs as a binary model, with a penalty weight that is proven to suffice."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from logistics.tail_assignment.data import TailAssignment
from logistics.tail_assignment.feasibility import beginnings, first_plan, fleets
from logistics.tail_assignment.pool import Pricing, pool, pricing
from logistics.tail_assignment.routes import Column, Columns, coverage, listed, name, named
from usecases.errors import UsecasesError
from usecases.models import BQM, Choose, Floats, Incumbent, Sample, Squares, Structured

COMPLETE = 100
"""Up to this many routes the model holds them all; beyond, it holds a pool of good ones."""

WHOLE = 24
"""Up to this many variables a statevector holds the model; beyond, a first plan comes with it."""


@dataclass(frozen=True)
class Rows:
    """What a plan must add up to: `rules.T @ bits == wanted`, at the cost `costs @ bits`.

    A row for each flight, and one for each base whose fleet can run short; `labels` names the
    variables: routes, then bits that count aircraft left at a base.
    """

    labels: tuple[str, ...]
    costs: Floats
    rules: Floats
    wanted: Floats


def rows(instance: TailAssignment, columns: Columns) -> Rows:
    """The rows for a set of routes among which there is a plan."""
    cover = coverage(instance, columns)
    labels = [name(instance, column) for column in columns]
    extra: list[Floats] = []
    spare: list[tuple[int, str, int]] = []
    wanted = [1.0] * len(instance.flights)
    begin = beginnings(instance, columns)
    for (base, limit), starts in zip(fleets(instance).items(), begin.T, strict=True):
        low, high = _span(cover, starts)
        if high <= limit:
            continue
        spare += [(len(extra), f"+{base}{k}", w) for k, w in enumerate(_weights(limit - low))]
        extra.append(starts)
        wanted.append(float(limit))
    rules = np.zeros((len(columns) + len(spare), len(wanted)))
    rules[: len(columns)] = np.column_stack([cover, *extra])
    for k, (row, _, weight) in enumerate(spare):
        rules[len(columns) + k, len(instance.flights) + row] = weight
    costs = np.array([*columns.values(), *(0 for _ in spare)], dtype=np.float64)
    return Rows((*labels, *(label for _, label, _ in spare)), costs, rules, np.array(wanted))


def _weights(spare: int) -> list[int]:
    """What bits stand for that count from 0 to `spare` and no further."""
    weights: list[int] = []
    while spare > 0:
        weights.append(min(1 << len(weights), spare))
        spare -= weights[-1]
    return weights


def _span(cover: Floats, starts: Floats) -> tuple[int, int]:
    """The fewest and the most routes of a plan that begin at a base, by linear programs."""
    from scipy.optimize import linprog

    def least(costs: Floats) -> float:
        flown = np.ones(cover.shape[1])
        found = linprog(costs, A_eq=cover.T, b_eq=flown, bounds=(0, 1), method="highs")
        if found.fun is None:
            raise UsecasesError(f"HiGHS finds no span of the fleet: {found.message}")
        return float(found.fun)

    return math.ceil(least(starts) - 1e-6), math.floor(-least(-starts) + 1e-6)


def sufficient_weight(rows: Rows, known: int) -> int:
    """The least whole number above what this argument proves sufficient; some plan costs `known`.

    Take prices π of the rows with R π ≤ c, row by row of the variables. For any bits, with
    u = Rᵀx − d, c·x ≥ π·d + π·u, so that H ≥ π·d + Σ_i (A u_i² − |π_i u_i|), and a broken row
    makes H ≥ π·d + A − max|π_i|. That exceeds every plan's cost up to `known` when
    A > max|π_i| + known − π·d: a linear program finds the prices for which this is least.
    """
    from scipy.optimize import linprog

    m = len(rows.wanted)
    dual = np.column_stack([rows.rules, np.zeros(len(rows.costs))])  # columns: π, t ≥ |π|
    size = np.vstack([np.column_stack([s * np.eye(m), -np.ones(m)]) for s in (1, -1)])
    found = linprog(
        np.append(-rows.wanted, 1.0),
        A_ub=np.vstack([dual, size]),
        b_ub=np.concatenate([rows.costs, np.zeros(2 * m)]),
        bounds=[(None, None)] * m + [(0, None)],
        method="highs",
    )
    if found.x is None:
        raise UsecasesError(f"HiGHS finds no prices: {found.message}")
    prices = found.x[:m]
    # What the solver's rounding leaves is taken off the flights, of which every route has one.
    over = max(float((rows.rules @ prices - rows.costs).max()), 0.0)
    prices = prices - over
    largest = float(np.abs(prices).max())
    return math.floor(largest + known - float(prices @ rows.wanted) + 1e-6) + 1


def partition(rows: Rows, weight: float) -> BQM:
    """H = Σ_r c_r x_r + A Σ_f (1 − Σ_r a_fr x_r)² + A Σ_b (K_b − Σ_r b_br x_r − Σ_k w_bk y_bk)²."""
    square = weight * rows.rules @ rows.rules.T
    linear = rows.costs + square.diagonal() - 2.0 * weight * rows.rules @ rows.wanted
    offset = weight * float(rows.wanted @ rows.wanted)
    model = BQM(linear, np.triu(2.0 * square, 1), offset, "BINARY")
    model.relabel_variables(dict(enumerate(rows.labels)))
    return model


def build(instance: TailAssignment) -> BQM | Incumbent:
    """All routes where few exist, else a pool of good ones, as a binary quadratic model.

    Beyond `WHOLE` variables a first plan comes with it, to be improved block by block.
    Deterministic. Raises Infeasible when there is no plan.
    """
    columns = listed(instance, COMPLETE)
    if columns is not None and len(columns) <= COMPLETE:
        plan = first_plan(instance, columns)
        stated = rows(instance, columns)
        weight = sufficient_weight(stated, _cost(columns, plan))
        model = partition(stated, weight)
        if model.num_variables <= WHOLE:
            return model
        rules = Squares(stated.rules.T, stated.wanted, weight)
        return Incumbent(model, chosen(instance, stated, plan), rules=rules)
    found = pricing(instance)
    return _around(instance, found, first_plan(instance, found.columns, whole=found.whole))


def grouped(instance: TailAssignment) -> Structured | Incumbent:
    """The same model; where a statevector holds it, with routes of which a plan has so many."""
    model = build(instance)
    if isinstance(model, Incumbent):
        return model
    columns = listed(instance, COMPLETE) or {}
    return Structured(model, exclusive(rows(instance, columns)))


def exclusive(rows: Rows) -> tuple[Choose, ...]:
    """Disjoint groups of variables, each holding exactly as many ones as its row wants.

    Every row without counting bits could be such a group; two rows that share a variable
    cannot both. Those are taken that leave the fewest strings, a set packing that HiGHS solves.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    plain = [i for i in range(len(rows.wanted)) if set(rows.rules[:, i]) <= {0.0, 1.0}]
    members = [np.flatnonzero(rows.rules[:, i]) for i in plain]
    counts = [round(rows.wanted[i]) for i in plain]
    saved = [len(m) - math.log2(math.comb(len(m), k)) for m, k in zip(members, counts, strict=True)]
    taken = milp(
        -np.array(saved),
        integrality=np.ones(len(plain), dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(rows.rules[:, plain], -np.inf, 1),
    )
    if taken.x is None:
        raise UsecasesError(f"HiGHS picks no groups: {taken.message}")
    return tuple(
        Choose(tuple(m.tolist()), k)
        for m, k, bit in zip(members, counts, taken.x.tolist(), strict=True)
        if round(bit)
    )


def _around(instance: TailAssignment, found: Pricing, plan: list[Column]) -> Incumbent:
    """A pool that holds the plan, and the way to the next one."""
    columns = pool(found, plan)
    stated = rows(instance, columns)
    model = partition(stated, sufficient_weight(stated, _cost(columns, plan)))

    def grow(sample: Sample) -> Incumbent:
        taken = sorted(v for v, bit in sample.items() if bit and not v.startswith("+"))
        return _around(instance, found, [named(instance, v.split("+")) for v in taken])

    return Incumbent(model, chosen(instance, stated, plan), grow)


def chosen(instance: TailAssignment, rows: Rows, plan: list[Column]) -> dict[str, int]:
    """The bits of a plan: its routes, and the aircraft that it leaves at their bases."""
    taken = {name(instance, column) for column in plan}
    bits = np.array([float(label in taken) for label in rows.labels])
    left = rows.wanted - bits @ rows.rules
    for k in sorted(range(len(bits)), key=lambda k: -rows.rules[k].max()):
        if rows.labels[k].startswith("+"):
            bits[k] = float((rows.rules[k] <= left + 0.5).all())
            left = left - bits[k] * rows.rules[k]
    return {label: int(bit) for label, bit in zip(rows.labels, bits, strict=True)}


def _cost(columns: Columns, plan: list[Column]) -> int:
    return sum(columns[column] for column in plan)
