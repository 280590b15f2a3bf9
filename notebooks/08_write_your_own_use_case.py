# %% [markdown]
# # Write your own use case
#
# | | |
# |---|---|
# | **Time** | 60 minutes |
# | **Memory, cost** | 0.5 GiB; nothing is paid |
# | **You need to know** | [from a problem to qubits](01_from_problem_to_qubits.ipynb); Python functions |
# | **You will have** | a package of your own with a use case that keeps the contract, scored like all others |
#
# A use case is a page: prose and a handful of functions. Nothing has to be registered; a file's name is
# its name. You need not touch the sandbox's own folders: this notebook writes to a folder of yours.

# %%
# %matplotlib inline
from usecases import doctor
from usecases.levels import Tour

tour = Tour("08_write_your_own_use_case")  # or: Tour("08_write_your_own_use_case", "replay")
print(tour)
doctor()

# %% [markdown]
# ## A folder of your own
#
# Here it is a temporary one; give `work` another path to keep what you write. `do` runs a command
# there, as you would in a terminal.

# %%
import os
import subprocess
import sys
import tempfile
from pathlib import Path

work = Path(tempfile.mkdtemp(prefix="my-use-case-"))
USECASES = [sys.executable, "-c", "from usecases.cli import main; main()"]
INSTALL = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]


def do(*command):
    """Run a command in the folder, with what is installed there, and show what it says."""
    before = os.environ.get("PYTHONPATH")
    path = os.pathsep.join(filter(None, [str(work), str(work / "site"), before]))
    environment = os.environ | {"PYTHONPATH": path}
    how = {"cwd": work, "env": environment, "capture_output": True, "text": True}
    done = subprocess.run(command, check=False, **how)
    print(done.stdout + done.stderr)


do(*USECASES, "new", "usecase", "town/buskers")

# %% [markdown]
# That wrote a working template and a `pyproject.toml`, whose entry point tells the sandbox that there
# is a package `town` with use cases. Install it, so that it is found. (With a package of your own you
# would write `pip install -e .`)

# %%
do(*INSTALL, "--target", "site", ".")
do(*USECASES, "check", "usecase", "town/buskers")

# %% [markdown]
# ## Your problem
#
# Street musicians, one for each square of a town. Two squares within earshot must not both have one.
# Every square has an audience; the town wants as many listeners as possible.
#
# The whole page is the next cell. Read it from top to bottom: it has the order of every page here.

# %%
page = '''# %% [markdown]
# # Buskers: which squares get a musician
#
# Street musicians play for as many listeners as possible, and two within earshot of one
# another must not play at once.

# %%
import itertools

import numpy as np
from dimod import BinaryQuadraticModel
from pydantic import Field, model_validator

from usecases.contracts import UseCase
from usecases.models import BQM, Sample
from usecases.records import Record, Reference
from usecases.samples import checked


# %% [markdown]
# ## The data
class Town(Record):
    """The audience of each square, and the pairs of squares within earshot."""

    audience: tuple[int, ...] = Field(min_length=1, max_length=200)
    earshot: tuple[tuple[int, int], ...] = Field(max_length=20_000)

    @model_validator(mode="after")
    def _known(self) -> "Town":
        if any(a < 1 for a in self.audience):
            raise ValueError("every square has an audience of at least 1")
        for a, b in self.earshot:
            if not 0 <= a < b < len(self.audience):
                raise ValueError(f"squares {a} and {b}: give two different ones, lower first")
        return self


class Playing(Record):
    """The squares where a musician plays."""

    squares: tuple[int, ...]


def example(size: int, seed: int) -> Town:
    """`size` squares with audiences of 10 to 60; a third of the pairs are within earshot."""
    rng = np.random.default_rng(seed)
    pairs = [p for p in itertools.combinations(range(size), 2) if rng.random() < 1 / 3]
    return Town(audience=tuple(rng.integers(10, 61, size).tolist()), earshot=tuple(pairs))


# %% [markdown]
# ## The model
#
# One bit for each square. A listener is worth −1; a disturbed pair costs one more than the
# smaller of its audiences, so that silencing that square is always better.
def model(town: Town) -> BQM:
    """Minus the audience, and a penalty for each pair that disturbs one another."""
    found = BinaryQuadraticModel(
        {f"s{i}": -float(a) for i, a in enumerate(town.audience)}, {}, 0.0, "BINARY"
    )
    for a, b in town.earshot:
        found.add_quadratic(f"s{a}", f"s{b}", min(town.audience[a], town.audience[b]) + 1.0)
    return found


# %% [markdown]
# ## Reading an answer back
def interpret(town: Town, sample: Sample) -> Playing:
    """The squares whose bit is 1."""
    names = [f"s{i}" for i in range(len(town.audience))]
    bits = checked(sample, names, "A sample holds 0 or 1 for each square")
    return Playing(squares=tuple(i for i, bit in enumerate(bits) if bit))


def violations(town: Town, playing: Playing) -> list[str]:
    """Squares that are none, or twice, and pairs that disturb one another."""
    squares = playing.squares
    if len({*squares}) < len(squares):
        return ["a square has two musicians"]
    found = [f"there is no square {s}" for s in squares if not 0 <= s < len(town.audience)]
    loud = [p for p in town.earshot if p[0] in squares and p[1] in squares]
    return found + [f"squares {a} and {b} disturb one another" for a, b in loud]


def objective(town: Town, playing: Playing) -> float:
    """The number of listeners."""
    return float(sum(town.audience[s] for s in playing.squares))


# %% [markdown]
# ## What classical computing proves
def reference(town: Town) -> Reference:
    """All choices up to 16 squares; above, the best of a seeded greedy search."""
    n = len(town.audience)
    if n <= 16:
        every = (Playing(squares=s) for k in range(n + 1) for s in itertools.combinations(range(n), k))
        best = max(objective(town, p) for p in every if not violations(town, p))
        return Reference(value=best, kind="optimal", method="enumeration of all choices")
    rng, best = np.random.default_rng(0), 0.0
    for _ in range(200):
        chosen: tuple[int, ...] = ()
        for square in rng.permutation(n).tolist():
            if not violations(town, Playing(squares=(*chosen, square))):
                chosen = (*chosen, square)
        best = max(best, objective(town, Playing(squares=chosen)))
    return Reference(value=best, kind="best_known", method="best of 200 greedy choices")


# %% [markdown]
# ## The picture
def plot(town: Town, playing: Playing):
    """Squares on a ring, lines for earshot; the size is the audience."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    angles = 2 * np.pi * np.arange(len(town.audience)) / len(town.audience)
    x, y = np.cos(angles), np.sin(angles)
    for a, b in town.earshot:
        axes.plot(x[[a, b]], y[[a, b]], color="#94a4a2", linewidth=1, zorder=1)
    colours = ["#ffa90e" if s in playing.squares else "#92dadd" for s in range(len(x))]
    axes.scatter(x, y, s=[18 * a for a in town.audience], c=colours, zorder=2)
    for s, audience in enumerate(town.audience):
        axes.annotate(str(audience), (x[s], y[s]), ha="center", va="center")
    axes.set(aspect="equal", xlim=(-1.4, 1.4), ylim=(-1.4, 1.4), xticks=[], yticks=[])
    axes.set_title(f"{objective(town, playing):.0f} listeners; musicians in orange")
    return figure


# %% [markdown]
# ## The declaration
usecase = UseCase(
    title="Buskers: which squares get a musician",
    unit="listeners",
    sense="max",
    instance=Town,
    instances={
        "demo": lambda: example(8, 1),
        "workshop": lambda: example(14, 1),
        "frontier": lambda: example(80, 1),
    },
    example=example,
    tiny=6,
    model=model,
    interpret=interpret,
    violations=violations,
    objective=objective,
    reference=reference,
    plot=plot,
    algorithms=("qaoa", "annealing"),
    sources=("Karp, Reducibility among combinatorial problems (1972): independent sets",),
)
'''
(work / "town" / "buskers.py").write_text(page, encoding="utf-8")
do(*USECASES, "check", "usecase", "town/buskers")

# %% [markdown]
# ## A mistake, and who finds it
#
# Everybody's first mistake is a penalty that is too weak. Say a disturbed pair costs 1, whatever the
# audiences. The page still runs, and the answers look fine. The check enumerates small instances, reads
# the model's best answer back, and asks your own rules:

# %%
weak = page.replace("min(town.audience[a], town.audience[b]) + 1.0", "1.0")
(work / "town" / "buskers.py").write_text(weak, encoding="utf-8")
do(*USECASES, "check", "usecase", "town/buskers")

# %%
(work / "town" / "buskers.py").write_text(page, encoding="utf-8")
do(*USECASES, "check", "usecase", "town/buskers")

# %% [markdown]
# ## Run it, like all others
#
# Nobody wrote a line about qubits, shots, chance or intervals: that is the sandbox's part. (When you
# change the page later, restart the kernel: Python imports a file once.)

# %%
from usecases import registry

sys.path[:0] = [str(work), str(work / "site")]
registry.entries.cache_clear()  # look for packages again
runs = tour.compare("town/buskers", "demo", ["qaoa", "annealing", "exact"])
tour.table(runs)

# %%
tour.plot(runs[0])

# %% [markdown]
# In a terminal: `usecases run town/buskers -i size=12,seed=3 -a qaoa`. Others install your package and
# have your use case. In this repository it would be one file in a sector's folder, and
# `usecases page` would write its notebook and docs page.
#
# ## Exercises
#
# **★ Strong enough.** Two squares within earshot have audiences of 30 and 50. Above which penalty is it
# never worth having both?

# %%
from usecases.exercises import n08

answer = ...
n08.penalty(30, 50, answer)

# %% [markdown]
# **★★ Break it.** Make another mistake: replace `old` by `new` somewhere in the page, so that the check
# finds it. A swapped index, a forgotten rule, a reference that solves something else: what does it say?

# %%
old, new = ..., ...
n08.broken(page, old, new)

# %% [markdown]
# **★★★ A fee.** Every musician is paid a fee of 25, in listeners' worth. Change the page so that the
# objective is the listeners minus the fees, and the check stays green. Two functions change.

# %%
changed = ...  # for example page.replace("...", "...").replace("...", "...")
n08.with_fee(changed)
