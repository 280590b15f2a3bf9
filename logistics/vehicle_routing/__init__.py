# %% [markdown]
# # Vehicle routing: short-sea freight on the North Sea
#
# A ship of limited capacity leaves Esbjerg, calls at some ports and returns; which ports
# should sail together, so that every port is served once and the fewest miles are sailed?
#
# Feeder lines, parcel carriers and waste collectors all have this *capacitated vehicle
# routing problem* (Dantzig & Ramser 1959). It is NP-hard. Good heuristics come within a
# percent of the best known plans to a thousand customers (Wouda, Lan & Kool 2024); proofs of
# optimality stop at a few hundred (Pessoa et al. 2020). Quantum computers come in at one
# well-defined place: choosing which of many good rounds to sail.

# %%
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from logistics._north_sea import LOCODES, SEA_MILES
from logistics.vehicle_routing.data import Plan, VehicleRouting
from logistics.vehicle_routing.drawing import draw
from logistics.vehicle_routing.master import build, label, partition, sufficient_weight
from logistics.vehicle_routing.packing import savings
from logistics.vehicle_routing.pricing import all_routes
from logistics.vehicle_routing.proof import prove
from logistics.vehicle_routing.rounds import shortest_round
from logistics.vehicle_routing.vehicles import by_vehicles, read_vehicles
from logistics.vehicle_routing.vrplib_text import parse_vrp
from usecases.contracts import Formulation, UseCase
from usecases.errors import BadInstance, VerificationFailed

# %%
if __name__ == "__main__":
    import usecases

    page = usecases.Tour("logistics/vehicle_routing")

# %% [markdown]
# ## The data
#
# Ports and sea miles are real: UN/LOCODEs, and distances along the shipping lanes of the
# package searoute 1.6, rounded to whole nautical miles (nmi). They are kept in
# `logistics/_north_sea.py`, so that the page runs without that package; a test computes them
# again. The demands (in ship sections) are invented.
#
# | instance | ports and demands | capacity |
# |---|---|---|
# | demo | IMM 3, FXT 2, TEE 2, LEI 1 | 5 |
# | workshop | IMM 3, FXT 3, TEE 2, LEI 1, ABD 1 | 5 |
# | frontier | as the workshop, and HIR 2, AAR 3, CPH 4 | 7 |
#
# EBJ is Esbjerg, IMM Immingham, FXT Felixstowe, TEE Teesport, LEI Leith, ABD Aberdeen,
# HIR Hirtshals, AAR Aarhus and CPH Copenhagen.

# %%
MILES = {port: tuple(map(round, row)) for port, row in SEA_MILES.items()}
"""Whole nautical miles between ports; columns are in the order of the rows."""


def north_sea(capacity: int, demands: Mapping[str, int]) -> VehicleRouting:
    """Ports of the table above, served from Esbjerg."""
    names = ["EBJ", *demands]
    column = {name: k for k, name in enumerate(MILES)}
    return VehicleRouting(
        capacity=capacity,
        depot="EBJ",
        customers=tuple(demands),
        demands=tuple(demands.values()),
        distances=tuple(tuple(MILES[a][column[b]] for b in names) for a in names),
        coordinates=tuple(LOCODES[name][1:] for name in names),
        unit="nmi",
    )


def demo() -> VehicleRouting:
    """Four British ports."""
    return north_sea(5, {"IMM": 3, "FXT": 2, "TEE": 2, "LEI": 1})


def workshop() -> VehicleRouting:
    """Five British ports."""
    return north_sea(5, {"IMM": 3, "FXT": 3, "TEE": 2, "LEI": 1, "ABD": 1})


def frontier() -> VehicleRouting:
    """Eight ports on both sides of the North Sea and in the Kattegat."""
    demands = {"IMM": 3, "FXT": 3, "TEE": 2, "LEI": 1, "ABD": 1, "HIR": 2, "AAR": 3, "CPH": 4}
    return north_sea(7, demands)


# %% [markdown]
# **Your own ports** go into a file such as `{"capacity": 5, "ports": {"GBIMM": 3,
# "Felixstowe": 2, "NLRTM": 4}}`: any port of searoute's list by code or name, with `"depot"`
# and `"vehicles"` if you wish. **Anything else** that is delivered from one place is written
# with its own matrix: `capacity`, `customers`, `demands`, `distances`, the depot being row 0.
# **Files of CVRPLIB and QOBLIB** (`.vrp`) are read as they are.
#
# Random instances lie on a square of 100 × 100, distances rounded to whole numbers; every
# second seed limits the fleet.


# %%
def example(size: int, seed: int) -> VehicleRouting:
    """A random instance with `size` customers; the same for the same seed.

    With an odd seed the fleet is limited to what loading the largest first needs.
    """
    if not 1 <= size <= 1000:
        raise BadInstance("size", f"{size} customers, where 1 to 1000 are possible")
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 101, (size + 1, 2)).astype(float)
    demands = rng.integers(1, 10, size)
    calls = min(4, -(-size // 2))  # customers on a vehicle, about
    capacity = int(max(demands.max(), -(-demands.sum() * calls // size)))
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    return VehicleRouting(
        capacity=capacity,
        vehicles=_first_fit(demands.tolist(), capacity) if seed % 2 else None,
        customers=tuple(f"C{k + 1}" for k in range(size)),
        demands=tuple(demands.tolist()),
        distances=tuple(tuple(row) for row in np.floor(apart + 0.5).astype(int).tolist()),
        coordinates=tuple((x, y) for x, y in points.tolist()),
    )


def _first_fit(demands: list[int], capacity: int) -> int:
    """The vehicles taken when each demand, largest first, goes where it first fits."""
    room: list[int] = []
    for demand in sorted(demands, reverse=True):
        fits = next((k for k, left in enumerate(room) if left >= demand), None)
        if fits is None:
            room.append(capacity)
            fits = len(room) - 1
        room[fits] -= demand
    return len(room)


# %% [markdown]
# ## The model
#
# Capacity, order of calls and return to the depot are *encoded away*: there is one binary
# variable x_r for each group of customers that fits on one vehicle, and its cost c_r is the
# length of the shortest round through the group. What is left is to choose groups so that
# every customer is in exactly one (set partitioning, Balinski & Quandt 1964):
#
# H = Σ_r c_r x_r + A Σ_i (1 − Σ_r a_ir x_r)² + A (K − Σ_r x_r − Σ_k w_k y_k)²
#
# * Σ c_r x_r is the distance sailed; c_r is computed by Held & Karp's dynamic programme;
# * (1 − Σ a_ir x_r)² is 0 if customer i is in one chosen group, and at least 1 otherwise;
# * the last term stands only if the fleet is limited to K < n vehicles. The bits y_k count
#   the vehicles that stay at the depot, from 0 to K − ⌈demand / capacity⌉; if all are needed
#   there are none, and groups too small for a feasible plan get no variable.
#
# **Qubits:** the number of groups that fit, at most 2ⁿ − 1 for n customers, and
# ⌈log₂(K − ⌈demand / capacity⌉ + 1)⌉ for a limited fleet.
#
# **The weight A.** With every group at hand, no fleet limit and distances that obey the
# triangle inequality, A > max_i c({i}) suffices: serving a forgotten customer alone lowers H,
# and so does dropping a customer served twice. The model uses an argument that holds always
# (any set of groups, any non-negative distances, limited fleets). Let prices π_i of customers
# and μ ≤ 0 of a vehicle satisfy Σ_{i∈r} π_i + μ ≤ c_r for all r. Write u_i = Σ_r a_ir x_r − 1
# and e = Σ_r x_r + Σ_k w_k y_k − K for what is broken. Then Σ c_r x_r ≥ Σ π_i + μK + Σ π_i u_i
# + μe, and so every bit string that breaks a rule has
#
# H ≥ Σ π_i + μK + A − max(|π_i|, |μ|),
#
# which is above the cost C of a plan already known if A > max(|π_i|, |μ|) + C − Σ π_i − μK.
# A linear program finds the prices for which the right side is least; A is the next whole
# number.
#
# **Groups.** Two customers that do not fit on one vehicle are in different groups of a plan, and
# each is in exactly one. So the model also says: of all variables that call at such a customer,
# exactly one is 1. A mixer that exchanges them never leaves this rule; the penalty stays, for
# machines that cannot keep it. In the demo that is Immingham, in the workshop Immingham and
# Felixstowe.
#
# **The same by vehicles.** The other encoding of the literature asks on which vehicle each customer
# rides (Harwood et al. 2021 compare several). Alike vehicles may be numbered by their first
# customers, so that customer c, counted from 1, rides on one of the first c, and with m customers
# and at most K vehicles there are Σ_{c=2…m} min(c, K) qubits: 9 in the demo and 14 in the
# workshop, where the groups take 11 and 17. They grow like m², not with the number of groups.
# Each vehicle pays a table: for each set of customers their shortest round, or for a set that
# overloads it a penalty above a known plan's length. Exactly one vehicle for each customer is a
# group for the mixer. What used to be encoded away, the capacity, now has to be paid for, and the
# table of a vehicle is no quadratic form. This is the formulation `vehicle_routing:vehicles`.
#
# **Many customers.** Beyond 24 variables the model comes with an *incumbent* to improve, a
# first plan (savings, or with a limited fleet a loading found by CP-SAT, which also proves
# when there is none), and is handed to a machine block by block. Up to 100 groups it holds
# them all; beyond, a pool of some hundred promising ones: a few neighbouring vehicles at a time
# get other rounds by string removals (Christiaens & Vanden Berghe 2020), and the prices of a
# linear program ask for more. The best choice within the pool is not always the best of all.


# %%
def show_weights() -> None:
    """What the weight does in the demo: is the minimum a plan, and how wide is the scale?"""
    instance = demo()
    routes = all_routes(instance, most=100) or {}
    known = sum(shortest_round(instance, group)[1] for group in savings(instance))
    enough = sufficient_weight(instance, routes, known)
    for multiple in (0.25, 0.5, 1.0, 2.0, 4.0):
        weight = round(multiple * enough)
        sampled = partition(instance, routes, weight)
        bits = (np.arange(1 << len(routes))[:, None] >> np.arange(len(routes))) & 1
        energies = sampled.energies((bits, [label(instance, g) for g in routes]))
        best = dict(zip(sampled.variables, bits[energies.argmin()].tolist(), strict=True))
        broken = violations(instance, interpret(instance, best))
        print(f"A = {weight}: minimum {energies.min():.0f}, {broken or 'a plan'},"
              f" largest energy {energies.max() / energies.min():.0f} times that")  # fmt: skip


# %% [markdown]
# ## Reading an answer back
#
# A variable's name is the list of its customers, `IMM+TEE`. Nothing is repaired: a customer in
# two chosen groups is served twice, one in none is not served, and both are violations.


# %%
def interpret(instance: VehicleRouting, sample: Mapping[str, int]) -> Plan:
    """The chosen groups, each in the order of its shortest round.

    Raises VerificationFailed for a variable that names no group of this instance.
    """
    place = {name: c for c, name in enumerate(instance.customers)}
    routes = []
    for name, bit in sample.items():
        if bit not in (0, 1):
            raise VerificationFailed(f"the variable {name!r} has the value {bit}, not 0 or 1")
        if not bit or name.startswith("+"):  # a vehicle that stays at the depot
            continue
        try:
            group = tuple(sorted(place[customer] for customer in name.split("+")))
        except KeyError:
            raise VerificationFailed(f"{name!r} names no customers of this instance") from None
        visited, _ = shortest_round(instance, group)
        routes.append(tuple(instance.customers[c] for c in visited))
    return Plan(routes=tuple(routes))


def violations(instance: VehicleRouting, plan: Plan) -> list[str]:
    """What a dispatcher would object to."""
    demand = dict(zip(instance.customers, instance.demands, strict=True))
    calls = Counter(customer for route in plan.routes for customer in route)
    found = [f"{name} is no customer" for name in calls if name not in demand]
    found += [f"no vehicle calls at {name}" for name in demand if not calls[name]]
    found += [f"{name} is served {k} times" for name, k in calls.items() if k > 1]
    for number, route in enumerate(plan.routes, start=1):
        load = sum(demand.get(customer, 0) for customer in route)
        if load > instance.capacity:
            found.append(f"vehicle {number} is loaded with {load} and holds {instance.capacity}")
        if not route:
            found.append(f"vehicle {number} leaves the depot for nothing")
    if instance.vehicles is not None and len(plan.routes) > instance.vehicles:
        found.append(f"{len(plan.routes)} vehicles sail and there are {instance.vehicles}")
    return found


def objective(instance: VehicleRouting, plan: Plan) -> float:
    """The distance of all rounds in the unit of the instance's matrix."""
    place = {name: k for k, name in enumerate((instance.depot, *instance.customers))}
    total = 0
    for route in plan.routes:
        stops = [0, *(place[customer] for customer in route), 0]
        total += sum(instance.distances[i][j] for i, j in pairwise(stops))
    return float(total)


# %% [markdown]
# ## What classical computing proves
#
# To 12 customers a dynamic programme over all subsets proves the optimum. Beyond, as long as
# at most 150 000 groups fit, all of them are priced and HiGHS chooses among those whose
# reduced cost does not exceed the gap (Baldacci, Christofides & Mingozzi 2008), which is a proof
# as well. Else the reference is the best known plan of PyVRP (Wouda, Lan & Kool 2024) with a
# fixed seed, and is labelled so; beyond 100 customers its iterations get fewer, so that other
# answers may well be shorter. None of the three uses the model, its pool or its weight.
# For the three named instances the optima are 1828, 2037 and 2904 nmi. The savings heuristic
# (Clarke & Wright 1964) stands beside them: it takes a moment and proves nothing.

# %%
if __name__ == "__main__":
    from time import perf_counter

    for make in (demo, workshop, frontier):
        instance, begun = make(), perf_counter()
        proven = prove(instance)
        seconds = perf_counter() - begun
        quick = sum(shortest_round(instance, group)[1] for group in savings(instance))
        print(f"{make.__name__}: {proven.value:.0f} nmi, {proven.kind} ({proven.method}) in"
              f" {seconds:.3f} s; savings {quick} nmi")  # fmt: skip

# %%
usecase = UseCase(
    title="Vehicle routing: short-sea freight on the North Sea",
    unit=lambda instance: instance.unit or "distance units",
    instance=VehicleRouting,
    instances={"demo": demo, "workshop": workshop, "frontier": frontier},
    example=example,
    tiny=4,
    model=build,
    interpret=interpret,
    violations=violations,
    objective=objective,
    reference=prove,
    plot=draw,
    formats={".vrp": parse_vrp},
    formulations={
        "vehicles": Formulation(
            title="a vehicle for each customer, kept by the mixer",
            model=by_vehicles,
            interpret=read_vehicles,
            tiny=4,
            algorithms=("qaoa layers=8",),
            stored=("demo", "workshop"),
        )
    },
    algorithms=("qaoa layers=4", "annealing"),
    sources=(
        "searoute 1.6 (Apache-2.0): ports and distances along shipping lanes",
        "Natural Earth 1:50m (public domain), by way of world-atlas 2.0.2: the coast",
        "Balinski & Quandt, Operations Research 12 (1964) 300: set partitioning",
        "Held & Karp, J. SIAM 10 (1962) 196: shortest rounds",
        "Desrosiers, Soumis & Desrochers, Networks 14 (1984) 545: column generation",
        "Christiaens & Vanden Berghe, Transportation Science 54 (2020) 417: string removals",
        "Baldacci, Christofides & Mingozzi, Math. Programming 115 (2008) 351: proof",
        "Wouda, Lan & Kool, INFORMS J. Computing 36 (2024) 943: PyVRP",
        "Pessoa et al., Math. Programming 183 (2020) 483: proofs to some hundred customers",
        "Harwood et al., IEEE Trans. Quantum Engineering 2 (2021) 3100118: formulations compared",
        "CVRPLIB, QOBLIB: files in the format of TSPLIB 95 (Reinelt 1995)",
    ),
)

# %% [markdown]
# ## What a quantum computer does with it today
#
# QAOA, the *quantum approximate optimisation algorithm*, prepares all bit strings at once, turns
# the phase of each by its energy, and mixes neighbouring strings; done `layers` times with well
# chosen angles, low energies become likelier. Here mixing exchanges groups of which exactly one
# is in a plan, and flips the others. The angles are trained on a simulator in
# `angles.iterations` gradients, then the state is measured `shots` times.
#
# The number of plans is tiny beside the number of bit strings, so the share of feasible shots
# says more than the best shot. Chance is uniformly random strings of the same kind: those in
# which exactly one of each exclusive group is chosen.
#
# <!-- runs -->
#
# In the workshop <!-- feasible of workshop by qaoa --> of QAOA's shots are plans where groups are
# chosen, and <!-- feasible of workshop:vehicles by qaoa --> where each customer is given a vehicle:
# there every string serves everybody once, and only overloads are left. Of its optimal shots,
# <!-- optimal of workshop by qaoa --> and <!-- optimal of workshop:vehicles by qaoa -->, more are
# given by the encoding, so the lift over chance is the smaller one. Simulated annealing of the
# groups is ahead of QAOA's shots in both instances, and the dynamic programme proves either optimum
# in milliseconds.

# %%
if __name__ == "__main__":
    show_weights()
    record = page.run("logistics/vehicle_routing", "demo", "qaoa")
    print(record.score)

# %%
if __name__ == "__main__":
    page.plot(record)

# %% [markdown]
# ## How it scales
#
# The number of groups grows like n^k for k customers on a vehicle, and no machine will hold
# them all for a hundred customers. A pool keeps the model at some hundred variables, and
# large-neighbourhood search hands a machine as few at a time as it has qubits: a few rounds
# are dissolved, and the groups that could take their place are the block. The answer is
# feasible at every step, since the first plan is. From the best choice so far
# `column_generation` makes the next pool, until its time is up:
#
# `usecases run vehicle_routing -i FILE.vrp -a column_generation -p solver=lns
# -p solver.solver=qaoa -p generations=1000 -p seconds=50`
#
# and `usecases progress` shows the gap to the reference against seconds. Stored runs on fleets
# without room to spare and to 100 customers are on the page *Routing by blocks of qubits* of the
# docs, beside the same blocks solved exactly, by annealing and by chance.
#
# The linear relaxation of set partitioning
# is close to whole numbers, which is why classical solvers choose so well among thousands of
# groups; a quantum machine helps only when it chooses among more in the same time.

# %%
if __name__ == "__main__":
    text = """NAME : corner-n4-k2
    TYPE : CVRP
    DIMENSION : 4
    EDGE_WEIGHT_TYPE : EUC_2D
    CAPACITY : 3
    NODE_COORD_SECTION
    1 0 0
    2 3 4
    3 6 8
    4 5 -12
    DEMAND_SECTION
    1 0
    2 1
    3 2
    4 3
    DEPOT_SECTION
    1
    -1
    EOF"""
    corner = parse_vrp(text)
    print(prove(corner))
