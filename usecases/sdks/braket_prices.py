"""What a task on Amazon Braket costs, by the price list that AWS publishes and its SDK reads."""

from __future__ import annotations

from typing import Any

LEAST_SECONDS = 3
"""The least time that a simulator's task is charged for (aws.amazon.com/braket/pricing)."""


def charge(arn: str, region: str, shots: list[int]) -> dict[str, Any]:
    """Of a quantum computer: a price for each task and one for each shot."""
    name = arn.rsplit("/", maxsplit=1)[-1]
    wanted = {"Region Code": region, "DeviceName": name[:1].upper() + name[1:]}
    task = _price(wanted | {"Product Family": "Quantum Task"})
    shot = _price(wanted | {"Product Family": "Quantum Task-Shot"})
    if task is None or shot is None:
        return _unknown()
    return _quote(task * len(shots) + shot * sum(shots), "AWS price list")


def least(arn: str, region: str, tasks: int) -> dict[str, Any]:
    """Of a simulator, which is charged by time: the least that its tasks can cost."""
    minute = _price(
        {
            "Region Code": region,
            "Version": arn.rsplit("/", maxsplit=1)[-1].upper(),
            "Product Family": "Simulator Task",
            "operation": "CompleteTask",
        }
    )
    if minute is None:
        return _unknown()
    words = f"AWS price list; the least charge, {LEAST_SECONDS} s a task: longer ones cost more"
    return _quote(minute * LEAST_SECONDS / 60 * tasks, words)


def _price(wanted: dict[str, str]) -> float | None:
    """The one price in US dollars of this product; None where the list has none or many."""
    import urllib3
    from braket.tracking.pricing import price_search

    try:
        found = price_search(**wanted)
    except (urllib3.exceptions.HTTPError, KeyError, OSError):
        return None
    if len(found) != 1 or found[0]["Currency"] != "USD":
        return None
    return float(found[0]["PricePerUnit"])


def _quote(amount: float, source: str) -> dict[str, Any]:
    return {"amount": amount, "currency": "USD", "basis": "vendor quote", "source": source}


def _unknown() -> dict[str, Any]:
    words = "the AWS price list could not be read, or does not have this machine"
    return {"amount": 0.0, "currency": "USD", "basis": "unknown", "source": words}
