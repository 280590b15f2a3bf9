"""One offline HTML page: for each use case its table, its picture and where both come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from usecases import registry
from usecases.compare import COLUMNS, made_by, table
from usecases.plots import plot, svg
from usecases.records import RunRecord

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --paper: #ffffff; --line: #d7dce2;
  --soft: #f4f6f8; --accent: #2a6fb0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --paper: #15191f; --line: #323a45;
  --soft: #1e242c; --accent: #7db4e8; } }
body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 72rem; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.75rem; margin-bottom: .25rem; } h2 { margin-top: 2.75rem; }
.lead { margin-top: 0; opacity: .8; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .82rem; }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid var(--line);
  white-space: nowrap; }
td:nth-child(2), td:nth-child(3) { white-space: normal; min-width: 9rem; }
th { background: var(--soft); }
tr.context td { opacity: .75; font-style: italic; }
figure { margin: 1.25rem 0; padding: .75rem; background: #ffffff; border: 1px solid var(--line);
  border-radius: 6px; }
figure svg { width: 100%; max-width: 48rem; height: auto; display: block; margin: 0 auto; }
figcaption { color: #4a5563; font-size: .85rem; padding-top: .5rem; }
code { background: var(--soft); padding: .1rem .3rem; border-radius: 3px; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line);
  font-size: .85rem; opacity: .8; }
@media print { body { max-width: none; margin: 0; } figure { break-inside: avoid; } }
"""


@dataclass(frozen=True)
class Section:
    """The runs of one instance; the first is the one whose answer is drawn."""

    records: tuple[RunRecord, ...]


def page(title: str, lead: str, sections: Iterable[Section]) -> str:
    """The whole page as HTML that needs no network."""
    kept = list(sections)
    body = "\n".join(_section(s) for s in kept)
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{STYLE}</style></head>
<body>
<h1>{escape(title)}</h1>
<p class="lead">{escape(lead)}</p>
{body}
{_footer(kept)}
</body>
</html>
"""


def _section(section: Section) -> str:
    first = section.records[0]
    case = registry.usecase(first.usecase)
    size = f"{first.qubits} qubits, score in {first.score.unit}"
    return f"""<section>
<h2>{escape(case.title)}</h2>
<p><code>{escape(first.usecase)}</code> · {escape(first.instance.name)} · {escape(size)}</p>
<div class="wide">{_table(section.records)}</div>
{_figure(first)}
</section>"""


def _table(records: Iterable[RunRecord]) -> str:
    head = "".join(f'<th scope="col">{escape(c)}</th>' for c in COLUMNS)
    rows = []
    for row in table(records):
        context = row["algorithm"].startswith(("reference", "chance"))
        cells = "".join(f"<td>{escape(row[c])}</td>" for c in COLUMNS)
        style = ' class="context"' if context else ""
        rows.append(f"<tr{style}>{cells}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _figure(record: RunRecord) -> str:
    if registry.usecase(record.usecase).plot is None:
        return ""
    words = f"The answer of {made_by(record)}, run {record.id}"
    picture = svg(plot(record))
    label = f'<svg role="img" aria-label="{escape(words)}"'
    picture = picture.replace("<svg", label, 1)
    return f"<figure>{picture}<figcaption>{escape(words)}.</figcaption></figure>"


def _footer(sections: list[Section]) -> str:
    records = [r for s in sections for r in s.records]
    versions = records[0].versions if records else {}
    listed = ", ".join(f"{k} {v}" for k, v in versions.items())
    revision = records[0].provenance.get("git_revision") if records else None
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"""<footer>
<p>Gap: distance to the reference, 0 ties. Feasible and optimal: shares of shots in percent with
Wilson's 95 % interval. Chance: uniform random shots, within the rules that a model declares, read
in the same way. Lift: how many times more often than chance the optimum is hit. Simulated results
are never hardware results.</p>
<p>qaoa: all bit strings at once, phases by cost, mixed and measured. vqe: a state with parameters,
trained to the lowest energy. annealing on neal or pathintegral, tabu, tempering: classical.
statevector, aer, lightning, mps and lightcone: simulators.</p>
<p>Written {when}; revision {escape(str(revision))}; {escape(listed)}.</p>
</footer>"""
