# %% [markdown]
# # Tour: the shortest round trip of a feeder ship
#
# A ship leaves Esbjerg, calls once at each of some ports and returns: in which order are the
# fewest miles sailed?
#
# This is the *travelling salesman problem*. Whoever sends one vehicle round many places has it:
# feeder lines, parcel vans, inspectors of wind turbines, drills in a circuit board. It is NP-hard,
# it was the first problem for cutting planes (Dantzig, Fulkerson & Johnson 1954), and classical
# computing is very good at it. It is on this page for what it teaches about encodings: almost no
# string of bits is a tour, and what a quantum computer does with that decides everything.

# %%
"""The shortest round trip: a permutation, encoded in three ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import factorial
from typing import TYPE_CHECKING

import numpy as np

from logistics._north_sea import LOCODES, SEA_MILES
from logistics.tour.data import Tour, TravellingSalesman
from logistics.tour.drawing import draw
from logistics.tour.model import (
    build,
    one_hot,
    penalties,
    rows,
    sufficient_weight,
)
from logistics.tour.pieces import round_trip, single_cities
from logistics.tour.proof import prove
from logistics.tour.tsp_text import parse_tsp
from usecases.contracts import Formulation, UseCase
from usecases.errors import BadInstance, VerificationFailed
from usecases.models import Bits, all_bits, energies, variables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# %%
if __name__ == "__main__":
    import usecases

    page = usecases.Tour("logistics/tour")

# %% [markdown]
# ## The data
#
# Ports and sea miles are real: positions of UN/LOCODEs, and distances along the shipping lanes
# of the package searoute 1.6, to a thousandth of a nautical mile (nmi). They are kept in
# `logistics/_north_sea.py`, so that the page runs without that package; a test computes them again.
#
# | instance | ports |
# |---|---|
# | demo | EBJ Esbjerg, FXT Felixstowe, IMM Immingham, TEE Teesport |
# | workshop | as the demo, and ABD Aberdeen |
# | frontier | as the workshop, and LEI Leith, HIR Hirtshals, AAR Aarhus, CPH Copenhagen |
# | dsj1000-4 … dsj1000-14 | the first 4, 6, 8, 10, 12, 14 nodes of TSPLIB's dsj1000 |
#
# The last ones are clustered random points of the 8th DIMACS implementation challenge (Johnson);
# a framework for benchmarking quantum applications (QUARK, arXiv:2202.03028) measures on the first
# nodes of that file too. Distances are Euclidean, rounded up (TSPLIB's CEIL_2D).

# %%
DSJ1000 = (
    (981036, 508139), (534120, -42453), (577878, -43732), (532890, -96645), (205322, 215891),
    (225923, 197950), (69842, 667632), (391965, 1054524), (310065, -10714), (247401, 754523),
    (217951, 218350), (443097, 54051), (47342, 630935), (317515, 713679),
)  # fmt: skip
"""The first nodes of TSPLIB's dsj1000."""


def north_sea(count: int) -> TravellingSalesman:
    """The first ports of the table above."""
    names = tuple(SEA_MILES)[:count]
    return TravellingSalesman(
        cities=names,
        coordinates=tuple(LOCODES[name][1:] for name in names),
        distances=tuple(SEA_MILES[name][:count] for name in names),
        unit="nmi",
    )


def demo() -> TravellingSalesman:
    """Esbjerg and three English ports."""
    return north_sea(4)


def workshop() -> TravellingSalesman:
    """Esbjerg and four British ports."""
    return north_sea(5)


def frontier() -> TravellingSalesman:
    """Nine ports on both sides of the North Sea and in the Kattegat."""
    return north_sea(9)


def dsj1000(count: int) -> TravellingSalesman:
    """The first nodes of TSPLIB's dsj1000."""
    return TravellingSalesman(
        cities=tuple(str(k + 1) for k in range(count)),
        coordinates=tuple((float(x), float(y)) for x, y in DSJ1000[:count]),
        measure="CEIL_2D",
    )


# %% [markdown]
# **Your own ports** go into a file such as `{"ports": ["DKEBJ", "Felixstowe", "NLRTM"]}`, home
# port first: any port of searoute's list by code or name. **Files of TSPLIB** (`.tsp`, `.atsp`) are
# read as they are: EUC_2D, CEIL_2D, MAN_2D, MAX_2D, ATT, GEO, and EXPLICIT in all its forms, up to
# 2000 cities. **Anything else** is `{"cities": [...], "distances": [[...], ...]}`, which need not
# be symmetric, or `{"cities": [...], "coordinates": [...], "measure": "EUC_2D"}`.
#
# Random instances have `size` cities on a square of 100 × 100; with every third seed the way back
# is longer than the way there.


# %%
def example(size: int, seed: int) -> TravellingSalesman:
    """A random instance with `size` cities; the same for the same seed.

    Distances are Euclidean to a tenth; every third seed adds up to a half to each direction.
    """
    if not 3 <= size <= 300:
        raise BadInstance("size", f"{size} cities, where 3 to 300 are possible")
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 101, (size, 2)).astype(float)
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    if seed % 3 == 2:
        apart *= rng.uniform(1.0, 1.5, apart.shape)
    return TravellingSalesman(
        cities=tuple(f"C{k}" for k in range(size)),
        coordinates=tuple((x, y) for x, y in points.tolist()),
        distances=tuple(tuple(row) for row in np.round(apart, 1).tolist()),
    )


# %% [markdown]
# ## The model
#
# The first city is home and stays where it is, so m = n − 1 cities are to be put into m places.
# The variable `IMM@2` is 1 when Immingham is the second call:
#
# $$H = \sum_c d_{0c} x_{c1} + \sum_{t<m} \sum_{c \ne c'} d_{cc'}\, x_{ct}\, x_{c',t+1} +
# \sum_c d_{c0} x_{cm} + A \sum_t \Big(1 - \sum_c x_{ct}\Big)^2 + A \sum_c \Big(1 - \sum_t
# x_{ct}\Big)^2$$
#
# * the first three terms are the way out, the legs between calls, and the way home;
# * the fourth is 0 when every place has one city, the fifth when every city has one place.
#
# **Qubits:** (n − 1)², that is 9, 16 and 64 for the three instances (Lucas 2014).
#
# **The weight A.** Take any string that breaks a rule, and first remove what is too much: a 1 in a
# place or of a city that has several. No leg gets longer, and the penalties do not grow. Now as
# many places are empty as cities are missing. Put a missing city c into an empty place: the
# penalties fall by 2A, and the tour grows by at most the longest way to c and the longest way from
# it. So
#
# $$A > \tfrac12 \max_c \Big(\max_a d_{ac} + \max_b d_{cb}\Big)$$
#
# leads from every broken string downhill to a tour, which has less energy. For symmetric distances
# this is the longest of all legs. It asks for no triangle inequality. The model takes 1.05 times
# that bound.
#
# **Three spaces for one model.** The same energies can be searched in three ways:
#
# | formulation | rules kept by | strings searched | of these tours |
# |---|---|---|---|
# | `logistics/tour:penalty` | penalties only | 2^(m²) | m! / 2^(m²) |
# | `logistics/tour:rows` | one city per place: an XY mixer | m^m | m! / mᵐ |
# | `logistics/tour` | a permutation: exchanges of two places | m! | 1 |
#
# The first is what most demonstrations run. The last declares a `Permute` group: the state begins
# as the superposition of all orders, each move exchanges what two places hold, and no other string
# is ever reached (Hadfield et al. 2019). It is the default, because an answer that is no tour is of
# no use to a planner.
#
# **Larger tours.** Beyond nine cities (8! = 40 320 orders) the model comes with a first tour to
# improve: Christofides' one with Lin–Kernighan moves of OR-Tools, or, where distances depend on
# the direction, the cheapest continuation with Or-opt moves. It is cut into *pieces* around the
# city where it looks worst, as many as 64 variables hold, and a variable says which piece is run
# through in which direction and when, `17>4>9@2`. Putting k pieces together anew is a k-opt move,
# so the model does not grow with the number of cities. A machine is given it block by block, and
# the tour never gets longer. The best way to put the pieces together is not always the best tour,
# so `-a column_generation -p solver=lns -p solver.solver=qaoa` cuts again elsewhere, time after
# time.


# %% [markdown]
# ## Reading an answer back
#
# Nothing is repaired: a place with two cities or none is a call at two ports or none, and a
# harbour master would object to both.


# %%
def interpret(instance: TravellingSalesman, sample: Mapping[str, int]) -> Tour:
    """What is called at in each place; a piece that is alone in its place is run through.

    Raises VerificationFailed for a variable that names no cities or place of this instance.
    """
    known = set(instance.cities[1:])
    places: dict[int, list[list[str]]] = {}
    for label, bit in sample.items():
        way, _, place = label.rpartition("@")
        cities = way.split(">")
        if bit not in (0, 1):
            raise VerificationFailed(f"the variable {label!r} has the value {bit}, not 0 or 1")
        if not known.issuperset(cities) or not (place.isdecimal() and place.isascii()):
            raise VerificationFailed(f"{label!r} names no cities and place of this instance")
        held = places.setdefault(int(place), [])
        if bit:
            held.append(cities)
    stops: list[tuple[str, ...]] = []
    for _, held in sorted(places.items()):
        if len(held) == 1:
            stops += [(city,) for city in held[0]]
        else:
            stops.append(tuple(city for cities in held for city in cities))
    return Tour(stops=tuple(stops))


def violations(instance: TravellingSalesman, tour: Tour) -> list[str]:
    """What a harbour master would object to."""
    calls = Counter(city for stop in tour.stops for city in stop)
    known = set(instance.cities[1:])
    found = [f"{city} is no port of call" for city in calls if city not in known]
    for number, stop in enumerate(tour.stops, start=1):
        if not stop:
            found.append(f"call {number} is nowhere")
        elif len(stop) > 1:
            found.append(f"call {number} is at {' and '.join(stop)} at once")
    found += [f"nobody calls at {city}" for city in instance.cities[1:] if not calls[city]]
    found += [f"{city} is called at {k} times" for city, k in calls.items() if k > 1]
    return found


def objective(instance: TravellingSalesman, tour: Tour) -> float:
    """The length of the round trip in the unit of the instance's distances."""
    number = {city: k for k, city in enumerate(instance.cities)}
    return round_trip(instance, tuple(number[city] for stop in tour.stops for city in stop))


# %% [markdown]
# With this, the sweep of the weight: how far above the best tour the cheapest broken string lies,
# which must be positive, and how wide the scale is on which tours have to be told apart.


# %%
def show_weights() -> None:
    """What the weight does in the demo: is the minimum a tour, and how wide is the scale?"""
    instance = demo()
    pieces, strings = single_cities(instance), all_bits(9)
    names = variables(one_hot(instance, pieces))
    broken = np.array([
        bool(violations(instance, interpret(instance, dict(zip(names, row, strict=True)))))
        for row in strings.tolist()
    ])  # fmt: skip
    print(f"sufficient: A > {sufficient_weight(instance, pieces):.3f} nmi")
    for multiple in (0.25, 0.5, 1.0, 1.05, 2.0, 4.0):
        levels = energies(one_hot(instance, pieces, multiple), strings)
        best = levels[~broken].min()
        wrong, scale = levels[broken].min() - best, levels.max() / best
        print(f"{multiple:4} times that: cheapest broken string {wrong:+9.3f} nmi from the best"
              f" tour, largest energy {scale:5.1f} times it")  # fmt: skip


if __name__ == "__main__":
    show_weights()

# %% [markdown]
# ## What classical computing proves
#
# To 16 cities the dynamic programme of Held and Karp (1962; Bellman 1962) goes through all subsets:
# 2^m m² steps, milliseconds at the sizes of this page. To 60 cities CP-SAT is given a circuit
# through all cities and proves its optimum, or says what its bound is after a fixed effort. Beyond,
# the reference is the best tour of PyVRP (Wouda, Lan & Kool 2024) and is called best known; 1-trees
# (Held & Karp 1970) give the length that no tour falls below, or an assignment where distances
# depend on the direction. None of them looks at the model.
#
# This is a problem that classical computing has in its grip: Concorde proved an optimal tour of
# 85 900 places (Applegate et al. 2009), and heuristics come within some percent on millions
# (Johnson & McGeoch 2002). A quantum computer with nine qubits is of no help here, nor is one
# with 64.

# %%
if __name__ == "__main__":
    from time import perf_counter

    for make in (demo, workshop, frontier):
        begun = perf_counter()
        proven = prove(make())
        print(f"{make.__name__}: {proven.value:.2f} nmi, {proven.kind} ({proven.method}) in"
              f" {1000 * (perf_counter() - begun):.1f} ms")  # fmt: skip

# %% [markdown]
# ## The declaration

# %%
usecase = UseCase(
    title="Tour: the shortest round trip of a feeder ship",
    unit=lambda instance: instance.unit or "distance units",
    instance=TravellingSalesman,
    instances={
        "demo": demo,
        "workshop": workshop,
        "frontier": frontier,
        "dsj1000-4": lambda: dsj1000(4),
        "dsj1000-6": lambda: dsj1000(6),
        "dsj1000-8": lambda: dsj1000(8),
        "dsj1000-10": lambda: dsj1000(10),
        "dsj1000-12": lambda: dsj1000(12),
        "dsj1000-14": lambda: dsj1000(14),
    },
    example=example,
    tiny=4,
    model=build,
    interpret=interpret,
    violations=violations,
    objective=objective,
    reference=prove,
    plot=draw,
    formats={".tsp": parse_tsp, ".atsp": parse_tsp},
    formulations={
        "rows": Formulation(
            title="one city per place, kept by an XY mixer",
            model=rows,
            interpret=interpret,
            tiny=4,
            algorithms=("qaoa layers=6", "annealing"),
            stored=("demo", "workshop"),
        ),
        "penalty": Formulation(
            title="penalties only, bits flipped one by one",
            model=penalties,
            interpret=interpret,
            tiny=4,
            algorithms=("qaoa layers=6", "annealing"),
            stored=("demo", "workshop"),
        ),
    },
    algorithms=("qaoa layers=6", "annealing"),
    stored=("demo", "workshop", "frontier", "dsj1000-8", "dsj1000-12", "dsj1000-14"),
    sources=(
        "searoute 1.6 (Apache-2.0): ports and distances along shipping lanes",
        "Reinelt, TSPLIB 95, University of Heidelberg, 1995: file format, distances, dsj1000",
        "Natural Earth 1:50m (public domain), by way of world-atlas 2.0.2: the coast",
        "Lucas, Frontiers in Physics 2 (2014) 5, arXiv:1302.5843: the one-hot model",
        "Hadfield et al., Algorithms 12 (2019) 34, arXiv:1709.03489: mixers of permutations",
        "Wang et al., Phys. Rev. A 101 (2020) 012320, arXiv:1904.09314: XY mixers",
        "Held & Karp, J. SIAM 10 (1962) 196: the dynamic programme",
        "Held & Karp, Operations Research 18 (1970) 1138: 1-trees",
        "Lin & Kernighan, Operations Research 21 (1973) 498: k-opt moves",
        "Wouda, Lan & Kool, INFORMS J. Computing 36 (2024) 943: PyVRP",
        "Applegate et al., Operations Research Letters 37 (2009) 11: an optimal tour of 85 900",
        "Johnson & McGeoch, in: The Traveling Salesman Problem and Its Variations (2002) 369",
        "Ambainis et al., Proc. SODA (2019) 1783, arXiv:1807.05209: search within the programme",
    ),
)

# %% [markdown]
# ## What a quantum computer does with it today
#
# QAOA, the *quantum approximate optimisation algorithm*, starts from the superposition of all
# strings of its space, turns the phase of each by its energy, and mixes; done `layers` times with
# well chosen angles, short tours become likelier. The angles are trained on a simulator, then the
# state is measured `shots` times. Chance is uniformly random strings of the same space, so that
# what the encoding gives for free is not counted as the algorithm's merit.
#
# <!-- runs -->
#
# With the same cost, layers and shots, the space decides. Of QAOA's shots in the workshop
# <!-- optimal of workshop by qaoa --> are a shortest tour among permutations,
# <!-- optimal of workshop:rows by qaoa --> with one city per place, and
# <!-- optimal of workshop:penalty by qaoa --> where single bits are flipped, for there only
# <!-- feasible of workshop:penalty by qaoa --> of the shots are tours at all. Simulated annealing,
# which knows penalties only, keeps all rules here and beats QAOA in the last two spaces; among
# permutations QAOA does better per shot, its training not counted (in the frontier the intervals
# overlap). In the frontier, 64 qubits, <!-- optimal of frontier by qaoa --> of the shots are a
# shortest tour, where one in 20 160 orders is. And each of these runs takes a hundred times as
# long as the dynamic programme, or more.
#
# ### How rules are lost
#
# The stored runs by their qubits: simulated annealing keeps all rules, QAOA without a mixer that
# knows them loses more of them with every city.
#
# <!-- feasible shares -->
#
# The share of strings that are tours, by formula, by drawing strings, and among the shots of QAOA:

# %%
SPACES = {"penalty": ":penalty", "rows": ":rows", "permutation": ""}
"""The three spaces by their formulations' names."""


def share(space: str, m: int) -> float:
    """The share of a space's strings that are tours of m calls."""
    everything = {"penalty": 2.0 ** (m * m), "rows": float(m) ** m, "permutation": factorial(m)}
    return factorial(m) / everything[space]


def strings(space: str, m: int, shots: int) -> Bits:
    """Uniformly random strings of a space, for m calls."""
    rng = np.random.default_rng(0)
    if space == "penalty":
        return rng.integers(0, 2, (shots, m * m), dtype=np.int8)
    held = rng.integers(0, m, (shots, m))
    if space == "permutation":
        held = rng.permuted(np.tile(np.arange(m), (shots, 1)), axis=1)
    return np.eye(m, dtype=np.int8)[held].reshape(shots, m * m)


def drawn(space: str, instance: TravellingSalesman, shots: int) -> float:
    """The same share, counted among random strings that are read back."""
    names = variables(penalties(instance))
    samples = strings(space, len(instance.cities) - 1, shots).tolist()
    answers = (interpret(instance, dict(zip(names, row, strict=True))) for row in samples)
    return sum(not violations(instance, answer) for answer in answers) / shots


def collapse(measured: Mapping[str, list[float]]) -> Figure:
    """The shares of tours by formula, and those of QAOA's shots for 4 and 5 cities."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 4), layout="constrained")
    axes = figure.add_subplot()
    looks = (("o", "-", "#3f90da"), ("s", "--", "#bd1f01"), ("^", ":", "#832db6"))
    for space, (marker, line, colour) in zip(SPACES, looks, strict=True):
        sizes = range(4, 11)
        axes.semilogy(sizes, [share(space, n - 1) for n in sizes], line, color=colour, label=space)
        axes.semilogy((4, 5), measured[space], marker, color=colour, label=f"{space}, QAOA's shots")
    axes.set_xlabel("cities")
    axes.set_ylabel("share of strings that are tours")
    axes.grid(color="#dddddd", linewidth=0.6)
    figure.legend(loc="outside right upper", frameon=False, fontsize=9)
    return figure


# %%
if __name__ == "__main__":
    records = []
    measured: dict[str, list[float]] = {space: [] for space in SPACES}
    print("space, cities: by formula, drawn, QAOA")
    for space, suffix in SPACES.items():
        for name, instance in (("demo", demo()), ("workshop", workshop())):
            record = page.run(f"logistics/tour{suffix}", name, "qaoa layers=6")
            records.append(record)
            measured[space].append(record.score.feasible_share or 0.0)
            n = len(instance.cities)
            print(f"{space}, {n}: {share(space, n - 1):.2e}, {drawn(space, instance, 4000):.2e},"
                  f" {measured[space][-1]:.2e}")  # fmt: skip

# %%
if __name__ == "__main__":
    page.stamp(collapse(measured), *records)

# %%
if __name__ == "__main__":
    page.plot(page.run("logistics/tour", "workshop"))

# %% [markdown]
# ### To be compared with others
#
# Whoever measures on the first nodes of dsj1000 may compare: these optima are proven here by the
# dynamic programme.
#
# | nodes | qubits, all in one | optimum |
# |---|---|---|
# | 4 | 9 | 1 516 250 |
# | 6 | 25 | 2 054 234 |
# | 8 | 49 | 3 003 807 |
# | 10 | 81 | 3 078 332 |
# | 12 | 121 | 3 153 257 |
# | 14 | 169 | 3 265 787 |
#
# The runs of dsj1000-8, -12 and -14 stand above. With 12 and 14 nodes they are a hybrid: 12 qubits
# at a time put the pieces of a first tour together, and that tour, OR-Tools' own, is already at
# +0.54 % and +0.52 %. What the blocks have to find is little, and simulated annealing and an exact
# solver find it in the same blocks as well: the credit goes to the decomposition. The last line
# gives simulated annealing all 121 variables at once, with penalties only: it finds tours and no
# shortest one.

# %%
if __name__ == "__main__":
    for solver in ("annealing", "exact"):
        gaps = [
            page.run("logistics/tour", "dsj1000-12", f"lns solver={solver}", seed=seed).score.gap
            for seed in (0, 1, 2)
        ]
        print(f"blocks solved by {solver}, three seeds:", *(f"{gap:+.2%}" for gap in gaps))
    record = page.run("logistics/tour:penalty", "dsj1000-12", "annealing")
    print(f"all at once: {record.score.feasible_share:.1%} tours, best {record.score.gap:+.2%}")

# %% [markdown]
# ## How it scales
#
# * **Qubits** grow as (n − 1)²: 10 000 for a hundred cities. Encodings of the whole order in
#   ⌈log₂ m!⌉ qubits exist; their costs are no longer quadratic.
# * **Gates.** An exchange of two places of the permutation acts on four qubits for each pair of
#   cities, so a layer has of the order of m³ four-qubit gates, where the X mixer has m² of one.
#   Keeping the rules costs depth, and noise breaks rules that no ideal gate would break.
# * **Simulation.** What is simulated is the space, not the qubits: 40 320 amplitudes for 64 qubits.
#   That also says how small the search is: 8! orders are listed in a moment.
#
# The honest end: every optimum on this page is proven by a dynamic programme in milliseconds, and
# the thousand cities that an ordinary heuristic takes at once would ask for a million qubits. The
# best quantum algorithm known with a proof, Grover-like search within the dynamic programme
# (Ambainis et al. 2019), needs 1.728ⁿ steps instead of 2ⁿ on an error-corrected machine with as
# much quantum memory. What carries over to problems where quantum computers may help is the lesson
# of the three spaces: rules kept by construction are worth more than rules paid for.
