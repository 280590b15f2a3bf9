"""Work that a vendor takes as several jobs: one id for all, and what if some are missing."""

from __future__ import annotations

from adapter import Told  # type: ignore[import-not-found]


def joined(parts: dict[int, str], total: int) -> str | None:
    """The ids of all parts by number as one; None where there is none.

    Raises Told("Unresolved") where some of the `total` are missing: sending all again would pay
    twice for the others, so that a person has to decide.
    """
    if len(parts) < total:
        some = ", ".join(parts[k] for k in sorted(parts))
        raise Told("Unresolved", f"only {len(parts)} of {total} parts were taken: {some}")
    return ";".join(parts[k] for k in sorted(parts)) or None


def broken(taken: list[str], total: int, error: Told) -> Told:
    """The error of a part's submission: a refusal is none where earlier parts were taken."""
    if not taken:
        return error
    return Told("Unreachable", f"{len(taken)} of {total} parts were taken; then: {error.what}")
