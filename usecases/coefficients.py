"""What a model is made of, for tables that ask: its language, its variables, its coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dimod import BinaryQuadraticModel

from usecases.models import Incumbent, Model, Structured, qubits


class Makeup(NamedTuple):
    """The language, the number of binary variables, and the coefficients that are not 0."""

    language: str
    variables: int
    linear: tuple[float, ...] | None
    quadratic: tuple[float, ...] | None

    @property
    def integral(self) -> bool:
        """Whether all coefficients are whole numbers."""
        return all(value.is_integer() for value in (self.linear or ()) + (self.quadratic or ()))


def makeup(model: Model) -> Makeup:
    """Of a model without the groups or the answer around it; coefficients of quadratic ones."""
    count = qubits(model)
    while isinstance(model, Structured | Incumbent):
        model = model.model
    if not isinstance(model, BinaryQuadraticModel):
        return Makeup(type(model).__name__, count, None, None)
    linear, quadratic = (
        tuple(float(value) for value in terms.values() if value)
        for terms in (model.linear, model.quadratic)
    )
    return Makeup("QUBO", count, linear, quadratic)


def span(values: Sequence[float]) -> str:
    """The least and the largest value."""
    return f"{min(values):g} - {max(values):g}" if values else "N/A - N/A"
