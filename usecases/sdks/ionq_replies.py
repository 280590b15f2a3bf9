"""What IonQ's client raises and counts, in our words and numbers."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapter import Told  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def told(submitting: bool = False) -> Iterator[None]:
    """The client's errors in our words; a submission is refused only where IonQ says no."""
    import requests
    from qiskit_ionq.exceptions import IonQAPIError, IonQRetriableError

    try:
        try:
            yield
        except IonQRetriableError as error:
            raise error._cause from None
    except IonQAPIError as error:
        status = int(error.status_code)
        what = f"IonQ says {status}: {error.message}"
        if status in (401, 403):
            raise Told("AuthenticationFailed", what) from None
        if status == 429:
            wait = (error.headers or {}).get("Retry-After")
            after = float(wait) if wait and wait.isdigit() else None
            raise Told("Refused" if submitting else "Unreachable", what, after) from None
        if status >= 500:
            raise Told("Unreachable", what) from None
        raise Told("Refused" if submitting else "BackendUnavailable", what) from None
    except requests.exceptions.RequestException as error:
        raise Told("Unreachable", f"{type(error).__name__}: {error}") from None


def whole(counts: dict[str, int], chances: dict[str, float], shots: int) -> dict[str, int]:
    """Counts that sum to the shots, where the client's rounding of probabilities lost some.

    The largest remainders are rounded up, as far as one shot each; more is not mended here.
    """
    missing = shots - sum(counts.values())
    if missing == 0:
        return counts
    step = 1 if missing > 0 else -1
    off = sorted(chances, key=lambda key: step * (counts.get(key, 0) - chances[key] * shots))
    for key in off[: abs(missing)]:
        counts[key] = counts.get(key, 0) + step
    return {key: count for key, count in counts.items() if count}


def written(sizes: dict[str, int]) -> str:
    """A circuit's sizes as a job's metadata takes them, "depth=4 …"."""
    return " ".join(f"{name}={size}" for name, size in sizes.items())


def read(text: str) -> dict[str, int]:
    """The sizes that were written so."""
    return {name: int(size) for name, size in (item.split("=") for item in text.split())}
