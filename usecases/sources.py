"""Run records from wherever they are: the store, a JSON file, a bundle, a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from usecases import bundle
from usecases.circuit_record import AnyRecord
from usecases.errors import BadInstance, UsageError, VerificationFailed
from usecases.instances import read_records
from usecases.records import RunRecord
from usecases.store import Store


def scored(source: str) -> tuple[RunRecord, ...]:
    """The records that a source stands for, all of use cases. Raises UsageError for circuits."""
    found = records(source)
    for record in found:
        if not isinstance(record, RunRecord):
            raise UsageError(
                f"run {record.id} is one of circuits, which have no score",
                f"See it with: usecases jobs show {record.id}",
            )
    return tuple(record for record in found if isinstance(record, RunRecord))


def records(source: str) -> tuple[AnyRecord, ...]:
    """The records that a run's id, a .json file, a bundle or a folder of either stands for.

    Raises UsageError, BadInstance, or VerificationFailed for a bundle that was changed.
    """
    path = Path(source)
    if path.is_dir():
        return _of_folder(path)
    if path.suffix == ".zip":
        return read_bundle(path).records
    if path.suffix or path.is_file():
        return read_records(path)
    with Store() as store:
        return (store.any_record(source),)


def _of_folder(path: Path) -> tuple[AnyRecord, ...]:
    """Those of a bundle that was unpacked there, or of every .json file and bundle below."""
    if (path / bundle.MANIFEST).exists():
        return unpacked(path).records
    files = [f for f in _below(path) if f.suffix in (".json", ".zip")]
    if not files:
        raise UsageError(f"{path.name} holds no .json file and no bundle")
    return tuple(record for file in files for record in records(str(file)))


def read_bundle(path: Path) -> bundle.Bundle:
    """The bundle in this zip file."""
    _sized(path, bundle.LARGEST_BUNDLE)
    return bundle.unpack(path.read_bytes())


def unpacked(path: Path) -> bundle.Bundle:
    """The bundle that somebody unpacked in this folder; a stray file is refused."""
    files: dict[str, bytes] = {}
    for file in _below(path):
        _sized(file, bundle.LARGEST_FILE)
        files[file.relative_to(path).as_posix()] = file.read_bytes()
    return bundle.opened(files)


def _below(path: Path) -> Iterator[Path]:
    """The files of a folder; a link, which could lead anywhere, is refused."""
    for count, file in enumerate(sorted(path.rglob("*"))):
        if file.is_symlink() or count > bundle.MOST_FILES:
            raise VerificationFailed(f"{file.name} is a link, or there are too many files")
        if file.is_file():
            yield file


def _sized(path: Path, most: int) -> None:
    if not path.is_file():
        raise BadInstance("path", "is not a file", file=path.name)
    if path.stat().st_size > most:
        raise BadInstance("size", f"more than {most >> 20} MB are not read", file=path.name)
