# %% [markdown]
# # Cargo loading: which containers fly, and where they stand
#
# A freighter can take only so much mass and only so many containers, and the airline is paid for
# what flies. So the load master chooses some of the containers that wait and gives each a place
# on the main deck, so that as much mass as possible is loaded and the aircraft may still fly: not
# too heavy, balanced around its centre of gravity, and nowhere overloading the fuselage.
#
# Every cargo airline has this problem for every flight. Airbus stated a simplified form of it in
# its Quantum Computing Challenge of 2019. One submission writes it as a quadratic model with
# slack bits (Pilon, Gugole and Massarenti, arXiv:2102.09621); later, instances of up to 28 qubits
# were run on trapped ions without slack bits, with the rules evaluated classically (Kaushik et
# al., arXiv:2504.01567). This page does both.

# %%
"""Which containers fly, and where: cargo loading with payload, balance and shear limits."""

from __future__ import annotations

import numpy as np

from logistics.cargo_loading import registers, slack
from logistics.cargo_loading.airbus import (
    balanced,
    containers,
    demo,
    example,
    frontier,
    workshop,
)
from logistics.cargo_loading.blocks import block, improved, inside, one_by_one
from logistics.cargo_loading.drawing import plot
from logistics.cargo_loading.files import EXAMPLE, parse_csv
from logistics.cargo_loading.flight import Balance, Container, Flight, ShearLimit
from logistics.cargo_loading.pairs import (
    MARGIN,
    build,
    mean_mass,
    model,
    penalty,
    sufficient_penalty,
)
from logistics.cargo_loading.reading import Plan, interpret, objective, violations
from logistics.cargo_loading.reference import reference
from logistics.cargo_loading.rules import rules
from usecases.contracts import Formulation, UseCase
from usecases.models import all_bits, qubits

__all__ = [
    "Balance",
    "Container",
    "Flight",
    "Plan",
    "ShearLimit",
    "build",
    "example",
    "interpret",
    "model",
    "objective",
    "parse_csv",
    "plot",
    "reference",
    "usecase",
    "violations",
]

# %%
if __name__ == "__main__":
    import usecases

    page = usecases.Tour("logistics/cargo_loading")

# %% [markdown]
# ## The data
#
# The challenge's 35 containers: 20 of standard size, which take one position each, 10 halves, of
# which two share a position, and 5 doubles, which take two adjacent ones. Its freighter has 20
# positions on a deck of 40 m and carries 40 t; empty it weighs 120 t with its centre of gravity
# 2 m forward of the deck's middle, and loaded the centre of gravity must lie from 4 m forward to
# 8 m aft of it. The payload on either side of a station is limited as well, by 26 t at the
# middle and proportionally less towards both ends (*shear*). The masses and the aircraft are
# those of the challenge, taken from public implementations by its participants (see the sources).
#
# | field of a flight | meaning |
# |---|---|
# | `containers` | each with `name`, `mass` (kg) and `kind`: standard, half or double |
# | `positions`, `payload` | how many positions there are; the most payload (kg) |
# | `x` | centre of each position in m, from the most forward one to the tail |
# | `balance` | `empty_mass` (kg), `empty_cg`, limits `forward` and `aft` (m) |
# | `shear` | stations: `x` (m), most payload `forward` and `aft` of it (kg) |
#
# Only the first two rows are needed. The demo and the workshop are the first four and six
# containers on three and four positions with a payload limit alone. `demo-balance` and
# `workshop-balance` put them on a *synthetic* small aircraft with the challenge's limits in
# proportion to its deck, so that balance and shear bind; `kinds` mixes the sizes. `frontier` is
# the whole challenge. Your own flight is a JSON file with these fields, or a CSV file like this:

# %%
if __name__ == "__main__":
    print(EXAMPLE)
    own = parse_csv(EXAMPLE)
    print(len(own.containers), "containers,", own.positions, "positions at", own.x)

# %% [markdown]
# ## The model
#
# One qubit says whether one container stands in one position (a double: there and in the next),
# so $C$ containers, $D$ of them doubles, and $N$ positions take **$C N - D$** qubits: 12 for the
# demo, 24 for the workshop, 695 for the frontier. `C3@02` is container C3 in position 2.
#
# What keeps the rules? A one-hot group with a member for *left behind* would keep each container
# in one place by the mixer, at the price of a qubit per container. Without it "at most one" can
# only be asked for by a price, and that is what is done here:
#
# * a plan that keeps every rule costs $-M$, with $M$ its mass in kg;
# * one that breaks any costs $-\min(M, U) + P\,(1 + s)$, where $s$ counts what is wrong: surplus
#   copies, overfull positions, and by how much payload, balance and shear exceed their limits.
#
# This cost is no quadratic form, and needs none: it is computed for each string that is seen, and
# the training lowers its CVaR, the mean of the best shots. Inequalities so need no slack bits.
# The phases are turned by a quadratic guide, $(M - U)^2 / \bar m$ and a price for each conflict:
# an unbalanced penalty (arXiv:2211.13914), which pays for too much payload as for too little.
# Balance and shear do not turn phases; only the cost sees them.
#
# **The penalty.** $U$ is the payload limit, or the mass that fills the deck if that is less, and
# $L$ what a plan that loads the heaviest containers one by one carries. A broken plan costs at
# least $P - U$ and the optimum at most $-L$, so every $P > U - L$ keeps all broken plans above
# the optimum. The model adds half a mean container. The sweep, for a random flight of nine
# decisions: how far the cheapest broken plan lies above the optimum, and the gap to the
# second-best cost as a share of the spectrum, which shrinks as the penalty grows.

# %%
if __name__ == "__main__":
    few = example(9, 3)
    strings = all_bits(9)
    broken = rules(few).severity(strings) > 0
    print(f"feasible share of uniform strings: {1 - broken.mean():.4f}")
    bound = sufficient_penalty(few)
    print(f"bound {bound:.1f} kg; the model takes {penalty(few, MARGIN) / bound:.2f} of it")
    for multiple in (0.5, 0.9, 1.0, 1.5, 2.5, 5.0, 20.0):
        energy = build(few, (multiple - 1.0) * bound / mean_mass(few)).energies(strings)
        levels = np.unique(energy)
        print(
            f"{multiple:5.1f} × bound:"
            f" cheapest broken {energy[broken].min() - energy[~broken].min():+9.1f} kg,"
            f" gap {(levels[1] - levels[0]) / (levels[-1] - levels[0]):.5f} of the spectrum"
        )

# %% [markdown]
# ### Two other encodings
#
# **`slack`** is the quadratic model of the literature: $-M$, a price for each conflict, and for
# every limit a squared equation with slack bits in binary. No broken plan may gain more than
# $R - L$, with $R$ the payload limit, so a price above that suffices (plus the mass of a unit in
# the payload's equation). Since no optimum is lighter than the known plan, the payload's slack
# ends at $W - L$: 7 bits in the workshop instead of 14. A limit that no plan can break is left
# out. With $r_k$ what the slack of limit $k$ must reach, and $H$ positions that three halves could
# share (a bit each keeps the third out), it takes
# $C N - D + \sum_k \lceil \log_2 (r_k + 1) \rceil + H$ qubits.
#
# **`registers`** gives each container the number of its position in binary, 0 being *left
# behind*: $\sum_c \lceil \log_2(\text{places}_c + 1) \rceil$ qubits. No string can load a
# container twice, so that rule is encoded away, and fewer qubits hold more feasible strings. The
# price is in the circuit: the guide is no longer quadratic.

# %%
if __name__ == "__main__":
    print("                  qubits               feasible share of 20 000 random strings")
    print("                  main slack registers main   registers")
    rng = np.random.default_rng(0)
    flights = {"demo": demo(), "demo-balance": balanced(demo(), empty_mass=6000, most=2800)}
    flights |= {"workshop": workshop(), "frontier": frontier()}
    for name, flight in flights.items():
        sizes = [qubits(make(flight)) for make in (model, slack.model, registers.model)]
        known = rules(flight)
        drawn = [rng.integers(0, 2, (20_000, n), dtype=np.int8) for n in (sizes[0], sizes[2])]
        rows = (drawn[0], registers.decisions(flight, drawn[1]))
        shares = [float((known.severity(row) == 0).mean()) for row in rows]
        print(f"{name:17} {sizes[0]:4} {sizes[1]:5} {sizes[2]:9} {shares[0]:6.2%} {shares[1]:9.2%}")

# %% [markdown]
# ## Reading an answer back
#
# `interpret` puts every container where the bits say, be it in two places; nothing is repaired.
# `violations` speaks as a load master would, computes in whole grams and millimetres, and never
# looks at the model. `objective` adds up the kilograms on board.

# %%
if __name__ == "__main__":
    full = {label: int(label.endswith(("01", "02"))) for label in demo().labels()}
    for line in violations(demo(), interpret(demo(), full)):
        print(line)

# %% [markdown]
# ## What classical computing proves
#
# `reference` states the flight from the instance alone as an integer program, again in grams and
# millimetres, and OR-Tools' CP-SAT solves it with one worker. The two small optima are
# <!-- answer of demo by reference --> and <!-- answer of workshop by reference -->. The whole
# challenge is no harder for it: some plan carries the payload limit to the kilogram, which no
# plan exceeds. Beside it stands what can be done by hand: load the heaviest
# containers one by one where the rules allow, and try again without the heaviest. That proves
# nothing and takes a moment; for the demo it already finds the optimum.

# %%
if __name__ == "__main__":
    from time import perf_counter

    for name, flight in flights.items():
        begun = perf_counter()
        proven, seconds = reference(flight), perf_counter() - begun
        quick = objective(flight, one_by_one(flight))
        print(
            f"{name}: {proven.value:.0f} kg, {proven.kind} in {seconds:.2f} s;"
            f" one by one {quick:.0f} kg"
        )
    print(proven.method)

# %% [markdown]
# ## The declaration

# %%
usecase = UseCase(
    title="Cargo loading: which containers fly, and where they stand",
    unit="kg",
    sense="max",
    instance=Flight,
    instances={
        "demo": demo,
        "demo-balance": lambda: balanced(demo(), empty_mass=6000, most=2800),
        "workshop": workshop,
        "workshop-balance": lambda: balanced(workshop(), empty_mass=6000, most=5100),
        "kinds": lambda: Flight(containers=containers(1, 2, 21, 24, 31), positions=4, payload=9500),
        "frontier": frontier,
    },
    example=example,
    tiny=9,
    model=model,
    interpret=interpret,
    violations=violations,
    objective=objective,
    reference=reference,
    plot=plot,
    formats={".csv": parse_csv},
    formulations={
        "slack": Formulation(
            title="inequalities as squared equations with slack bits",
            model=slack.model,
            interpret=slack.interpret,
            tiny=4,
            algorithms=("annealing", "qaoa layers=2 angles.iterations=20"),
            stored=("demo",),
        ),
        "registers": Formulation(
            title="each container's position as a binary number",
            model=registers.model,
            interpret=registers.interpret,
            tiny=9,
            algorithms=("qaoa objective=cvar layers=4 angles.iterations=20",),
            stored=("demo", "workshop"),
        ),
    },
    algorithms=("qaoa objective=cvar layers=2 angles.iterations=20",),
    sources=(
        "Airbus Quantum Computing Challenge 2019, problem statement 5, Aircraft Loading"
        " Optimisation: the problem",
        "G. Pilon, N. Gugole, N. Massarenti, Aircraft loading optimization: QUBO models under"
        " multiple constraints, arXiv:2102.09621: the formulation with slack bits",
        "A. Kaushik et al., Quantum computing for optimizing aircraft loading, arXiv:2504.01567:"
        " CVaR over evaluated rules",
        "github.com/Terra-Quantum-AG/Aircraft-Loading-Optimisation, DS_1.csv: containers 1 to 30",
        "github.com/dynexcoin/DynexSDK, aircraft-loading-optim.ipynb: containers 1 to 35",
        "github.com/Gallinator/airbus-quantum-challenge-2020: the aircraft, and containers 1 to 6",
        "J. A. Montañez-Barrera et al., Unbalanced penalization, arXiv:2211.13914: the guide",
    ),
)

# %% [markdown]
# ## What a quantum computer does with it today
#
# QAOA, the *quantum approximate optimisation algorithm*, prepares all strings at once, turns the
# phase of each by the guide, and mixes neighbouring strings; done `layers` times with well chosen
# angles, heavy plans that may fly become likelier. The angles are trained on a simulator in
# `angles.iterations` gradients of the CVaR, then the state is measured `shots` times. Simulated
# annealing needs a quadratic model, so it stands with `slack`.
#
# <!-- runs -->
#
# All forms find the proven optima. Only 24 of the workshop's $2^{24}$ strings are optimal (one set
# of four containers, in any order), so the main form's <!-- optimal of workshop by qaoa --> of
# shots are some two thousand times what chance gives, although 4096 random strings are too few to
# see that. With slack bits the demo takes 23 qubits instead of 12, and QAOA's feasible share falls
# from <!-- feasible of demo by qaoa --> to <!-- feasible of demo:slack by qaoa -->, its optimal
# share from <!-- optimal of demo by qaoa --> to <!-- optimal of demo:slack by qaoa -->; simulated
# annealing of the same model has more optimal shots and fewer feasible ones. The registers do best
# with the fewest qubits, <!-- optimal of workshop:registers by qaoa --> of the workshop's shots,
# not because the angles are better (the lift is smaller) but because chance is: no string loads a
# container twice. And once it is loaded, a classical solver proves each of these optima in less
# than a tenth of a second.

# %%
if __name__ == "__main__":
    record = page.run("logistics/cargo_loading", "demo", "qaoa", parameters={"objective": "cvar"})
    print(record.score)
    page.plot(record)

# %% [markdown]
# ### Beyond one simulator: blocks of a flight
#
# No simulator of states holds 695 qubits, nor the 175 of `registers`, and both are refused. But a
# few positions of a loaded deck are a flight of their own: what stands elsewhere becomes part of
# the aircraft, takes of the payload and of the shear limits, and shifts the empty centre of
# gravity. So a plan is improved three positions at a time, each block with every rule and without
# slack bits, at 12 qubits. A block's answer is taken only if the whole plan keeps all rules
# and carries more, so the plan can fly at every step. The plan to begin with loads the heaviest
# containers one by one.

# %%
if __name__ == "__main__":
    from usecases.errors import UsageError

    whole, rng = frontier(), np.random.default_rng(0)
    deck, records = one_by_one(whole), []
    print(f"one by one: {objective(whole, deck):.0f} kg")
    for _ in range(6):
        first = int(rng.integers(1, 19))
        there, aboard = inside(whole, deck, first, 3), {p.container for p in deck.loaded}
        ashore = [c.name for c in whole.containers if c.name not in aboard]
        drawn = rng.choice(ashore, 6 - len(there), replace=False).tolist()
        try:
            part = block(whole, deck, first, 3, drawn)
        except UsageError:
            continue  # a double reaches into these positions
        record = page.run("logistics/cargo_loading:registers", part, "qaoa", shots=512)
        records.append(record)
        deck = improved(whole, deck, first, part, Plan.model_validate(record.solution))
        print(f"positions {first} to {first + 2}: {objective(whole, deck):.0f} kg")

# %%
if __name__ == "__main__":
    print("rules broken:", violations(whole, deck) or "none")
    page.stamp(plot(whole, deck), *records)

# %% [markdown]
# ## How it scales
#
# * **Qubits** grow as containers × positions, or as containers × the logarithm of positions with
#   `registers`. Slack bits add about ten for each limit: few for a payload limit alone,
#   most of the qubits once balance and shear count.
# * **Terms.** Every two decisions are coupled by the payload, so a layer of the main model takes
#   one two-qubit phase for each of the $n (n - 1) / 2$ pairs: 276 for the workshop, 241 165 for
#   the frontier.
# * **Feasible strings** become rare. Of the main model's strings,
#   <!-- feasible of demo by chance --> are plans that may fly in the demo, and four in a hundred
#   thousand in the workshop.
#
# The honest end: CP-SAT proves the whole challenge in seconds, since its masses are so many and
# so different that some plan meets the payload limit to the kilogram, and loading the heaviest
# one by one already comes within 7 kg of it. A quantum computer would have to help where that
# does not happen: few containers, tight shear limits, several flights and destinations at once.
# None of that is shown here.
