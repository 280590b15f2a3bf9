"""What the runs of a suite would cost at machines elsewhere, and the cap that they share.

The cap counts what all runs of the suite were charged or may be, those that are kept as well, so
that the same command may be given again. It is held twice: before anything is sent, against what
a rehearsal of each run finds, and by the store, whenever a job is about to be sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from usecases.bench import Planned, Row, resolved
from usecases.budget import Amounts, Cap, Shared, limited
from usecases.errors import BudgetExceeded
from usecases.lowering import fits
from usecases.plan import suited
from usecases.rehearsal import rehearsed
from usecases.store import Store
from usecases.suites import Cell
from usecases.work import DOES_NOT_FIT


def weighed(found: Planned) -> dict[Cell, Row]:
    """The rows, those whose models are too large for their machines skipped, and nothing run."""
    rows = dict(found.rows)
    known: dict[Cell, str] = {}
    for cell, _ in found.tasks.values():
        unseeded = cell.model_copy(update={"seed": 0})
        if unseeded not in known:
            known[unseeded] = _too_large(unseeded)
        if reason := known[unseeded]:
            rows[cell] = replace(rows[cell], status="skipped", reason=reason)
    return rows


def _too_large(cell: Cell) -> str:
    """Why the cell's model does not fit its machine, whatever the seed; empty where it does."""
    plan = resolved(cell)
    try:
        if plan.trainer:
            model = plan.case.model(plan.instance)
            fits(plan.trainer, suited(plan.algorithm, model).width(model))
    except DOES_NOT_FIT as error:
        return str(error)
    return ""


def priced(found: Planned) -> list[Row]:
    """The rows, each that is left with what it would send elsewhere; training runs here."""
    return [_priced(row) for row in weighed(found).values()]


def _priced(row: Row) -> Row:
    if row.status != "to do" or not row.remote:
        return row
    try:
        return replace(row, sends=rehearsed(resolved(row.cell)))
    except DOES_NOT_FIT as error:
        return replace(row, status="skipped", reason=str(error))


def capped(found: Planned, store: Store, allowed: Amounts) -> Planned:
    """The suite with a cap on all that it pays.

    Raises BudgetExceeded, before anything is sent, where the runs that are left would pass it,
    or where a machine gives no price.
    """
    rows = priced(found)
    for row in rows:
        if row.sends and not row.sends.priced:
            raise BudgetExceeded(
                f"{row.cell}: its machine gives no price",
                "Nothing of the suite was sent. Leave this machine out, or give no --max-cost:"
                " then this run alone is skipped",
            )
    runs = tuple(row.id for row in found.rows.values() if row.remote and row.id)
    cap = Shared(allowed, runs)
    whole = Cap("this suite", limited(cap), store.spent_by(runs), "Raise the cap with --max-cost")
    for currency, amount in left(rows, store).items():
        whole.admits(amount, currency)
    tasks = {name: (cell, task._replace(cap=cap)) for name, (cell, task) in found.tasks.items()}
    return found._replace(tasks=tasks)


def left(rows: Iterable[Row], store: Store) -> dict[str, float]:
    """What the rows would still pay, each currency on its own: less what they have paid."""
    found: dict[str, float] = {}
    for row in rows:
        cost = row.sends.cost() if row.sends else {}
        spent = store.spent_by((row.id,)) if cost and row.id else {}
        for currency, amount in cost.items():
            more = max(amount - spent.get(currency, 0.0), 0.0)
            found[currency] = found.get(currency, 0.0) + more
    return found
