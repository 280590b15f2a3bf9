"""What else differs between runs that are compared: machines' states, packages, prices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from usecases.metrics import ties
from usecases.records import RunRecord

_STATE = ("calibrat", "firmware")
_WARNING = "warning:"


@dataclass(frozen=True)
class Cost:
    """What a run cost: an amount in a currency or a vendor's credits, and by which price table."""

    amount: float
    currency: str
    table: str = ""


def differences(records: Iterable[RunRecord], costs: Mapping[str, Cost] | None = None) -> list[str]:
    """A sentence for each thing, besides what was asked, in which the runs differ or changed.

    `costs` are what runs cost, by id.
    """
    kept = list(records)
    return [
        *_references(kept),
        *_warnings(kept),
        *_machines(kept),
        *_tables(kept, costs or {}),
        *_versions(kept),
        *_code(kept),
    ]


def _references(records: Sequence[RunRecord]) -> Iterator[str]:
    found: dict[tuple[str, str], dict[float, str]] = {}
    for record in records:
        values = found.setdefault((record.usecase, record.instance.sha256), {})
        values[record.score.reference.value] = record.instance.name
    for (usecase, _), values in found.items():
        if not ties(max(values), min(values)):
            name = next(iter(values.values()))
            told = _listed(f"{v:.10g}" for v in values)
            yield f"{usecase} {name}: gaps are to different references ({told})."


def _machines(records: Sequence[RunRecord]) -> Iterator[str]:
    for backend in dict.fromkeys(r.backend for r in records if r.backend):
        states: dict[str, set[str]] = {}
        for record in (r for r in records if r.backend == backend):
            for key, value in _state(record, (*_STATE, "sdk")).items():
                states.setdefault(key, set()).add(value)
        if told := [f"{k}: {_listed(v)}" for k, v in sorted(states.items()) if len(v) > 1]:
            yield f"{backend} was in another state ({'; '.join(told)})."


def _tables(records: Sequence[RunRecord], costs: Mapping[str, Cost]) -> Iterator[str]:
    for backend in dict.fromkeys(r.backend for r in records if r.backend):
        used = {costs[r.id].table for r in records if r.backend == backend and r.id in costs}
        if len(used) > 1:
            yield f"Prices of {backend} are from different tables: {_listed(used)}."


def _state(record: RunRecord, words: Sequence[str]) -> dict[str, str]:
    """What a run's machines said of these things when it ran, and not when it was sent."""
    return {
        key: str(value)
        for key, value in sorted(record.provenance.items())
        if any(word in key.lower() for word in words)
        and not key.startswith(_WARNING)
        and not key.endswith("at submission")
    }


def _warnings(records: Sequence[RunRecord]) -> Iterator[str]:
    for record in records:
        for key, value in record.provenance.items():
            if key.startswith(_WARNING):
                yield f"Run {record.id}: {key.removeprefix(_WARNING).strip()} {value}."


def calibration(record: RunRecord) -> str:
    """The state of the machine in one word, to tell two states apart; empty where not told."""
    return ", ".join(_state(record, _STATE).values())


def _versions(records: Sequence[RunRecord]) -> Iterator[str]:
    found: dict[str, set[str]] = {}
    for record in records:
        for package, version in record.versions.items():
            found.setdefault(package, set()).add(version)
    if told := [f"{p} {_listed(v)}" for p, v in sorted(found.items()) if len(v) > 1]:
        yield f"Versions differ, of the transpiler if it is among them: {'; '.join(told)}."


def _code(records: Sequence[RunRecord]) -> Iterator[str]:
    revisions = {str(r.provenance.get("git_revision"))[:8] for r in records}
    if len(revisions) > 1:
        yield f"The code differs: revisions {_listed(revisions)}."
    platforms = {str(r.provenance.get("platform")) for r in records}
    if len(platforms) > 1:
        yield f"Times are from different machines: {_listed(platforms)}."


def _listed(values: Iterable[str], most: int = 4) -> str:
    kept = sorted(values)
    more = f" and {len(kept) - most} more" if kept[most:] else ""
    return ", ".join(kept[:most]) + more
