"""curve(): a family of instances, point by point, as ordinary runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from usecases import registry
from usecases.comparison import planned
from usecases.contracts import UseCase
from usecases.curves import Curve, Failure, line
from usecases.errors import Partial, UsageError, UsecasesError
from usecases.instances import family as family_of
from usecases.instances import member
from usecases.naming import machine
from usecases.plan import Plan
from usecases.records import RunRecord
from usecases.registry import name_of
from usecases.runner import Progress, perform
from usecases.store import Store

MOST_POINTS = 100

Case = UseCase[Any, Any, Any, Any]
Cell = tuple[float, Plan]
Done = tuple[float, RunRecord]


def curve(
    usecase: str,
    family: str | None = None,
    algorithms: Sequence[str] = (),
    backends: Sequence[str] = (),
    *,
    points: Sequence[float] | None = None,
    perform: Callable[..., RunRecord] = perform,
    store: Store | None = None,
    progress: Progress = lambda stage, calls: None,
    **how: Any,
) -> Curve:
    """Run every algorithm at every point of a family, each point as a run of its own.

    By default the use case's first family, its points and the algorithms it suggests; `how` are
    the options of `compare`: parameters, settings, train_on, seed, shots. `perform` does a planned
    run. No point starts from its neighbour, so that each can be run again alone, as
    FAMILY@VALUE. Raises UsageError before anything is run, and Partial, whose `finished` holds
    the curve of the finished runs, when some runs failed.
    """
    case = registry.usecase(usecase)
    name = family or first_family(case)
    values = checked(case, name, points)
    solvers = dict.fromkeys(algorithms or case.algorithms)
    cells = [
        (value, plan)
        for value in values
        for plan in planned(usecase, f"{name}@{value:.10g}", [*solvers], backends, **how)
    ]
    unit = case.families[name].unit
    done, failures = _performed(cells, unit, partial(perform, store=store), progress)
    found = _curve(case, name, values, done, failures)
    if failures:
        first = failures[0]
        where = f"{first.algorithm} at {first.value:g} {found.parameter_unit}"
        text = f"{len(failures)} of {len(cells)} runs failed ({where}: {first.error})"
        raise Partial(text, "", [found])
    return found


def first_family(case: Case) -> str:
    """The family that is taken when none is named. Raises UsageError where there is none."""
    if not case.families:
        raise UsageError(f"{case.title}: there is no family of instances", "Use compare")
    return next(iter(case.families))


def checked(case: Case, name: str, points: Sequence[float] | None) -> list[float]:
    """The points, or the family's own, ascending and to ten digits.

    Raises UsageError for a value outside the family's limits, for one that is given twice, and
    for too many.
    """
    along = family_of(case, name)
    values = sorted(float(f"{v:.10g}") for v in (along.points if points is None else points))
    if not 1 <= len(values) <= MOST_POINTS:
        raise UsageError(f"{len(values)} points are not between 1 and {MOST_POINTS}")
    for value in values:
        member(case, name, value)
    if twice := [a for a, b in pairwise(values) if a == b]:
        raise UsageError(f"the point {twice[0]:g} {along.unit} is given twice")
    return values


def spaced(low: float, high: float, count: int) -> tuple[float, ...]:
    """`count` values, evenly spaced from `low` to `high`.

    Raises UsageError for too many or too few, and for ends that are not in this order.
    """
    if not 2 <= count <= MOST_POINTS:
        raise UsageError(f"{count} points are not between 2 and {MOST_POINTS}")
    if not low < high:
        raise UsageError(f"no points lie between {low:g} and {high:g}", "Give the lower one first")
    return tuple(low + (high - low) * k / (count - 1) for k in range(count))


def _performed(
    cells: Sequence[Cell], unit: str, perform: Callable[..., RunRecord], progress: Progress
) -> tuple[list[Done], list[Failure]]:
    """What is done and what failed; where everything failed, the first error is raised."""
    done: list[Done] = []
    failures: list[Failure] = []
    for k, (value, plan) in enumerate(cells, 1):
        solver = name_of(plan.algorithm)
        where = f"{solver} at {value:g} {unit}, run {k} of {len(cells)}"
        try:
            done.append((value, perform(plan, progress=_at(where, progress))))
        except UsecasesError as error:
            on = plan.backend and name_of(plan.backend)
            failures.append(Failure(value=value, algorithm=solver, backend=on, error=str(error)))
            if len(failures) == len(cells):
                raise
    return done, failures


def _at(where: str, progress: Progress) -> Progress:
    return lambda stage, calls: progress(where, calls)


def _curve(
    case: Case,
    name: str,
    values: Sequence[float],
    done: Sequence[Done],
    failures: Sequence[Failure],
) -> Curve:
    """The finished runs, a line for each algorithm on each machine."""
    along, first = case.families[name], done[0][1]
    lines: dict[tuple[str, str], list[Done]] = {}
    for value, record in done:
        lines.setdefault((record.algorithm, machine(record)), []).append((value, record))
    return Curve(
        usecase=first.usecase,
        family=name,
        parameter=along.parameter,
        parameter_unit=along.unit,
        quantity=along.quantity,
        unit=first.score.unit,
        tolerance=case.tolerance,
        accuracy=case.accuracy,
        points=tuple(values),
        lines=tuple(line(runs) for runs in lines.values()),
        failures=tuple(failures),
    )
