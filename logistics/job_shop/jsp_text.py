"""Reading the text format in which job shops have been passed on since the seventies.

A line with the number of jobs and of machines, then a line for each job: machine and duration
of its operations in turn, machines counted from 0.
"""

from __future__ import annotations

import re

from logistics.job_shop.shop import JobShop
from usecases.errors import BadInstance

NUMBER = re.compile(r"[0-9]{1,9}")
MOST_MACHINES = 1000


def parse_jsp(text: str) -> JobShop:
    """The instance in a text; a job may have fewer or more operations than there are machines.

    Lines that start with # are comments anywhere, and so are all others that do not start with
    a digit before the numbers begin. Raises BadInstance with the line's number.
    """
    rows = [*_rows(text)]
    if not rows:
        raise BadInstance("content", "no line gives the number of jobs and of machines")
    (where, sizes), *lines = rows
    if len(sizes) != 2:
        raise BadInstance(where, f"{len(sizes)} numbers, where jobs and machines make two")
    jobs, machines = sizes
    if not 1 <= machines <= MOST_MACHINES:
        raise BadInstance(where, f"{machines} machines, where 1 to {MOST_MACHINES} are possible")
    if len(lines) != jobs:
        last = lines[-1][0] if lines else where
        raise BadInstance(last, f"{len(lines)} jobs are given and {jobs} were announced")
    return JobShop(jobs=tuple(_job(place, numbers, machines) for place, numbers in lines))


def _rows(text: str) -> list[tuple[str, list[int]]]:
    """The lines of numbers, each with its place in the file."""
    found: list[tuple[str, list[int]]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line, where = raw.partition("#")[0].strip(), f"line {number}"
        if not line or (not found and not line[0].isdigit()):
            continue
        words = line.split()
        wrong = next((w for w in words if not NUMBER.fullmatch(w)), None)
        if wrong is not None:
            raise BadInstance(where, f"{wrong[:40]!a} is not a whole number")
        found.append((where, [int(w) for w in words]))
    return found


def _job(where: str, numbers: list[int], machines: int) -> tuple[tuple[int, int], ...]:
    if len(numbers) % 2:
        raise BadInstance(where, f"{len(numbers)} numbers, where machines and durations pair up")
    pairs = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    for machine, _ in pairs:
        if machine >= machines:
            raise BadInstance(
                where, f"machine {machine}, where 0 to {machines - 1} exist", "The first one is 0"
            )
    return pairs
