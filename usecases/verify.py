"""Check a record without the runner that made it: hashes, feasibility, objective, shares."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from usecases import metrics, registry
from usecases.contracts import Energy, UseCase
from usecases.errors import BadInstance, VerificationFailed
from usecases.instances import content_hash
from usecases.records import Record, RunRecord


def parse_record(text: str, file: str) -> RunRecord:
    """A record from JSON text; raises BadInstance when it is none."""
    try:
        return RunRecord.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "content"
        raise BadInstance(where, f"is not a run record ({first['msg']})", file=file) from None


def verify(record: RunRecord) -> list[str]:
    """What was checked, a line each; raises VerificationFailed at the first contradiction."""
    if record.digest != record.content_hash():
        raise VerificationFailed(
            f"run {record.id}: the record was changed after it was sealed",
            "Ask for the original, or run it again",
        )
    case, instance = registry.usecase(record.usecase), instance_of(record)
    if content_hash(instance) != record.instance.sha256:
        raise VerificationFailed(f"run {record.id}: the instance is not the one that was run")
    solution = solution_of(record)
    _same(record, "solution", to_jsonable_python(solution), record.solution)
    broken = tuple(case.violations(instance, solution))
    _same(record, "violations", broken, record.score.violations)
    done = ["record unchanged", "instance unchanged", "solution read back", "rules checked again"]
    if not broken:
        value = float(case.objective(instance, solution))
        recorded = record.score.objective
        if recorded is None or not metrics.ties(value, recorded):
            raise VerificationFailed(f"run {record.id}: the objective is {value}, not {recorded}")
        done.append(f"objective {value:.10g} {record.score.unit} computed again")
    if record.samples and record.score.feasible_share is not None:
        _same(record, "feasible share", _feasible_share(record, case, instance),
              record.score.feasible_share)  # fmt: skip
        done.append(f"{sum(record.samples.counts.values())} shots scored again")
    return done


def _same(record: RunRecord, what: str, found: Any, recorded: Any) -> None:
    if found != recorded:
        raise VerificationFailed(f"run {record.id}: the {what} does not follow from the answer")


def _feasible_share(
    record: RunRecord, case: UseCase[Any, Any, Any, Any], instance: Record
) -> float:
    assert record.samples is not None  # noqa: S101 - the caller looked
    names, counts = record.samples.variables, record.samples.counts
    feasible = 0
    for key, count in counts.items():
        sample = {name: int(bit) for name, bit in zip(names, key, strict=True)}
        feasible += count * (not case.violations(instance, case.interpret(instance, sample)))
    return feasible / sum(counts.values())


def instance_of(record: RunRecord) -> Record:
    """The instance that was run, validated again."""
    import json

    case = registry.usecase(record.usecase)
    found: Record = case.instance.model_validate_json(json.dumps(record.instance.data))
    return found


def solution_of(record: RunRecord) -> Any:
    """The judged answer in the domain's words."""
    value = record.answer.value
    if isinstance(value, dict) and value.keys() == {f.name for f in fields(Energy)}:
        value = Energy(**value)
    return registry.usecase(record.usecase).interpret(instance_of(record), value)
