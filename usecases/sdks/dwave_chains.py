"""Models on an annealer's couplers: chains of qubits stand for variables, and are read back."""

from __future__ import annotations

from typing import Any

from adapter import Told  # type: ignore[import-not-found]

SEEDS = 1 << 31
"""The vendor's packages take smaller seeds than ours."""

SECONDS = 300
"""The longest search for chains."""


def modelled(work: dict[str, Any]) -> Any:
    """The model of the work over spins, its variables in order."""
    import dimod

    model = dimod.BinaryQuadraticModel(work["vartype"])
    for variable, bias in zip(work["variables"], work["linear"], strict=True):
        model.add_linear(variable, bias)
    model.add_quadratic_from(work["quadratic"])
    model.offset = work["offset"]
    return model.change_vartype("SPIN", inplace=False)


def embedded(model: Any, sampler: Any, seed: int) -> tuple[dict[Any, Any], Any]:
    """Chains of qubits for the variables, and the model on them; the same for the same seed.

    Chains are held together with the strength that the vendor takes by default.
    """
    from dwave.embedding import embed_bqm
    from dwave.embedding.chain_strength import uniform_torque_compensation
    from minorminer import find_embedding

    edges = list(model.quadratic) + [(v, v) for v in model.variables]
    chains = find_embedding(edges, sampler.edgelist, random_seed=seed % SEEDS, timeout=SECONDS)
    if len(chains) < model.num_variables:
        raise Told(
            "TooLarge", f"{model.num_variables} variables do not fit into its couplers as chains"
        )
    strength = uniform_torque_compensation
    return chains, embed_bqm(model, chains, sampler.adjacency, chain_strength=strength)


def answered(model: Any, chains: dict[Any, Any], found: Any) -> dict[str, Any]:
    """Reads by string, a majority deciding over each chain, and how many chains broke."""
    from dwave.embedding import unembed_sampleset

    read = unembed_sampleset(found, chains, model, chain_break_fraction=True)
    columns = [list(read.variables).index(v) for v in model.variables]
    counts: dict[str, int] = {}
    for row, count in zip(read.record.sample[:, columns], read.record.num_occurrences, strict=True):
        bits = "".join("1" if value > 0 else "0" for value in row)
        counts[bits] = counts.get(bits, 0) + int(count)
    weights = read.record.num_occurrences
    broken = float((read.record.chain_break_fraction * weights).sum() / weights.sum())
    told = {
        "variables": str(len(chains)),
        "qubits": str(sum(map(len, chains.values()))),
        "longest_chain": str(max(map(len, chains.values()))),
        "broken_chains": f"{broken:.4f}",
    }
    return {"value": sorted(counts.items()), "provenance": told}


def version() -> str:
    """The vendor's package and its version."""
    from importlib import metadata

    return f"dwave-system {metadata.version('dwave-system')}"
