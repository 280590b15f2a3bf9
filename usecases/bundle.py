"""Bundles: run records and what it takes to check them elsewhere, in one plain zip file.

    manifest.json            every other file with its SHA-256, and a digest of its own
    records/ID.json          run records; they hold the raw shots
    jobs/ID.json             what remote machines answered, as they answered it
    constraints.txt          the package versions that made the records
    ...                      whatever else was added, such as a report

The zip's comment is the SHA-256 of all bytes before it, so that no byte can change unseen. A hash
proves that nothing was changed by accident; that the scores follow from the shots is checked by
computing them again (`usecases.verify`). Nothing is ever unpacked to disk.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from pydantic import ValidationError

from usecases.circuit_record import AnyRecord, CircuitRecord
from usecases.errors import BadInstance, UsageError, VerificationFailed
from usecases.instances import parse_json
from usecases.records import Record, RunRecord, sha256

R = TypeVar("R", bound=Record)

LARGEST_BUNDLE = 256 * 2**20
LARGEST_FILE = 16 * 2**20
LARGEST_WHOLE = 1024 * 2**20
MOST_FILES = 50_000
"""Bytes of the zip, of one file in it, of all of them, and how many there may be."""

MANIFEST = "manifest.json"
COMMENT = len(hashlib.sha256().hexdigest())
NAME = re.compile(r"(?:\w[\w-]{0,39}/)?\w[\w-]{0,79}\.\w{1,8}", re.ASCII)
"""A file's name in a bundle: at most one folder, and no sign that a path could be built from."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file: equal content makes equal bundles."""


class Manifest(Record):
    """What is in a bundle, by name and SHA-256."""

    format: Literal[1] = 1
    title: str
    files: dict[str, str]
    digest: str = ""

    def content_hash(self) -> str:
        """SHA-256 of everything but the digest itself."""
        return sha256(self.model_copy(update={"digest": ""}).model_dump_json())

    def sealed(self) -> Manifest:
        """The manifest with its digest."""
        return self.model_copy(update={"digest": self.content_hash()})


@dataclass(frozen=True)
class Bundle:
    """Records, and the other files by name."""

    title: str
    records: tuple[AnyRecord, ...]
    files: Mapping[str, bytes]


def pack(title: str, records: Iterable[AnyRecord], files: Mapping[str, bytes]) -> bytes:
    """The zip file. Equal content gives equal bytes, as far as zlib compresses equally."""
    kept = {record.id: record for record in records}
    if not kept:
        raise UsageError("a bundle of no runs", "Name runs, or a suite that has been run")
    whole = dict(files) | {
        f"records/{name}.json": record.model_dump_json().encode() for name, record in kept.items()
    }
    for name, data in whole.items():
        if not NAME.fullmatch(name) or name == MANIFEST or len(data) > LARGEST_FILE:
            raise UsageError(
                f"{name[:80]} cannot be put in a bundle",
                f"Give it a plain name, like notes.txt, and at most {LARGEST_FILE >> 20} MB",
            )
    hashes = {name: hashlib.sha256(whole[name]).hexdigest() for name in sorted(whole)}
    manifest = Manifest(title=title, files=hashes).sealed()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.comment = b"0" * COMMENT
        for name, data in [(MANIFEST, manifest.model_dump_json().encode()), *sorted(whole.items())]:
            archive.writestr(_entry(name), data)
    body = out.getvalue()[:-COMMENT]
    return body + hashlib.sha256(body).hexdigest().encode()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system, entry.external_attr = 3, 0o644 << 16  # Unix, whoever writes it
    return entry


def unpack(data: bytes) -> Bundle:
    """What is in the zip file, every hash checked. Raises VerificationFailed."""
    check(data)
    try:
        files = _files(data)
    except _UNREADABLE as error:
        raise VerificationFailed(f"this is no bundle ({error})") from None
    return opened(files)


def check(data: bytes) -> None:
    """Whether these are the bytes that were written. Raises VerificationFailed."""
    if len(data) > LARGEST_BUNDLE:
        raise VerificationFailed(f"the bundle has more than {LARGEST_BUNDLE >> 20} MB")
    if hashlib.sha256(data[:-COMMENT]).hexdigest().encode() != data[-COMMENT:]:
        raise VerificationFailed(
            "this is no bundle, or it was changed or cut off after it was made",
            "Ask for the original",
        )


_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError),
    *(OSError, ValueError, struct.error),
)
"""What zipfile raises for bytes that are no zip file, or one that was made to mislead."""

COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How files in a bundle may be compressed: other ways need libraries that break in other ways."""


def _files(data: bytes) -> dict[str, bytes]:
    """The files by name: few, small, no path among them and none twice."""
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_FILES or sum(e.file_size for e in entries) > LARGEST_WHOLE:
            raise VerificationFailed("the bundle holds too much to be read")
        for entry in entries:
            if not NAME.fullmatch(entry.filename) or entry.filename in found:
                raise VerificationFailed(f"the bundle holds a file named {entry.filename[:80]!r}")
            if entry.compress_type not in COMPRESSIONS:
                raise VerificationFailed(f"{entry.filename} is not compressed as bundles are")
            with archive.open(entry) as stream:  # what the header says of the size is not believed
                found[entry.filename] = stream.read(LARGEST_FILE + 1)
            if len(found[entry.filename]) > LARGEST_FILE:
                raise VerificationFailed(f"{entry.filename} is too large to be read")
    return found


def opened(files: Mapping[str, bytes]) -> Bundle:
    """The bundle of these files, as a zip holds them or a folder, every hash checked."""
    manifest = _manifest(files)
    others = {name: data for name, data in files.items() if name != MANIFEST}
    if strange := sorted(others.keys() ^ manifest.files.keys()):
        raise VerificationFailed(f"{strange[0]} is missing, or is not in the manifest")
    for name, data in others.items():
        if hashlib.sha256(data).hexdigest() != manifest.files[name]:
            raise VerificationFailed(f"{name} was changed after the bundle was made")
    records = tuple(_record(n, d) for n, d in sorted(others.items()) if n.startswith("records/"))
    rest = {name: data for name, data in others.items() if not name.startswith("records/")}
    return Bundle(manifest.title, records, rest)


def _manifest(files: Mapping[str, bytes]) -> Manifest:
    if MANIFEST not in files:
        raise VerificationFailed("this is no bundle: it has no manifest.json")
    found = _parsed(Manifest, MANIFEST, files[MANIFEST])
    written = found.model_dump_json().encode()
    if found.digest != found.content_hash() or written != files[MANIFEST]:
        raise VerificationFailed("manifest.json was changed after the bundle was made")
    return found


def _record(name: str, data: bytes) -> AnyRecord:
    found: AnyRecord
    try:
        found = _parsed(RunRecord, name, data)
    except VerificationFailed:
        found = _parsed(CircuitRecord, name, data)
    if name != f"records/{found.id}.json":
        raise VerificationFailed(f"{name} holds the record of run {found.id}")
    return found


def _parsed(kind: type[R], name: str, data: bytes) -> R:
    try:
        return parse_json(kind, data.decode())
    except (UnicodeDecodeError, ValidationError, BadInstance):
        raise VerificationFailed(f"{name} cannot be read") from None
