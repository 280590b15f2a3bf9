"""How fast QAOA is simulated: this project's kernel and its peers, side by side."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from speed.client import Failed, Worker
from speed.instances import KINDS, instance
from speed.machine import facts
from speed.race import WHATS, Race
from speed.render import markdown
from speed.table import FOLDER, Racer, racers

STORED = FOLDER / "results" / "optimisation.json"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="n = 12 and 16, p = 1 and 4")
    parser.add_argument("--n", type=int, nargs="+", help="variables (12 16 20 22 24)")
    parser.add_argument("--p", type=int, nargs="+", help="layers (1 4 8)")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--what", nargs="+", choices=WHATS, default=WHATS)
    parser.add_argument("--peers", nargs="+", default=[], help="NAME or NAME:single; default all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=float, default=60, help="seconds a call may take")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--out", type=Path, default=STORED)
    parser.add_argument("--render", action="store_true", help="print the stored race, run nothing")
    chosen = parser.parse_args()
    chosen.n = sorted(chosen.n or ((12, 16) if chosen.quick else (12, 16, 20, 22, 24)))
    chosen.p = sorted(chosen.p or ((1, 4) if chosen.quick else (1, 4, 8)))
    return chosen


def line_up(
    wanted: list[Racer], threads: int
) -> tuple[list[Worker], dict[str, Any], dict[str, str]]:
    """The workers that start, what each is, and why the others do not."""
    workers, known, absent = [], {}, {}
    for racer in wanted:
        if racer.entry.missing:
            absent[racer.label] = racer.entry.missing
            continue
        worker = Worker(racer, threads)
        try:
            hello = worker.ask(180, op="hello")
        except Failed as failure:
            absent[racer.label] = f"does not start: {failure}"
            continue
        workers.append(worker)
        known[racer.label] = {"title": racer.entry.title, "note": racer.entry.note, **hello}
    return workers, known, absent


def store(results: dict[str, Any], path: Path) -> None:
    """Writes what there is so far."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def run(chosen: argparse.Namespace) -> dict[str, Any]:
    """The whole race, stored after every cell."""
    workers, known, absent = line_up(racers(chosen.peers), chosen.threads)
    settings = {"limit": chosen.limit, "repetitions": chosen.repetitions}
    cells: list[dict[str, Any]] = []
    results = {
        "machine": facts(chosen.threads),
        "settings": settings,
        "racers": known,
        "absent": absent,
        "cells": cells,
    }
    race = Race(workers, chosen.limit, chosen.repetitions)
    for kind in chosen.kinds:
        for n in chosen.n:
            for cell in race.run(instance(kind, n), chosen.p, chosen.what):
                cells.append(cell)
                print(f"{kind} n={n} p={cell['depth']} {cell['what']}", file=sys.stderr)
                store(results, chosen.out)
    for worker in workers:
        worker.stop()
    return results


def main() -> None:
    """Races, prints the tables, and fails where racers disagree."""
    chosen = arguments()
    results = json.loads(chosen.out.read_text()) if chosen.render else run(chosen)
    print(markdown(results))
    wrong = [text for cell in results["cells"] for text in cell["disagreements"]]
    if wrong:
        sys.exit("DISAGREEMENT\n" + "\n".join(wrong))


if __name__ == "__main__":
    main()
