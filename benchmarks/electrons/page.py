"""The stored race over molecules as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

from speed.render import seconds

OURS, HOW = "ours", "backend"
"""The row that the others are compared with: what an algorithm pays, all of it."""
ACCURATE = 1.6e-3
"""Hartree: chemical accuracy."""

LACKING = "Unsupported: "
"""How a worker says that a simulator has not what an ansatz is made of."""

MARKS = {
    "Δ": "no gradient of its own: central differences, two energies for each parameter",
    "×": "fewer repetitions than the others: their number follows",
    "!": "does not compute what the others do: see below",
}


def rows(cell: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Simulator, way and what was seen, our own first."""
    for label, ways in cell["racers"].items():
        for way, seen in ways.items():
            yield label, way, seen


def time_of(seen: dict[str, Any], what: str, least: int) -> str:
    """A time with its marks."""
    if what not in seen:
        return "–"
    text = seconds(seen[what]["median"])
    text += " Δ" if what == "gradient" and not seen["sloped"] else ""
    number = len(seen[what]["times"])
    return text + (f" ×{number}" if number < least else "")


def ratio(cell: dict[str, Any], seen: dict[str, Any], what: str) -> str:
    """How many times as long as ours it takes."""
    ours = cell["racers"].get(OURS, {}).get(HOW, {})
    if what not in seen or what not in ours:
        return "–"
    return f"{seen[what]['median'] / ours[what]['median']:.3g}"


def block(cell: dict[str, Any], least: int) -> list[str]:
    """The table of one molecule and one ansatz."""
    head = ["simulator", "way", "set-up", "energy", "/ ours", "value and gradient", "/ ours"]
    lines = [head, ["---", "---", *["---:"] * 5]]
    for label, way, seen in rows(cell):
        wrong = any(f" of {label}, {way} is " in said for said in cell["disagreements"])
        line = [label, way + (" !" if wrong else ""), seconds(seen["setup"])]
        for what in ("energy", "gradient"):
            line += [time_of(seen, what, least), ratio(cell, seen, what)]
        lines.append(line)
    return ["| " + " | ".join(line) + " |" for line in lines]


def best(cell: dict[str, Any], what: str, among: tuple[str, ...] = ()) -> tuple[float, str]:
    """The fastest peer's time over ours, and which peer; infinite where there is none."""
    ours = cell["racers"].get(OURS, {}).get(HOW, {})
    found = [
        (seen[what]["median"] / ours[what]["median"], f"{label}, {way}")
        for label, way, seen in rows(cell)
        if label != OURS and what in seen and what in ours and (not among or label in among)
    ]
    return min(found, default=(float("inf"), "nobody"))


def verdict(results: dict[str, Any]) -> list[str]:
    """How far the next one is behind, over all cells."""
    lines = []
    for what, name in (("energy", "an energy"), ("gradient", "a value with its gradient")):
        nearest = min(
            ((*best(cell, what), cell) for cell in results["cells"]), key=lambda found: found[0]
        )
        times, peer, cell = nearest
        if peer != "nobody":
            where = f"{cell['ansatz']} of {cell['molecule']}"
            lines.append(
                f"- The nearest peer for {name}: {peer}, {times:.3g} times our time ({where})."
            )
    for cell in results["cells"]:
        if cell["qubits"] != max(c["qubits"] for c in results["cells"]):
            continue
        for label in ("lightning", "aer"):
            said = [
                f"{best(cell, what, (label,))[0]:,.0f} times ours for {name}"
                for what, name in (("energy", "an energy"), ("gradient", "a gradient"))
                if best(cell, what, (label,))[1] != "nobody"
            ]
            if said:
                where = f"{cell['ansatz']} of {cell['molecule']}, {cell['qubits']} qubits"
                lines.append(f"- `{label}` at its fastest, {where}: {' and '.join(said)}.")
    return lines


def about(results: dict[str, Any]) -> list[str]:
    """The machine, the racers and who is missing."""
    machine, least = results["machine"], results["settings"]["repetitions"]
    lines = [
        f"{machine['processor']}, {machine['threads']} threads on {machine['cores']} cores. "
        f"Medians of at least {least} blocks of calls, racers in turn.",
        "",
    ]
    for label, facts in results["racers"].items():
        versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
        note = f" ({facts['note']})" if facts["note"] else ""
        lines.append(f"- `{label}`: {facts['title']}: {versions}{note}")
    return [*lines, *(f"- `{name}`: {reason}" for name, reason in results["absent"].items())]


def section(cell: dict[str, Any], least: int) -> list[str]:
    """A molecule with one ansatz: facts, times, the exact answer beside them."""
    lines = [
        f"### {cell['ansatz']} of {cell['molecule']}: {cell['qubits']} qubits",
        "",
        f"{cell['factors']} factors with {cell['parameters']} parameters, which reach "
        f"{cell['determinants']} determinants.",
    ]
    if exact := cell.get("exact"):
        lines[-1] += (
            f" PySCF's full configuration interaction has the exact energy, "
            f"{exact['value']:.6f} hartree, in {seconds(exact['energy']['median'])}."
        )
    return [*lines, "", *block(cell, least), ""]


def training(results: dict[str, Any]) -> list[str]:
    """The whole algorithm's times."""
    lines = [
        "| molecule | calls | above exact, mHa | warm | first, compiled before | process | "
        "first, nothing compiled | process | exact, PySCF |",
        "| --- | " + " | ".join(["---:"] * 8) + " |",
    ]
    exact = {cell["molecule"]: cell["exact"]["energy"]["median"] for cell in results["cells"]}
    for name, runs in results["vqe"].items():
        cached, bare = runs["cached"], runs["uncached"]
        error = f"{1000 * cached['error']:.3f}"
        if cached["error"] > ACCURATE:
            error += " (not chemically accurate)"
        warm = seconds(statistics.median(cached["warm"]))
        times = [seconds(run[key]) for run in (cached, bare) for key in ("first", "process")]
        times.append(seconds(exact[name]) if name in exact else "–")
        lines.append("| " + " | ".join([name, str(cached["calls"]), error, warm, *times]) + " |")
    return lines


def reasons(results: dict[str, Any]) -> list[str]:
    """What the marks mean, why ways stand out, and who disagreed."""
    where = [(f"{c['ansatz']} of {c['molecule']}", c) for c in results["cells"]]
    lines = [f"{mark}: {meaning}" for mark, meaning in MARKS.items()]
    lacking = {
        f"{c['ansatz']}: {who.partition(',')[0]}: {why.removeprefix(LACKING)}": None
        for _, c in where
        for who, why in c["skipped"].items()
        if why.startswith(LACKING)
    }
    lines += lacking
    lines += [
        f"{w}: {who}: {why}"
        for w, c in where
        for who, why in c["skipped"].items()
        if not why.startswith(LACKING)
    ]
    lines += [f"{w}: {said}" for w, c in where for said in c["disagreements"]]
    return [f"- {line}" for line in lines]


def markdown(results: dict[str, Any]) -> str:
    """The whole race."""
    least = results["settings"]["repetitions"]
    lines = [*about(results), "", "## What the race says", "", *verdict(results), ""]
    lines += ["## A whole VQE", "", VQE, "", *training(results), "", "## Times", ""]
    for cell in results["cells"]:
        lines += section(cell, least)
    lines += [*reasons(results), ""]
    return "\n".join(lines)


VQE = """The algorithm `vqe` on the backend `determinants` from nothing to the trained energy:
determinants, pairs, rows, L-BFGS and the final energy; the integrals are given. *Warm* is the
median of further trainings in the same process, what was prepared thrown away before each.
*First* is the first training of a new process, with its imports that have not been made yet;
*process* is the whole process, from the start of Python to its end, all trainings included. What
the kernel compiles is kept on disk; a run with nothing compiled begins with an empty folder. The
classical answer, full configuration interaction of the same integrals, stands beside."""
