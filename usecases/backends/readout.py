"""Readout mitigation: how often each qubit is misread, measured and taken out of the means.

A qubit that shows 1 for 0 with probability e0 and 0 for 1 with e1 gives, instead of ±1, the number
(s + e0 − e1) / (1 − e0 − e1) for the sign s that is read: its mean is the true one. A string of Z
is the product over its qubits, as when the tensored matrix of errors is inverted (Bravyi et al.
2021, arXiv:2006.14044). Errors that several qubits make together are not seen.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field, field_validator

from usecases.contracts import Backend, Wrapper
from usecases.errors import BackendUnavailable, UsageError
from usecases.models import Bits, Floats
from usecases.programs import Counts, Estimate, Estimated, Lowered, Program, SampleCircuits
from usecases.programs.circuits import counted_bits
from usecases.programs.measuring import Group, Masks, Share

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

_STEP = 1e-5
"""Of a probability, in the difference that stands for a derivative."""


class Readout(Wrapper):
    """Estimates from shots, freed of readout errors on average; all else is the machine's own.

    `calibration` is how often all qubits are read behind each circuit as all 0 and as all 1; these
    shots come on top of the estimate's.
    """

    calibration: int = Field(default=10_000, ge=100, le=100_000_000)

    @field_validator("machine")
    @classmethod
    def _measures_itself(cls, machine: Backend) -> Backend:
        if isinstance(machine, Wrapper):
            raise ValueError(
                "readout hands on circuits, in which no wrapper sees estimates:"
                " put zne around readout"
            )
        return machine

    def asks(self, program: Program[Any]) -> Lowered[Any] | None:
        """The estimate's circuits, and each twice more with its qubits set anew before they are
        read: so they lie where they lay, and each place has errors of its own."""
        if not isinstance(program, Estimate) or program.shots is None:
            return None
        if program.symmetries:
            raise UsageError(
                "readout mitigates means and cannot tell which shots to discard",
                "Leave out verified, or the wrapper readout",
            )
        sampled = program.sampled
        twins = tuple(_set(circuit, ones) for circuit in sampled.circuits for ones in (False, True))
        shots = (*sampled.each, *(self.calibration,) * len(twins))
        asked = SampleCircuits((*sampled.circuits, *twins), shots, program.seed)
        return Lowered(asked, partial(_mitigated, program), partial(_tells, program))


def _mitigated(program: Estimate, tables: list[Counts]) -> list[Estimated]:
    n = len(program.groups)
    zeros, ones = tables[n::2], tables[n + 1 :: 2]
    pairs = zip(program.groups, tables[:n], zeros, ones, strict=True)
    return program.total([_share(group, counts, *_errors(z, o)) for group, counts, z, o in pairs])


def _errors(zeros: Counts, ones: Counts) -> tuple[Floats, int]:
    """How often each qubit is misread, rows for 0 and for 1, and the shots of each row."""
    shots = sum(zeros.values())
    rates = np.array([_ones(zeros), 1.0 - _ones(ones)])
    if (worst := rates.sum(axis=0).max()) > 0.9:
        raise BackendUnavailable(
            f"a qubit is misread so often ({worst:.2f}) that its bits say nothing",
            "Take another machine",
        )
    return rates, shots


def _ones(counts: Counts) -> Floats:
    bits, times = counted_bits(counts)
    return np.asarray(np.array(times) @ bits / sum(times))


def _share(group: Group, counts: Counts, rates: Floats, shots: int) -> Share:
    """The group's share with its two errors: of its own shots, and of the misreadings' rates."""

    def at(rates: Floats) -> Floats:
        return group.mean(counts, _read(rates)).values

    found = group.mean(counts, _read(rates))
    variances = found.variances.copy()
    sure = (rates * shots + 1.0) / (shots + 2.0)  # no rate is known to be 0
    for place in np.ndindex(rates.shape):
        step = np.zeros_like(rates)
        step[place] = _STEP
        slope = (at(rates + step) - at(rates - step)) / (2 * _STEP)
        variances += slope**2 * sure[place] * (1 - sure[place]) / shots
    return Share(found.values, variances, found.kept)


def _read(rates: Floats) -> Callable[[Bits, Masks], Floats]:
    """Outcomes of strings of Z whose means are those of perfect readout."""

    def outcomes(bits: Bits, masks: Masks) -> Floats:
        numbers = (1.0 - 2.0 * bits + rates[0] - rates[1]) / (1.0 - rates.sum(axis=0))
        found = np.ones((len(bits), len(masks)))
        for qubit in range(bits.shape[1]):
            found[:, masks[:, qubit]] *= numbers[:, qubit, None]
        return found

    return outcomes


def _tells(program: Estimate, tables: list[Counts]) -> dict[str, str]:
    """The largest rate, and what the first observable was before it was mitigated."""
    n = len(program.groups)
    twins = zip(tables[n::2], tables[n + 1 :: 2], strict=True)
    worst = max(float(_errors(zeros, ones)[0].max()) for zeros, ones in twins)
    raw = program.of_counts(tables[:n])[0]
    return {
        "readout.misread": f"{worst:.3g}",
        "readout.value_before": f"{raw.value:.6f} ± {raw.stderr:.1g}",
    }


def _set(circuit: QuantumCircuit, ones: bool) -> QuantumCircuit:
    """The circuit with all of its qubits set to 0 or to 1 before they are measured."""
    known: QuantumCircuit = circuit.remove_final_measurements(inplace=False)
    known.barrier()
    known.reset(known.qubits)
    if ones:
        known.x(known.qubits)
    known.measure_all()
    return known


backend = Readout
