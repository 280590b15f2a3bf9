"""What runs along a parameter give: answers, errors, and how parallel to the exact curve."""

from __future__ import annotations

from collections.abc import Sequence

from usecases import metrics
from usecases.naming import machine
from usecases.records import Interval, Record, Reference, RunRecord


class Point(Record):
    """One run, at one value of the parameter.

    `error` is the answer less the proven reference, in the objective's unit; None where no
    feasible answer was found or no optimum is proven.
    """

    value: float
    run: str
    answer: float | None
    stderr: float | None
    reference: Reference
    error: float | None
    within_tolerance: bool | None


class Spread(Record):
    """A number that sums the errors of a curve up, and its 95 % interval."""

    value: float
    interval: Interval


class Line(Record):
    """What one algorithm on one machine gave along the parameter.

    The two sums are over the points that have an error: None without any, and for
    `non_parallelity` without two. Formulas: `usecases.metrics`.
    """

    algorithm: str
    backend: str | None
    """The machine with the settings that are not its defaults; None for a classical solver."""
    source: str
    points: tuple[Point, ...]
    non_parallelity: Spread | None
    largest_error: Spread | None

    @property
    def made_by(self) -> str:
        """Who answered and from what kind of source, for captions."""
        where = f" on {self.backend}" if self.backend else ""
        return f"{self.algorithm}{where} ({self.source})"


class Failure(Record):
    """A run that ended without a record, and why."""

    value: float
    algorithm: str
    backend: str | None
    error: str


class Curve(Record):
    """A family's instances, run by the same algorithms, each beside its own reference."""

    usecase: str
    family: str
    parameter: str
    parameter_unit: str
    quantity: str
    unit: str
    tolerance: float | None
    accuracy: str
    """What the field calls being within the tolerance."""
    points: tuple[float, ...]
    """The values that were asked for, ascending."""
    lines: tuple[Line, ...]
    failures: tuple[Failure, ...] = ()

    @property
    def references(self) -> dict[float, Reference]:
        """What is proven or best known at each value, ascending."""
        found = {p.value: p.reference for line in self.lines for p in line.points}
        return dict(sorted(found.items()))


def line(runs: Sequence[tuple[float, RunRecord]]) -> Line:
    """The records of one algorithm at ascending values, summed up."""
    record = runs[0][1]
    points = tuple(_point(value, record) for value, record in runs)
    errors = [p.error for p in points if p.error is not None]
    stderrs = [p.stderr or 0.0 for p in points if p.error is not None]
    return Line(
        algorithm=record.algorithm,
        backend=machine(record) if record.backend else None,
        source=record.source if record.backend else "classical",
        points=points,
        non_parallelity=_spread(metrics.non_parallelity(errors, stderrs) if errors[1:] else None),
        largest_error=_spread(metrics.largest_error(errors, stderrs) if errors else None),
    )


def error_of(record: RunRecord) -> float | None:
    """The answer less the proven optimum; None without a feasible answer or a proof."""
    score = record.score
    if score.objective is None or score.reference.kind != "optimal":
        return None
    return score.objective - score.reference.value


def _spread(found: tuple[float, Interval] | None) -> Spread | None:
    return Spread(value=found[0], interval=found[1]) if found else None


def _point(value: float, record: RunRecord) -> Point:
    score = record.score
    return Point(
        value=value,
        run=record.id,
        answer=score.objective,
        stderr=score.stderr,
        reference=score.reference,
        error=error_of(record),
        within_tolerance=score.within_tolerance,
    )
