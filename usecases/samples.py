"""Reading a sample strictly: each variable that is asked for, and no other, is 0 or 1."""

from __future__ import annotations

from collections.abc import Iterable

from usecases.errors import VerificationFailed
from usecases.models import Sample


def checked(
    sample: Sample, names: Iterable[str], hint: str, what: str = "answer to this decision"
) -> list[int]:
    """The sample's bits in the order of the names.

    Raises VerificationFailed when one is missing, of another name, or anything else than 0 and
    1; it says what a bit is, and as its hint what the sample should hold.
    """
    known = tuple(names)
    wrong = [k for k in known if sample.get(k) not in (0, 1)] or sorted(set(sample) - set(known))
    if wrong:
        raise VerificationFailed(
            f"{wrong[0]}: {sample.get(wrong[0], 'nothing')!r} is no {what}", hint
        )
    return [sample[k] for k in known]
