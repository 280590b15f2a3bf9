"""Frozen data that is stored, printed and scripted against."""

from __future__ import annotations

import hashlib
from typing import Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
    ValidationInfo,
    field_validator,
)

from usecases.secrets import cleaned, scrub

Kind = Literal["optimal", "bound", "best_known"]
Sense = Literal["min", "max"]
Source = Literal["simulated", "recorded", "hardware"]
Interval = tuple[float, float]

R = TypeVar("R", bound="Record")


class Record(BaseModel):
    """Immutable data checked at construction; unknown fields, NaN and infinity are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )


class Reference(Record):
    """What classical computing proves about an instance.

    `value` is in the use case's unit. `kind` is "optimal" only when `method` proves it.
    """

    value: float
    kind: Kind
    method: str
    source: str = ""


class InstanceData(Record):
    """One concrete problem as it was run: its name, its content and the content's hash."""

    name: str
    sha256: str
    data: dict[str, Any]


class Chance(Record):
    """What uniform random shots score through the same interpretation.

    Where the model declares groups of variables, the strings keep their rules.
    `samples` random strings were drawn, or all of them enumerated when `exact`. `best` and
    `mean` are the objective's best and average value among the feasible ones.
    """

    feasible_share: float
    optimal_share: float | None
    best: float | None
    mean: float | None
    samples: int
    exact: bool


class Score(Record):
    """How good the answer is, and how sure that is. Formulas: `usecases.metrics`."""

    feasible: bool
    objective: float | None
    unit: str
    sense: Sense
    stderr: float | None = None
    reference: Reference
    gap: float | None
    ratio: float | None = None
    within_tolerance: bool | None = None
    feasible_share: float | None = None
    feasible_interval: Interval | None = None
    optimal_share: float | None = None
    optimal_interval: Interval | None = None
    chance: Chance | None = None
    lift: float | None = None
    lift_interval: tuple[float, float | None] | None = None
    tts99: float | None = None
    tts99_interval: tuple[float, float | None] | None = None
    violations: tuple[str, ...] = ()


class Call(Record):
    """One piece of work asked of a machine; times in seconds."""

    key: str
    program: str
    backend: str
    job: str
    seconds: float
    queued: float


class Improvement(Record):
    """A moment at which an algorithm had a better answer than ever before.

    `seconds` since the run began, queues left out; `energy` in the model that was solved; `calls`
    of machines until then.
    """

    seconds: float = Field(ge=0)
    energy: float
    calls: NonNegativeInt


class Circuits(Record):
    """Size of the largest circuit that was sampled, as written and as the machine ran it."""

    qubits: int
    depth: int
    two_qubit_gates: int
    compiled_depth: int
    compiled_two_qubit_gates: int


class Timing(Record):
    """Where the wall time went, in seconds.

    `queue` is waiting and counts for nobody, nor does the start of a machine's package or process;
    `reference` is what classical computing took to prove or find its value.
    """

    model: float
    compile: float
    queue: float
    machine: float
    classical: float
    score: float
    reference: float

    @property
    def solving(self) -> float:
        """What the answer took: all but waiting, scoring and the reference."""
        return self.model + self.compile + self.machine + self.classical


class Samples(Record):
    """Raw shots: how often each bit string was seen, bits in the order of `variables`."""

    variables: tuple[str, ...]
    counts: dict[str, PositiveInt] = Field(min_length=1)

    @field_validator("counts")
    @classmethod
    def _strings_of_bits(cls, counts: dict[str, int], info: ValidationInfo) -> dict[str, int]:
        width = len(info.data.get("variables", ()))
        if any(len(key) != width or set(key) - {"0", "1"} for key in counts):
            raise ValueError(f"a key is not a string of {width} bits")
        return counts


class Answer(Record):
    """The observed answer that was judged, as the algorithm returned it.

    `bound` is a proven lower bound on the energies of all answers of the model, equal to
    `energy` when this one is proven optimal; None where nothing was proven.
    """

    value: Any
    energy: float
    count: int
    stderr: float | None = None
    bound: float | None = None


class RunRecord(Record):
    """Everything that one run asked, did and found."""

    id: str
    usecase: str
    instance: InstanceData
    algorithm: str
    parameters: dict[str, Any]
    backend: str | None
    backend_settings: dict[str, Any]
    train_on: str | None
    train_settings: dict[str, Any]
    seed: NonNegativeInt
    shots: int | None
    qubits: int
    score: Score
    solution: Any
    answer: Answer
    samples: Samples | None
    calls: tuple[Call, ...]
    improvements: tuple[Improvement, ...] = ()
    timing: Timing
    circuits: Circuits | None
    versions: dict[str, str]
    provenance: dict[str, Any]
    source: Source
    digest: str = ""

    @property
    def summary(self) -> dict[str, Any]:
        """What a list of runs shows of it."""
        return {
            "usecase": self.usecase,
            "instance": self.instance.name,
            "instance_sha256": self.instance.sha256,
            "algorithm": self.algorithm,
            "backend": self.backend,
            "objective": self.score.objective,
            "gap": self.score.gap,
            "feasible": self.score.feasible,
        }

    def sealed(self) -> RunRecord:
        """The record with the hash of its own content, by which a changed byte is found.

        It holds no secret: what a machine told is scrubbed first.
        """
        safe = without_secrets(self)
        return safe.model_copy(update={"digest": safe.content_hash()})

    def content_hash(self) -> str:
        """SHA-256 of everything in the record but the digest itself."""
        return sha256(self.model_copy(update={"digest": ""}).model_dump_json())


def without_secrets(record: R) -> R:
    """The record itself, or one with every known secret replaced."""
    text = record.model_dump_json()
    if scrub(text) == text:
        return record
    return type(record).model_validate(cleaned(record.model_dump(mode="json")))


def by_kind(value: Any) -> Any:
    """A value with settings of its own may be given by its kind alone."""
    return {"kind": value} if isinstance(value, str) else value


def sha256(text: str) -> str:
    """The hexadecimal SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
