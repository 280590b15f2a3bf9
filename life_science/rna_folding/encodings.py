"""Two encodings of a structure: a qubit per stem, or a qubit per stack of two base pairs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import combinations, pairwise

import dimod

from life_science.rna_folding.stems import Stem, candidates, parts, runs, stacking, together
from life_science.rna_folding.strand import Strand
from usecases.errors import Infeasible, TooLarge
from usecases.models import BQM, CostNetwork, Factor, merged

MOST = 1200
"""Variables; all pairs of them are looked at."""


def stem_model(strand: Strand, times: float) -> BQM:
    """H = Σ E_s x_s + Σ P_st x_s x_t over stems s, t that do not fit into one structure.

    P_st is `times` the smaller of |E_s| and |E_t|. Leaving out the weaker of the two gains at
    least P_st and costs its energy, so above 1 no string with a conflict is a minimum.
    Raises TooLarge beyond 1200 stems, and Infeasible without any.
    """
    stems = candidates(strand)
    _hold(len(stems), "stems")
    bqm = dimod.BinaryQuadraticModel(dimod.BINARY)
    for stem, value in stems.items():
        bqm.add_linear(stem.label, value)
    for (one, e), (other, f) in combinations(stems.items(), 2):
        if not together(one, other):
            bqm.add_quadratic(one.label, other.label, times * min(-e, -f))
    return bqm


@lru_cache(maxsize=16)
def stacks(strand: Strand) -> Mapping[Stem, Stem]:
    """Every stack of two base pairs of a stem that lowers the energy, with its longest stem."""
    return {
        stack: run
        for run in runs(strand)
        for stack in sorted(
            {s for part in parts(strand, run) for s in _stacks(part)}, key=lambda s: s.first
        )
    }


def _stacks(stem: Stem) -> list[Stem]:
    return [Stem(first=a, last=b, pairs=2) for a, b in stem.ladder[:-1]]


def worth(strand: Strand, run: Stem) -> float:
    """What any part of a run can be worth at most: the sum of its stacks that lower the energy."""
    return sum(max(-stacking(strand, a, b), 0.0) for a, b in pairwise(run.ladder))


def stack_model(strand: Strand, times: float) -> CostNetwork:
    """The same energies with a qubit per stack, of which a stem of k pairs has k − 1.

    A stem pays for its loop where it begins, x (1 − x_out). Penalties are `times` what the runs
    involved are worth: for two stacks that do not fit into one structure, for a stem that is
    too short, and for one that begins where another ends. Above 1 they suffice: leaving out the
    stem of the lesser run lowers the energy and breaks no other rule.
    Raises TooLarge beyond 1200 stacks, and Infeasible without any.
    """
    found = stacks(strand)
    _hold(len(found), "stacks")
    place = {stack: k for k, stack in enumerate(found)}
    price = {run: times * worth(strand, run) for run in found.values()}
    factors: list[Factor] = []
    for stack, run in found.items():
        factors += _alone(strand, stack, price[run], place)
    for one, other in combinations(found, 2):
        if not together(one, other) and moved(one, 1) != other:
            scope = [place[one], place[other]]
            if moved(one, 2) == other:  # fine when the stack between joins them
                scope += [place[s] for s in (moved(one, 1),) if s in place]
            least = min(price[found[one]], price[found[other]])
            factors.append(Factor(tuple(scope), {3: least}))
    return CostNetwork(tuple(f"{s.first}-{s.last}" for s in found), merged(factors))


def _alone(strand: Strand, stack: Stem, price: float, place: dict[Stem, int]) -> list[Factor]:
    """What a stack costs, alone and where the stem begins with it."""
    own = place[stack]
    outer, inner = stack.ladder
    before = tuple(place[s] for s in (moved(stack, -1),) if s in place)
    factors = [Factor((own,), {1: stacking(strand, outer, inner) + strand.loop})]
    if before:
        factors.append(Factor((own, *before), {3: -strand.loop}))
    for k in range(1, strand.shortest - 1):
        after = tuple(place[s] for s in (moved(stack, k),) if s in place)
        factors.append(Factor((own, *before, *after), {1: price}))
    return factors


def moved(stack: Stem, steps: int) -> Stem:
    """The stack so many base pairs further inwards."""
    first, last = stack.first + steps, stack.last - steps
    return stack.model_copy(update={"first": first, "last": last})


def _hold(count: int, what: str) -> None:
    if not count:
        raise Infeasible(
            "no stem lowers the energy: the strand stays open, and there is nothing to decide",
            "Lower loop or shortest, or take a longer strand",
        )
    if count > MOST:
        raise TooLarge(
            f"the strand has {count} {what} where at most {MOST} are modelled",
            "Take a shorter strand, or raise shortest or loop",
        )
