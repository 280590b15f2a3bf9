"""The stored race as Markdown."""

from __future__ import annotations

from typing import Any

from speed.machine import traffic

MARKS = {
    "Δ": "no gradient of its own: central differences",
    "×": "fewer repetitions than the others: their number follows",
    "!": "does not compute what the others do: see below",
}


def seconds(value: float) -> str:
    """A time to three digits with its unit."""
    units = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))
    size, unit = next((pair for pair in units if value >= pair[0]), units[-1])
    scaled = value / size
    digits = 0 if scaled >= 100 else 1 if scaled >= 10 else 2
    return f"{scaled:.{digits}f} {unit}"


def single(label: str) -> bool:
    """Whether a racer computes in single precision."""
    return label.endswith(":single")


def entry(label: str, cell: dict[str, Any], least: int) -> str:
    """One racer's time in a cell, with its marks."""
    if label not in cell["racers"]:
        reason = cell["skipped"].get(label, "")
        predicted = reason.startswith("predicted ")
        return f"({reason.removeprefix('predicted ')})" if predicted else "–"
    found = cell["racers"][label]
    text = seconds(found["median"])
    text += " Δ" if found["way"].startswith("differences") else ""
    text += f" ×{len(found['times'])}" if len(found["times"]) < least else ""
    wrong = any(f" of {label} is " in said for said in cell["disagreements"])
    return text + (" !" if wrong else "")


def fastest(cell: dict[str, Any], precision: bool) -> str:
    """The fastest peer of a precision; empty if none."""
    times = {
        label: found["median"]
        for label, found in cell["racers"].items()
        if not label.startswith("ours") and single(label) is precision
    }
    return min(times, key=times.__getitem__) if times else ""


def ratio(cell: dict[str, Any], precision: bool) -> str:
    """How many times slower than ours the fastest peer is, and which peer that is."""
    best, ours = fastest(cell, precision), "ours:single" if precision else "ours"
    if not best:
        return "–"
    if ours not in cell["racers"]:
        return best.removesuffix(":single")
    times = cell["racers"][best]["median"] / cell["racers"][ours]["median"]
    return f"{times:.3g} ({best.removesuffix(':single')})"


def reached(cell: dict[str, Any], bandwidth: float) -> str:
    """The share of the memory bandwidth that ours moves its least bytes at."""
    found = cell["racers"].get("ours")
    if found is None:
        return "–"
    least = found.get("bytes") or traffic(cell["what"], cell["n"], cell["depth"], "double")
    return f"{least / found['median'] / bandwidth:.0%}"


def block(cells: list[dict[str, Any]], results: dict[str, Any]) -> list[str]:
    """The table of one kind of cost and one thing to compute."""
    labels = list(results["racers"])
    lone = any(single(label) for label in labels)
    head = ["n", "p", *labels, "best peer / ours", *(["same, single"] if lone else [])]
    head.append("ours, of bandwidth")
    known = machines(results)
    head += ["machine"] if known[1:] else []
    lines = [head, ["---:"] * len(head)]
    for cell in cells:
        times = [entry(label, cell, results["settings"]["repetitions"]) for label in labels]
        ratios = [ratio(cell, False), *([ratio(cell, True)] if lone else [])]
        share = reached(cell, cell["machine"]["bandwidth"])
        where = [str(1 + known.index(cell["machine"]))] if known[1:] else []
        lines.append([str(cell["n"]), str(cell["depth"]), *times, *ratios, share, *where])
    return ["| " + " | ".join(line) + " |" for line in lines]


def machines(results: dict[str, Any]) -> list[dict[str, Any]]:
    """The machines that cells were raced on, each once."""
    found: list[dict[str, Any]] = []
    for cell in results["cells"]:
        if cell["machine"] not in found:
            found.append(cell["machine"])
    return found


def about(results: dict[str, Any]) -> list[str]:
    """The machines, the racers and who is missing."""
    lines = [
        f"Medians of at least {results['settings']['repetitions']} calls, racers in turn; the "
        "racers of a row always on one machine:",
        "",
    ]
    for number, machine in enumerate(machines(results), 1):
        lines.append(
            f"{number}. {machine['processor']}, {machine['threads']} threads on "
            f"{machine['cores']} cores, memory bandwidth {machine['bandwidth'] / 1e9:.1f} GB/s"
        )
    lines.append("")
    for label, facts in results["racers"].items():
        versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
        note = f" ({facts['note']})" if facts["note"] else ""
        lines.append(
            f"- `{label}`: {facts['title']}, {facts['precision']} precision: {versions}{note}"
        )
    lines += [f"- `{name}`: {reason}" for name, reason in results["absent"].items()]
    return lines


def marks(results: dict[str, Any]) -> list[str]:
    """How far ahead of the best peer of the same precision ours is at 20 and 24 variables."""
    lines = []
    for what, asked in (("expectation", 15), ("gradient", 30)):
        ahead = [
            (peer["median"] / ours["median"], cell)
            for cell in results["cells"]
            if cell["what"] == what and cell["n"] in (20, 24)
            for precision, ours in cell["racers"].items()
            if precision.startswith("ours")
            if (peer := cell["racers"].get(fastest(cell, single(precision))))
        ]
        if not ahead:
            continue
        least, most = (pick(ahead, key=lambda pair: pair[0])[0] for pick in (min, max))
        below = {f"{c['kind']} n={c['n']} p={c['depth']}" for times, c in ahead if times < asked}
        lines.append(
            f"- {what}: {least:.3g} to {most:.3g} times as fast; "
            + (f"below {asked} times at {', '.join(sorted(below))}" if below else f"all {asked} up")
        )
    if not lines:
        return []
    why = (
        "Where least is gained the cost has few terms or there are few layers: a library that "
        "applies gates then applies few, while ours goes through its table of all costs as always."
    )
    return ["", "### At 20 and 24 variables, beside the best peer", "", *lines, "", why]


def reasons(results: dict[str, Any]) -> list[str]:
    """Why racers stand out of cells, and who disagreed."""
    lines = [f"{mark}: {meaning}" for mark, meaning in MARKS.items()]
    lines.append("(time): predicted and over the limit, not run; –: not run")
    said = {
        f"{label}, {cell['kind']}: {reason}"
        for cell in results["cells"]
        for label, reason in cell["skipped"].items()
        if not reason.startswith("predicted ")
    }
    said |= {
        f"{cell['kind']}, n={cell['n']}, p={cell['depth']}: {text}"
        for cell in results["cells"]
        for text in cell["disagreements"]
    }
    return [f"- {line}" for line in [*lines, *sorted(said)]]


def markdown(results: dict[str, Any]) -> str:
    """The whole race."""
    lines = about(results) + marks(results)
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for cell in results["cells"]:
        groups.setdefault((cell["kind"], cell["what"]), []).append(cell)
    for (kind, what), cells in groups.items():
        lines += ["", f"### {kind}: {what}", "", *block(cells, results)]
    return "\n".join([*lines, "", *reasons(results), ""])
