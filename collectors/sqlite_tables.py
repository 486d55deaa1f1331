"""Tables in SQLite files of other tools, read row by row in constant memory, and never written.

A file is opened read-only and as immutable: no lock, no journal beside it, nothing of it is run. Views, triggers, virtual tables and
tables with generated columns are not read, extensions cannot be loaded. A row becomes a `Record` as those of `collectors.table` do: its
body is compact JSON with sorted keys, text that is no UTF-8 stands in it as an escape and in the cell as U+FFFD.

A file within a zip archive is read from memory, up to `LARGEST_IN_MEMORY`.
"""

import io
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from collectors.beginnings import SQLITE
from collectors.cells import LONGEST_CELL, canonical, mended
from collectors.formats import Broken, Origin, Record, Source
from data.errors import Unreadable

LARGEST_IN_MEMORY = 1 << 28
SMALLEST_ROW = 2  # bytes in its page: a file cannot hold more rows than its size allows
LARGEST_EXACT = 2**53
WRITE_AND_READ_VERSION = slice(18, 20)  # of the header: 2 where the file has a write-ahead log
# A virtual table runs a module, a generated column an expression; none of the tools writes such.
RUN_WHEN_READ = re.compile(r"^\s*create\s+virtual|\bas\s*\(", re.IGNORECASE)
# Names of columns that are no UTF-8 are met by Python, not by SQLite.
UNREADABLE = (sqlite3.Error, UnicodeDecodeError, OverflowError, MemoryError)
READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})

Statements = Mapping[str, str]


def records(source: Source, origin: Origin, statements: Statements) -> Iterator[Record | Broken]:
    """The rows of the tables that `statements` has a SELECT for, as far as the file holds them, one table after the other. Raises
    `Unreadable` when the file is no SQLite database or holds none of them."""
    with _opened(source, origin) as database:
        try:
            declared = database.execute("select name, sql from sqlite_master where type = 'table'")
            found = {str(name).lower() for name, sql in declared if not RUN_WHEN_READ.search(str(sql))}
            wanted = [name for name in statements if name in found]
        except UNREADABLE as reason:
            raise Unreadable(f"{source.name} cannot be read as a SQLite database: {reason}. Get the file again") from reason
        if not wanted:
            raise Unreadable(f"{source.name}: the database has no table {' or '.join(statements)}; views and computed tables are not read")
        number = odd = 0
        most = max(source.size, len(SQLITE)) // SMALLEST_ROW
        for name in wanted:
            for row in _rows(database, statements[name], name):
                number += 1
                if isinstance(row, str):
                    origin.warn(f"{source.name}: {row}")
                    yield Broken(number=number, reason=row, body=canonical({"table": name, "damaged after row": number - 1}))
                    continue
                if number > most:
                    raise Unreadable(f"{source.name}: the database is damaged, its pages lead in circles. Get the file again")
                body = canonical(row)
                told = row
                if b"\\u" in body and (told := mended(row)) != row:
                    odd += 1
                yield Record(number=number, cells=told, body=body)
    if odd:
        origin.warn(f"{source.name}: rows with text that is not UTF-8: {odd}; it is shown as \ufffd, the archive keeps it")


def _rows(database: sqlite3.Connection, statement: str, name: str) -> Iterator[dict[str, Any] | str]:
    """The rows of one table; a text instead where reading cannot go on."""
    try:
        cursor = database.execute(statement)
        columns = [column[0] for column in cursor.description]
        for row in cursor:
            yield {column: _plain(cell) for column, cell in zip(columns, row, strict=True)}
    except UNREADABLE as reason:
        yield f"the table {name} cannot be read further: {reason}"


def _plain(cell: Any) -> Any:
    if isinstance(cell, bytes):
        return _text(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) <= LARGEST_EXACT:
        return int(cell)
    return cell


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape")


@contextmanager
def _opened(source: Source, origin: Origin) -> Iterator[sqlite3.Connection]:
    with source.open() as file:
        head = file.read(len(SQLITE) + 4)
        if not head.startswith(SQLITE):
            raise Unreadable(f"{source.name} is no SQLite database")
        path = _path_of(file)
        whole = b"" if path else _in_memory(source, head, file)
    try:
        if path:
            _warn_of_log(path, source, origin)
            database = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
        else:
            database = sqlite3.connect(":memory:", isolation_level=None)
            database.deserialize(whole)
    except sqlite3.Error as reason:
        raise Unreadable(f"{source.name} cannot be read as a SQLite database: {reason}. Get the file again") from reason
    try:
        _restrict(database)
        yield database
    finally:
        database.close()


def _restrict(database: sqlite3.Connection) -> None:
    database.text_factory = _text
    database.execute("pragma trusted_schema = off")
    database.execute("pragma query_only = on")
    database.execute("pragma cell_size_check = on")
    database.execute("pragma mmap_size = 0")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 4 * LONGEST_CELL)
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    database.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in READING else sqlite3.SQLITE_DENY)


def _path_of(file: Any) -> Path | None:
    """Where an open file lies; None where it is part of an archive."""
    if not isinstance(file, io.BufferedReader) or not isinstance(file.raw, io.FileIO):
        return None
    path = Path(os.path.abspath(file.name))
    return path if os.path.samestat(os.fstat(file.fileno()), path.stat()) else None


def _in_memory(source: Source, head: bytes, file: Any) -> bytes:
    if source.size > LARGEST_IN_MEMORY:
        raise Unreadable(f"{source.name}: a database of {source.size:,} bytes within an archive; unpack it and import the file itself")
    whole = bytearray(head + file.read(LARGEST_IN_MEMORY))
    whole[WRITE_AND_READ_VERSION] = b"\1\1"  # there is no log beside it here
    return bytes(whole)


def _warn_of_log(path: Path, source: Source, origin: Origin) -> None:
    for kind in ("wal", "journal"):
        beside = path.with_name(f"{path.name}-{kind}")
        if beside.is_file() and beside.stat().st_size:
            origin.warn(
                f"{source.name}: what was written last is still in {beside.name} and was not read: "
                "end the tool that writes it, then import the file again"
            )
