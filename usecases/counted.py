"""Counts of circuits as a table for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from usecases.circuit_record import CircuitRecord
from usecases.exports import FORMULA

COLUMNS = (
    *("run", "name", "backend", "source", "seed", "circuit", "circuit_sha256", "shots"),
    *("bits", "count", "share", "share_low", "share_high", "digest"),
)


def as_csv(records: Iterable[CircuitRecord]) -> str:
    """One line a measured string below a line of names; `circuit` counts from 0 within its run.

    Shares have their 95 % intervals (Wilson).
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for record in records:
        about = (record.id, _plain(record.name), record.backend, record.source, record.seed)
        for k, tally in enumerate(record.tallies):
            for bits, count in tally.counts.items():
                counted = (bits, count, count / tally.shots, *tally.intervals[bits])
                writer.writerow((*about, k, tally.sha256, tally.shots, *counted, record.digest))
    return out.getvalue()


def _plain(name: str) -> str:
    """A name that no spreadsheet computes."""
    return f"'{name}" if name.startswith(FORMULA) else name
