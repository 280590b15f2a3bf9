# %% [markdown]
# # Sharing the bins between two lorries
#
# A town sends two lorries out. Each street's bins go on one of them, and the loads should
# be as equal as can be. This is number partitioning, one qubit for each street.

# %%
import itertools

import numpy as np
from dimod import BinaryQuadraticModel
from pydantic import Field

from usecases.contracts import UseCase
from usecases.models import BQM, Sample
from usecases.records import Record, Reference

# %% [markdown]
# ## The data: the load of each street in kilograms


# %%
class Streets(Record):
    """Loads of the streets in kilograms."""

    loads: tuple[int, ...] = Field(min_length=2, max_length=60)


class Shares(Record):
    """The streets of each lorry, by their number."""

    first: tuple[int, ...]
    second: tuple[int, ...]


def example(size: int, seed: int) -> Streets:
    """A town of `size` streets."""
    rng = np.random.default_rng(seed)
    return Streets(loads=tuple(rng.integers(100, 999, size).tolist()))


# %% [markdown]
# ## The model: the square of the difference, with s = 2x − 1 for each street


# %%
def model(town: Streets) -> BQM:
    """(Σ w s)² over spins; qubits = streets."""
    w = town.loads
    pairs = {(f"s{i}", f"s{j}"): 2.0 * w[i] * w[j] for j in range(len(w)) for i in range(j)}
    linear = {f"s{i}": 0.0 for i in range(len(w))}
    spins = BinaryQuadraticModel(linear, pairs, sum(a * a for a in w), "SPIN")
    return spins.change_vartype("BINARY", inplace=False)


def interpret(town: Streets, sample: Sample) -> Shares:
    """The streets whose variable is 1 go to the second lorry."""
    sides = [sample[f"s{i}"] for i in range(len(town.loads))]
    return Shares(
        first=tuple(i for i, side in enumerate(sides) if not side),
        second=tuple(i for i, side in enumerate(sides) if side),
    )


def violations(town: Streets, shares: Shares) -> list[str]:
    """Each street must be served exactly once."""
    served = sorted(shares.first + shares.second)
    return [] if served == list(range(len(town.loads))) else ["a street is not served once"]


def objective(town: Streets, shares: Shares) -> float:
    """The difference between the loads in kilograms."""
    return float(
        abs(sum(town.loads[i] for i in shares.first) - sum(town.loads[i] for i in shares.second))
    )


def reference(town: Streets) -> Reference:
    """All halves are tried."""
    total = sum(town.loads)
    sums = (
        sum(chosen)
        for k in range(len(town.loads) + 1)
        for chosen in itertools.combinations(town.loads, k)
    )
    best = min(abs(total - 2 * s) for s in sums)
    return Reference(value=best, kind="optimal", method="enumeration of all shares")


# %%
usecase = UseCase(
    title="Sharing the bins between two lorries",
    unit="kg",
    instance=Streets,
    instances={
        "demo": lambda: Streets(loads=(310, 520, 410, 150, 290)),
        "workshop": lambda: example(14, 1),
        "frontier": lambda: example(18, 1),
    },
    example=example,
    tiny=5,
    model=model,
    interpret=interpret,
    violations=violations,
    objective=objective,
    reference=reference,
    algorithms=("qaoa", "annealing"),
    sources=("Karp 1972, problem 20",),
)
