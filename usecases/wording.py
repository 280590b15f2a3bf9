"""Numbers as a reader sees them: values, shares, times."""

from __future__ import annotations

from usecases.records import Interval


def number(value: float, unit: str, error: str = "") -> str:
    """A value to six decimals below a thousand and to two above; to fewer where they state it."""
    text = f"{value:.6f}" if abs(value) < 1000 and value % 1 else f"{value:,.2f}"
    if abs(value) >= 1000 or abs(value - round(value, 6)) < 1e-11:
        text = text.rstrip("0").rstrip(".")
    return f"{text}{error} {unit}".rstrip().replace(",", "\u202f")


def percent(value: float) -> str:
    """A share or gap in percent."""
    return "0 %" if value == 0 else f"{100 * value:.3g} %"


def share(value: float | None, interval: Interval | None) -> str:
    """A share with its 95 % interval, both in percent."""
    if value is None:
        return "–"
    if interval is None:
        return percent(value)
    low, high = (f"{100 * end:.3g}" for end in interval)
    return f"{percent(value)} [{low}–{high}]"


def seconds(value: float) -> str:
    """A time that a reader can compare."""
    return f"{1000 * value:.3g} ms" if value < 1 else f"{value:.3g} s"
