"""The run store: one SQLite file a run, in write-ahead mode, readable up to its last commit
whatever happens.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from array import array
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import quote

from torchvitals.record.codec import decode, encode
from torchvitals.record.look import Look

SCHEMA = 1
FILE_NAME = "vitals.sqlite"
_APPLICATION_ID = 0x746F7676
"""Marks a SQLite file as ours: 'tovv' in its header."""

_TABLES = """
CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE segment (number INTEGER PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE look (
    id INTEGER PRIMARY KEY, segment INTEGER NOT NULL, step INTEGER NOT NULL, record TEXT NOT NULL);
CREATE TABLE loss (
    id INTEGER PRIMARY KEY, segment INTEGER NOT NULL, stream INTEGER NOT NULL,
    first_step INTEGER NOT NULL, losses BLOB NOT NULL);
CREATE TABLE event (id INTEGER PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE evaluation (id INTEGER PRIMARY KEY, record TEXT NOT NULL);
"""


class StoreError(Exception):
    """The store can't be written or read; the message says which file, and why."""


class Event(NamedTuple):
    """Something that happened once: its kind, the segment and step it belongs to, and what it
    says.
    """

    kind: str
    segment: int
    step: int
    text: str
    source: str | None


class Evaluation(NamedTuple):
    """The mean loss of one pass over data without gradients, as a loss function computed it.

    Passes of one `place` come from the same call. `passes` counts those that are averaged here;
    `step` is the number of updates at the last of them.
    """

    segment: int
    place: int
    step: int
    loss: float
    batches: int
    passes: int
    function: str
    """Of torch.nn.functional, called by the user or by a loss module."""
    reduction: str
    source: str | None


class SegmentRecord(NamedTuple):
    """One model's training within the run. `steps` counts updates, `backwards` calls of
    backward().
    """

    number: int
    name: str
    steps: int
    backwards: int
    handwritten: bool
    """The parameters move without any optimizer's step."""
    classes: tuple[tuple[str, str], ...]
    """Layer name and class of every module that owns parameters."""


_INHERITED: list[sqlite3.Connection] = []
"""Connections that a fork brought into this process. SQLite forbids even closing them here, so they
stay open."""


class Store:
    """Writes one run. Every failure is a StoreError; nothing is visible to a reader before
    `commit`.

    In a process that was forked off the writer all calls do nothing: the run stays the writer's.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE_NAME
        self._process = os.getpid()
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(
                self.path, isolation_level=None, check_same_thread=False
            )
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=NORMAL")
            self._database.execute(f"PRAGMA application_id={_APPLICATION_ID}")
            self._database.execute(f"PRAGMA user_version={SCHEMA}")
            self._database.executescript(_TABLES)
            self._database.execute("BEGIN")
        except (sqlite3.Error, OSError) as error:
            message = f"Can't write the run store {self.path}: {error}"
            raise StoreError(message) from error

    def put(self, key: str, value: str) -> None:
        """Note a fact about the run; a later value replaces an earlier one."""
        self._execute("INSERT OR REPLACE INTO run VALUES (?, ?)", (key, value))

    def add_look(self, look: Look) -> None:
        """Add one look."""
        self._execute(
            "INSERT INTO look (segment, step, record) VALUES (?, ?, ?)",
            (look.segment, look.step, encode(look)),
        )

    def add_losses(
        self, segment: int, stream: int, first_step: int, losses: Sequence[float]
    ) -> None:
        """Add a stretch of one stream's losses, the first of them numbered `first_step`."""
        self._execute(
            "INSERT INTO loss (segment, stream, first_step, losses) VALUES (?, ?, ?, ?)",
            (segment, stream, first_step, array("d", losses).tobytes()),
        )

    def add_event(self, event: Event) -> None:
        """Add one event."""
        self._execute("INSERT INTO event (record) VALUES (?)", (encode(event),))

    def add_evaluation(self, evaluation: Evaluation) -> None:
        """Add one evaluation."""
        self._execute("INSERT INTO evaluation (record) VALUES (?)", (encode(evaluation),))

    def put_segment(self, segment: SegmentRecord) -> None:
        """Note a segment as it now stands."""
        self._execute(
            "INSERT OR REPLACE INTO segment VALUES (?, ?)", (segment.number, encode(segment))
        )

    def commit(self) -> None:
        """Make all that was added durable against the death of this process."""
        self._execute("COMMIT", ())
        self._execute("BEGIN", ())

    def read(self) -> StoredRun:
        """All that was added, committed or not."""
        if self._is_inherited():
            return read_store(self.path)
        try:
            return _read_all(self._database)
        except (sqlite3.Error, ValueError) as error:
            message = f"Can't read the run store {self.path}: {error}"
            raise StoreError(message) from error

    def close(self) -> None:
        """Commit, and fold the write-ahead log into the file: to read it needs no other then."""
        try:
            self._execute("COMMIT", ())
            self._execute("PRAGMA wal_checkpoint(TRUNCATE)", ())
            with contextlib.suppress(StoreError):  # somebody reads it just now
                self._execute("PRAGMA journal_mode=DELETE", ())
        finally:
            self.abandon()

    def roll_back(self) -> None:
        """Drop what was added since the last commit; used after a failure."""
        # A failure may have ended the transaction already, and then there is none to end.
        with contextlib.suppress(StoreError):
            self._execute("ROLLBACK", ())

    def abandon(self) -> None:
        """Close without committing; used after a failure."""
        if not self._is_inherited():
            with contextlib.suppress(sqlite3.Error):
                self._database.close()

    def _execute(self, statement: str, values: tuple[object, ...]) -> None:
        if self._is_inherited():
            return
        try:
            self._database.execute(statement, values)
        except sqlite3.Error as error:
            message = f"Can't write the run store {self.path}: {error}"
            raise StoreError(message) from error

    def _is_inherited(self) -> bool:
        if os.getpid() == self._process:
            return False
        if self._database not in _INHERITED:
            _INHERITED.append(self._database)
        return True


class StoredRun(NamedTuple):
    """All that a store holds, decoded."""

    facts: dict[str, str]
    segments: tuple[SegmentRecord, ...]
    looks: tuple[Look, ...]
    losses: tuple[tuple[int, int, int, tuple[float, ...]], ...]
    events: tuple[Event, ...]
    evaluations: tuple[Evaluation, ...] = ()


def read_store(path: Path) -> StoredRun:
    """Read a run store: its file, or the directory that holds it.

    Raises:
        StoreError: there is none, it is not ours, it is damaged, or a newer version wrote it.
    """
    return _reading(path, _read_all)


def read_facts(path: Path) -> dict[str, str]:
    """Only the facts about a run. Raises StoreError as `read_store` does."""
    return _reading(path, _read_facts)


_T = TypeVar("_T")


def _reading(path: Path, read: Callable[[sqlite3.Connection], _T]) -> _T:
    try:
        file = path / FILE_NAME if path.is_dir() else path
        if not file.is_file():
            message = f"Expected a run store but found no file {file}"
            raise StoreError(message)
        with _open_to_read(file) as database:
            _check_header(database, file)
            return read(database)
    except (sqlite3.Error, OSError, TypeError, ValueError) as error:
        message = f"Can't read {path} as a run store: {error}"
        raise StoreError(message) from error


@contextlib.contextmanager
def _open_to_read(file: Path) -> Generator[sqlite3.Connection]:
    """Open without changing the file; in a folder where SQLite can't map the write-ahead log, open
    a copy.
    """
    with contextlib.ExitStack() as stack:
        try:
            database = _connect_to_read(file)
        except sqlite3.OperationalError:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="torchvitals-")))
            for part in (file, file.with_name(f"{file.name}-wal")):
                if part.exists():
                    shutil.copyfile(part, folder / part.name)
            database = _connect_to_read(folder / file.name)
        stack.enter_context(contextlib.closing(database))
        yield database


def _connect_to_read(file: Path) -> sqlite3.Connection:
    address = f"file:{quote(file.absolute().as_posix())}?mode=ro"
    database = sqlite3.connect(address, uri=True)
    try:
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        database.close()
        raise
    return database


def _read_facts(database: sqlite3.Connection) -> dict[str, str]:
    return dict(database.execute("SELECT key, value FROM run"))


def _check_header(database: sqlite3.Connection, file: Path) -> None:
    application = database.execute("PRAGMA application_id").fetchone()[0]
    if application != _APPLICATION_ID:
        message = f"{file} is not a run store of torchvitals"
        raise StoreError(message)
    schema = database.execute("PRAGMA user_version").fetchone()[0]
    if schema > SCHEMA:
        message = (
            f"{file} was written by a newer torchvitals: its schema is {schema}, this "
            f"version reads up to {SCHEMA}"
        )
        raise StoreError(message)


def _read_all(database: sqlite3.Connection) -> StoredRun:
    def rows(query: str) -> Iterator[tuple[str]]:
        return database.execute(query)

    table = "SELECT 1 FROM sqlite_master WHERE name = 'evaluation'"  # an older store has none
    evaluations = (
        "SELECT record FROM evaluation ORDER BY id"
        if database.execute(table).fetchone()
        else "SELECT '' WHERE 0"
    )
    losses: list[tuple[int, int, int, tuple[float, ...]]] = []
    query = "SELECT segment, stream, first_step, losses FROM loss ORDER BY id"
    for segment, stream, first_step, blob in database.execute(query):
        values = array("d")
        values.frombytes(blob)
        losses.append((segment, stream, first_step, tuple(values)))
    return StoredRun(
        facts=_read_facts(database),
        segments=tuple(
            decode(SegmentRecord, r) for (r,) in rows("SELECT record FROM segment ORDER BY number")
        ),
        looks=tuple(decode(Look, r) for (r,) in rows("SELECT record FROM look ORDER BY id")),
        losses=tuple(losses),
        events=tuple(decode(Event, r) for (r,) in rows("SELECT record FROM event ORDER BY id")),
        evaluations=tuple(decode(Evaluation, r) for (r,) in rows(evaluations)),
    )
