"""Compute the exact states and integrals that are stored, with PySCF.

Run `python -m life_science.excited_states.bundle`: what is stored already is kept as it is. The
largest instance takes some minutes.
"""

from __future__ import annotations

import json
from pathlib import Path

from life_science.excited_states import usecase
from life_science.excited_states.question import Excitations
from life_science.excited_states.roots import recomputed
from life_science.excited_states.stored import FILE, Root, Roots, Stored, bundled, instance_key
from life_science.ground_state import integrals

_EXAMPLES = 5
"""Seeds whose smallest example is stored, for checks without PySCF."""
_DIGITS = 10


def entry(name: str, asked: Excitations) -> Stored:
    """An instance's exact states, computed now, and its integrals unless they are stored."""
    fresh = integrals.computed(asked.molecule)
    known = integrals.instance_key(asked.molecule) in integrals.bundled()
    return Stored(
        name=name,
        molecule=asked.molecule,
        states=asked.states,
        orbitals=fresh.orbitals,
        roots=rounded(recomputed(asked)),
        integrals=None if known else fresh,
    )


def rounded(found: Roots) -> Roots:
    """The same with ten decimals of each energy and six of the rest."""
    levels = tuple(
        Root(
            energy=round(one.energy, _DIGITS),
            spin_squared=round(one.spin_squared, 6) + 0.0,
            strength=None if one.strength is None else round(one.strength, 6) + 0.0,
        )
        for one in found.levels
    )
    return Roots(levels=levels, method=found.method)


def main() -> None:
    """Write the file beside this one, an entry a line."""
    named = {name: make() for name, make in usecase.instances.items()}
    sizes = {f"example-{seed}": usecase.example(usecase.tiny, seed) for seed in range(_EXAMPLES)}
    lines: dict[str, str] = {}
    for name, asked in (named | sizes).items():
        key = instance_key(asked)
        if key not in lines:
            kept = bundled().get(key) or entry(name, asked)
            content = kept.model_dump(mode="json", exclude_defaults=True)
            lines[key] = json.dumps(content, separators=(",", ":"))
    text = "[\n" + ",\n".join(lines.values()) + "\n]\n"
    Path(__file__).with_name(FILE).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
