"""What a vendor's file must answer, so that a mistake in it is told as one."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, NonNegativeInt, TypeAdapter, ValidationError

from usecases.contracts import JobResult
from usecases.errors import BackendUnavailable
from usecases.records import Source


class Described(BaseModel):
    """A machine: its size, features and limits; None where it has no limit."""

    source: Source
    qubits: NonNegativeInt | None = None
    gates: list[str] = []
    dynamic: bool = False
    most_shots: NonNegativeInt | None = None
    most_circuits: NonNegativeInt | None = None
    equal_shots: bool = False
    seeded: bool = False
    version: str = ""


class Said(BaseModel):
    """A vendor's word for a job, and what its words mean."""

    words: dict[str, str]
    word: str
    reason: str


Id = Annotated[str, Field(min_length=1)]

_KINDS: dict[str, TypeAdapter[Any]] = {
    "describe": TypeAdapter(Described),
    "run": TypeAdapter(JobResult),
    "collect": TypeAdapter(JobResult | None),
    "estimate": TypeAdapter(dict[str, Any]),
    "submit": TypeAdapter(Id),
    "find": TypeAdapter(Id | None),
    "said": TypeAdapter(Said),
    "billed": TypeAdapter(float | None),
    "provenance": TypeAdapter(dict[str, str]),
}


def checked(name: str, verb: str, answer: Any) -> Any:
    """The machine's answer to a method. Raises BackendUnavailable where it is of another kind."""
    if verb in _KINDS:
        try:
            _KINDS[verb].validate_python(answer)
        except ValidationError as error:
            raise unlike(name, verb, error) from None
    return answer


def unlike(name: str, verb: str, error: ValidationError) -> BackendUnavailable:
    """What is wrong with an answer, and where it is written what is right."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = "".join(f"{part}: " for part in first["loc"])
    return BackendUnavailable(
        f"{name} gives another kind of answer to {verb} ({place}{first['msg']})",
        "Its vendor's file is wrong: usecases/sdks/adapter.py says what each method gives",
    )
