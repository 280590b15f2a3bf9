"""Who did better than whom on the same instances, in words."""

from __future__ import annotations

from collections.abc import Mapping

from usecases.exhibits.spreads import interval
from usecases.statistics.paired import Paired, holm

COLUMNS = ("first", "second", "pairs", "better · tie · worse", "difference of gaps",
           "p, signed ranks", "p, signs")  # fmt: skip


def verdicts(found: Mapping[tuple[str, str], Paired]) -> list[tuple[str, ...]]:
    """A row for each pair; p-values are corrected for the number of pairs (Holm)."""
    names = {f"{k}": pair for k, pair in enumerate(found)}
    ranked = {n: found[pair].signed_rank for n, pair in names.items()}
    signed = {n: found[pair].sign for n, pair in names.items()}
    by_rank, by_sign = (
        holm({n: p for n, p in kind.items() if p is not None}) for kind in (ranked, signed)
    )
    return [
        (
            *pair,
            str(found[pair].pairs),
            f"{found[pair].better} · {found[pair].ties} · {found[pair].worse}",
            interval(found[pair].difference),
            _p(by_rank.get(n)),
            _p(by_sign.get(n)),
        )
        for n, pair in names.items()
    ]


def _p(value: float | None) -> str:
    return "too few pairs" if value is None else f"{value:.2g}"
