"""How many circuits an energy takes, whether its interval holds, and what mitigation buys.

python benchmarks/measuring.py            run everything and write benchmarks/results/measuring.json
python benchmarks/measuring.py --render   write docs/measuring.md from what is stored
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
STORED = ROOT / "benchmarks" / "results" / "measuring.json"
PAGE = ROOT / "docs" / "measuring.md"
USECASE = "life_science/ground_state"
MOLECULES = ("demo", "lih-2e3o", "h4", "h2o-4e4o", "n2-6e6o")
COVERED = ("demo", "lih-2e3o")
ENCODINGS = ("jordan-wigner", "parity", "bravyi-kitaev")
GROUPINGS = ("qubit-wise", "commuting")
SHOTS = (10_000, 100_000, 1_000_000)
SEEDS = 1000
NOISE, NOISY_SHOTS, NOISY_SEEDS = "jakarta", 40_000, 10
Z95 = 1.959964

READOUT = {"machine": "readout", "machine.machine": "aer", "machine.machine.noise": NOISE}
NOISY = {"machine": "aer", "machine.noise": NOISE}
WAYS: dict[str, tuple[str, dict[str, str], bool]] = {
    "raw": ("aer", {"noise": NOISE}, False),
    "verified": ("aer", {"noise": NOISE}, True),
    "readout": ("readout", NOISY, False),
    "zne": ("zne", NOISY, False),
    "zne, verified": ("zne", NOISY, True),
    "zne around readout": ("zne", READOUT, False),
    "zne around readout, linear": ("zne", READOUT | {"fit": "linear"}, False),
}
"""Name of a way to measure: backend, settings, whether shots are verified."""


def measured(name: str, grouping: str, shots: int, seed: int = 1) -> Any:
    """The measurement of a trained state's energy, and its exact value."""
    from usecases import registry
    from usecases.ansatze import uccsd
    from usecases.executor import Executor
    from usecases.programs import FermionicEnergy
    from usecases.training import near, trained

    case = registry.usecase(USECASE)
    h = case.model(case.instances[name]())
    machine = Executor(registry.backend("determinants"), registry.backend("determinants"))
    ansatz = uccsd(h)
    start = near(ansatz, np.random.default_rng(0))
    point = tuple(trained(h, ansatz, machine, start, 200).tolist())
    exact = machine(FermionicEnergy(h, ansatz, point)).energy.value
    program = FermionicEnergy(h, ansatz, point, shots, seed, grouping=grouping)  # type: ignore[arg-type]
    lowered = program.lower()
    return lowered.program, exact


def circuits(name: str) -> dict[str, Any]:
    """How many circuits the energy and the electron numbers take."""
    found: dict[str, Any] = {"instance": name}
    for grouping in GROUPINGS:
        estimate, _ = measured(name, grouping, 1_000_000)
        found["qubits"] = estimate.qubits
        found["terms"] = len(estimate.observables[0]) - 1
        found[grouping] = len(estimate.sampled.circuits)
    return found


def compiled(name: str, encoding: str, tapered: bool) -> dict[str, Any]:
    """The size of coupled cluster's circuit under an encoding, compiled lightly."""
    from qiskit import transpile

    from usecases import registry
    from usecases.ansatze import uccsd
    from usecases.encodings import Encoding
    from usecases.machine import BASIS, sizes

    case = registry.usecase(USECASE)
    h = case.model(case.instances[name]())
    ansatz = uccsd(h)
    register = ansatz.register(Encoding(encoding, tapered), h)  # type: ignore[arg-type]
    written = ansatz.circuit((0.1,) * ansatz.size, register)
    made = transpile(written, basis_gates=list(BASIS), optimization_level=1, seed_transpiler=0)
    size = sizes([written], [made])
    return {
        "instance": name,
        "encoding": f"{encoding}, tapered" if tapered else encoding,
        "qubits": register.qubits,
        "cx": size.compiled_two_qubit_gates,
        "depth": size.compiled_depth,
    }


def coverage(name: str, grouping: str, shots: int) -> dict[str, Any]:
    """The share of seeds whose interval holds; counts drawn from the circuits' exact shares."""
    from qiskit.quantum_info import Statevector

    estimate, exact = measured(name, grouping, shots)
    asked = estimate.sampled
    states = [Statevector(c.remove_final_measurements(inplace=False)) for c in asked.circuits]
    shares = [np.abs(s.data) ** 2 / np.sum(np.abs(s.data) ** 2) for s in states]
    rng, held, errors = np.random.default_rng(7), 0, []
    for _ in range(SEEDS):
        tables = [_drawn(p, n, rng) for p, n in zip(shares, asked.each, strict=True)]
        energy = estimate.of_counts(tables)[0]
        held += abs(energy.value - exact) <= Z95 * energy.stderr
        errors.append(energy.stderr)
    share, sigma = held / SEEDS, 1000 * fmean(errors)
    return {"instance": name, "grouping": grouping, "shots": shots, "share": share, "sigma": sigma}


def _drawn(shares: Any, shots: int, rng: np.random.Generator) -> dict[str, int]:
    width = (len(shares) - 1).bit_length()
    seen = rng.multinomial(shots, shares)
    return {format(k, f"0{width}b"): int(seen[k]) for k in np.flatnonzero(seen)}


def mitigated(way: str, store: Any) -> dict[str, Any]:
    """A noisy energy of H2 by one way, seed after seed; millihartree from the exact energy."""
    from usecases import run

    backend, settings, verified = WAYS[way]
    chosen = {"grouping": "commuting", "verified": verified}
    errors, sigmas = [], []
    for seed in range(NOISY_SEEDS):
        record = run(
            *(USECASE, "demo", "vqe", backend),
            parameters=chosen,
            settings=settings,
            seed=seed,
            shots=NOISY_SHOTS,
            store=store,
        )
        errors.append(1000 * (record.answer.energy - record.score.reference.value))
        sigmas.append(1000 * (record.answer.stderr or 0.0))
    held = sum(abs(e) <= Z95 * s for e, s in zip(errors, sigmas, strict=True))
    return {
        "way": way,
        "error": fmean(errors),
        "spread": stdev(errors),
        "sigma": fmean(sigmas),
        "held": held,
        "settings": settings,
        "verified": verified,
    }


def record_all() -> dict[str, Any]:
    """Everything that the page shows."""
    from usecases.store import Store

    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "store.db") as store:
        return {
            "seeds": SEEDS,
            "noise": {"machine": NOISE, "shots": NOISY_SHOTS, "seeds": NOISY_SEEDS},
            "circuits": [circuits(name) for name in MOLECULES],
            "compiled": [
                compiled(name, encoding, tapered)
                for name in MOLECULES[:4]
                for tapered in (False, True)
                for encoding in ENCODINGS
            ],
            "coverage": [
                coverage(name, grouping, shots)
                for name in COVERED
                for grouping in GROUPINGS
                for shots in SHOTS
            ],
            "mitigated": [mitigated(way, store) for way in WAYS],
        }


HEAD = """# What measuring an energy takes

Generated by `benchmarks/measuring.py` from stored runs; nothing here is typed. States are coupled
cluster's, trained exactly. How it is done is told in [the design note](design/007-measuring.md).
"""


def table(heads: list[str], rows: list[list[Any]]) -> list[str]:
    """Lines of a table; numbers stand to the right."""
    sides = ["---:" if isinstance(cell, int | float) else "---" for cell in rows[0]]
    shown = [[f"{c:,.2f}" if isinstance(c, float) else f"{c}" for c in row] for row in rows]
    return [f"| {' | '.join(line)} |" for line in (heads, sides, *shown)]


def render(found: dict[str, Any]) -> str:
    """The docs page of what is stored."""
    noise, seeds = found["noise"], found["seeds"]
    asked = ["instance", "qubits", "terms", *GROUPINGS]
    held = ["instance", "grouping", "shots"]
    made = ["instance", "encoding", "qubits", "cx", "depth"]
    lines = [
        HEAD,
        "## Circuits",
        "",
        "The energy and the electrons of each spin, measured together, qubit by qubit or whole.",
        "",
        *table(
            [*asked[:3], *(f"circuits, {g}" for g in GROUPINGS)],
            [[r[key] for key in asked] for r in found["circuits"]],
        ),
        "",
        "## Encodings",
        "",
        "Coupled cluster's circuit, compiled lightly: two-qubit gates and depth.",
        "",
        *table(made, [[r[key] for key in made] for r in found["compiled"]]),
        "",
        "## Intervals",
        "",
        f"The share of {seeds} seeds whose ± 1.96 σ holds the exact value, nominally 95 %; counts",
        "are drawn from the exact shares of each circuit.",
        "",
        *table(
            [*held, "share, %", "σ, mHa"],
            [[*(r[k] for k in held), 100 * r["share"], r["sigma"]] for r in found["coverage"]],
        ),
        "",
        "## Mitigation",
        "",
        f"H2 on Aer with the noise of `{noise['machine']}`, {noise['shots']} shots in commuting",
        f"groups, {noise['seeds']} seeds; millihartree from the exact energy. An interval that",
        "does not hold it leaves out a bias that no shots show.",
        "",
        *table(
            ["way", "mean error", "spread", "mean σ", f"within 1.96 σ, of {noise['seeds']}"],
            [
                [r[k] for k in ("way", "error", "spread", "sigma", "held")]
                for r in found["mitigated"]
            ],
        ),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run and store, or render what was stored."""
    if "--render" not in sys.argv:
        STORED.write_text(json.dumps(record_all(), indent=1, sort_keys=True) + "\n", "utf-8")
    PAGE.write_text(render(json.loads(STORED.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
