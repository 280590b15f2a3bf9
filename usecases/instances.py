"""Instances from outside: by name, by size and seed, or from a file that is not trusted."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from usecases.circuit_record import AnyRecord, CircuitRecord
from usecases.contracts import Family, UseCase
from usecases.errors import BadInstance, UnknownName, UsageError, printable
from usecases.records import InstanceData, Record, RunRecord, sha256

R = TypeVar("R", bound=Record)

LARGEST_FILE = 16 * 2**20
"""Bytes; the largest real instances are a hundredth of it."""


MOST_COMPLAINTS = 2
"""Further complaints about a file that are told besides the first."""


class Loaded(NamedTuple):
    """An instance, what to call it, and the name of the file it came from, if any."""

    name: str
    instance: Record
    file: str = ""


def load(case: UseCase[Any, Any, Any, Any], source: str) -> Loaded:
    """An instance from a known or catalogued name, FAMILY@VALUE, "size=N,seed=S", or a file.

    Raises UnknownName or BadInstance, which names the file and the field.
    """
    if source in case.instances:
        return Loaded(source, case.instances[source]())
    name, at, value = source.partition("@")
    if at and name in case.families:
        return Loaded(source, member(case, name, _number(name, value)))
    if match := re.fullmatch(r"size=(\d{1,4})(?:,seed=(\d{1,9}))?", source):
        size, seed = int(match[1]), int(match[2] or 0)
        return Loaded(source, _example(case, size, seed))
    if case.catalogue and source in case.catalogue.names():
        return Loaded(source, case.catalogue.instance(source))
    path = Path(source)
    if path.suffix or "/" in source or _is_file(path):
        return Loaded(printable(path.stem), _from_file(case, path), printable(path.name))
    along = [f"{family}@VALUE" for family in case.families]
    more = case.catalogue.names() if case.catalogue else ()
    known = [*case.instances, *along, "size=N,seed=S", "FILE"]
    raise UnknownName("instance", source, known, more)


def family(case: UseCase[Any, Any, Any, Any], name: str) -> Family[Any]:
    """The use case's family of this name. Raises UnknownName."""
    if name not in case.families:
        raise UnknownName("family of instances", name, case.families)
    return case.families[name]


def member(case: UseCase[Any, Any, Any, Any], name: str, value: float) -> Record:
    """A family's instance at this value of the parameter. Raises UsageError outside its limits."""
    along = family(case, name)
    low, high = along.limits
    if not low <= value <= high:  # NaN is nowhere
        raise UsageError(
            f"{name}: a {along.parameter} of {value:g} {along.unit} is not within its limits",
            f"Choose values from {low:g} to {high:g} {along.unit}",
        )
    try:
        found: Record = along.instance(value)
    except ValidationError as error:
        raise complaint(error) from None
    return found


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{name}@{printable(text)[:40]}: no number follows the @") from None


def _is_file(path: Path) -> bool:
    """Whether the path is a regular file; a name that no system takes is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def described(name: str, instance: Record) -> InstanceData:
    """The instance as a run record keeps it."""
    data = instance.model_dump(mode="json")
    return InstanceData(name=name, sha256=content_hash(instance), data=data)


def content_hash(instance: Record) -> str:
    """SHA-256 of the instance's content in canonical JSON."""
    data = instance.model_dump(mode="json")
    return sha256(json.dumps(data, sort_keys=True, allow_nan=False))


def _example(case: UseCase[Any, Any, Any, Any], size: int, seed: int) -> Record:
    try:
        found: Record = case.example(size, seed)
    except ValidationError as error:
        raise complaint(error) from None
    return found


def _from_file(case: UseCase[Any, Any, Any, Any], path: Path) -> Record:
    name = printable(path.name)
    try:
        text = read_text(path)
        if parser := _parser(case, path):
            found: Record = parser(text)
            return found
        kind: type[Record] = case.instance
        return parse_json(kind, text)
    except ValidationError as error:
        raise complaint(error).in_file(name) from None
    except BadInstance as error:
        raise (error if error.file else error.in_file(name)) from None


def read_records(path: Path) -> tuple[AnyRecord, ...]:
    """The record in a JSON file, or a list of them, read as strictly as an instance."""
    try:
        text = read_text(path)
        try:
            return _read(text, RunRecord)
        except ValidationError:
            with suppress(ValidationError):
                return _read(text, CircuitRecord)
            raise  # what is neither is told as the record of a use case's run
    except ValidationError as error:
        raise complaint(error).in_file(path.name) from None
    except BadInstance as error:
        raise (error if error.file else error.in_file(path.name)) from None


def _read(text: str, kind: type[R]) -> tuple[R, ...]:
    if text.lstrip().startswith("["):
        return parse_json(_Records[kind], f'{{"runs": {text}}}').runs  # type: ignore[valid-type]
    return (parse_json(kind, text),)


class _Records(Record, Generic[R]):
    runs: tuple[R, ...]


def read_record(path: Path) -> RunRecord:
    """The one record of a use case's run in a JSON file."""
    found = read_records(path)
    if len(found) != 1:
        raise BadInstance("content", f"holds {len(found)} run records", file=path.name)
    if not isinstance(found[0], RunRecord):
        raise BadInstance("content", "is a record of circuits", file=path.name)
    return found[0]


def _parser(case: UseCase[Any, Any, Any, Any], path: Path) -> Any:
    """The parser for the file's suffix, or for its whole name where it has none."""
    key = path.suffix.lower() or path.name.lower()
    if key == ".json":
        return None
    if key in case.formats:
        return case.formats[key]
    known = ", ".join([".json", *case.formats])
    raise BadInstance("format", f"{key} files are not read here", f"Known formats: {known}")


def written(case: UseCase[Any, Any, Any, Any], instance: Record, path: Path) -> str:
    """The instance as the text of a file of this suffix, or of this whole name.

    Raises UsageError for a format that the use case does not write.
    """
    key = path.suffix.lower() or path.name.lower()
    if key == ".json":
        data = instance.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if key not in case.writers:
        known = ", ".join([".json", *case.writers])
        raise UsageError(f"{key} files are not written here", f"Known formats: {known}")
    return case.writers[key](instance)


def read_text(path: Path, largest: int = LARGEST_FILE) -> str:
    """The file's text; refused unread when it is too large, and when it is not text."""
    try:
        # A device or a pipe could go on for ever, so only regular files are opened.
        if path.exists() and not path.is_file():
            raise BadInstance("path", "is not a file")
        size = path.stat().st_size
        if size > largest:
            raise BadInstance(
                "size", f"{size / 2**20:.0f} MB where at most {largest >> 20} MB are read"
            )
        data = path.read_bytes()
    except OSError as error:
        raise BadInstance("path", f"cannot be read ({error.strerror})") from None
    except ValueError:
        raise BadInstance("path", "is not a path") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInstance("content", "is not text", "Instances are UTF-8 text files") from None
    if "\0" in text:
        raise BadInstance("content", "is not text", "Instances are UTF-8 text files")
    if not text.strip():
        raise BadInstance("content", "the file is empty")
    return text


def parse_json(kind: type[R], text: str) -> R:
    """A strictly validated record; refuses NaN, repeated keys and deep nesting."""
    try:
        json.loads(text, object_pairs_hook=_unique, parse_constant=_refused)
    except RecursionError:
        raise BadInstance("content", "is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise BadInstance(
            f"line {error.lineno}", f"is not JSON ({error.msg})", "Is the file cut off?"
        ) from None
    except ValueError as error:  # an integer of thousands of digits
        raise BadInstance("content", str(error).split(";")[0]) from None
    return kind.model_validate_json(text, strict=True)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [k for k, _ in pairs]
        twice = next(k for k in keys if keys.count(k) > 1)
        raise BadInstance(twice, "is given twice")
    return found


def _refused(constant: str) -> Any:
    raise BadInstance("content", f"holds {constant}, which is not a number")


def complaint(error: ValidationError) -> BadInstance:
    """What is wrong, in one line with the fields' paths; unknown keys first, as causes."""
    errors = sorted(_causes(error), key=lambda e: e["type"] != "extra_forbidden")
    first, *others = [(".".join(map(str, e["loc"])) or "content", _problem(e)) for e in errors]
    more = "".join(f"; {where}: {problem}" for where, problem in others[:MOST_COMPLAINTS])
    rest = len(others) - MOST_COMPLAINTS
    return BadInstance(first[0], first[1] + more + (f"; and {rest} more" if rest > 0 else ""))


def _causes(error: ValidationError) -> list[Any]:
    """The complaints, but for lists that are too short only because of items refused."""
    errors = error.errors(include_url=False)
    refused = {e["loc"][:k] for e in errors for k in range(len(e["loc"]))}
    return [e for e in errors if e["type"] != "too_short" or e["loc"] not in refused]


def _problem(error: Any) -> str:
    problem: str = error["msg"].removeprefix("Value error, ")
    if error["type"] in ("value_error", "missing", "extra_forbidden", "json_invalid"):
        return problem
    shown = repr(error.get("input"))
    return f"{problem}, got {shown if len(shown) <= 40 else shown[:37] + '...'}"
