"""One SQLite file that many processes read and write, and that does not lie when it is damaged.

Every row carries the SHA-256 of its content: a byte that changed on the disk is told and never
believed. The file says which version of the tables it holds; an older one is brought up to date
in one transaction, and a newer one is refused.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from usecases.errors import UsageError, VerificationFailed
from usecases.home import home
from usecases.records import sha256

FIRST = """
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, ordinal INTEGER NOT NULL, request TEXT NOT NULL,
    status TEXT NOT NULL, owner TEXT NOT NULL, started REAL NOT NULL, finished REAL,
    summary TEXT, record TEXT, error TEXT, UNIQUE (key, ordinal)
);
CREATE TABLE IF NOT EXISTS jobs (
    tag TEXT PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (id), step INTEGER NOT NULL,
    key TEXT NOT NULL, backend TEXT NOT NULL, status TEXT NOT NULL, job TEXT, result TEXT,
    cost REAL NOT NULL, currency TEXT NOT NULL, created REAL NOT NULL, UNIQUE (run, step)
);
"""
"""The tables of version 0, from which every store is brought up."""

SECOND = """
ALTER TABLE runs ADD COLUMN record_sha256 TEXT;
ALTER TABLE runs ADD COLUMN seal TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN quote TEXT NOT NULL DEFAULT '{}';
ALTER TABLE jobs ADD COLUMN provenance TEXT NOT NULL DEFAULT '{}';
ALTER TABLE jobs ADD COLUMN billed REAL;
ALTER TABLE jobs ADD COLUMN reason TEXT;
ALTER TABLE jobs ADD COLUMN raw TEXT;
ALTER TABLE jobs ADD COLUMN seal TEXT NOT NULL DEFAULT '';
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL, seal TEXT NOT NULL DEFAULT '');
"""

THIRD = "CREATE INDEX runs_by_start ON runs (started)"
"""The latest runs are found without reading all others."""

UPGRADES = (FIRST + SECOND, THIRD)
"""What brings a store from each version to the next."""

VERSION = len(UPGRADES)

CHECKED = 16 * 2**20
"""Bytes up to which a file is checked whenever it is opened, which takes milliseconds."""

KEYS = {"runs": "id", "jobs": "tag", "settings": "name"}
"""The column that names a row of each table."""

APART = ("seal", "record")
"""Columns that a seal leaves out; a record has a checksum of its own, which the seal covers."""


class Database:
    """The file, by default in the user's data folder.

    Raises UsageError when it cannot be opened or written, VerificationFailed when it is damaged.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or home() / "store.db"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._explained():
                self._connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
                self._connection.row_factory = sqlite3.Row
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.execute("PRAGMA synchronous=FULL")
                self._prepare()
            self.path.chmod(0o600)
            size = self.path.stat().st_size
        except OSError as error:
            raise UsageError(
                f"the store {self.path} cannot be opened ({error})",
                "Set USECASES_HOME to a folder that you may write to",
            ) from None
        if size <= CHECKED:
            try:
                self.check()
            except VerificationFailed:
                self._connection.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def _prepare(self) -> None:
        """Make the tables, or bring those of an older version up to date."""
        if self._version() == VERSION:
            return
        with self._transaction() as db:
            found = self._version()  # another process may have done it meanwhile
            if found > VERSION:
                raise UsageError(
                    f"the store {self.path} is of a newer version ({found}) than this package's"
                    f" ({VERSION})",
                    "Update the package, or set USECASES_HOME to another folder",
                )
            for upgrade in UPGRADES[found:]:
                for statement in upgrade.split(";"):
                    db.execute(statement)
            if found == 0:
                for row in db.execute("SELECT id, record FROM runs").fetchall():
                    self._set("runs", row[0], record_sha256=row[1] and sha256(row[1]))
                for row in db.execute("SELECT tag FROM jobs").fetchall():
                    self._seal("jobs", row[0])
            db.execute(f"PRAGMA user_version = {VERSION}")

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All of what is done in it is kept, or nothing; nobody else writes meanwhile."""
        with self._explained():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # a full disk has rolled back by itself
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What SQLite complains of, in one line that says what to do."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if any(word in str(error) for word in ("decode", "file format")):
                raise self._damaged(str(error)) from None
            raise UsageError(
                f"the store {self.path} cannot be used ({error})",
                "Make room on its disk, wait for the process that holds it, or set USECASES_HOME to"
                " a folder that you may write to. Nothing is sent that is not written down first",
            ) from None
        except (sqlite3.DatabaseError, UnicodeError) as error:
            raise self._damaged(str(error)) from None

    def _damaged(self, what: str) -> VerificationFailed:
        return VerificationFailed(
            f"the store {self.path} is damaged ({what})",
            "Restore a copy of it, or move it away and see at the machines which jobs you have",
        )

    def _rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._explained():
            return self._connection.execute(sql, values).fetchall()

    def _sound(self, table: str, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Whole rows of a table, each with the content that was written."""
        rows = self._rows(sql, *values)
        for row in rows:
            known = dict(row)
            if known.get("seal") != _sealed(row):
                raise self._damaged(f"{table}: {str(known.get(KEYS[table]))[:40]!r}")
        return rows

    def _set(self, table: str, key: str, **values: Any) -> None:
        """Change a row, in a transaction, and seal it."""
        names = ", ".join(f"{name} = ?" for name in values)
        sql = f"UPDATE {table} SET {names} WHERE {KEYS[table]} = ?"  # noqa: S608 - our own words
        self._connection.execute(sql, (*values.values(), key))
        self._seal(table, key)

    def _add(self, table: str, **values: Any) -> None:
        """Write a row, in a transaction, and seal it."""
        places = ", ".join("?" for _ in values)
        sql = f"INSERT OR REPLACE INTO {table} ({', '.join(values)}) VALUES ({places})"  # noqa: S608
        self._connection.execute(sql, tuple(values.values()))
        self._seal(table, str(values[KEYS[table]]))

    def _seal(self, table: str, key: str) -> None:
        where = f"{table} WHERE {KEYS[table]} = ?"
        row = self._connection.execute(f"SELECT * FROM {where}", (key,)).fetchone()  # noqa: S608
        sql = f"UPDATE {table} SET seal = ? WHERE {KEYS[table]} = ?"  # noqa: S608
        self._connection.execute(sql, (_sealed(row), key))

    def check(self) -> None:
        """Raises VerificationFailed unless tables and indices agree, so that no row is missed."""
        (found,) = self._rows("PRAGMA integrity_check(1)")
        if found[0] != "ok":
            raise self._damaged(str(found[0]))


def _sealed(row: sqlite3.Row) -> str:
    content = [[name, value] for name, value in dict(row).items() if name not in APART]
    return sha256(json.dumps(content, default=repr))
