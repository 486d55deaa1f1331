"""Records to columns: parsing of one batch, here or in another process.

What leaves is ready for the log: a table a kind of row, beside it which record each row is of, and what is needed to tell new
records from known ones. Rows themselves do not travel between processes, which would cost more than parsing them.
"""

import importlib
import marshal
import multiprocessing
import os
import pickle
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pyarrow as pa

from collectors.cells import mended
from collectors.formats import Broken, Origin, Record
from data.model import MARKS, TABLE_OF, HashtagCount, HotSearch, Made, Quarantined, Sighting, Trend, record_id, to_arrow, to_column

CLAIMED = (HashtagCount, Trend, HotSearch)  # records that are no posts and belong to campaigns by claim
UNFIT = (ValueError, TypeError, OverflowError, AttributeError)  # what pyarrow and `to_arrow` raise; pyarrow's own are kinds of these
LONGEST_REASON = 1000  # characters
LARGE = 8 * 2**20  # bytes of a file from which a second process is worth its start


@dataclass(kw_only=True, slots=True)
class Parsed:
    """A parsed batch. `marks` are the record ids that its records tell (`data.model.MARKS`); `tables` has, for each table of the log,
    its rows and the number of the record each is of; `guessed` is the number of records of which a year was guessed."""

    marks: pa.Table
    quarantined: set[int]
    tables: dict[str, tuple[pa.Table, list[int]]]
    warnings: list[str] = field(default_factory=list)
    guessed: int = 0


def parse(module: str, records: list[Record | Broken], origin: Origin) -> Parsed:
    """Parses a batch with the format of a module. What cannot be read becomes a Quarantined row with the reason."""
    warnings: list[str] = []
    years: list[str] = []
    guessed = 0
    origin = replace(origin, warn=warnings.append, guessed=years.append)
    parser = importlib.import_module(module)
    told = []
    for record in records:
        told.append(_rows(parser, record, origin))
        guessed += bool(years) and type(told[-1][0]) is not Quarantined
        years.clear()
    try:
        return replace(_columns(told, warnings), guessed=guessed)
    except UNFIT:
        for number, reason in _unfit(told):
            told[number] = [_quarantined(parser, records[number], origin, reason)]
        return replace(_columns(told, warnings), guessed=guessed)


def _columns(told: list[list[Any]], warnings: list[str]) -> Parsed:
    """The rows of each record as columns. Raises one of UNFIT where a value is not of its column's kind."""
    marks: list[tuple[Any, ...]] = []
    quarantined = set()
    rows_of: dict[type, tuple[list[Any], list[int]]] = {}
    for number, rows in enumerate(told):
        marks += _marks(number, rows)
        if type(rows[0]) is Quarantined:
            quarantined.add(number)
        for row in rows:
            kind = type(row)
            if kind not in rows_of:
                rows_of[kind] = ([], [])
            same, numbers = rows_of[kind]
            same.append(row)
            numbers.append(number)
    made: Made = {}
    tables = {TABLE_OF[kind]: (to_arrow(TABLE_OF[kind], rows, made), numbers) for kind, (rows, numbers) in rows_of.items()}
    marked = MARKS.empty_table()
    if marks:
        columns = zip(zip(*marks, strict=True), MARKS.types, strict=True)
        marked = pa.table([to_column(cells, kind, made) for cells, kind in columns], schema=MARKS)
    return Parsed(marks=marked, quarantined=quarantined, tables=tables, warnings=warnings)


def _unfit(told: list[list[Any]], first: int = 0) -> Iterator[tuple[int, str]]:
    """Which records have a value that is not of its column's kind, and the reason; by halves, since most batches that have any have one."""
    try:
        _columns(told, [])
    except UNFIT as error:
        if len(told) == 1:
            yield first, f"a value in it is not of the kind that its column holds: {error}"
            return
        half = len(told) // 2
        yield from _unfit(told[:half], first)
        yield from _unfit(told[half:], first + half)


def in_order(
    module: str, batches: Iterable[list[Record | Broken]], origin: Origin, pool: ProcessPoolExecutor | None
) -> Iterator[tuple[list[bytes], Parsed]]:
    """The bodies of batches with what they parse to, in their order; with a pool the next are parsed while one is appended. Only
    bodies are kept meanwhile: a record's cells take ten times their room."""
    if pool is None:
        for records in batches:
            yield [record.body for record in records], parse(module, records, origin)
        return
    quiet = replace(origin, warn=_unheard, guessed=_unheard)  # warnings come back with the batch
    ahead: deque[tuple[list[bytes], Future[Parsed]]] = deque()
    for records in batches:
        ahead.append(([record.body for record in records], pool.submit(_parse_packed, module, _packed(records), quiet)))
        del records
        if len(ahead) > 2:
            bodies, parsed = ahead.popleft()
            yield bodies, parsed.result()
            del bodies, parsed
    for bodies, parsed in ahead:
        yield bodies, parsed.result()


def _packed(records: list[Record | Broken]) -> bytes:
    """Records as bytes for the other process. Marshalling plain values takes a third of the time of pickling the records, and reading
    cells from the body a third of that."""
    plain = [
        (r.number, None if r.in_body else r.cells, r.body, r.in_body, None)
        if isinstance(r, Record)
        else (r.number, None, r.body, False, r.reason)
        for r in records
    ]
    try:
        return b"m" + marshal.dumps(plain)
    except ValueError:  # times and decimals, as Excel and Parquet have them
        return b"p" + pickle.dumps(plain)


def _parse_packed(module: str, packed: bytes, origin: Origin) -> Parsed:
    plain = (marshal if packed.startswith(b"m") else pickle).loads(memoryview(packed)[1:])
    records = [
        Record(number=number, cells=orjson.loads(body) if in_body else cells, body=body)
        if reason is None
        else Broken(number=number, reason=reason, body=body)
        for number, cells, body, in_body, reason in plain
    ]
    return parse(module, records, origin)


@contextmanager
def workers(wanted: bool) -> Iterator[ProcessPoolExecutor | None]:
    """Other processes to parse in, where that is wanted and there is a second core."""
    cores = os.cpu_count() or 1
    if not wanted or cores < 2:
        yield None
        return
    context = multiprocessing.get_context("spawn")
    # Parsing takes longer than reading and appending: on two cores two processes parse, and none of the cores waits.
    pool = ProcessPoolExecutor(max_workers=min(3, cores), mp_context=context, initializer=_end_with_parent)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # they end while the next file is read or the database built


def _unheard(message: str) -> None:
    """Takes no warning: the other process hands them back."""


def _end_with_parent() -> None:
    """A killed import leaves no process behind, and none looks for garbage: rows hold no cycles."""
    import gc

    gc.disable()
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _marks(number: int, rows: list[Any]) -> Iterable[tuple[Any, ...]]:
    """The record ids of a record's rows, the leading one first, each once; a sighting's says whose it is."""
    found: dict[str, tuple[Any, ...]] = {}
    for row in rows:
        id = row.record_id
        kind = type(row)
        if kind is Sighting:
            found[id] = (number, id, row.platform, row.is_comment, row.post_id, "context" if row.context else "query")
        elif id not in found:
            found[id] = (number, id, None, None, None, "claim" if kind in CLAIMED else None)
    return found.values()


def _rows(parser: Any, record: Record | Broken, origin: Origin) -> list[Any]:
    if isinstance(record, Broken):
        return [_quarantined(parser, record, origin, record.reason)]
    try:
        rows = list(parser.parse(record, origin))
    except ValueError as error:
        return [_quarantined(parser, record, origin, str(error))]
    except Exception as error:  # noqa: BLE001 - a fault of the parser: the record is kept for a replay and the rest goes on
        return [_quarantined(parser, record, origin, f"the parser failed: {type(error).__name__}: {error}")]
    return rows or [_quarantined(parser, record, origin, "nothing in it that is known here")]


def _quarantined(parser: Any, record: Record | Broken, origin: Origin, reason: str) -> Quarantined:
    sha256 = Record(number=0, cells=None, body=record.body).sha256
    reason = mended(reason[:LONGEST_REASON])  # it may quote what could not be read
    return Quarantined(
        record_id=record_id(f"quarantine {parser.NAME}", sha256), format=parser.NAME, file=origin.file, number=record.number,
        reason=reason, run_id=origin.run_id,
    )  # fmt: skip
