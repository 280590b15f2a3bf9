"""The base of every program: self-contained work whose result has a type."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from usecases.records import sha256

R = TypeVar("R")


@dataclass(frozen=True)
class Lowered(Generic[R]):
    """The same work in a plainer language, and the way back to the result that was asked for.

    `tells` says of the plainer result what the record should keep beside the other.
    """

    program: Program[Any]
    back: Callable[[Any], R]
    tells: Callable[[Any], Mapping[str, str]] = lambda result: {}


@dataclass(frozen=True)
class Split(Generic[R]):
    """Programs that are one where a machine takes less at once, and its result from theirs."""

    parts: tuple[Program[Any], ...]
    joined: Callable[[list[Any]], R]

    @classmethod
    def none(cls, program: Program[R]) -> Split[R]:
        """Of a program that the machine takes as it is."""
        return cls((program,), lambda found: cast("R", found[0]))


class Program(ABC, Generic[R]):
    """Work for a machine, with everything it depends on, the seed of its shots included."""

    @property
    @abstractmethod
    def qubits(self) -> int:
        """How many qubits or binary variables the work takes."""

    @property
    def width(self) -> int:
        """How many qubits' worth of amplitudes a machine that runs it natively holds."""
        return self.qubits

    @abstractmethod
    def key(self) -> str:
        """A hash of the content: equal work has equal keys, in any process."""

    @abstractmethod
    def read(self, raw: Any) -> R:
        """The result from a machine's raw value, checked the same whether live or replayed.

        Raises VerificationFailed when the value cannot be a result of this program.
        """

    def lower(self) -> Lowered[R] | None:
        """The same work in a plainer language, if there is one."""
        return None


@dataclass(frozen=True, eq=False)
class Together(Program[tuple[Any, ...]]):
    """Several programs whose results are wanted together; each is a call of its own."""

    parts: tuple[Program[Any], ...]

    @property
    def qubits(self) -> int:
        return max((p.qubits for p in self.parts), default=0)

    def key(self) -> str:
        return sha256(repr(("together", [p.key() for p in self.parts])))

    def read(self, raw: Any) -> tuple[Any, ...]:
        return tuple(raw)
