"""What can go wrong, one class per thing the user must do next.

UsecasesError               70  something is broken inside: report it
├── UsageError               2  correct the command
│   ├── UnknownName          2  choose one of the names offered
│   ├── Unsuited             2  choose another algorithm for this use case
│   └── MissingExtra         2  install the extra that is named
├── BadInstance              3  correct the input file
├── Unsolvable               4  ask for something possible
│   ├── Infeasible           4  relax the instance: it has no answer
│   └── TooLarge             4  take a smaller instance or a larger machine
├── BackendUnavailable       5  try again later or choose another backend
│   ├── Refused              5  nothing was taken: correct the work or send it again
│   ├── Unreachable          5  wait: reading is tried again
│   └── JobFailed            5  the job ended without a result: see why
├── AuthenticationFailed     6  set the credentials
├── BudgetExceeded           7  raise the cap or send less work
├── StillQueued              8  come back with the id that is printed
│   └── Unresolved           8  look at the machine and say whether it has the job
├── Partial                  9  look at what is missing and run it again
└── VerificationFailed      10  do not trust the record
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any


def printable(text: str) -> str:
    """The text without signs that would steer a terminal or cannot be written as UTF-8."""
    return "".join(c if c.isprintable() else "?" for c in text)


class UsecasesError(Exception):
    """A failure told in one line: what happened, why, and what to do next."""

    code = 70

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what}. {self.hint}" if self.hint else self.what


class UsageError(UsecasesError):
    """The command or call asks for something in a form that cannot be understood."""

    code = 2


def _near(name: str, known: Mapping[str, str]) -> list[str]:
    """Names near to this one, whichever letters are capitals; `known` is by small letters."""
    return [known[n] for n in get_close_matches(name.lower(), known, n=3, cutoff=0.6)]


class UnknownName(UsageError):
    """A name that nothing answers to; the nearest names are offered."""

    def __init__(
        self, kind: str, name: str, known: Iterable[str], more: Iterable[str] = ()
    ) -> None:
        names = sorted(known)
        whole = {n.lower(): n for n in [*names, *more]}
        short = {n.rpartition("/")[2]: full for n, full in whole.items()}
        near = _near(name, whole) or _near(name, short)
        hint = f"Known: {', '.join(names[:20])}" if names else f"There is no {kind} yet"
        if near:
            hint = f"Did you mean {' or '.join(near)}?"
        super().__init__(f"there is no {kind} named {name!r}", hint)


class Unsuited(UsageError):
    """The algorithm does not solve models of the use case's kind."""


class MissingExtra(UsageError):
    """A package that only some use cases need is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"this needs the package {package}, which is not installed",
            f'Install it with: pip install -c constraints.txt -e ".[{extra}]"',
        )


class BadInstance(UsecasesError):
    """An input file or value that does not describe an instance; names the field."""

    code = 3

    def __init__(self, field: str, problem: str, hint: str = "", *, file: str = "") -> None:
        self.field, self.problem, self.file = field, problem, file
        where = f"{file}: {field}" if file else field
        super().__init__(f"{where}: {problem}", hint)

    def in_file(self, file: str) -> BadInstance:
        """The same complaint with the file that it is about."""
        return BadInstance(self.field, self.problem, self.hint, file=file)


class Unsolvable(UsecasesError):
    """A well-formed request that has no answer here."""

    code = 4


class Infeasible(Unsolvable):
    """The instance has no feasible answer, and that is proven."""


class TooLarge(Unsolvable):
    """The work exceeds the machine; says the largest size that fits."""


class BackendUnavailable(UsecasesError):
    """The machine cannot be reached or refuses the kind of work."""

    code = 5


class Refused(BackendUnavailable):
    """The machine took nothing of what was submitted: nothing runs and nothing is billed.

    `retry_after` is in how many seconds it may be asked again, where the machine says so.
    """

    def __init__(self, what: str, hint: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(what, hint)
        self.retry_after = retry_after


class Unreachable(BackendUnavailable):
    """The line or the machine's service failed for now; what was asked may have been done.

    `retry_after` is in how many seconds to try again, where the machine says so.
    """

    def __init__(self, what: str, hint: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(what, hint)
        self.retry_after = retry_after


class JobFailed(BackendUnavailable):
    """The machine ended a job without a result, or with one that cannot be true."""


class AuthenticationFailed(UsecasesError):
    """The machine does not accept the credentials."""

    code = 6


class BudgetExceeded(UsecasesError):
    """The work would cost more than the cap allows; nothing was sent."""

    code = 7


class StillQueued(UsecasesError):
    """The work waits at the machine; the run's id, where it has one, picks it up again."""

    code = 8
    run = ""


class Unresolved(StillQueued):
    """A job may have been sent and cannot be looked up: a person has to settle it."""


class Partial(UsecasesError):
    """Some of the work is done, and kept in `finished`, and some is not."""

    code = 9

    def __init__(self, what: str, hint: str = "", finished: Sequence[Any] = ()) -> None:
        super().__init__(what, hint)
        self.finished = finished


class VerificationFailed(UsecasesError):
    """A stored or measured value contradicts what is proven."""

    code = 10
