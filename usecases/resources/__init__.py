"""What it would take: logical and physical qubits, time and gates on an error-corrected machine."""

from __future__ import annotations

from usecases.resources.estimate import Estimates, FeMoco, estimates, femoco

__all__ = ["Estimates", "FeMoco", "estimates", "femoco"]
