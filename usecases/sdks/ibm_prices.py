"""What a job on a machine of IBM's costs at most: its time by the dearest plan."""

from __future__ import annotations

import math
from importlib.metadata import version
from typing import Any

from adapter import Adapter  # type: ignore[import-not-found]

USD_PER_SECOND = 1.60
"""Pay-as-you-go, the dearest plan: 96 USD a minute of machine time.

ibm.com/quantum/pricing, as a public list of plans had it on 2026-05-25.
"""
SECONDS_PER_SHOT, SECONDS_PER_JOB = 0.001, 20.0
"""Several times what a shot (250 µs between two) and the loading of a job take."""


def most(work: dict[str, Any]) -> int:
    """Seconds of machine time after which IBM is told to end the job."""
    return math.ceil(SECONDS_PER_JOB + SECONDS_PER_SHOT * sum(work["shots"]))


def charge(work: dict[str, Any]) -> dict[str, Any]:
    """The most that the job can cost: IBM ends it when its machine time is used up."""
    return {
        "amount": round(most(work) * USD_PER_SECOND, 2),
        "currency": "USD",
        "basis": "dated table",
        "source": f"IBM, pay-as-you-go, 2026-05-25: {USD_PER_SECOND:.2f} USD a second, capped",
        "machine_seconds": most(work),
    }


class Tabled(Adapter):  # type: ignore[misc]
    """What is known of a machine without an account: the price of its time."""

    def describe(self) -> dict[str, Any]:
        return {
            "qubits": None,
            "dynamic": True,
            "source": "hardware",
            "seeded": False,
            "version": f"qiskit-ibm-runtime {version('qiskit-ibm-runtime')}",
        }

    def estimate(self, work: dict[str, Any]) -> dict[str, Any]:
        return charge(work)
