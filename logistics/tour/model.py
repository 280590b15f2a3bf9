"""The one-hot model of a tour, with a penalty weight that is proven to suffice."""

from __future__ import annotations

import zlib
from functools import partial

import numpy as np

from logistics.tour.cuts import shortest_tour
from logistics.tour.data import TravellingSalesman
from logistics.tour.first import local_optimum
from logistics.tour.pieces import (
    Order,
    Piece,
    cut,
    length,
    most_regretted,
    round_trip,
    single_cities,
)
from usecases.errors import TooLarge
from usecases.models import BQM, Choose, Floats, Incumbent, Permute, Sample, Structured

MARGIN = 1.05
"""The penalty weight as a multiple of the sufficient one."""

WHOLE = 9
"""Up to this many cities a machine is given the whole tour: 8! orders are 40 320."""

POOL = 64
"""A longer tour is cut into as many pieces as this many variables hold."""

PROVEN = 60
"""Up to this many cities cutting planes prove the shortest of all tours, in seconds as a rule."""

LISTED = 32
"""Up to this many cities the model of all of them is written out, 961 variables."""


def build(instance: TravellingSalesman) -> Structured | Incumbent:
    """The order of all cities as a permutation; of larger instances, a tour to put together anew.

    Deterministic.
    """
    if len(instance.cities) <= WHOLE:
        pieces = single_cities(instance)
        m = len(pieces)
        return Structured(
            one_hot(instance, pieces),
            (Permute(tuple(tuple(t * m + k for t in range(m)) for k in range(m))),),
        )
    calls = local_optimum(instance)
    return recut(instance, calls, most_regretted(instance, calls))


def rows(instance: TravellingSalesman) -> Structured:
    """The same with one city at each position, which a mixer keeps, and cities free to repeat."""
    model = penalties(instance)
    m = len(instance.cities) - 1
    return Structured(model, tuple(Choose(tuple(range(t * m, t * m + m))) for t in range(m)))


def penalties(instance: TravellingSalesman) -> BQM:
    """The same with nothing but penalties to keep the rules.

    Raises TooLarge beyond 32 cities.
    """
    if (n := len(instance.cities)) > LISTED:
        raise TooLarge(
            f"{n} cities take {(n - 1) ** 2} variables in this formulation",
            f"Up to {LISTED} cities are written out; logistics/tour itself cuts larger tours",
        )
    return one_hot(instance, single_cities(instance))


def one_hot(
    instance: TravellingSalesman, pieces: tuple[Piece, ...], multiple: float = MARGIN
) -> BQM:
    """Length of the tour + A Σ_t (1 − pieces at t)² + A Σ_k (1 − places of piece k)².

    Variables are those of `labels`. A is `multiple` times the sufficient weight.
    """
    owner, lengths = _owners(pieces), _lengths(instance, pieces)
    links, m, n = _links(instance, pieces), len(pieces), len(owner)
    square = np.zeros((m * n, m * n))
    for t in range(m - 1):
        square[t * n : t * n + n, t * n + n : t * n + 2 * n] = links[1:, 1:]
    linear = np.tile(lengths - _shortest(lengths, owner)[owner], m)
    linear[:n] += links[0, 1:]
    linear[-n:] += links[1:, 0]
    # A |1 − Rᵀx|² written out, R telling the position and the piece of each variable
    belongs = np.vstack([np.repeat(np.eye(m), n, axis=1), np.tile(np.eye(m)[:, owner], m)])
    weight = multiple * (sufficient_weight(instance, pieces) or 1.0)
    linear -= 2.0 * weight
    square += np.triu(2.0 * weight * belongs.T @ belongs, 1)
    offset = 2.0 * weight * m + float(_shortest(lengths, owner).sum())
    model = BQM(linear, square, offset, "BINARY")
    model.relabel_variables(dict(enumerate(labels(instance, pieces))))
    return model


def sufficient_weight(instance: TravellingSalesman, pieces: tuple[Piece, ...]) -> float:
    """Above this weight every string that breaks a rule has more energy than some tour.

    Take away what is too much: a 1 in a position or of a piece that has several. Lengths fall or
    stay, and so do the penalties, as one of the two rules comes nearer to being kept. Now k
    positions are empty and k pieces missing. Putting a missing piece into an empty position
    lowers the penalties by 2A and lengthens the tour by no more than the longest ways to and
    from that piece; so 2A above the largest of these lowers the energy until a tour is reached.
    """
    owner, links, lengths = _owners(pieces), _links(instance, pieces), _lengths(instance, pieces)
    apart = owner[:, None] != owner[None]
    way_in = np.maximum(links[0, 1:], np.where(apart, links[1:, 1:], 0.0).max(axis=0))
    way_out = np.maximum(links[1:, 0], np.where(apart, links[1:, 1:], 0.0).max(axis=1))
    extra = lengths - _shortest(lengths, owner)[owner] + way_in + way_out
    return float(_shortest(extra, owner).max()) / 2.0


def labels(instance: TravellingSalesman, pieces: tuple[Piece, ...]) -> list[str]:
    """The variables: what is run through, and in which place, such as `IMM@2` or `IMM>TEE@2`."""
    names = [
        ">".join(instance.cities[city] for city in order) for piece in pieces for order in piece
    ]
    return [f"{name}@{t + 1}" for t in range(len(pieces)) for name in names]


def placed(instance: TravellingSalesman, pieces: tuple[Piece, ...], calls: Order) -> Sample:
    """The bits of a tour that runs through these pieces in one piece each."""
    at = {city: k for k, city in enumerate(calls)}
    whole = sorted(pieces, key=lambda piece: min(at[city] for city in piece[0]))
    ways = [next(o for o in piece if calls[at[o[0]] :][: len(o)] == o) for piece in whole]
    on = {
        ">".join(instance.cities[city] for city in order) + f"@{t + 1}"
        for t, order in enumerate(ways)
    }
    return {label: int(label in on) for label in labels(instance, pieces)}


def recut(instance: TravellingSalesman, calls: Order, centre: int) -> Incumbent:
    """A tour cut into pieces around a city, and with it the way to cut its successors."""
    pieces = cut(instance, calls, centre, POOL)

    def grow(sample: Sample) -> Incumbent:
        better = calls_of(instance, sample)
        drawn = np.random.default_rng([zlib.crc32(repr(better).encode()), centre])
        n = len(instance.cities)
        return recut(instance, better, (centre + int(drawn.integers(1, n))) % n)

    known = placed(instance, pieces, calls)
    if len(instance.cities) > PROVEN:
        return Incumbent(one_hot(instance, pieces), known, grow)
    return Incumbent(one_hot(instance, pieces), known, grow, proof=partial(proven, instance, calls))


def proven(
    instance: TravellingSalesman, calls: Order, seconds: float
) -> tuple[Sample, float, float]:
    """The shortest tour of all, city by city, its length and that which none falls below.

    `calls` is the answer where the time does not suffice.
    """
    found, bound = shortest_tour(instance.matrix, seconds)
    calls = found or calls
    miles = round_trip(instance, calls)
    if found and miles - bound <= 1e-9 * miles:
        bound = miles  # the two differ by rounding
    sample = {f"{instance.cities[city]}@{t + 1}": 1 for t, city in enumerate(calls)}
    return sample, miles, bound


def calls_of(instance: TravellingSalesman, sample: Sample) -> Order:
    """The calls of a sample that is a tour."""
    number = {name: k for k, name in enumerate(instance.cities)}
    chosen = [label.rpartition("@") for label, bit in sample.items() if bit]
    ordered = sorted(chosen, key=lambda parts: int(parts[2]))
    return tuple(number[name] for way, _, _ in ordered for name in way.split(">"))


def _owners(pieces: tuple[Piece, ...]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The piece that each order belongs to."""
    return np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces])


def _lengths(instance: TravellingSalesman, pieces: tuple[Piece, ...]) -> Floats:
    """The length of each order."""
    return np.array([length(instance, order) for piece in pieces for order in piece])


def _links(instance: TravellingSalesman, pieces: tuple[Piece, ...]) -> Floats:
    """The way from the end of each order to the begin of each; row and column 0 are home."""
    orders = [(0,), *(order for piece in pieces for order in piece)]
    found = instance.matrix[np.ix_([o[-1] for o in orders], [o[0] for o in orders])]
    return np.asarray(found, dtype=np.float64)


def _shortest(values: Floats, owner: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Floats:
    """The least value among the orders of each piece."""
    found = np.full(int(owner[-1]) + 1, np.inf)
    np.minimum.at(found, owner, values)
    return found
