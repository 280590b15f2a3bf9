"""`usecases curve`: algorithms along one parameter, beside the exact curve."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usecases.cli.shared import (
    each_capped,
    echo_table,
    how_options,
    only_json,
    pairs,
    patient,
    watched,
)

if TYPE_CHECKING:
    from usecases.curves import Curve, Line, Point, Spread


@click.command("curve")
@click.argument("usecase")
@click.option("-i", "--instance", "family", metavar="FAMILY",
              help="A family of instances; by default the use case's first.")  # fmt: skip
@how_options
@each_capped
@patient
@click.option("-a", "--algorithms", metavar="A,B,...", help="Default: what the use case suggests.")
@click.option("-b", "--backends", metavar="X,Y,...", help="Default: each algorithm's own.")
@click.option("--points", metavar="X,Y,...|N",
              help="Values; with --from or --to, how many of them, evenly spaced.")  # fmt: skip
@click.option("--from", "low", type=float, help="The first value.")
@click.option("--to", "high", type=float, help="The last value.")
@click.option("--plot", type=click.Path(), help="Write the picture of the curve to this file.")
def command(usecase: str, family: str | None, **options: Any) -> None:
    """Run algorithms along a family of instances of USECASE, beside the exact curve.

    Each point is a run of its own; FAMILY@VALUE names it for the other commands.
    """
    from usecases.errors import Partial
    from usecases.runner import perform
    from usecases.scan import curve

    if options["plot"] is not None:
        from usecases.plots import check_file

        check_file(Path(options["plot"]))
    failure: Partial | None = None
    with only_json(options["as_json"]), watched() as progress:
        try:
            found = curve(
                usecase,
                family,
                _names(options["algorithms"]),
                _names(options["backends"]),
                points=_points(usecase, family, options),
                parameters=pairs(options["parameter"], "-p"),
                settings=pairs(options["setting"], "-s"),
                train_on=options["train_on"],
                seed=options["seed"],
                shots=options["shots"],
                perform=partial(
                    perform, max_cost=options["max_cost"], max_wait=options["max_wait"]
                ),
                progress=progress,
            )
        except Partial as error:
            failure, (found,) = error, error.finished
    _told(found, options)
    if failure:
        raise failure


def _names(text: str | None) -> list[str]:
    return text.split(",") if text else []


def _points(usecase: str, family: str | None, options: dict[str, Any]) -> Sequence[float] | None:
    """The values asked for; None for the family's own."""
    from usecases import registry
    from usecases.errors import UsageError
    from usecases.instances import family as family_of
    from usecases.scan import first_family, spaced

    text, low, high = options["points"], options["low"], options["high"]
    if low is None and high is None:
        return None if text is None else [_number(value) for value in text.split(",")]
    case = registry.usecase(usecase)
    own = family_of(case, family or first_family(case)).points
    if text is not None and not text.isdecimal():
        raise UsageError(f"--points {text}: with --from or --to it is a number of points")
    count = len(own) if text is None else int(text[:9])
    return spaced(own[0] if low is None else low, own[-1] if high is None else high, count)


def _number(text: str) -> float:
    from usecases.errors import UsageError

    try:
        return float(text)
    except ValueError:
        raise UsageError(f"--points: {text[:40]!r} is not a number", "Write 1.0,1.2") from None


def _told(found: Curve, options: dict[str, Any]) -> None:
    """The curve as JSON or as tables, and its picture."""
    if options["as_json"]:
        click.echo(found.model_dump_json(indent=2))
    else:
        _values(found)
        _sums(found)
    if options["plot"] is not None:
        from usecases.plots import plot

        plot(found, options["plot"])


def _values(found: Curve) -> None:
    """A row for each value of the parameter: the reference, and each answer with its error."""
    kept = [{p.value: p for p in line.points} for line in found.lines]
    columns = [f"{found.parameter} ({found.parameter_unit})", "reference"]
    columns += [_solver(line.algorithm, line.backend) for line in found.lines]
    rows = [
        [f"{value:g}", f"{reference.value:.6f}", *(_cell(line.get(value)) for line in kept)]
        for value, reference in found.references.items()
    ]
    title = f"{found.usecase} · {found.family} · {found.quantity} and its error, {found.unit}"
    echo_table(title, columns, rows)


def _solver(algorithm: str, backend: str | None) -> str:
    return f"{algorithm} on {backend}" if backend else algorithm


def _cell(point: Point | None) -> str:
    """An answer, its error in brackets, and whether the field's accuracy may be claimed."""
    if point is None:
        return "failed"
    if point.answer is None:
        return "infeasible"
    stderr = f" ± {point.stderr:.2g}" if point.stderr else ""
    # Rounded before it is written, so that no zero is negative.
    error = "" if point.error is None else f" ({round(point.error, 6) + 0.0:+.6f})"
    mark = {True: " ✓", False: " ✗", None: ""}[point.within_tolerance]
    return f"{point.answer:.6f}{stderr}{error}{mark}"


SUMS = ("algorithm", "backend", "points", "non-parallelity", "largest error", "within", "source")


def _sums(found: Curve) -> None:
    """A row for each line: how parallel it is to the exact curve and how far off at most."""
    rows = [_sum(line, len(found.points)) for line in found.lines]
    echo_table("", SUMS, rows)
    failed: dict[tuple[str, str], list[str]] = {}
    for f in found.failures:
        failed.setdefault((_solver(f.algorithm, f.backend), f.error), []).append(f"{f.value:g}")
    for (solver, error), values in failed.items():
        click.echo(f"failed: {solver} at {', '.join(values)} {found.parameter_unit}: {error}")
    click.echo(
        "Non-parallelity: the largest less the smallest error along the curve, 95 % intervals in"
        " brackets; 0 means that all differences along it are exact."
    )
    if found.tolerance is not None:
        click.echo(f"✓ and within: |error| + 2σ ≤ {found.tolerance:g} {found.unit}"
                   f" ({found.accuracy}).")  # fmt: skip


def _sum(line: Line, asked: int) -> list[str]:
    known = sum(p.error is not None for p in line.points)
    claimed = sum(p.within_tolerance is True for p in line.points)
    return [
        line.algorithm,
        line.backend or "–",
        f"{known} of {asked}",
        _spread(line.non_parallelity),
        _spread(line.largest_error),
        f"{claimed} of {known}",
        line.source,
    ]


def _spread(found: Spread | None) -> str:
    if found is None:
        return "–"
    low, high = found.interval
    return f"{found.value:.6f}" + (f" [{low:.2g}–{high:.2g}]" if high > low else "")
