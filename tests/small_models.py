"""Small quadratic models of every awkward kind, and their minima by one sample at a time."""

from __future__ import annotations

from itertools import product

import dimod
import numpy as np

from usecases.models import BQM


def glass(seed: int, n: int = 9, scale: float = 1.0, vartype: str = "BINARY") -> BQM:
    """Couplings between most pairs, of both signs."""
    rng = np.random.default_rng(seed)
    names = [f"v{i}" for i in rng.permutation(n)]
    linear = {v: scale * float(rng.normal()) for v in names}
    pairs = {(names[i], names[j]) for j in range(n) for i in range(j)}
    quadratic = {p: scale * float(rng.normal()) for p in sorted(pairs) if rng.random() < 0.7}
    return BQM(linear, quadratic, scale * float(rng.normal()), vartype)


def partition(seed: int) -> BQM:
    """Cover each of five items once, at a small cost: rules that weigh far more than the aim."""
    rng = np.random.default_rng(seed)
    model = BQM("BINARY")
    groups = [set(rng.choice(5, rng.integers(1, 4), replace=False).tolist()) for _ in range(6)]
    groups += [{i} for i in range(5)]
    for k in range(len(groups)):
        model.add_linear(f"s{k}", float(rng.integers(1, 9)))
    for i in range(5):
        terms = [(f"s{k}", 1.0) for k, group in enumerate(groups) if i in group]
        model.add_linear_equality_constraint(terms, 100.0, -1.0)
    return model


MODELS = {
    "binary": glass(0),
    "spins": glass(1, vartype="SPIN"),
    "spins without fields": BQM({}, glass(2, vartype="SPIN").quadratic, 0.5, "SPIN"),
    "partition": partition(3),
    "degenerate": BQM.from_ising({}, {(f"v{i}", f"v{(i + 1) % 7}"): 1.0 for i in range(7)}),
    "zero": BQM(dict.fromkeys("abc", 0.0), {}, 2.5, "BINARY"),
    "zero spins": BQM(dict.fromkeys("abc", 0.0), {}, 0.0, "SPIN"),
    "one down": BQM({"a": -1.0}, {}, 0.0, "BINARY"),
    "one up": BQM({"a": 1.0}, {}, 0.0, "BINARY"),
    "two": BQM({"a": 1.0, "b": 1.0}, {("a", "b"): -3.0}, 0.0, "BINARY"),
    "three": glass(4, 3),
    "tiny": glass(5, scale=1e-12),
    "huge": glass(6, scale=1e12),
    "dust": BQM({"a": 1e-17, "b": -1.0, "c": 2.0}, {("a", "b"): 1e-16}, 0.0, "BINARY"),
}


def enumerated(model: BQM) -> float:
    """The least energy, one sample at a time by dimod, which knows of no bits."""
    values = (0, 1) if model.vartype is dimod.BINARY else (-1, 1)
    names = list(model.variables)
    return min(float(model.energy(dict(zip(names, s)))) for s in product(values, repeat=len(names)))  # noqa: B905
