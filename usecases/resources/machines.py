"""Error-corrected machines that are assumed, and what a circuit would take on each.

Estimated by Microsoft's `qdk.qre`, offline: Beverland et al. 2022, arXiv:2211.07629, and the
papers that its models name. An earlier generation of the same estimator differs several-fold on
the same counts, mostly by its assumed error rate, so model and version stand in every result.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import PositiveFloat, PositiveInt

from usecases.errors import MissingExtra
from usecases.records import Record
from usecases.resources.work import Work

ERROR_BUDGET = 0.01
"""The probability that the whole circuit fails, per shot or per answer."""

MODEL = "qdk.qre {version}: Pauli-based computation, lattice surgery, failure ≤ {error:g}"


class Physical(Record):
    """The smallest design of a machine that keeps the error budget.

    `seconds` is the time of one execution; `t_factories` says how many physical qubits make
    magic states.
    """

    machine: str
    qubits: PositiveInt
    factory_qubits: int
    seconds: PositiveFloat
    error: float


@dataclass(frozen=True)
class Machine:
    """Physical qubits and their code, as assumptions."""

    title: str
    design: Callable[[Any], tuple[Any, Any]]
    """The estimator's models → its architecture and its ways to correct errors."""


def _gates(error: float, nanoseconds: int, measure: int) -> Callable[[Any], tuple[Any, Any]]:
    def design(m: Any) -> tuple[Any, Any]:
        chip = m.GateBased(error_rate=error, gate_time=nanoseconds, measurement_time=measure)
        return chip, m.SurfaceCode.q() * m.RoundBasedFactory.q(use_cache=False)

    return design


def _cultivated(m: Any) -> tuple[Any, Any]:
    chip = m.GateBased(error_rate=1e-3, gate_time=50, measurement_time=100)
    return chip, m.SurfaceCode.q() * m.GSJ24Factory.q()


def _atoms(m: Any) -> tuple[Any, Any]:
    code = m.SurfaceCodeLowMove.q() * m.RoundBasedFactory.q(use_cache=False)
    return m.NeutralAtom(), code


MACHINES = (
    Machine("50 ns gates, error 10⁻³, surface code", _gates(1e-3, 50, 100)),
    Machine("50 ns gates, error 10⁻³, surface code, cultivated T states", _cultivated),
    Machine("50 ns gates, error 10⁻⁴, surface code", _gates(1e-4, 50, 100)),
    Machine("100 µs gates, error 10⁻⁴, surface code", _gates(1e-4, 100_000, 100_000)),
    Machine("moving atoms, error 10⁻³, surface code", _atoms),
)
"""Superconducting, ionic and atomic kinds of speed and error, today's and hoped for."""


def model() -> str:
    """The estimator's model and version, which belong to every number. Raises MissingExtra."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return MODEL.format(version=version("qdk"), error=ERROR_BUDGET)
    except PackageNotFoundError:
        raise MissingExtra("qdk", "resources") from None


def physical(work: Work, machine: Machine) -> Physical | None:
    """The design with the fewest physical qubits; None when no design keeps the error budget.

    Raises MissingExtra.
    """
    os.environ["QDK_PYTHON_TELEMETRY"] = "none"  # before the package is imported
    try:
        from qdk.estimator import LogicalCounts
        from qdk.qre import PSSPC, LatticeSurgery, estimate, models, property_name
        from qdk.qre.application import QSharpApplication
    except ImportError:
        raise MissingExtra("qdk[qre]", "resources") from None
    counts = LogicalCounts(
        {
            "numQubits": work.qubits,
            "tCount": work.t,
            "cczCount": work.toffoli,
            "ccixCount": 0,
            "rotationCount": work.rotations,
            "rotationDepth": work.rotation_depth,
            "measurementCount": work.measurements,
        }
    )
    chip, code = machine.design(models)
    how = PSSPC.q() * LatticeSurgery.q()
    with contextlib.redirect_stdout(io.StringIO()):  # it tells at length of an empty table
        found = estimate(QSharpApplication(counts), chip, code, how, max_error=ERROR_BUDGET)
    if not len(found):
        return None
    best = min(found, key=lambda row: (row.qubits, row.runtime))
    named = {property_name(key): value for key, value in best.properties.items()}
    return Physical(
        machine=machine.title,
        qubits=best.qubits,
        factory_qubits=named["PHYSICAL_FACTORY_QUBITS"],
        seconds=best.runtime / 1e9,
        error=best.error,
    )
