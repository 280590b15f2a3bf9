"""Routing by blocks of qubits: tight fleets, and gaps against seconds to 100 customers.

python benchmarks/routing.py            run everything and write benchmarks/results/routing.json
python benchmarks/routing.py --render   write docs/routing.md from what is stored
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
STORED = ROOT / "benchmarks" / "results" / "routing.json"
PAGE = ROOT / "docs" / "routing.md"
USECASE = "logistics/vehicle_routing"

SOLVERS = ("qaoa", "annealing", "exact", "chance")
TIGHT_SEEDS = 10
SIZES, CURVE_SEEDS = (50, 75, 100), (1, 3)
SETTINGS: dict[str, dict[str, Any]] = {
    "tight": {"solver.block": 12, "solver.rounds": 12, "seconds": 8.0},
    "curves": {"solver.block": 16, "solver.rounds": 20, "seconds": 45.0},
}
"""Of column generation; no pool and no block is begun after the seconds."""
MARKS = (5, 10, 20, 30, 40, 60)
"""Seconds at which the curves are read."""

SIDE = 1000
CAPACITY = 100
DEPOTS = ("centre", "corner", "anywhere")
PLACES = ("spread", "clustered", "half clustered")
DEMANDS = ((1, 10), (5, 10), (1, 100), (50, 100))


def vrp(name: str, points: Sequence[Sequence[int]], demands: Sequence[int], capacity: int) -> str:
    """A `.vrp` text; the first point is the depot."""
    places = "\n".join(f"{k + 1} {x} {y}" for k, (x, y) in enumerate(points))
    amounts = "\n".join(f"{k + 1}\t{q}" for k, q in enumerate((0, *demands)))
    return (
        f"NAME : {name}\nCOMMENT : (generated)\nTYPE : CVRP\nDIMENSION : {len(points)}\n"
        f"EDGE_WEIGHT_TYPE : EUC_2D\nCAPACITY : {capacity}\nNODE_COORD_SECTION\n{places}\n"
        f"DEMAND_SECTION\n{amounts}\nDEPOT_SECTION\n 1\n -1\nEOF\n"
    )


def tight(seed: int) -> str:
    """20 customers whose demands fill 4 vehicles to the last unit, as in QOBLIB's instances."""
    rng = np.random.default_rng(seed)
    demands: list[int] = []
    for _ in range(4):
        cuts = np.sort(rng.choice(np.arange(1, CAPACITY), 4, replace=False))
        demands += np.diff([0, *cuts, CAPACITY]).tolist()
    rng.shuffle(demands)
    points = rng.integers(0, SIDE + 1, (21, 2)).tolist()
    return vrp(f"RND-n20-k4-{seed:02}", points, demands, CAPACITY)


def uchoa(size: int, seed: int) -> str:
    """An instance made as those of CVRPLIB's set X are (Uchoa et al. 2017, section 4).

    Depot, placement, demands and calls per vehicle vary with the seed; the fleet is not limited.
    """
    rng = np.random.default_rng([size, seed])
    depot = {"centre": (SIDE // 2, SIDE // 2), "corner": (0, 0)}.get(
        DEPOTS[seed % 3], tuple(rng.integers(0, SIDE + 1, 2).tolist())
    )
    demands = rng.integers(*np.add(DEMANDS[seed % 4], (0, 1)), size).tolist()
    calls = rng.triangular(3, 6, 25)
    capacity = max(int(np.ceil(calls * sum(demands) / size)), *demands)
    points = [depot, *_places(PLACES[seed // 3 % 3], size, rng)]
    return vrp(f"X-like-n{size + 1}-{seed:02}", points, demands, capacity)


def _places(kind: str, size: int, rng: np.random.Generator) -> list[list[int]]:
    """Customers anywhere, or drawn to a few of them with probability Σ exp(−distance / 40)."""
    free = {"spread": size, "clustered": int(rng.integers(3, 9)), "half clustered": size // 2}
    places = rng.integers(0, SIDE + 1, (free[kind], 2))
    seeds = places[: free["clustered"]]
    found = places.tolist()
    while len(found) < size:
        point = rng.integers(0, SIDE + 1, 2)
        if rng.random() < np.exp(-np.hypot(*(seeds - point).T) / 40).sum():
            found.append(point.tolist())
    return found


def solved(text: str, kind: str, solver: str) -> dict[str, Any]:
    """One run of column generation whose blocks go to this solver, with its gap against time."""
    from logistics.vehicle_routing.vrplib_text import parse_vrp
    from usecases import run
    from usecases.progress import steps
    from usecases.store import Store

    settings = {"solver": "lns", "solver.solver": solver, "generations": 1000} | SETTINGS[kind]
    if solver == "annealing":
        settings["solver.solver.shots"] = 100
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "store.db") as store:
        record = run(
            USECASE, parse_vrp(text), "column_generation", parameters=settings, store=store
        )
    return {
        "solver": solver,
        "feasible": record.score.feasible,
        "reference": record.score.reference.model_dump(),
        "objective": record.score.objective,
        "gap": record.score.gap,
        "seconds": record.timing.solving,
        "steps": [[round(s.seconds, 2), s.gap] for s in steps(record)],
        "qubits": record.qubits if record.calls else None,
        "calls": len(record.calls),
        "sha256": record.instance.sha256,
        "parameters": record.parameters,
        "versions": record.versions,
    }


def tight_rows() -> list[dict[str, Any]]:
    """Every solver of blocks on every tight instance."""
    return [
        {"seed": seed} | _told(solved(tight(seed), "tight", solver))
        for seed in range(TIGHT_SEEDS)
        for solver in SOLVERS
    ]


def curve_rows() -> list[dict[str, Any]]:
    """Larger instances, their blocks on the statevector simulator."""
    return [
        {"size": size, "seed": seed} | _told(solved(uchoa(size, seed), "curves", "qaoa"))
        for size in SIZES
        for seed in CURVE_SEEDS
    ]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    print(row["solver"], row["feasible"], row["gap"], f"{row['seconds']:.0f} s", flush=True)
    return row


HEAD = """# Routing by blocks of qubits

Generated by `benchmarks/routing.py` from stored runs; nothing here is typed. `column_generation`
keeps a feasible plan and a pool of rounds, `lns` hands blocks of the pool to a solver, and
what the solver answers is kept where the whole plan gets shorter. Seconds are those of a run,
modelling included and the reference left out, on a machine of two cores that other work shared.
The gap is that to the reference; below 0 the answer is shorter than a plan that was best known.
"""


def render(found: dict[str, Any]) -> str:
    """The docs page of what is stored."""
    return "\n".join([HEAD, *_tight_part(found["tight"]), "", *_curve_part(found["curves"])]) + "\n"


def _tight_part(rows: list[dict[str, Any]]) -> list[str]:
    settings = SETTINGS["tight"]
    lines = [
        "## Fleets without room to spare",
        "",
        f"{TIGHT_SEEDS} random instances of 20 customers whose demands fill 4 vehicles to the last",
        f"unit. Blocks of {settings['solver.block']} variables; no pool is begun after"
        f" {settings['seconds']:.0f} s.",
        "",
        "| blocks solved by | feasible | optimum proven and reached | median gap | largest gap |"
        " last improvement, median (s) | longest run (s) |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for solver in SOLVERS:
        mine = [r for r in rows if r["solver"] == solver]
        gaps = [100 * r["gap"] for r in mine if r["gap"] is not None]
        hits = sum(r["gap"] == 0 and r["reference"]["kind"] == "optimal" for r in mine)
        last = median(r["steps"][-2][0] for r in mine)
        lines.append(
            f"| {solver} | {sum(r['feasible'] for r in mine)} of {len(mine)} | {hits} |"
            f" {median(gaps):.2f} % | {max(gaps):.2f} % | {last:.1f} |"
            f" {max(r['seconds'] for r in mine):.0f} |"
        )
    same = {s: [r["objective"] for r in rows if r["solver"] == s] for s in SOLVERS}
    alike = [s for s in SOLVERS[1:] if same[s] == same["qaoa"]]
    told = ", ".join(alike) or "No other solver"
    ends = "ends" if len(alike) < 2 else "end"
    lines += [
        "",
        f"{told} {ends} at the same lengths as qaoa on every instance. At 12 variables a block has"
        " 4096 strings, about as many as qaoa has shots, so that what decides is the pool and the"
        " choice of blocks, which are classical.",
    ]
    return lines


def _curve_part(rows: list[dict[str, Any]]) -> list[str]:
    settings = SETTINGS["curves"]
    kinds = sorted({r["reference"]["method"] for r in rows})
    lines = [
        "## To 100 customers: the gap against seconds",
        "",
        "Random instances made as those of CVRPLIB's set X are (Uchoa et al. 2017). Blocks of"
        f" {settings['solver.block']}",
        f"variables by qaoa; no pool and no block is begun after {settings['seconds']:.0f} s."
        f" Reference: {'; '.join(kinds)}.",
        "",
        f"| customers | seed | feasible | first plan | {' | '.join(f'{m} s' for m in MARKS)} |"
        " qubits | calls | run (s) |",
        "|---:|---:|---|---:|" + "---:|" * (len(MARKS) + 3),
    ]
    for r in rows:
        cells = [_at(r["steps"], mark) for mark in MARKS]
        lines.append(
            f"| {r['size']} | {r['seed']} | {'yes' if r['feasible'] else 'no'} |"
            f" {100 * r['steps'][0][1]:.2f} % | {' | '.join(cells)} | {r['qubits']} |"
            f" {r['calls']} | {r['seconds']:.0f} |"
        )
    return lines


def _at(steps: list[list[float]], mark: float) -> str:
    """The gap at a moment; before the first plan there is none."""
    known = [gap for seconds, gap in steps if seconds <= mark]
    return f"{100 * known[-1]:.2f} %" if known else "–"


def main() -> None:
    """Run and store, or render what was stored."""
    if "--render" not in sys.argv:
        found = {"tight": tight_rows(), "curves": curve_rows()}
        STORED.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", "utf-8")
    PAGE.write_text(render(json.loads(STORED.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
