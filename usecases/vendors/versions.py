"""Which versions of a vendor's SDK keep the contract, as its list of pins says."""

from __future__ import annotations

import re
from dataclasses import dataclass

LINE = re.compile(r"^# tested: (\S+) to (\S+)$", re.MULTILINE)
"""In a vendor's list: the first and the last version that kept the contract."""


@dataclass(frozen=True)
class Versions:
    """A range of versions, both ends tried."""

    first: str
    last: str

    def __str__(self) -> str:
        return f"{self.first} only" if self.first == self.last else f"{self.first} to {self.last}"

    def __contains__(self, version: str) -> bool:
        """Whether a version lies in the range; one that cannot be read does not."""
        from packaging.version import InvalidVersion, Version

        try:
            return Version(self.first) <= Version(version) <= Version(self.last)
        except InvalidVersion:
            return version in (self.first, self.last)


def tested(listed: str, pinned: str) -> Versions:
    """The range that the text of a list tells; the pinned version alone where it tells none."""
    told = LINE.search(listed)
    return Versions(*told.groups()) if told else Versions(pinned, pinned)
