"""What it would take: physical qubits for a logical one, days, and the share at which one ties."""

from __future__ import annotations

import math
from typing import Any

from usecases.exercises import Verdict, number
from usecases.resources.estimate import Needed

DAY = 86_400
"""Seconds."""


def per_logical(needed: Needed, answer: Any) -> Verdict:
    """Physical qubits over logical ones, on the smallest machine."""
    machine = min(needed.machines, key=lambda m: m.qubits)
    due = machine.qubits / needed.work.qubits
    return number(
        answer,
        due,
        0.02 * due,
        f"{due:.0f}, of which the distilleries of magic states take their part",
        {
            "That is without the qubits that distil magic states": (
                machine.qubits - machine.factory_qubits
            )
            / needed.work.qubits,
            "That is all physical qubits; divide by the logical ones": machine.qubits,
            "That is the largest machine; the smallest is asked for": max(
                m.qubits for m in needed.machines
            )
            / needed.work.qubits,
        },
    )


def days(needed: Needed, answer: Any) -> Verdict:
    """The time on the slowest machine, days."""
    times = [m.seconds / DAY for m in needed.machines]
    due = max(times)
    return number(
        answer,
        due,
        0.02 * due,
        f"{due:.0f} days: the speed of the gates decides whether an answer is worth waiting for",
        {
            "That is the fastest machine": min(times),
            "That is in seconds": due * DAY,
            "That is in hours": due * 24,
            "That is in years": due / 365.25,
        },
    )


def tie(classical: float, shot: float, answer: Any) -> Verdict:
    """p = 1 − 0.01^(t_q/t_c): then all shots miss with a probability of 1 %."""
    shots = classical / shot
    due = 1 - 0.01 ** (1 / shots)
    return number(
        answer,
        due,
        0.02 * due,
        f"{100 * due:.1f} %, because {shots:g} shots fit",
        {
            "With one hit on average a third of all attempts miss": 1 / shots,
            "That is the confidence spread over the shots; misses multiply": 0.99 / shots,
            "That is with 1 % confidence instead of 99 %": 1 - 0.99 ** (1 / shots),
            "That is ln 100 / shots, which holds only for small shares": math.log(100) / shots,
        },
    )
