"""Check a record without the runner that made it: hashes, answers, reference, every score."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from usecases import judge, metrics, registry
from usecases.circuit_record import AnyRecord, CircuitRecord
from usecases.contracts import Outcome, UseCase, observed
from usecases.contradictions import check_improvements, check_makers
from usecases.errors import VerificationFailed
from usecases.instances import content_hash
from usecases.models import (
    FermionicHamiltonian,
    Model,
    Spectrum,
    all_bits,
    energies,
    qubits,
    variables,
)
from usecases.observe import from_strings
from usecases.proven import Problem, chance_of, model_of, reference_of
from usecases.records import Record, Reference, RunRecord, Score
from usecases.recount import recounted

ENUMERATED = 16
"""Variables up to which a bound is checked against the energies of all strings."""

Case = UseCase[Any, Any, Any, Any]


def verify(record: AnyRecord) -> list[str]:
    """What was checked, a line each; raises VerificationFailed at the first contradiction."""
    try:
        if record.digest != record.content_hash():
            raise VerificationFailed(
                f"run {record.id}: the record was changed after it was sealed",
                "Ask for the original, or run it again",
            )
        return recounted(record) if isinstance(record, CircuitRecord) else _verified(record)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        # A value of a kind that no run produces: it was not a run that wrote it.
        raise VerificationFailed(f"run {record.id}: a value cannot be read ({error})") from None


def _verified(record: RunRecord) -> list[str]:
    case, instance = registry.usecase(record.usecase), instance_of(record)
    if content_hash(instance) != record.instance.sha256:
        raise VerificationFailed(f"run {record.id}: the instance is not the one that was run")
    check_makers(record)
    problem = Problem(case, instance)
    model = model_of(problem)
    judged = [judge.assess(case, instance, o) for o in _outcomes(record, model)]
    check_improvements(record, min(j.outcome.energy for j in judged))
    score, top = _scored_again(record, problem, judged)
    if record.samples:
        value = to_jsonable_python(top.outcome.value)
        _same(record, "answer", value, record.answer.value)
        _same(record, "answer", top.outcome.energy, record.answer.energy)
        _same(record, "answer", top.outcome.count, record.answer.count)
    _same(record, "solution", to_jsonable_python(top.solution), to_jsonable_python(record.solution))
    lost = _lost(record, model)
    for field in Score.model_fields.keys() - lost:
        _same(record, field, getattr(score, field), getattr(record.score, field))
    return [
        "record and instance unchanged",
        f"{sum(j.outcome.count for j in judged)} answers read back and judged again",
        f"reference found again by {score.reference.method}",
        "every score computed again",
        *(["but for shares of shots: those of electrons are not kept"] if lost else []),
        *_bound(record, model),
    ]


_SHARES = frozenset({"feasible_share", "optimal_share", "lift", "tts99"})
_SHARES |= {f"{share}_interval" for share in ("feasible", "optimal", "lift", "tts99")}
"""What follows from shots alone."""


def _lost(record: RunRecord, model: Model) -> frozenset[str]:
    """The fields that cannot be computed again, as their shots are not kept."""
    if record.samples is not None or record.score.feasible_share is None:
        return frozenset()
    electrons = isinstance(model, FermionicHamiltonian | Spectrum)
    if not electrons and {*record.answer.value} == {*variables(model)}:
        raise VerificationFailed(f"run {record.id}: it tells shares of shots, and keeps no shots")
    return _SHARES


def _bound(record: RunRecord, model: Model) -> list[str]:
    """What of a claimed bound was checked; small models are enumerated."""
    bound = record.answer.bound
    if bound is None:
        return []
    if isinstance(model, FermionicHamiltonian | Spectrum) or qubits(model) > ENUMERATED:
        return ["the bound holds for these answers; it was not proven again"]
    lowest = float(energies(model, all_bits(qubits(model))).min())
    if bound > lowest and not metrics.ties(bound, lowest):
        raise VerificationFailed(f"run {record.id}: the bound lies above the lowest energy")
    return ["the bound holds for all strings"]


def _outcomes(record: RunRecord, model: Model) -> list[Outcome[Any]]:
    """The observed answers: the raw shots, or the one answer that is no shot."""
    if record.samples is None:
        kept = record.answer
        return [Outcome(observed(kept.value), kept.energy, kept.count, kept.stderr, kept.bound)]
    electrons = isinstance(model, FermionicHamiltonian | Spectrum)
    if electrons or variables(model) != record.samples.variables:
        raise VerificationFailed(f"run {record.id}: the shots are not of this model")
    found = from_strings(model, record.samples.counts)
    return [replace(outcome, bound=record.answer.bound) for outcome in found]


def _scored_again(
    record: RunRecord, problem: Problem, judged: list[judge.Judged]
) -> tuple[Score, judge.Judged]:
    """The score from the answers, with a reference and a chance of our own."""
    reference, luck = reference_of(problem), chance_of(problem, record.seed)
    spent = record.timing.solving if record.shots else None
    return judge.score(problem.case, problem.instance, judged, reference, luck, spent)


def _same(record: RunRecord, what: str, found: Any, recorded: Any) -> None:
    if not _close(found, recorded):
        raise VerificationFailed(
            f"run {record.id}: {what.replace('_', ' ')} does not follow from the answers"
        )


def _close(found: Any, recorded: Any) -> bool:
    """Equal, but for the rounding of another machine's arithmetic and another solver's version."""
    if recorded is None:
        return found is None
    if isinstance(found, Reference):
        return found.kind == recorded.kind and _close(found.value, recorded.value)
    if isinstance(found, Record):
        return all(
            _close(getattr(found, f), getattr(recorded, f)) for f in type(found).model_fields
        )
    if isinstance(found, dict):
        same_keys = isinstance(recorded, dict) and found.keys() == recorded.keys()
        return same_keys and all(_close(v, recorded[k]) for k, v in found.items())
    if isinstance(found, list | tuple):
        same_size = isinstance(recorded, list | tuple) and len(found) == len(recorded)
        return same_size and all(map(_close, found, recorded))
    if isinstance(found, float) and isinstance(recorded, int | float):
        return math.isclose(found, recorded, rel_tol=1e-6, abs_tol=1e-7)
    return bool(found == recorded)


def instance_of(record: RunRecord) -> Record:
    """The instance that was run, validated again."""
    case = registry.usecase(record.usecase)
    try:
        found: Record = case.instance.model_validate_json(json.dumps(record.instance.data))
    except ValidationError:
        raise VerificationFailed(f"run {record.id}: its instance is malformed") from None
    return found


def solution_of(record: RunRecord) -> Any:
    """The judged answer in the domain's words."""
    value = observed(record.answer.value)
    return registry.usecase(record.usecase).interpret(instance_of(record), value)
