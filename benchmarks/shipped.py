"""The suites that come with the package, run end to end: what they take and what they find.

python benchmarks/shipped.py SUITE [...]  run these into results/shipped.json and write the page
python benchmarks/shipped.py --render     write docs/shipped.md from what is stored

Runs are kept in the store (USECASES_HOME), so that a stopped suite is taken up again.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from speed.machine import processor

ROOT = Path(__file__).resolve().parent.parent
STORED = ROOT / "benchmarks" / "results" / "shipped.json"
PAGE = ROOT / "docs" / "shipped.md"


def main() -> None:
    """Run and store what is named, and write the page of all that is stored."""
    found: dict[str, Any] = json.loads(STORED.read_text("utf-8")) if STORED.exists() else {}
    for name in [word for word in sys.argv[1:] if word != "--render"]:
        found[name] = driven(name)
        STORED.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
        print(name, found[name]["statuses"], flush=True)
    PAGE.write_text(render(found), "utf-8")


def driven(name: str) -> dict[str, Any]:
    """Do what is left of the suite on two processes; what became of each of its runs."""
    from usecases import bench, suites
    from usecases.pool import processes
    from usecases.store import Store

    suite = suites.load(name)
    with Store() as store:
        rows = bench.bench(bench.planned(suite, store), processes(2), store, _told)
        runs = {run.id: run for run in store.runs(1_000_000)}
        told = [_run(row, store) for row in rows if row.id and row.status in ("done", "kept")]
    ends = [runs[r["id"]].started + r["seconds"] for r in told]
    return {
        "title": suite.title,
        "machine": f"{os.cpu_count()} cores of {processor()}",
        "statuses": dict(Counter("done" if r.status == "kept" else r.status for r in rows)),
        "reasons": Counter(row.reason for row in rows if row.status in ("skipped", "failed")),
        "seconds": max(ends) - min(runs[r["id"]].started for r in told),
        "runs": [{k: v for k, v in row.items() if k != "id"} for row in told],
    }


def _told(step: Any) -> None:
    print(f"[{step.done}/{step.total}] {step.row.cell}: {step.row.status}", flush=True)


def _run(row: Any, store: Any) -> dict[str, Any]:
    """What the page needs of a run's record."""
    record, cell = store.record(row.id), row.cell
    score = record.score
    return {
        "id": row.id,
        "usecase": cell.usecase,
        "instance": cell.instance,
        "algorithm": cell.algorithm,
        "backend": cell.backend,
        "qubits": record.qubits,
        "seconds": sum(seconds for _, seconds in record.timing),
        "gap": score.gap,
        "optimal_share": score.optimal_share,
        "chance": score.chance.optimal_share if score.chance else None,
    }


def render(found: dict[str, Any]) -> str:
    """The page."""
    lines = [
        "# The suites that come with the package",
        "",
        "Each was run from its first run to its last by `benchmarks/shipped.py`, and this page is"
        " generated from what is stored of that. Other work shared the machine, so that minutes"
        " are an upper bound. How to use suites: [benchmarking](benchmarking.md).",
        "",
        "| suite | runs | skipped | failed | minutes on 2 processes | machine | longest run |",
        "|---|---:|---:|---:|---:|---|---|",
        *(_suite(name, found[name]) for name in sorted(found)),
        "",
        *_reasons(found),
    ]
    if "ladder" in found:
        lines += _ladder(found["ladder"]["runs"])
    return "\n".join(lines).rstrip() + "\n"


def _suite(name: str, suite: dict[str, Any]) -> str:
    counts, longest = suite["statuses"], max(suite["runs"], key=lambda run: run["seconds"])
    what = f"{longest['usecase']} {longest['instance']}, {longest['algorithm']}"
    cells = [
        f"`{name}`: {suite['title']}",
        *(str(counts.get(status, 0)) for status in ("done", "skipped", "failed")),
        f"{suite['seconds'] / 60:.1f}",
        suite["machine"],
        f"{what}: {longest['seconds']:.0f} s",
    ]
    return f"| {' | '.join(cells)} |"


def _reasons(found: dict[str, Any]) -> list[str]:
    """Why runs were skipped or failed."""
    told = [
        f"* `{name}`, {count} of them: {reason}"
        for name in sorted(found)
        for reason, count in sorted(found[name]["reasons"].items())
    ]
    return ["Not run, or failed, and why:", "", *told, ""] if told else []


def _ladder(runs: list[dict[str, Any]]) -> list[str]:
    """A table for each use case: its sizes, and what each algorithm reached there."""
    lines = [
        "## Up the ladder",
        "",
        "A cell is the median gap to the proven optimum over the seeds; behind it, for algorithms"
        " that draw shots, the median share of the shots that are optimal, beside what uniformly"
        " random shots would score (*chance*). `exact` is a proof: its cell is how long it took."
        " Two numbers of qubits: annealers read quadratic costs alone, and what makes a cost"
        " quadratic are variables; pairs of electrons take half the qubits.",
        "",
    ]
    for case in sorted({run["usecase"] for run in runs}):
        mine = [run for run in runs if run["usecase"] == case]
        algorithms = sorted({run["algorithm"] for run in mine})
        lines += [
            f"### {case}",
            "",
            f"| instance | qubits | {' | '.join(algorithms)} | chance |",
            "|---|---:|" + "---:|" * (len(algorithms) + 1),
        ]
        sizes = dict.fromkeys(run["instance"] for run in mine)
        lines += [_rung([r for r in mine if r["instance"] == size], algorithms) for size in sizes]
        lines.append("")
    return lines


def _rung(runs: list[dict[str, Any]], algorithms: list[str]) -> str:
    qubits = sorted({run["qubits"] for run in runs if run["qubits"]})
    cells = [_cell([r for r in runs if r["algorithm"] == name]) for name in algorithms]
    chance = next((r["chance"] for r in runs if r["chance"] is not None), None)
    width = ", ".join(map(str, qubits))
    return f"| {runs[0]['instance']} | {width} | {' | '.join(cells)} | {_share(chance)} |"


def _cell(runs: list[dict[str, Any]]) -> str:
    """What an algorithm reached at one size."""
    if not runs:
        return "does not fit"
    if runs[0]["algorithm"] == "exact":
        return f"{_two(runs[0]['seconds'])} s"
    gaps = [run["gap"] for run in runs]
    if None in gaps:
        infeasible = sum(gap is None for gap in gaps)
        return f"no feasible answer in {infeasible} of {len(gaps)}"
    shares = [run["optimal_share"] for run in runs if run["optimal_share"] is not None]
    told = _share(statistics.median(gaps))
    return f"{told} ({_share(statistics.median(shares))})" if shares else told


def _share(share: float | None) -> str:
    return "–" if share is None else f"{_two(100 * share)} %"


def _two(value: float) -> str:
    """The number with two digits, and no exponent where it is large."""
    return f"{float(f'{value:.2g}'):g}"


if __name__ == "__main__":
    main()
