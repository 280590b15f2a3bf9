"""The models: fewest PMUs as the lowest energy, without slack and with it."""

from __future__ import annotations

from functools import partial

import dimod
import numpy as np

from energy.grid_monitoring.observing import observed
from energy.grid_monitoring.reading import Placement, interpret
from energy.grid_monitoring.sites import Monitored
from usecases.errors import TooLarge, UsageError, VerificationFailed
from usecases.models import (
    BQM,
    Bits,
    CostNetwork,
    Evaluated,
    Factor,
    Floats,
    Sample,
    merged,
)

PRICE = 1.5
"""Of an unobserved bus, in PMUs; every price above 1 suffices."""

WIDEST_SQUARE = 500
"""The same in the model with slack, which states a cost for every two of them."""

WIDEST = 16
"""Buses to which a bus and its neighbours may add up in the model without slack."""


def model(sites: Monitored) -> CostNetwork | Evaluated:
    """Σ x + P · (unobserved buses); a qubit for each bus. Raises TooLarge for wide buses."""
    return build(sites, PRICE)


def build(sites: Monitored, price: float) -> CostNetwork | Evaluated:
    """The model at a price of an unobserved bus.

    With Kirchhoff's law the price is computed by following the law, and what turns phases is
    the network without it.
    """
    widest = max(map(len, sites.seen))
    if widest > WIDEST:
        raise TooLarge(
            f"a bus has {widest - 1} neighbours, which makes a term over {widest} variables",
            f"Up to {WIDEST - 1} fit here, up to {WIDEST_SQUARE - 1} in the formulation slack",
        )
    pmus = [Factor((k,), {1: 1.0}) for k in range(sites.grid.size)]
    unseen = [Factor(near, {0: price}) for near in sites.seen]
    network = CostNetwork(sites.grid.names, merged([*pmus, *unseen]))
    return Evaluated(network, partial(_cost, sites, price)) if sites.balances else network


def _cost(sites: Monitored, price: float, bits: Bits) -> Floats:
    missing = (~observed(sites, bits)).sum(axis=1)
    return np.asarray(bits.sum(axis=1) + price * missing, dtype=np.float64)


def slack_bits(sites: Monitored) -> list[list[tuple[str, int]]]:
    """For each bus the bits that count how often it is observed beyond once, and their weights."""
    return [
        [(f"{name}+{k}", weight) for k, weight in enumerate(_expansion(len(near) - 1))]
        for name, near in zip(sites.grid.names, sites.seen, strict=True)
    ]


def _expansion(most: int) -> list[int]:
    """Whole numbers whose sums of some are 0 to `most` and nothing else."""
    powers = [1 << k for k in range(max(most.bit_length() - 1, 0))]
    rest = most - sum(powers)
    return [*powers, rest] if rest else powers


def with_slack(sites: Monitored, price: float = PRICE) -> BQM:
    """Σ x + P Σ_i (Σ_{j ∈ N[i]} x_j − 1 − s_i)² with s_i in binary.

    Raises UsageError where Kirchhoff's law is to be used, and TooLarge for very wide buses.
    """
    if sites.balances:
        raise UsageError(
            "the formulation slack does not know Kirchhoff's law at zero-injection buses",
            "Leave the formulation out, or set zero_injection to false",
        )
    widest = max(map(len, sites.seen))
    if widest > WIDEST_SQUARE:
        raise TooLarge(
            f"a bus has {widest - 1} neighbours, and a square joins every two of them",
            f"Up to {WIDEST_SQUARE - 1} fit",
        )
    names = sites.grid.names
    bqm = dimod.BinaryQuadraticModel(dict.fromkeys(names, 1.0), {}, 0.0, dimod.BINARY)
    for near, spare in zip(sites.seen, slack_bits(sites), strict=True):
        terms = [(names[j], 1.0) for j in near] + [(name, -float(w)) for name, w in spare]
        bqm.add_linear_equality_constraint(terms, price, -1.0)
    return bqm


def interpret_slack(sites: Monitored, sample: Sample) -> Placement:
    """The placement, whatever the slack bits say. Raises VerificationFailed as `interpret` does."""
    spare = {name for bits in slack_bits(sites) for name, _ in bits}
    wrong = next((name for name in sorted(spare) if sample.get(name) not in (0, 1)), None)
    if wrong is not None:
        raise VerificationFailed(f"the slack bit {wrong} is {sample.get(wrong)!r}, not 0 or 1")
    return interpret(sites, {k: v for k, v in sample.items() if k not in spare})
