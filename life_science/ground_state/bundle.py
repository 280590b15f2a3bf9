"""Compute the integrals and exact energies that are stored, with PySCF.

Run `python -m life_science.ground_state.bundle`: what is stored already is kept as it is. After
`rm integrals.json` all of it is computed again; the largest instance takes some minutes.
"""

from __future__ import annotations

import json
from pathlib import Path

from life_science.ground_state import usecase
from life_science.ground_state.integrals import FILE, Stored, computed, instance_key
from life_science.ground_state.molecule import Molecule
from life_science.ground_state.reference import recomputed

_EXAMPLES = 5
"""Seeds whose smallest example is stored, for checks without PySCF."""


def entry(name: str, molecule: Molecule) -> Stored:
    """A molecule's integrals and its exact energy, both computed now."""
    reference = recomputed(molecule)
    return Stored(
        name=name,
        energy=round(reference.value, 10),
        method=reference.method,
        integrals=computed(molecule),
    )


def molecules() -> dict[str, Molecule]:
    """Everything that is stored, by name."""
    named = {name: make() for name, make in usecase.instances.items()}
    sizes = {f"example-{seed}": usecase.example(usecase.tiny, seed) for seed in range(_EXAMPLES)}
    return named | sizes


def main() -> None:
    """Write the file beside this one, an entry a line."""
    file = Path(__file__).with_name(FILE)
    kept = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    lines: dict[str, str] = {}
    for name, molecule in molecules().items():
        key = instance_key(molecule)
        if key in lines:
            continue
        if key not in kept:
            print(name, flush=True)
            kept[key] = entry(name, molecule).model_dump()
        lines[key] = f'"{key}":{json.dumps(kept[key], separators=(",", ":"))}'
    text = "{\n" + ",\n".join(lines.values()) + "\n}\n"
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
