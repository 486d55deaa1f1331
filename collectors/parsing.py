"""Records to columns: parsing of one batch, here or in another process.

What leaves is ready for the log: a table a kind of row, beside it which record each row is of, and what is needed to tell new
records from known ones. Rows themselves do not travel between processes, which would cost more than parsing them.
"""

import importlib
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import pyarrow as pa

from collectors.formats import Broken, Origin, Record
from data.model import TABLE_OF, HashtagCount, HotSearch, Quarantined, Sighting, Trend, record_id, to_arrow

CLAIMED = (HashtagCount, Trend, HotSearch)  # records that are no posts and belong to campaigns by claim
LARGE = 8 * 2**20  # bytes of a file from which a second process is worth its start


class Mark(NamedTuple):
    """One record id that a record tells. `key` is the post's (platform, is_comment, post_id), None for what is no post; `via`
    is query, context or claim, None for what belongs to no campaign."""

    record_id: str
    key: tuple[str, bool, str] | None
    via: str | None


@dataclass(kw_only=True, slots=True)
class Parsed:
    """A parsed batch. `marks` has a list for each record, the leading one first; `tables` has, for each table of the log, its
    rows and the number of the record each is of."""

    marks: list[list[Mark]]
    quarantined: set[int]
    tables: dict[str, tuple[pa.Table, list[int]]]
    warnings: list[str] = field(default_factory=list)


def parse(module: str, records: list[Record | Broken], origin: Origin) -> Parsed:
    """Parses a batch with the format of a module. What cannot be read becomes a Quarantined row with the reason."""
    warnings: list[str] = []
    origin = replace(origin, warn=warnings.append)
    parser = importlib.import_module(module)
    marks: list[list[Mark]] = []
    quarantined = set()
    rows_of: dict[type, tuple[list[Any], list[int]]] = {}
    for number, record in enumerate(records):
        rows = _rows(parser, record, origin)
        marks.append(_marks(rows))
        if type(rows[0]) is Quarantined:
            quarantined.add(number)
        for row in rows:
            told, numbers = rows_of.setdefault(type(row), ([], []))
            told.append(row)
            numbers.append(number)
    tables = {TABLE_OF[kind]: (to_arrow(TABLE_OF[kind], rows), numbers) for kind, (rows, numbers) in rows_of.items()}
    return Parsed(marks=marks, quarantined=quarantined, tables=tables, warnings=warnings)


def in_order(
    module: str, batches: Iterable[list[Record | Broken]], origin: Origin, pool: ProcessPoolExecutor | None
) -> Iterator[tuple[list[bytes], Parsed]]:
    """The bodies of batches with what they parse to, in their order; with a pool the next are parsed while one is appended. Only
    bodies are kept meanwhile: a record's cells take ten times their room."""
    if pool is None:
        for records in batches:
            yield [record.body for record in records], parse(module, records, origin)
        return
    quiet = replace(origin, warn=_unheard)  # warnings come back with the batch
    ahead: deque[tuple[list[bytes], Future[Parsed]]] = deque()
    for records in batches:
        ahead.append(([record.body for record in records], pool.submit(parse, module, records, quiet)))
        del records
        if len(ahead) > 2:
            bodies, parsed = ahead.popleft()
            yield bodies, parsed.result()
            del bodies, parsed
    for bodies, parsed in ahead:
        yield bodies, parsed.result()


@contextmanager
def workers(wanted: bool) -> Iterator[ProcessPoolExecutor | None]:
    """Other processes to parse in, where that is wanted and there is a second core."""
    cores = os.cpu_count() or 1
    if not wanted or cores < 2:
        yield None
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=min(3, cores - 1), mp_context=context, initializer=_end_with_parent) as pool:
        yield pool


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


def _marks(rows: list[Any]) -> list[Mark]:
    """The record ids of a record's rows, the leading one first, each once; a sighting's says whose it is."""
    found: dict[str, Mark] = {}
    for row in rows:
        kind = type(row)
        if kind is Sighting:
            key = (row.platform, row.is_comment, row.post_id)
            found[row.record_id] = Mark(row.record_id, key, "context" if row.context else "query")
        elif row.record_id not in found:
            found[row.record_id] = Mark(row.record_id, None, "claim" if kind in CLAIMED else None)
    return list(found.values())


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
    return Quarantined(
        record_id=record_id(f"quarantine {parser.NAME}", sha256), format=parser.NAME, file=origin.file, number=record.number,
        reason=reason, run_id=origin.run_id,
    )  # fmt: skip
