"""Offline HTML pages of runs: tables, pictures, what compares them, and where all comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from usecases.comparable import Cost, differences
from usecases.exhibits import exhibits
from usecases.records import RunRecord
from usecases.report import html, instance
from usecases.report.body import exhibit, pairs
from usecases.report.footer import footer, provenance

PICTURES = 8
"""Answers that are drawn on a page; of the other instances there are tables."""

LARGEST = 900_000
"""Bytes of a page beyond which no answer is drawn: one that is dense takes a quarter of it."""


@dataclass(frozen=True)
class Section:
    """The runs of one instance; the first is the one whose answer is drawn."""

    records: tuple[RunRecord, ...]


def page(title: str, lead: str, sections: Iterable[Section]) -> str:
    """A page of instances, each with its table and picture."""
    kept = list(sections)
    parts = [
        html.section(instance.title(s.records[0]), instance.told(s.records, s.records[0]))
        for s in kept
    ]
    return html.document(
        title, lead, "\n".join(parts), footer([r for s in kept for r in s.records])
    )


def report(
    title: str, lead: str, records: Sequence[RunRecord], costs: Mapping[str, Cost] | None = None
) -> str:
    """A page that compares runs: notes, exhibits, instances, and the provenance of all.

    `costs` are what runs cost, by id.
    """
    shown = exhibits(records, costs or {})
    parts: dict[str, str] = {}
    if shown:
        parts["Comparison"] = "\n".join(map(exhibit, shown)) + pairs(records)
    groups: dict[tuple[str, str], list[RunRecord]] = {}
    for record in records:
        groups.setdefault((record.usecase, record.instance.sha256), []).append(record)
    for k, group in enumerate(groups.values()):
        drawn = k < PICTURES and sum(map(len, parts.values())) < LARGEST
        name = instance.title(group[0])
        name = name if name not in parts else f"{name} ({group[0].instance.sha256[:6]})"
        parts[name] = instance.told(group, instance.best(group) if drawn else None)
    parts["Runs"] = provenance(records)
    notes = html.listing("Before comparing these runs, mind that", differences(records, costs))
    body = "\n".join(html.section(name, part) for name, part in parts.items())
    return html.document(title, lead, notes + html.contents([*parts]) + body, footer(records))
