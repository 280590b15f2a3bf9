"""The three models: one switch per loop, its quadratic surrogate, and one qubit per switch."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import combinations, pairwise

import numpy as np
from dimod import BinaryQuadraticModel

from energy.network_reconfiguration.costs import costs, price
from energy.network_reconfiguration.feeder import Feeder
from energy.network_reconfiguration.grid import Indices
from energy.network_reconfiguration.loops import (
    Groups,
    candidate_sets,
    meshed,
    opened_by_least_flow,
    response,
)
from energy.network_reconfiguration.reading import Configuration, label, read
from usecases.errors import TooLarge
from usecases.models import BQM, Bits, Choose, Evaluated, Floats, Sample, Structured

Pair = tuple[str, str]

MOST_SWITCHES = 120
"""Switches in all sets; so many make some 7 000 power flows for the guide."""

MARGIN = 1.1
"""The surrogate's penalty as a multiple of the sufficient bound."""


@lru_cache(maxsize=64)
def sets(feeder: Feeder) -> Groups:
    """The branches to choose one of, for each loop."""
    return candidate_sets(feeder.grid)


def choices(feeder: Feeder) -> tuple[int, ...]:
    """The branches of the sets, in the order of the model's variables."""
    return tuple(e for group in sets(feeder) for e in group)


def groups(feeder: Feeder) -> tuple[Choose, ...]:
    """The places of each set's variables: exactly one is 1."""
    ends = np.cumsum([0, *map(len, sets(feeder))]).tolist()
    return tuple(Choose(tuple(range(a, b))) for a, b in pairwise(ends))


def model(feeder: Feeder) -> Structured:
    """AC losses in kW of one open switch per loop; the surrogate guides the phases."""
    guide = _bqm(*surrogate(feeder))
    return Structured(Evaluated(guide, lambda bits: evaluated(feeder, bits)), groups(feeder))


def _bqm(linear: Mapping[str, float], pairs: Mapping[Pair, float], constant: float) -> BQM:
    """The quadratic model with its variables in the order of the linear terms."""
    bqm = BinaryQuadraticModel("BINARY")
    bqm.add_linear_from(linear)
    bqm.add_quadratic_from((*pair, value) for pair, value in pairs.items())
    bqm.offset = constant
    return bqm


def evaluated(feeder: Feeder, bits: Bits) -> Floats:
    """kW for each row; each set without exactly one open switch costs the price for each."""
    rules = groups(feeder)
    wrong = sum(np.abs(bits[:, g.variables].sum(axis=1, dtype=np.int64) - 1) for g in rules)
    unit = price(feeder)
    found = unit * (1.0 + np.asarray(wrong, dtype=np.float64))
    kept = np.flatnonzero(np.asarray(wrong) == 0)
    if len(kept):
        names = np.array(choices(feeder))
        opened = names[np.nonzero(bits[kept])[1]].reshape(len(kept), -1)
        found[kept] = costs(feeder, np.sort(opened, axis=1))
    return found


@lru_cache(maxsize=16)
def surrogate(feeder: Feeder) -> tuple[dict[str, float], dict[Pair, float], float]:
    """Losses around an anchor, exact for changes in one or two loops: linear, quadratic, constant.

    The anchor opens in each loop the switch of `opened_by_least_flow`. With f its losses, f_e
    those with e open instead in its loop, and f_eg with two loops changed, the terms are f_e − f
    and f_eg − f_e − f_g + f: a cut expansion to second order, from power flows whose number grows
    as the square of the switches.
    """
    if len(choices(feeder)) > MOST_SWITCHES:
        raise TooLarge(
            f"the sets hold {len(choices(feeder))} switches, and the guide needs a power flow for"
            " each pair of them",
            f"Fix switches until at most {MOST_SWITCHES} are left",
        )
    first = opened_by_least_flow(feeder.grid)
    rows: list[dict[int, int]] = [{}]
    homes = {e: k for k, group in enumerate(sets(feeder)) for e in group}
    others = [e for e in choices(feeder) if e not in first]
    rows += [{homes[e]: e} for e in others]
    pairs = [(e, g) for e, g in combinations(others, 2) if homes[e] != homes[g]]
    rows += [{homes[e]: e, homes[g]: g} for e, g in pairs]
    anchor = {homes[e]: e for e in first}
    opened = np.array([sorted((anchor | row).values()) for row in rows], dtype=np.intp)
    found = costs(feeder, opened)
    base = float(found[0])
    single = dict(zip(others, (found[1 : len(others) + 1] - base).tolist(), strict=True))
    linear = {label(feeder, e): single.get(e, 0.0) for e in choices(feeder)}
    quadratic = {
        (label(feeder, e), label(feeder, g)): float(f) - base - single[e] - single[g]
        for (e, g), f in zip(pairs, found[len(others) + 1 :], strict=True)
    }
    return linear, quadratic, base


def shifted(feeder: Feeder) -> tuple[dict[str, float], dict[Pair, float], float]:
    """The same as `surrogate` on strings with one open switch per set, no term negative.

    Exactly one term of each set, and exactly one of each two sets, is counted in such a string,
    so all of them may be raised and the constant lowered by as much.
    """
    linear, pairs, constant = surrogate(feeder)
    names = [[label(feeder, e) for e in group] for group in sets(feeder)]
    raised: dict[str, float] = {}
    joint: dict[Pair, float] = {}
    for group in names:
        least = min(linear[n] for n in group)
        raised |= {n: linear[n] - least for n in group}
        constant += least
    for one, other in combinations(names, 2):
        found = {(n, k): pairs.get((n, k), pairs.get((k, n), 0.0)) for n in one for k in other}
        least = min(found.values())
        joint |= {key: value - least for key, value in found.items()}
        constant += least
    return raised, joint, constant


def sufficient_penalty(feeder: Feeder) -> float:
    """kW above which the surrogate's optimum opens one switch in each set.

    The anchor's energy is its losses. No term is negative, so a string that breaks a rule has at
    least the constant and one penalty, which is more.
    """
    return surrogate(feeder)[2] - shifted(feeder)[2]


def quadratic(feeder: Feeder) -> Structured:
    """The surrogate as a model of its own, with penalties for its rules."""
    return Structured(penalised(feeder, MARGIN), groups(feeder))


def penalised(feeder: Feeder, multiple: float) -> BQM:
    """The surrogate with a multiple of the sufficient penalty, and a hundredth of the losses."""
    bqm = _bqm(*shifted(feeder))
    strength = multiple * sufficient_penalty(feeder) + 0.01 * price(feeder)
    for group in sets(feeder):
        names = [label(feeder, e) for e in group]
        bqm.add_linear_equality_constraint([(n, 1.0) for n in names], strength, -1.0)
    return bqm


def interpret(feeder: Feeder, sample: Sample) -> Configuration:
    """The configuration that a sample of the sets' branches stands for; nothing is repaired."""
    return read(feeder, sample, choices(feeder))


def switches(feeder: Feeder) -> Evaluated:
    """One qubit per switch: AC losses where the feeder is radial, a price per broken rule."""
    return Evaluated(resistors(feeder), lambda bits: by_switch(feeder, bits))


def by_switch(feeder: Feeder, bits: Bits) -> Floats:
    """kW for each row of switches; loops left and parts cut off cost the price each.

    With c the columns of the open branches in the loop matrix, loops − rank(c) loops are left
    and |open| − rank(c) parts are cut off.
    """
    grid = feeder.grid
    columns = grid.cycles[:, grid.movable]
    count = bits.sum(axis=1, dtype=np.int64)
    found = np.empty(len(bits))
    for k in range(0, len(bits), 1 << 12):
        part = bits[k : k + (1 << 12)].astype(np.float64)
        rank = _rank((columns[None] * part[:, None, :]) @ columns.T)
        wrong = grid.loops - rank + count[k : k + (1 << 12)] - rank
        found[k : k + (1 << 12)] = price(feeder) * (1.0 + wrong)
    kept = np.flatnonzero(_radial(feeder, bits, count))
    if len(kept):
        opened = grid.movable[np.nonzero(bits[kept])[1]].reshape(len(kept), -1)
        found[kept] = costs(feeder, opened)
    return found


def _radial(feeder: Feeder, bits: Bits, count: Indices) -> Indices:
    """Which rows are radial, as a mask."""
    grid = feeder.grid
    mask = np.asarray(count == grid.loops)
    some = np.flatnonzero(mask)
    if len(some):
        opened = grid.movable[np.nonzero(bits[some])[1]].reshape(len(some), -1)
        mask[some] = grid.radial(opened)
    return mask


def _rank(squares: Floats) -> Indices:
    """The rank of each positive semidefinite matrix of small integers."""
    found: Indices = (np.linalg.eigvalsh(squares) > 1e-9).sum(axis=1)
    return found


def resistors(feeder: Feeder) -> BQM:
    """A quadratic guide from the network of resistors, and the price on the number of open ones.

    Opening a switch, or two, in the meshed network of resistors adds losses that are known in
    closed form (`response`); pairs that cut buses off pay the price.
    """
    grid, unit = feeder.grid, price(feeder)
    flow, m = meshed(grid), response(grid)
    places = [int(e) for e in grid.movable]
    kw = 1e3 / feeder.source_pu**2
    alone = {e: kw * float(flow[e] @ flow[e]) / m[e, e] for e in places}
    bqm = _bqm({label(feeder, e): alone[e] for e in places}, {}, 0.0)
    for e, g in combinations(places, 2):
        block = m[np.ix_([e, g], [e, g])]
        if np.linalg.matrix_rank(grid.cycles[:, [e, g]]) < 2:
            joint = unit
        else:
            both = flow[[e, g]]
            joint = kw * float(np.sum(both * np.linalg.solve(block, both))) - alone[e] - alone[g]
        bqm.add_quadratic(label(feeder, e), label(feeder, g), joint)
    names = [(label(feeder, e), 1.0) for e in places]
    bqm.add_linear_equality_constraint(names, unit, -float(grid.loops))
    return bqm


def interpret_switches(feeder: Feeder, sample: Sample) -> Configuration:
    """The configuration in which the switches stand as the sample says."""
    return read(feeder, sample, [int(e) for e in feeder.grid.movable])
