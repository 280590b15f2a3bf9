"""What a record says of itself, held against itself: makers, machines, times, improvements."""

from __future__ import annotations

from itertools import pairwise

from usecases import metrics, registry
from usecases.contracts import NonVariational, observed
from usecases.errors import VerificationFailed
from usecases.records import RunRecord


def check_makers(record: RunRecord) -> None:
    """Whether algorithm and backend exist, take these settings, and are what the record says."""
    registry.algorithm(record.algorithm, record.parameters)
    source = "simulated"
    if record.backend is not None:
        source = registry.backend(record.backend, record.backend_settings).source
    if source != record.source:
        raise VerificationFailed(f"run {record.id}: {record.backend} is not {record.source}")
    if record.train_on is not None:
        registry.backend(record.train_on, record.train_settings)
    least = min(record.timing.model_dump().values())
    if (record.backend is None) != (not record.calls) or least < 0:
        raise VerificationFailed(f"run {record.id}: its machine, calls and times contradict")
    if record.backend and isinstance(observed(record.answer.value), NonVariational):
        raise VerificationFailed(f"run {record.id}: a machine's energy must be a bound")
    shots = sum(record.samples.counts.values()) if record.samples else record.shots
    if record.shots is not None and shots != record.shots:
        raise VerificationFailed(f"run {record.id}: {shots} shots are kept, not {record.shots}")


def check_improvements(record: RunRecord, lowest: float) -> None:
    """Whether they improve one after the other, and on no more than the answers show."""
    steps = list(pairwise(record.improvements))
    in_order = all(
        a.energy > b.energy and a.seconds <= b.seconds and a.calls <= b.calls for a, b in steps
    )
    last = record.improvements[-1] if record.improvements else None
    if last and (last.calls > len(record.calls) or not in_order):
        raise VerificationFailed(f"run {record.id}: its improvements are not in order")
    if last and last.energy < lowest and not metrics.ties(last.energy, lowest):
        raise VerificationFailed(f"run {record.id}: no answer has the energy it improved to")
