"""A room of thirty: what each person's notebook takes when all of them work at the same time.

python benchmarks/room.py            measure and write benchmarks/results/room.json
python benchmarks/room.py --render   write docs/workshop/sizing.md from what is stored
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STORED = ROOT / "benchmarks" / "results" / "room.json"
PAGE = ROOT / "docs" / "workshop" / "sizing.md"

CELLS = {
    "the check": "from usecases import doctor\nprint(doctor())",
    "the first run": "from usecases import plot, run\n"
    "record = run('logistics/vehicle_routing', 'demo', 'qaoa', seed=SEED)\nprint(record.score.gap)",
    "its picture": "plot(record, 'answer.png')",
    "a change": "record = run('logistics/vehicle_routing', 'demo', 'qaoa', seed=SEED,"
    " parameters={'layers': 6})\nprint(record.score.lift)",
}
"""What a person does in the first minutes: a cell each."""

SIZES = (1, 10, 30)
"""People who work at the same time."""
EVERY = 0.5
"""Seconds between two looks at the memory."""
MIB = 2**20


async def person(number: int, folder: Path, pids: set[int]) -> dict[str, Any]:
    """One person's kernel, from its start through all cells."""
    import psutil
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    cells = [new_code_cell(text.replace("SEED", str(number))) for text in CELLS.values()]
    home = folder / str(number)
    home.mkdir()
    where = {"metadata": {"path": str(home)}}
    client = NotebookClient(new_notebook(cells=cells), timeout=1800, resources=where)
    begun, seconds = time.perf_counter(), []
    environment = {**os.environ, "USECASES_HOME": str(home), "OMP_NUM_THREADS": "1"}
    async with client.async_setup_kernel(env=environment):
        pids.add(pid := client.km.provisioner.pid)
        for k, cell in enumerate(cells):
            await client.async_execute_cell(cell, k)
            seconds.append(time.perf_counter() - begun)
        used = psutil.Process(pid).cpu_times()
        pids.discard(pid)
    return {"cpu": used.user + used.system, "seconds": seconds}


async def watched(pids: set[int], peaks: dict[str, float]) -> None:
    """The largest memory of one kernel, and of all together, shared pages counted once."""
    import psutil

    while True:
        sizes = []
        for pid in list(pids):
            try:
                sizes.append(psutil.Process(pid).memory_full_info())
            except psutil.Error:  # it ended between two looks
                continue
        if sizes:
            peaks["one"] = max(peaks["one"], *(s.rss for s in sizes))
            peaks["all"] = max(peaks["all"], sum(s.pss for s in sizes))
        await asyncio.sleep(EVERY)


async def room(people: int) -> dict[str, Any]:
    """So many people who start at the same moment."""
    pids: set[int] = set()
    peaks = {"one": 0.0, "all": 0.0}
    with tempfile.TemporaryDirectory(prefix="room-") as folder:
        watcher = asyncio.create_task(watched(pids, peaks))
        found = await asyncio.gather(*(person(n, Path(folder), pids) for n in range(people)))
        watcher.cancel()
    return {
        "people": people,
        "cpu": median(f["cpu"] for f in found),
        "seconds": [median(f["seconds"][k] for f in found) for k in range(len(CELLS))],
        "slowest": max(f["seconds"][-1] for f in found),
        "one_mib": peaks["one"] / MIB,
        "all_mib": peaks["all"] / MIB,
    }


def measure() -> dict[str, Any]:
    """All sizes, one after the other, and the machine they were measured on."""
    import psutil

    rows = []
    for people in SIZES:
        before = psutil.getloadavg()[0]
        rows.append(asyncio.run(room(people)) | {"load": before})
        print(json.dumps(rows[-1]), file=sys.stderr)
    memory = psutil.virtual_memory().total / 2**30
    return {"cores": os.cpu_count(), "memory_gib": memory, "cells": [*CELLS], "rows": rows}


def render(found: dict[str, Any]) -> str:
    """The page of what was measured, and what follows for a room."""
    last, alone = found["rows"][-1], found["rows"][0]
    each = last["all_mib"] / last["people"]
    head = ["people", "CPU each", *found["cells"], "slowest", "memory of one", "of all", "load"]
    rows = [
        [
            *(str(r["people"]), f"{r['cpu']:.1f} s", *(f"{s:.0f} s" for s in r["seconds"])),
            *(f"{r['slowest']:.0f} s", f"{r['one_mib']:.0f} MiB", f"{r['all_mib']:.0f} MiB"),
            f"{r['load']:.1f}",
        ]
        for r in found["rows"]
    ]
    table = "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])
    cores = (1, 2, 4, 8, 16, 32)
    waits = "\n".join(f"| {n} | {last['people'] * alone['cpu'] / n / 60:.1f} min |" for n in cores)
    gib = last["people"] * each / 1024
    return f"""# Sizing a room

Generated by `benchmarks/room.py` from a stored measurement; nothing here is typed.

Each person is a Jupyter kernel of its own with a store of its own. It checks the computer, runs
vehicle routing (`demo`, 11 qubits, QAOA on the statevector simulator), draws the answer, and runs
it again with six layers. All people start at the same moment, which is the worst case. The columns
of these steps say when half of the people have done them, counted from that moment; *slowest* is
when the last person is done. The memory of all counts shared pages once.

Measured on {found["cores"]} cores with {found["memory_gib"]:.0f} GiB. Seconds on the clock depend
on what else the computer does (*load* is what it had to do before), CPU-seconds and memory hardly.

{table}

## What follows

**On their own laptops** each person needs one core and {alone["one_mib"] / 1024:.1f} GiB of free
memory for the kernel, beside what the browser takes.

**On a shared server**, {last["people"]} people take {gib:.0f} GiB together, {each:.0f} MiB each. If
all of them press the button at once, their work of {alone["cpu"]:.1f} CPU-seconds each is done
after (computed, for a server that does nothing else):

| cores | the last of {last["people"]} has everything after |
|---:|---:|
{waits}

A core for four people and {max(2 * each / 1024, 1):.0f} GiB each leave room for larger instances.
With fewer, let half of the room read stored runs while the other half simulates.
"""


def main() -> None:
    if "--render" not in sys.argv:
        STORED.write_text(json.dumps(measure(), indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(render(json.loads(STORED.read_text("utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
