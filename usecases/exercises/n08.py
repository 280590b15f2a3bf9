"""Write your own use case: a strong penalty, a mistake that is found, and another objective."""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from usecases.contracts import UseCase
from usecases.exercises import OPEN, Verdict, number, right, wrong
from usecases.testing import check_usecase

FEE = 25

_counter = itertools.count()


def penalty(one: int, other: int, answer: Any) -> Verdict:
    """The smaller audience: whoever silences that square then gains."""
    due = min(one, other)
    return number(
        answer,
        due,
        0.5,
        f"With more than {due}, silencing the smaller square is always better",
        {
            "That is enough, and more than needed: the smaller square can be silenced": max(
                one, other
            ),
            "That is enough, and makes the landscape steeper than needed": one + other,
            "With their difference both play: silencing loses an audience": abs(one - other),
        },
    )


def broken(page: str, old: Any, new: Any) -> Verdict:
    """Whether the check finds the mistake that the replacement makes."""
    if old is ... or new is ...:
        return OPEN
    if str(old) not in page:
        return wrong("The page does not hold the old text; copy it exactly")
    try:
        with _declared(page.replace(str(old), str(new))) as case:
            found = check_usecase(case)
    except Exception as error:
        return wrong(f"That page cannot even be imported: {type(error).__name__}: {error}")
    if not found:
        return wrong("The check finds nothing: is the page still right, or is the check too weak?")
    return right(f"Found in {len(found)} places, the first: {found[0]}")


def with_fee(page: Any) -> Verdict:
    """Whether the page keeps its contract and its objective takes the fees off."""
    if page is ...:
        return OPEN
    try:
        with _declared(str(page)) as case:
            town = case.example(4, 0)
            plans = [case.interpret(town, _sample(case, town, bits)) for bits in _BITS]
            worth = [case.objective(town, plan) for plan in plans]
            found = check_usecase(case)
    except Exception as error:
        return wrong(f"The page fails: {type(error).__name__}: {error}")
    due = [
        sum(a - FEE for a, bit in zip(town.audience, bits, strict=True) if bit) for bits in _BITS
    ]
    if worth != due:
        return wrong("The objective is not the listeners less 25 for each musician")
    if found:
        return wrong(f"The objective is right, and the rest does not follow: {found[0]}")
    return right("Model and objective agree again, and the reference followed by itself")


_BITS = ((0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 1), (1, 1, 1, 1))


def _sample(case: UseCase[Any, Any, Any, Any], town: Any, bits: tuple[int, ...]) -> dict[str, int]:
    return dict(zip(case.model(town).variables, bits, strict=True))


@contextmanager
def _declared(page: str) -> Iterator[UseCase[Any, Any, Any, Any]]:
    """What a page declares, imported under a name of its own."""
    name = f"page_of_exercise_{next(_counter)}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.py"
        path.write_text(page, encoding="utf-8")
        spec = spec_from_file_location(name, path)
        assert spec and spec.loader  # noqa: S101 - a file that is there has both
        module = module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
            yield module.usecase
        finally:
            del sys.modules[name]
