"""The instance: contacts between ligand and receptor, and which of them can hold together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from life_science.docking.bounds import Adjacency, colour_classes, greedy_clique
from usecases.models import Floats
from usecases.records import Record

MOST_CONTACTS = 2000
NAME = r"[A-Za-z0-9][A-Za-z0-9_.:'()*/-]{0,39}"
"""A contact's name, such as L2-R5: no comma, and no + at the start."""

Text = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]


def _six_decimals(weight: float) -> float:
    """Millionths are whole numbers to a solver, so that what it proves holds exactly."""
    if round(weight, 6) != weight:
        raise ValueError(f"{weight!r} has more than six decimals")
    return weight


Weight = Annotated[float, Field(strict=True, gt=0, le=1e6), AfterValidator(_six_decimals)]


class Contact(Record):
    """A point of the ligand that meets a point of the receptor."""

    name: str = Field(pattern=f"^{NAME}$", description="letters, digits, _ . : ' ( ) * / -")
    weight: Weight = Field(1.0, description="interaction strength, at most six decimals")


class BindingGraph(Record):
    """A binding-interaction graph: contacts, and the pairs of contacts that fit one pose."""

    contacts: tuple[Contact, ...] = Field(min_length=1, max_length=MOST_CONTACTS)
    compatible: tuple[tuple[str, str], ...] = Field(
        (), max_length=MOST_CONTACTS * (MOST_CONTACTS - 1) // 2, description="pairs of names"
    )
    title: Text = Field("", max_length=80, description="where the data come from")
    unit: Text = Field("", max_length=20, description="of the weights")

    @model_validator(mode="after")
    def _consistent(self) -> BindingGraph:
        name, count = Counter(c.name for c in self.contacts).most_common(1)[0]
        if count > 1:
            raise ValueError(f"{count} contacts are named {name!r}; each needs its own name")
        seen: set[tuple[str, str]] = set()
        for a, b in self.compatible:
            missing = next((n for n in (a, b) if n not in self.place), None)
            if missing is not None:
                raise ValueError(f"compatible: {missing[:40]!r} is no contact")
            if a == b:
                raise ValueError(f"compatible: {a!r} is paired with itself")
            if (a, b) in seen or (b, a) in seen:
                raise ValueError(f"compatible: the pair {a!r}, {b!r} is given twice")
            seen.add((a, b))
        return self

    @property
    def size(self) -> int:
        """How many contacts there are."""
        return len(self.contacts)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of the contacts, in their order."""
        return tuple(c.name for c in self.contacts)

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each contact stands in that order."""
        return {name: k for k, name in enumerate(self.names)}

    @cached_property
    def weights(self) -> Floats:
        """Shape (contacts,)."""
        return np.array([c.weight for c in self.contacts])

    @cached_property
    def micro(self) -> Floats:
        """The weights in millionths, whole numbers whose sums are exact; shape (contacts,)."""
        return np.round(self.weights * 1e6)

    @cached_property
    def adjacency(self) -> Adjacency:
        """Whether two contacts can hold together, shape (contacts, contacts)."""
        found = np.zeros((self.size, self.size), dtype=bool)
        pairs = [(self.place[a], self.place[b]) for a, b in self.compatible]
        rows, columns = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
        found[rows, columns] = found[columns, rows] = True
        return found

    @cached_property
    def classes(self) -> tuple[tuple[int, ...], ...]:
        """Contacts of which a pose has at most one of each class: a greedy colouring."""
        return tuple(map(tuple, colour_classes(self.adjacency, self.weights)))

    @cached_property
    def greedy(self) -> tuple[int, ...]:
        """A pose that is found at once and to which nothing can be added."""
        return tuple(greedy_clique(self.adjacency, self.weights))

    @cached_property
    def weighted(self) -> bool:
        """Whether contacts count differently."""
        return bool((self.weights != 1.0).any())

    def strength(self, places: Sequence[int]) -> float:
        """The weight of some contacts together."""
        return float(self.weights[list(places)].sum())

    def part(self, places: Sequence[int], title: str) -> BindingGraph:
        """The same graph with only these contacts."""
        names = {self.names[k] for k in places}
        return BindingGraph(
            contacts=tuple(self.contacts[k] for k in sorted(places)),
            compatible=tuple(p for p in self.compatible if names.issuperset(p)),
            title=title,
            unit=self.unit,
        )


def unit(graph: BindingGraph) -> str:
    """Of a pose's strength."""
    return graph.unit or ("interaction units" if graph.weighted else "contacts")
