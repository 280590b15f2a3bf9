"""Nitrogen on 32 qubits: what samples choose, beside chance and a classical selection.

python benchmarks/frontier.py            run everything and write benchmarks/results/frontier.json
python benchmarks/frontier.py --render   write docs/frontier.md from what is stored
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STORED = ROOT / "benchmarks" / "results" / "frontier.json"
PAGE = ROOT / "docs" / "frontier.md"
USECASE, INSTANCE = "life_science/ground_state", "frontier"
STRINGS = (200, 400, 600)
"""Strings of one spin; a space has their square of determinants."""
SHOTS = 100_000
ROUNDS = 4
ACCURACY = 1.6
"""Millihartree; chemical accuracy."""
MOST_CHOSEN = 200_000
"""Determinants that selected_ci chooses one by one."""
GROWTH = 2
"""Spaces of a size that the classical selection goes through."""

NAMES = {
    "lucj": "LUCJ state, sampled",
    "uniform": "random determinants",
    "pairs": "selected CI of strings",
    "cipsi": "selected CI of determinants",
}


def sampled(samples: str, strings: int, store: Any) -> dict[str, Any]:
    """Sample-based diagonalisation through the runner."""
    from usecases import run

    settings = {
        "samples": samples,
        "strings": strings,
        "batch": 10 * strings,
        "batches": 1,
        "rounds": ROUNDS,
    }
    record = run(USECASE, INSTANCE, "sqd", parameters=settings, shots=SHOTS, store=store)
    return {
        "method": samples,
        "energy": record.answer.energy,
        "determinants": record.answer.value["determinants"],
        "seconds": record.timing.solving,
        "machine": record.timing.machine,
        "rounds": [step.energy for step in record.improvements],
        "parameters": record.parameters,
        "seed": record.seed,
        "shots": SHOTS if samples == "lucj" else None,
        "sha256": record.instance.sha256,
        "versions": record.versions,
    }


def selected(determinants: int, store: Any) -> dict[str, Any]:
    """The determinants that perturbation theory chooses one by one."""
    from usecases import run

    settings = {"determinants": determinants}
    record = run(USECASE, INSTANCE, "selected_ci", parameters=settings, store=store)
    return {
        "method": "cipsi",
        "energy": record.answer.energy,
        "determinants": record.answer.value["determinants"],
        "seconds": record.timing.solving,
        "parameters": record.parameters,
        "seed": record.seed,
        "sha256": record.instance.sha256,
        "versions": record.versions,
    }


def grown(h: Any, strings: int, known: list[int]) -> tuple[dict[str, Any], list[int]]:
    """The same kind of space, all pairs of strings, grown classically from a smaller one.

    PySCF proposes strings that couple to those of large weight; the heaviest stay.
    """
    import numpy as np
    from pyscf.fci import selected_ci
    from qiskit_addon_sqd.fermion import solve_sci

    begun = time.perf_counter()
    solver = selected_ci.SelectedCI()
    solver.select_cutoff = solver.ci_coeff_cutoff = 1e-4
    space, electrons = np.array(sorted(known), dtype=np.int64), (h.alpha, h.beta)
    for _ in range(GROWTH):
        state = solve_sci(
            (space, space), h.one_body, h.two_body, h.orbitals, electrons, spin_sq=0.0
        ).sci_state
        vector = selected_ci._as_SCIvector(state.amplitudes, (space, space))
        wider = selected_ci.enlarge_space(solver, vector, h.two_body, h.orbitals, electrons)
        space = np.union1d(wider._strs[0], wider._strs[1])
        space = _heaviest(h, space, state, strings)
    found = solve_sci((space, space), h.one_body, h.two_body, h.orbitals, electrons, spin_sq=0.0)
    return {
        "method": "pairs",
        "energy": float(found.energy) + h.constant,
        "determinants": len(space) ** 2,
        "seconds": time.perf_counter() - begun,
    }, space.tolist()


def _heaviest(h: Any, space: Any, state: Any, strings: int) -> Any:
    """Known strings by their weight, new ones by what first order gives them beside the others."""
    import numpy as np
    from pyscf.fci import selected_ci

    known = state.ci_strs_a
    amplitudes = np.zeros((len(space), len(space)))
    places = np.searchsorted(space, known)
    amplitudes[np.ix_(places, places)] = state.amplitudes
    vector = selected_ci._as_SCIvector(amplitudes, (space, space))
    electrons = (h.alpha, h.beta)
    absorbed = selected_ci.SelectedCI().absorb_h1e(
        h.one_body, h.two_body, h.orbitals, electrons, 0.5
    )
    image = np.asarray(selected_ci.contract_2e(absorbed, vector, h.orbitals, electrons))
    diagonal = selected_ci.make_hdiag(
        h.one_body, h.two_body, (space, space), h.orbitals, electrons
    ).reshape(image.shape)
    energy = float(np.vdot(amplitudes, image))
    first = image / np.minimum(energy - diagonal, -1e-3)
    first[np.ix_(places, places)] = state.amplitudes
    weights = (first**2).sum(axis=0) + (first**2).sum(axis=1)
    return np.sort(space[np.argsort(-weights, kind="stable")[:strings]])


def record_all() -> dict[str, Any]:
    """Every row, written down as soon as it is there."""
    from usecases import registry
    from usecases.store import Store

    case = registry.usecase(USECASE)
    instance = case.instances[INSTANCE]()
    h, reference = case.model(instance), case.reference(instance)
    found: dict[str, Any] = {
        "reference": reference.model_dump(),
        "orbitals": h.orbitals,
        "electrons": h.alpha + h.beta,
        "rows": [],
    }
    known = [(1 << h.alpha) - 1]
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "store.db") as store:
        for strings in STRINGS:
            _noted(found, sampled("lucj", strings, store))
            _noted(found, sampled("uniform", strings, store))
            row, known = grown(h, strings, known)
            _noted(found, row)
            if strings**2 <= MOST_CHOSEN:
                _noted(found, selected(strings**2, store))
    return found


def _noted(found: dict[str, Any], row: dict[str, Any]) -> None:
    found["rows"].append(row)
    STORED.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", "utf-8")
    error = 1000 * (row["energy"] - found["reference"]["value"])
    print(
        row["method"], row["determinants"], f"{error:.3f} mHa, {row['seconds']:.0f} s", flush=True
    )


def main() -> None:
    """Run and store, or render what was stored."""
    if "--render" not in sys.argv:
        record_all()
    PAGE.write_text(render(json.loads(STORED.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
