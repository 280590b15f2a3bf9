"""What angle strategies, mixers and objectives buy on our use cases, beside classical rivals.

python benchmarks/strategies.py            run everything and write docs/runs/strategies.json
python benchmarks/strategies.py --render   write docs/strategies.md from the stored runs
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RUNS = ROOT / "docs" / "runs" / "strategies.json"
PAGE = ROOT / "docs" / "strategies.md"
SEEDS = (0, 1, 2)
SHOTS = 4096
RIVAL_SHOTS = {"annealing": 1000, "tabu": 20, "tempering": 20}
"""Answers of a classical rival; each takes far longer than a shot."""
LARGE = 20
"""Qubits beyond which a training takes half a minute: one seed and fewer lines there."""
INSTANCES = (
    ("logistics/vehicle_routing", "demo"),
    ("logistics/vehicle_routing", "workshop"),
    ("energy/unit_commitment", "demo"),
    ("energy/unit_commitment", "workshop"),
)


@dataclass(frozen=True)
class Line:
    """One row of a table: what is run, under which name."""

    table: str
    name: str
    algorithm: str
    parameters: Mapping[str, Any]


def lines(qubits: int, grouped: bool) -> Iterator[Line]:
    """Everything that is run on an instance; mixers for groups only where there are any."""
    for layers in (1, 2, 4, 8) if qubits <= LARGE else (1, 2, 4):
        for angles in ("ramp", "fixed", "trained", "interpolated"):
            settings: dict[str, Any] = {"layers": layers, "angles": angles}
            yield Line("angles", f"{angles}, p = {layers}", "qaoa", settings)
    if qubits > LARGE:
        yield Line("objectives", "CVaR, best tenth", "qaoa", {"layers": 4, "objective": "cvar",
                   "objective.alpha": 0.1})  # fmt: skip
        yield from _rivals()
        return
    several = {"layers": 4, "angles": "trained", "angles.starts": 5}
    yield Line("angles", "trained from 5 starts, p = 4", "qaoa", several)
    for mixer in ("x", "ring", "complete", "grover") if grouped else ("x", "grover"):
        yield Line("mixers", mixer, "qaoa", {"layers": 4, "mixer": mixer})
    for name, goal in (
        ("mean", {"objective": "mean"}),
        ("CVaR, best tenth", {"objective": "cvar", "objective.alpha": 0.1}),
        ("CVaR, best hundredth", {"objective": "cvar", "objective.alpha": 0.01}),
        ("Gibbs", {"objective": "gibbs"}),
    ):
        yield Line("objectives", name, "qaoa", {"layers": 4} | goal)
    yield from _rivals()


def _rivals() -> Iterator[Line]:
    yield Line("rivals", "simulated annealing", "annealing", {})
    yield Line("rivals", "tabu search", "tabu", {})
    yield Line("rivals", "parallel tempering", "tempering", {})


def record_all() -> list[dict[str, Any]]:
    """Run every line on every instance and seed; what the page needs of each record."""
    from usecases import registry, run
    from usecases.models import Structured, qubits
    from usecases.store import Store

    found = []
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "store.db") as store:
        for usecase, instance in INSTANCES:
            case = registry.usecase(usecase)
            model = case.model(case.instances[instance]())
            size = qubits(model)
            for line in lines(size, isinstance(model, Structured)):
                for seed in SEEDS if size <= LARGE else SEEDS[:1]:
                    record = run(
                        *(usecase, instance, line.algorithm),
                        parameters=dict(line.parameters),
                        seed=seed,
                        shots=SHOTS if line.table != "rivals" else RIVAL_SHOTS[line.algorithm],
                        store=store,
                    )
                    found.append(_kept(line, record))
                print(usecase, instance, line.name, f"{record.timing.solving:.2f} s", flush=True)
    return found


def _kept(line: Line, record: Any) -> dict[str, Any]:
    score = record.score
    hits = round((score.optimal_share or 0.0) * record.shots)
    return {
        "usecase": record.usecase,
        "instance": record.instance.name,
        "sha256": record.instance.sha256,
        "qubits": record.qubits,
        "table": line.table,
        "name": line.name,
        "algorithm": record.algorithm,
        "parameters": record.parameters,
        "backend": record.backend,
        "seed": record.seed,
        "shots": record.shots,
        "hits": hits,
        "feasible": round((score.feasible_share or 0.0) * record.shots),
        "gap": score.gap,
        "chance": score.chance.model_dump(),
        "seconds": record.timing.solving,
        "reference": score.reference.model_dump(),
        "reference_seconds": record.timing.reference,
        "versions": record.versions,
        "digest": record.digest,
    }


HEAD = """# What strategies, mixers and objectives buy

Generated by `benchmarks/strategies.py` from stored runs; nothing here is typed. Every line is
{shots} shots of QAOA on the exact simulator for each of several seeds; rivals give fewer answers,
each of which takes longer. *Optimal* is the share of all shots that hit the proven optimum, with
Wilson's 95 % interval for the pooled shots; angles differ from seed to seed more than shots do,
so the smallest and largest share of a seed stand beside it. *Lift* is that share over chance's:
uniformly random strings that keep the groups which the model declares. The interval pairs
opposite ends of both shares. *Gap* is that of the best shot, the median over seeds; with this
many shots chance often contains the optimum too, so it says little. *Time* is the median of the
whole solution, training included.

A simulator computes the cost of every string before its first shot, so on these sizes it has met
the optimum before it begins. Its times say how quickly such a state would be sampled; nothing is
won by them.

Electrons are not bits: `life_science/ground_state` has no diagonal cost, so neither these angles
nor these mixers apply to it, and it is absent here.
"""

TABLES = {
    "angles": "Angle strategies (default mixer)",
    "mixers": "Mixers (4 layers, trained)",
    "objectives": "Objectives (4 layers, trained)",
    "rivals": "Classical rivals",
}

COLUMNS = ("", "feasible", "optimal", "of a seed", "lift", "gap", "time")


def render(runs: list[dict[str, Any]]) -> str:
    """The page as Markdown."""
    parts = [HEAD.format(shots=runs[0]["shots"])]
    for usecase, instance in dict.fromkeys((r["usecase"], r["instance"]) for r in runs):
        here = [r for r in runs if (r["usecase"], r["instance"]) == (usecase, instance)]
        parts.append(f"## {usecase}, {instance}\n\n{_about(here)}")
        for table, title in TABLES.items():
            chosen = [r for r in here if r["table"] == table]
            if chosen:
                parts.append(f"**{title}**\n\n{_table(chosen)}")
        parts.append(_verdict(here))
    versions = runs[0]["versions"]
    parts.append("Versions: " + ", ".join(f"{k} {v}" for k, v in sorted(versions.items())))
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _about(runs: list[dict[str, Any]]) -> str:
    from usecases.wording import percent, seconds

    first, luck = runs[0], runs[0]["chance"]
    how = "all" if luck["exact"] else "randomly drawn"
    return (
        f"{min(r['qubits'] for r in runs)} qubits, {len({r['seed'] for r in runs})} seeds; the"
        " optimum is proven by"
        f" {first['reference']['method'].split(',')[0]} in {seconds(first['reference_seconds'])}."
        f" Chance ({how}: {luck['samples']} strings): feasible {percent(luck['feasible_share'])},"
        f" optimal {percent(luck['optimal_share'])}."
    )


def _table(runs: list[dict[str, Any]]) -> str:
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    names = dict.fromkeys(r["name"] for r in runs)
    rows = (_row([r for r in runs if r["name"] == name]) for name in names)
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def _row(runs: list[dict[str, Any]]) -> tuple[str, ...]:
    from statistics import median

    from usecases.metrics import wilson
    from usecases.wording import percent, seconds, share

    hits, shots = sum(r["hits"] for r in runs), sum(r["shots"] for r in runs)
    each = sorted(r["hits"] / r["shots"] for r in runs)
    gaps = [r["gap"] for r in runs if r["gap"] is not None]
    return (
        runs[0]["name"],
        percent(sum(r["feasible"] for r in runs) / shots),
        share(hits / shots, wilson(hits, shots)),
        f"{percent(each[0])} – {percent(each[-1])}",
        _lift(runs, hits, shots),
        percent(median(gaps)) if gaps else "none feasible",
        seconds(median(r["seconds"] for r in runs)),
    )


def _lift(runs: list[dict[str, Any]], hits: int, shots: int) -> str:
    """Pooled over seeds, chance's own draws pooled too unless all strings were looked at."""
    from usecases.metrics import lift, wilson

    lucks = [r["chance"] for r in runs]
    chance = sum(c["optimal_share"] for c in lucks) / len(lucks)
    bounds = (chance, chance)
    if not lucks[0]["exact"]:
        drawn = sum(c["samples"] for c in lucks)
        bounds = wilson(round(chance * drawn), drawn)
    ratio, (low, high) = lift(hits / shots, wilson(hits, shots), chance, bounds)
    ends = f"{low:.3g}–{'∞' if high is None else f'{high:.3g}'}"
    return f"{'' if ratio is None else f'{ratio:.3g}× '}[{ends}]"


def _verdict(runs: list[dict[str, Any]]) -> str:
    """Who hits the optimum most often, and who does so in the least time."""
    from statistics import median

    from usecases.metrics import tts99
    from usecases.wording import percent

    rows: dict[str, tuple[float, float | None]] = {}
    for name in dict.fromkeys(f"{r['table']}: {r['name']}" for r in runs):
        chosen = [r for r in runs if f"{r['table']}: {r['name']}" == name]
        share = sum(r["hits"] for r in chosen) / sum(r["shots"] for r in chosen)
        spent = sum(r["seconds"] for r in chosen) / sum(r["shots"] for r in chosen)
        rows[name] = (share, tts99(spent, share))
    quantum = {n: v for n, v in rows.items() if not n.startswith("rivals")}
    rivals = {n: v for n, v in rows.items() if n.startswith("rivals")}
    best = max(quantum, key=lambda n: quantum[n][0])
    fast, rival = (min(known, key=lambda n: known[n][1] or math.inf) for known in (quantum, rivals))
    times = {
        f"*{fast}* (simulated)": quantum[fast][1],
        f"*{rival}*": rivals[rival][1],
        "the exact solver, proof included,": median(r["reference_seconds"] for r in runs),
    }
    won = min(times, key=lambda name: times[name] or math.inf)
    return (
        f"Most often right among the quantum lines: *{best}*, {percent(quantum[best][0])} of shots."
        " Until the optimum is seen with 99 % confidence, the quickest of each kind, picked after"
        f" the fact: {'; '.join(f'{name} {_time(value)}' for name, value in times.items())}."
        f" First is {won.rstrip(',')}."
    )


def _time(value: float | None) -> str:
    from usecases.wording import seconds

    return "never" if value is None else seconds(value)


def main() -> None:
    """Run and store, or render what was stored."""
    if "--render" not in sys.argv:
        RUNS.parent.mkdir(parents=True, exist_ok=True)
        runs = record_all()
        RUNS.write_text(
            "[\n" + ",\n".join(json.dumps(r, sort_keys=True) for r in runs) + "\n]\n", "utf-8"
        )
    PAGE.write_text(render(json.loads(RUNS.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
