"""Stored runs that are shipped with a notebook: written once, checked and found when replayed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from usecases import registry
from usecases.errors import UsageError, VerificationFailed
from usecases.instances import LARGEST_FILE, content_hash, parse_json
from usecases.plan import Plan, parameters_of, suited
from usecases.records import Record, RunRecord
from usecases.registry import name_of


class Runs(Record):
    """The run records of one notebook."""

    records: tuple[RunRecord, ...]


class Shipped:
    """The file of a notebook's stored runs, read when it is first asked."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def records(self) -> tuple[RunRecord, ...]:
        """The records, unchanged since they were made.

        Raises UsageError where the file is missing and VerificationFailed where it was changed.
        """
        if not self.path.is_file() or self.path.stat().st_size > LARGEST_FILE:
            raise UsageError(
                f"{self.path} holds no stored runs", 'Set the level to "simulate" in the first cell'
            )
        found = parse_json(Runs, self.path.read_text(encoding="utf-8"))
        assert isinstance(found, Runs)  # noqa: S101 - it was asked for
        for record in found.records:
            if record.content_hash() != record.digest:
                raise VerificationFailed(
                    f"{self.path.name}: run {record.id} was changed after it was made",
                    "Restore the file",
                )
        return found.records

    def find(self, plan: Plan) -> RunRecord:
        """The stored run of what is planned. Raises UsageError where there is none."""
        for made in _as_made(plan):
            for record in self.records:
                if _is_of(record, made):
                    return record
        raise UsageError(
            f"no stored run of {plan.name}, {plan.instance_name}, {name_of(plan.algorithm)} with"
            f" these settings and seed {plan.seed}",
            'A changed cell has to be computed: set the level to "simulate" in the first cell',
        )

    def write(self, records: Iterable[RunRecord]) -> None:
        """Keep these records instead."""
        texts = ",\n".join(record.model_dump_json() for record in records)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(f'{{"records": [\n{texts}\n]}}\n', encoding="utf-8")


def _as_made(plan: Plan) -> Iterator[Plan]:
    """The plan as it stands; then, where the runner would go block by block, that."""
    yield plan
    solver = suited(plan.algorithm, plan.case.model(plan.instance))
    if solver != plan.algorithm:
        yield replace(plan, algorithm=solver)


def _is_of(record: RunRecord, plan: Plan) -> bool:
    """Whether the record is what running the plan gives.

    Settings are compared as they are today, so that one that came later has its default.
    """
    names = (record.usecase, record.algorithm, record.seed)
    if names != (plan.name, name_of(plan.algorithm), plan.seed):
        return False
    if record.instance.sha256 != content_hash(plan.instance):
        return False
    solver = registry.algorithm(record.algorithm, record.parameters)
    same = parameters_of(solver) == parameters_of(plan.algorithm)
    return same and _same_machine(record, plan)


def _same_machine(record: RunRecord, plan: Plan) -> bool:
    if record.backend is None or plan.backend is None:
        return record.backend is None  # whoever asked no machine anything ran on none
    if record.backend != name_of(plan.backend):
        return False
    settings: dict[str, Any] = record.backend_settings
    return parameters_of(registry.backend(record.backend, settings)) == parameters_of(plan.backend)
