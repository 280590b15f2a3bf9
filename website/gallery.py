"""The gallery: each use case with the picture and the scores of one of its stored runs."""

from __future__ import annotations

from pathlib import Path

from usecases import registry
from usecases.naming import made_by
from usecases.page import stored_runs
from usecases.plots import plot
from usecases.records import RunRecord
from usecases.rows import table
from usecases.sheet import svg

SECTORS = {"logistics": "Logistics", "life_science": "Life science", "energy": "Energy"}

PLACE = "<!-- gallery -->"
"""Where the page wants the cards."""


def files(root: Path) -> tuple[str, dict[str, str]]:
    """The cards, and their pictures by name."""
    import matplotlib

    found: dict[str, str] = {}
    parts: list[str] = []
    with matplotlib.rc_context({"svg.hashsalt": "usecases", "svg.fonttype": "none"}):
        for sector, title in SECTORS.items():
            parts.append(f'## {title}\n\n<div class="gallery" markdown>\n')
            for name in registry.names("usecase"):
                if name.startswith(f"{sector}/") and (records := stored_runs(root, name)):
                    record = _shown(records)
                    found[f"thumbnails/{name}.svg"] = svg(plot(record))
                    parts.append(_card(name, record))
            parts.append("</div>\n")
    return "\n".join(parts), found


def _shown(records: list[RunRecord]) -> RunRecord:
    """A feasible answer of a quantum algorithm on the first instance, where there is one."""
    first = [r for r in records if r.instance.name == records[0].instance.name]
    return next((r for r in first if r.score.feasible and r.backend), first[0])


def _card(name: str, record: RunRecord) -> str:
    title = registry.entries("usecase")[name].title
    (row, *_) = table([record])
    lift = "" if row["lift"] == "–" else f", {row['lift']} chance"
    return (
        f'<div class="card" markdown>\n\n'
        f"[![{title}: an answer](thumbnails/{name}.svg)](usecases/{name}.md)\n\n"
        f"**[{title}](usecases/{name}.md)**\n\n"
        f"`{record.instance.name}`, {record.qubits} qubits, {made_by(record)}:"
        f" gap {row['gap']}{lift}\n\n</div>\n"
    ).replace("$", "\\$")
