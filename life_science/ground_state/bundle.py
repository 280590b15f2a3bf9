"""Recompute the stored integrals and exact energies with PySCF.

Run `python -m life_science.ground_state.bundle`; the largest instance takes some minutes.
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
    lines: dict[str, str] = {}
    for name, molecule in molecules().items():
        key = instance_key(molecule)
        if key not in lines:
            print(name, flush=True)
            found = json.dumps(entry(name, molecule).model_dump(), separators=(",", ":"))
            lines[key] = f'"{key}":{found}'
    text = "{\n" + ",\n".join(lines.values()) + "\n}\n"
    Path(__file__).with_name(FILE).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
