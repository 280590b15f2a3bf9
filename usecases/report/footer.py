"""What stands at the end of a page: the words, and what made its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from usecases.records import RunRecord
from usecases.report.html import table, text

MOST = 500
"""Runs that a page lists."""

WORDS = """<p>Gap: distance to the reference, 0 ties. Feasible and optimal: shares of shots in
percent with Wilson's 95 % interval. Chance: uniform random shots, within the rules that a model
declares, read in the same way. Lift: how many times more often than chance the optimum is hit.
Simulated results are never hardware results.</p>
<p>qaoa: all bit strings at once, phases by cost, mixed and measured. vqe: a state with parameters,
trained to the lowest energy. annealing on neal or pathintegral, tabu, tempering: classical.
statevector, aer, lightning, mps and lightcone: simulators.</p>"""

COLUMNS = ("run", "use case", "instance", "algorithm", "backend", "seed", "finished", "SHA-256")


def footer(records: Sequence[RunRecord]) -> str:
    """The words of the tables, when the page was written, and all versions that made its runs."""
    versions: dict[str, set[str]] = {}
    for record in records:
        for package, version in record.versions.items():
            versions.setdefault(package, set()).add(version)
    listed = ", ".join(f"{k} {' and '.join(sorted(v))}" for k, v in versions.items())
    revisions = sorted({_revision(r) for r in records})
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    made = f"revision {', '.join(revisions)}; {listed}" if records else "no runs"
    return f"{WORDS}\n<p>Written {when}; {text(made)}.</p>"


def _revision(record: RunRecord) -> str:
    known = str(record.provenance.get("git_revision") or "")[:12]
    dirty = " (changed)" if record.provenance.get("git_dirty") else ""
    return f"{known}{dirty}" if known else "unknown"


def provenance(records: Sequence[RunRecord]) -> str:
    """Every run of the page, with the hash by which its record can be checked."""
    rows = [
        (
            *(r.id, r.usecase, r.instance.name, r.algorithm),
            f"{r.backend} ({r.source})" if r.backend else "classical",
            *(str(r.seed), str(r.provenance.get("finished", "–")), r.digest[:12]),
        )
        for r in records[:MOST]
    ]
    more = f"<p>And {len(records) - MOST} more.</p>" if records[MOST:] else ""
    return table("runs of this page", COLUMNS, rows) + more
