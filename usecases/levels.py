"""Replay, simulate, live: where a notebook's runs come from, chosen in one place.

The cells are the same at every level. "replay" finds the stored runs that are shipped with the
notebook and needs no network; "simulate" computes them here; "live" asks a machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from usecases.budget import Limit
from usecases.comparison import planned
from usecases.curves import Curve
from usecases.errors import UsageError, UsecasesError
from usecases.naming import made_by
from usecases.plan import Plan, prepare, refusal, usual_machine
from usecases.plots import plot
from usecases.records import RunRecord
from usecases.registry import backend as named
from usecases.replay import Shipped
from usecases.room import Level
from usecases.rows import table
from usecases.runner import perform
from usecases.scan import curve
from usecases.sheet import stamp

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FOLDERS = (Path("runs"), Path("../runs"), Path("notebooks/runs"))
"""Where stored runs lie, seen from a tour's folder, from a page's, or from the project's root."""


def level(chosen: str | None = None) -> Level:
    """The level that is given, else that of USECASES_LEVEL, else "simulate"."""
    name = chosen or os.environ.get("USECASES_LEVEL") or "simulate"
    for known in get_args(Level):
        if name == known:
            return known  # type: ignore[no-any-return]
    raise UsageError(f"there is no level {name!r}", f"Choose one of: {', '.join(get_args(Level))}")


class Tour:
    """A notebook's way to runs; `name` is that of the tour, or of the use case whose page it is.

    At the level "live" the machine is `backend`, or that of USECASES_BACKEND, and at most
    `max_cost` is spent on a run: nothing, unless you say otherwise. Tokens are never given here;
    the machine finds them in the environment.
    """

    def __init__(
        self,
        name: str,
        chosen: str | None = None,
        *,
        backend: str | None = None,
        max_cost: Limit = 0.0,
    ) -> None:
        self.name, self.level, self.max_cost = name, level(chosen), max_cost
        self.backend = backend or os.environ.get("USECASES_BACKEND")
        if self.level == "live" and not self.backend:
            raise UsageError(
                "the level live needs a machine", "Give backend=NAME or set USECASES_BACKEND"
            )
        tell_in_one_line()
        places = ((folder / f"{name}.json").resolve() for folder in FOLDERS)
        found = [place for place in places if place.is_file()]
        self._shipped = Shipped(found[0] if found else FOLDERS[-1] / f"{name}.json")

    def __repr__(self) -> str:
        if self.level == "replay":
            return f"{self.name}: replaying {len(self._shipped.records)} stored runs"
        where = f"on {self.backend}" if self.level == "live" else "here"
        return f"{self.name}: {self.level}, every run is made {where}"

    def run(
        self,
        usecase: str,
        instance: Any = "demo",
        algorithm: str | None = None,
        backend: str | None = None,
        **options: Any,
    ) -> RunRecord:
        """One run; arguments are those of `usecases.run`."""
        return self._perform(prepare(usecase, instance, algorithm, backend, **options))

    def compare(
        self, usecase: str, instance: str, algorithms: Sequence[str], **options: Any
    ) -> list[RunRecord]:
        """A run for each algorithm; arguments are those of `usecases.compare`."""
        return [self._perform(plan) for plan in planned(usecase, instance, algorithms, **options)]

    def curve(self, usecase: str, family: str, algorithms: Sequence[str], **options: Any) -> Curve:
        """Runs along a family's parameter; arguments are those of `usecases.curve`."""
        return curve(usecase, family, algorithms, perform=self._perform, **options)

    def plot(self, found: RunRecord | Curve) -> Figure:
        """The use case's picture of an answer, or a curve, stamped with its source."""
        figure = plot(found)
        stamp(figure, self._how(found if isinstance(found, RunRecord) else None))
        return figure

    def stamp(self, figure: Figure, *records: RunRecord, source: str = "simulated") -> Figure:
        """The figure with the source of the runs it was drawn from.

        Of no run, it was drawn from what its notebook made, which says the `source`.
        """
        if not records:
            stamp(figure, f"{source} · made in this notebook")
            return figure
        makers = [*dict.fromkeys(made_by(r) for r in records)]
        more = f"; {len(makers) - 2} more" if makers[2:] else ""
        about = "; ".join(makers[:2]) + more
        stamp(figure, f"{about} · {len(records)} runs, the first {records[0].id}")
        stamp(figure, self._how(records[0]))
        return figure

    def table(self, records: Iterable[RunRecord]) -> Table:
        """The runs beside reference and chance, as a notebook shows it."""
        return Table(table(records))

    def _how(self, record: RunRecord | None) -> str:
        if self.level != "replay":
            return f"made now, at the level {self.level}"
        day = str(record.provenance.get("finished", ""))[:10] if record else ""
        return f"recorded on {day}, replayed" if day else "recorded, replayed"

    def _perform(self, plan: Plan, **_: Any) -> RunRecord:
        if self.level == "replay":
            return self._shipped.find(plan)
        if self.level == "live":
            return perform(self._on_machine(plan), max_cost=self.max_cost)
        return perform(plan)

    def _on_machine(self, plan: Plan) -> Plan:
        """The plan on the live machine, unless its cell names another or it cannot be run there."""
        if plan.backend is None or plan.backend != named(usual_machine(plan.algorithm)):
            return plan
        machine = named(str(self.backend))
        if refusal(plan.algorithm, machine):
            return plan  # what is drawn from it is stamped as simulated
        moved = prepare(plan.name, plan.instance, plan.algorithm, machine, seed=plan.seed)
        return replace(moved, instance_name=plan.instance_name)


def tell_in_one_line() -> None:
    """In a notebook, show what a UsecasesError says and not where it was raised."""
    from IPython import get_ipython

    def told(shell: Any, kind: Any, error: Any, *_: Any, **__: Any) -> None:
        shell._showtraceback(kind, error, [f"{kind.__name__}: {error}"])

    if shell := get_ipython():
        shell.set_custom_exc((UsecasesError,), told)


class Table(list[dict[str, str]]):
    """Rows with the same columns; a notebook shows them as a table."""

    def _repr_markdown_(self) -> str:
        columns = list(self[0]) if self else []
        lines = [columns, ["---"] * len(columns), *(list(row.values()) for row in self)]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines).replace("$", "\\$")
