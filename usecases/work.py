"""One run of a suite, as a process that shares nothing with its sender does it."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, NamedTuple

from usecases.budget import Shared
from usecases.errors import (
    AuthenticationFailed,
    BackendUnavailable,
    BudgetExceeded,
    JobFailed,
    MissingExtra,
    StillQueued,
    Unsolvable,
    Unsuited,
    UsecasesError,
)
from usecases.secrets import quiet_logs

DOES_NOT_FIT = (
    *(MissingExtra, Unsuited, Unsolvable, BackendUnavailable),
    *(AuthenticationFailed, BudgetExceeded),
)
"""What is no fault of a run: it cannot be done here, or not now."""


class Task(NamedTuple):
    """A run to be done: its id, how often the same was asked before, and what it asks for.

    A `remote` one asks a machine elsewhere, so that its jobs are written down in the store, which
    heeds the `cap` on what they cost; it waits for them for `max_wait` seconds, if given.
    """

    id: str
    ordinal: int
    request: dict[str, Any]
    remote: bool = False
    cap: Shared | None = None
    max_wait: float | None = None


class Reply(NamedTuple):
    """What became of a task, and its record as JSON or the reason why there is none."""

    status: Literal["done", "queued", "skipped", "failed"]
    text: str


def work(task: Task) -> Reply:
    """Do the run. Only plain data goes back: an error of a vendor may not survive the way."""
    _prepared()
    try:
        return Reply("done", _record(task))
    except StillQueued as error:
        return Reply("queued", str(error))
    except JobFailed as error:
        return Reply("failed", str(error))
    except DOES_NOT_FIT as error:
        return Reply("skipped", str(error))
    except UsecasesError as error:
        return Reply("failed", str(error))
    except Exception as error:  # one broken run never ends a night's work
        return Reply("failed", f"internal: {type(error).__name__}: {str(error)[:300]}")


@cache
def _prepared() -> None:
    """Once in each process, however many runs it does."""
    quiet_logs()


def _record(task: Task) -> str:
    from usecases.plan import again
    from usecases.runner import computed, perform

    plan = again(task.request)
    if not task.remote:
        return computed(plan, task.id).model_dump_json()
    return perform(plan, max_cost=task.cap, max_wait=task.max_wait).model_dump_json()
