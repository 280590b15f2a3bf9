"""Products of many binary variables as quadratic terms with auxiliary variables.

The pair that occurs in most products of three and more becomes a variable of its own, and so
on until nothing is left (Boros & Hammer, Discrete Applied Mathematics 123 (2002) 155, sec. 4.4).
dimod has the same reduction, but its choice of pairs depends on Python's hash seed, and a run
would differ from process to process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

Term = tuple[int, ...]

MARGIN = 1.01
"""What a tie is stronger than the least that suffices."""


@dataclass
class Reduced:
    """A quadratic polynomial in binary variables, and what its auxiliary variables stand for.

    Auxiliary variable `first + k` is the product of the pair `products[k]`, and
    `strengths[k]` the energy that a broken tie must cost.
    """

    first: int
    terms: dict[Term, float]
    products: list[tuple[int, int]] = field(default_factory=list)
    strengths: list[float] = field(default_factory=list)


def reduce_degree(terms: Mapping[Term, float], variables: int) -> Reduced:
    """The polynomial, its indices ascending and below `variables`, with no product above two.

    Setting a wrong auxiliary variable right, and those built on it, changes only the terms that
    it was put into; so a tie needs no more than the sum of their sizes.
    """
    found = Reduced(variables, dict(terms))
    while pair := _most_frequent(found.terms):
        auxiliary = variables + len(found.products)
        strength = 0.0
        replaced: dict[Term, float] = {}
        for term, coefficient in found.terms.items():
            if len(term) > 2 and set(pair) <= set(term):
                strength += abs(coefficient)
                term = (*(i for i in term if i not in pair), auxiliary)  # noqa: PLW2901
            replaced[term] = coefficient
        found.terms = replaced
        found.products.append(pair)
        found.strengths.append(MARGIN * strength)
    return found


def _most_frequent(terms: Mapping[Term, float]) -> tuple[int, int] | None:
    """The pair in most products of three and more; the lowest of equals, so order is fixed."""
    pairs = Counter(pair for term in terms if len(term) > 2 for pair in combinations(term, 2))
    return min(pairs, key=lambda pair: (-pairs[pair], pair)) if pairs else None


def binary_terms(spin_terms: Mapping[Term, float]) -> dict[Term, float]:
    """A polynomial in spins z = 1 − 2x, written in x."""
    found: Counter[Term] = Counter()
    for term, coefficient in spin_terms.items():
        for size in range(len(term) + 1):
            for part in combinations(term, size):
                found[part] += (-2.0) ** size * coefficient  # type: ignore[assignment]
    return {term: c for term, c in found.items() if c}
