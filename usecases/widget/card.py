"""A run as a card of HTML: what it says in plain words, its table and its picture."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from usecases.errors import UsecasesError
from usecases.naming import made_by
from usecases.records import RunRecord
from usecases.rows import answer, table
from usecases.wording import number, percent

COLUMNS = ("algorithm", "backend", "answer", "gap", "feasible", "optimal", "lift", "time", "source")

STYLE = """<style>
.uc { font: 15px/1.5 system-ui, sans-serif; color: var(--jp-ui-font-color1, #1c2430); }
.uc h1 { font-size: 22px; margin: 0; } .uc p { margin: 4px 0; }
.uc .soft { opacity: .85; }
.uc .verdict { border-left: 4px solid #2a6fb0; padding: 4px 12px; margin: 4px 0 12px; }
.uc .verdict.bad, .uc .error { border-left: 4px solid #bc1f27; padding: 4px 12px; }
.uc .verdict b { font-size: 17px; }
.uc .wide { overflow-x: auto; }
.uc table { border-collapse: collapse; width: 100%; font-size: 13px; }
.uc th, .uc td { text-align: left; padding: 5px 8px; border-bottom: 1px solid
  var(--jp-border-color2, #d7dce2); vertical-align: top; }
.uc th { white-space: nowrap; } .uc td { min-width: 52px; }
.uc tr.context td { font-style: italic; }
.uc figure { margin: 0; background: #fff; border: 1px solid var(--jp-border-color2, #d7dce2);
  padding: 8px; } .uc figure svg { width: 100%; height: auto; max-height: 460px; display: block; }
</style>"""


def verdict(record: RunRecord) -> list[str]:
    """What the run says of itself in plain words: answer, luck, source."""
    return [_answer(record) + _hits(record), _luck(record), _source(record)]


def _answer(record: RunRecord) -> str:
    score = record.score
    kind = {"optimal": "proven optimum", "bound": "proven bound", "best_known": "best known"}
    known = kind[score.reference.kind]
    if score.gap is None:
        return answer(record)
    if score.within_tolerance or abs(score.gap) < TIE:
        return f"{answer(record)}: as good as the {known}"
    worse = "worse" if score.gap > 0 else "better"
    value = number(score.reference.value, score.unit)
    return f"{answer(record)}: {percent(abs(score.gap))} {worse} than the {known}, {value}"


TIE = 1e-9
"""A relative gap below which rounding is all there is."""


def _hits(record: RunRecord) -> str:
    """How often a shot is optimal; the best of many shots alone would flatter a coin."""
    score = record.score
    if not score.optimal_share:
        return ""
    (row, *_) = table([record])
    lift = "" if row["lift"] == "–" else f", {row['lift']} chance"
    return f". A shot is optimal in {percent(score.optimal_share)} of cases{lift}"


def _luck(record: RunRecord) -> str:
    score, chance = record.score, record.score.chance
    if score.optimal_share is None or chance is None or chance.optimal_share is None:
        return "One computed answer, no shots: luck plays no part."
    none = "" if score.optimal_share else "No shot was optimal. "
    return (
        f"{none}Chance, which is uniform random shots read in the same way, is optimal in"
        f" {percent(chance.optimal_share)} of cases."
    )


def _source(record: RunRecord) -> str:
    source = "classical" if record.backend is None else record.source
    return f"Source: {source}. {record.qubits} qubits. Run {record.id}."


def told(records: Sequence[RunRecord]) -> str:
    """The card of the last of these runs of one instance, all of them in its table."""
    last = records[-1]
    first, *rest = verdict(last)
    lines = "".join(f"<p>{escape(line)}</p>" for line in rest)
    mood = "" if last.score.feasible else " bad"
    return (
        f'<div class="uc"><div class="verdict{mood}" role="status">'
        f"<p><b>{escape(first)}</b></p>{lines}</div>"
        f'<div class="wide" tabindex="0">{_table(records)}</div></div>'
    )


def _table(records: Sequence[RunRecord]) -> str:
    head = "".join(f'<th scope="col">{escape(c)}</th>' for c in COLUMNS)
    rows = []
    for row in table(records):
        context = row["algorithm"].startswith("reference (") or row["source"] == "uniform"
        style = ' class="context"' if context else ""
        cells = "".join(f"<td>{escape(row[c])}</td>" for c in COLUMNS)
        rows.append(f"<tr{style}>{cells}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def picture(record: RunRecord) -> str:
    """The domain's own picture of the answer; nothing where the use case draws none."""
    from usecases.plots import plot
    from usecases.registry import usecase
    from usecases.sheet import svg

    if usecase(record.usecase).plot is None:
        return ""
    words = escape(f"The answer of {made_by(record)}, run {record.id}")
    drawn = svg(plot(record)).replace("<svg", f'<svg role="img" aria-label="{words}"', 1)
    return f'<div class="uc"><figure>{drawn}</figure></div>'


def failed(error: UsecasesError) -> str:
    """What went wrong and what to do next."""
    return f'<div class="uc"><p class="error" role="alert">{escape(str(error))}</p></div>'
