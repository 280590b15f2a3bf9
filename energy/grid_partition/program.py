"""The models: modularity of two islands in spins, of more in one-hot rows or binary numbers.

The first bus is in part 1, always, since the names of the parts mean nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import dimod
import numpy as np

from energy.grid_partition.reading import Islands, islands_of
from energy.grid_partition.zones import Partition
from usecases.errors import TooLarge, VerificationFailed
from usecases.models import (
    BQM,
    Bits,
    Choose,
    CostNetwork,
    Evaluated,
    Factor,
    Floats,
    Sample,
    Structured,
    energies,
    merged,
)

MARGIN = 1.2
"""The price of a row that is not one-hot, in sufficient ones."""

BROKEN = 1.0
"""The price of an island that may not run alone: no modularity reaches it."""

MOST_VARIABLES = 1500
"""Variables of which a model states every two."""


def model(zones: Partition) -> BQM | Evaluated | Structured:
    """−modularity: a spin for each bus but the first, or `parts` bits of which one is 1.

    Raises TooLarge beyond 1500 variables, and Infeasible where islands can never run.
    """
    if zones.parts == 2:
        return _ruled(zones, spins(zones), partial(_by_spin, zones))
    bqm = one_hot(zones, MARGIN)
    k = zones.parts
    rows = tuple(Choose(tuple(range(k * b, k * b + k))) for b in range(zones.grid.size - 1))
    return Structured(_ruled(zones, bqm, partial(_by_row, zones)), rows)


def spins(zones: Partition) -> BQM:
    """H = −½ Σ_ij B_ij s_i s_j − ½ Σ_ij B_ij, with the first spin up and B as in `zones`."""
    _fits(zones.grid.size - 1)
    names, b = zones.grid.names, zones.matrix
    found = dimod.BinaryQuadraticModel(dict.fromkeys(names[1:], 0.0), {}, 0.0, dimod.SPIN)
    found.offset = -float(b.sum() + np.trace(b)) / 2
    for j in range(1, len(names)):
        found.add_linear(names[j], -float(b[0, j]))
        for i in range(1, j):
            found.add_quadratic(names[i], names[j], -float(b[i, j]))
    found.change_vartype(dimod.BINARY, inplace=True)
    return found


def sufficient_penalty(zones: Partition) -> Floats:
    """What a row of bits that is not one-hot has to cost at least, for each bus.

    Setting a bus's missing bit or clearing a surplus one changes modularity by no more than
    2 Σ_{j≠i} |B_ij| + |B_ii|, whatever the others say.
    """
    size = np.abs(zones.matrix)
    return np.asarray(2 * size.sum(axis=1) - np.diag(size), dtype=np.float64)


def one_hot(zones: Partition, multiple: float) -> BQM:
    """−Σ_p Σ_ij B_ij x_ip x_jp + Σ_i A_i (1 − Σ_p x_ip)², A_i at a multiple of what suffices."""
    _fits((zones.grid.size - 1) * zones.parts)
    names, b = zones.grid.names, zones.matrix
    labels = [[f"{n}@{p + 1}" for p in range(zones.parts)] for n in names]
    own = {v: -float(b[i, i]) for i, row in enumerate(labels) if i for v in row}
    found = dimod.BinaryQuadraticModel(own, {}, -float(b[0, 0]), dimod.BINARY)
    price = multiple * sufficient_penalty(zones)
    for j in range(1, len(names)):
        found.add_linear(labels[j][0], -2 * float(b[0, j]))
        row = [(v, 1.0) for v in labels[j]]
        found.add_linear_equality_constraint(row, float(price[j]), -1.0)
        for i in range(1, j):
            for u, v in zip(labels[i], labels[j], strict=True):
                found.add_quadratic(u, v, -2 * float(b[i, j]))
    return found


def registers(zones: Partition) -> CostNetwork | Evaluated:
    """Each bus's part as a binary number; numbers beyond the last part begin again with the first.

    A table −2 B_ij for each two buses, where their numbers name the same part.
    """
    bits, n = _width(zones), zones.grid.size
    _fits((n - 1) * bits)
    b, names = zones.matrix, zones.grid.names
    part = [k % zones.parts for k in range(1 << bits)]
    same = [c | d << bits for c, p in enumerate(part) for d, q in enumerate(part) if p == q]
    zero = [c for c, p in enumerate(part) if p == 0]
    scope = [tuple(range(bits * (k - 1), bits * k)) for k in range(n)]
    factors = [Factor((), {0: -float(np.trace(b))})]
    for j in range(1, n):
        factors.append(Factor(scope[j], dict.fromkeys(zero, -2 * float(b[0, j]))))
        for i in range(1, j):
            costs = dict.fromkeys(same, -2 * float(b[i, j]))
            factors.append(Factor((*scope[i], *scope[j]), costs))
    labels = tuple(f"{name}.{k}" for name in names[1:] for k in range(bits))
    return _ruled(zones, CostNetwork(labels, merged(factors)), partial(_by_number, zones))


def _width(zones: Partition) -> int:
    return (zones.parts - 1).bit_length()


def _fits(variables: int) -> None:
    if variables > MOST_VARIABLES:
        raise TooLarge(
            f"{variables} variables, and a model states a weight for every two of them",
            f"Up to {MOST_VARIABLES} fit: take a region, or fewer parts",
        )


Decide = Callable[[Bits], Bits]


def _ruled(zones: Partition, bare: BQM | CostNetwork, members: Decide) -> Evaluated | BQM:
    """The model itself, or with islands that may not run alone priced after each string."""
    if not zones.islanding:
        return bare
    zones.check_islanding()
    return Evaluated(bare, partial(_priced, zones, bare, members))


def _priced(zones: Partition, bare: BQM | CostNetwork, members: Decide, bits: Bits) -> Floats:
    inside = members(bits)
    sources = list(zones.sources)
    broken = (inside.sum(axis=2) != 1).sum(axis=1)
    dark = inside.any(axis=1) & ~inside[:, sources].any(axis=1)
    cost = energies(bare, bits) + BROKEN * (broken + dark.sum(axis=1))
    for row, chosen in enumerate(inside):
        pieces = [len(zones.grid.components(np.flatnonzero(p).tolist())) for p in chosen.T]
        cost[row] += BROKEN * sum(max(k - 1, 0) for k in pieces)
    return np.asarray(cost, dtype=np.float64)


def _whole(first: int, others: Bits) -> Bits:
    """Shape (rows, buses, parts), the first bus in the first part."""
    fixed = np.zeros((len(others), 1, first), dtype=np.int8)
    fixed[:, :, 0] = 1
    return np.concatenate([fixed, others], axis=1)


def _by_spin(zones: Partition, bits: Bits) -> Bits:
    return _whole(2, np.stack([bits, 1 - bits], axis=2))


def _by_row(zones: Partition, bits: Bits) -> Bits:
    return _whole(zones.parts, bits.reshape(len(bits), -1, zones.parts))


def _by_number(zones: Partition, bits: Bits) -> Bits:
    width = _width(zones)
    numbers = bits.reshape(len(bits), -1, width).astype(np.intp) @ (1 << np.arange(width))
    return _whole(zones.parts, np.eye(zones.parts, dtype=np.int8)[numbers % zones.parts])


def _read(zones: Partition, sample: Sample, labels: list[str], members: Decide) -> Islands:
    if sample.keys() != set(labels):
        raise VerificationFailed(
            f"{len(sample)} values where the instance has {len(labels)} variables, or others",
            "A sample holds 0 or 1 for each variable of the model",
        )
    wrong = next((v for v in labels if sample[v] not in (0, 1)), None)
    if wrong is not None:
        raise VerificationFailed(f"{wrong} is {sample[wrong]!r}, not 0 or 1")
    bits = np.array([[sample[v] for v in labels]], dtype=np.int8)
    found: list[list[int]] = np.argwhere(members(bits)[0]).tolist()
    return islands_of(zones, ((bus, part) for bus, part in found))


def interpret(zones: Partition, sample: Sample) -> Islands:
    """The islands as the bits say, a bus in none or two of them if they say so.

    Raises VerificationFailed for a sample of another instance.
    """
    names = list(zones.grid.names[1:])
    if zones.parts == 2:
        return _read(zones, sample, names, partial(_by_spin, zones))
    labels = [f"{n}@{p + 1}" for n in names for p in range(zones.parts)]
    return _read(zones, sample, labels, partial(_by_row, zones))


def interpret_registers(zones: Partition, sample: Sample) -> Islands:
    """The islands of the binary numbers. Raises VerificationFailed as `interpret` does."""
    labels = [f"{n}.{k}" for n in zones.grid.names[1:] for k in range(_width(zones))]
    return _read(zones, sample, labels, partial(_by_number, zones))
