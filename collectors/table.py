"""Tables in files (CSV, Excel, JSON, JSON Lines, Parquet), read record by record in constant memory.

All of them become the same thing: a `Record` whose cells are a dict from column name to cell. Cells of CSV and Excel files
are text, so that ids keep their digits; JSON and Parquet cells keep their types. The body of a record is compact JSON of
its cells with sorted keys: the same row is the same record, whatever the delimiter, encoding, quoting or order of columns.

What cannot be text is kept: a byte that is not valid in the file's encoding stands in the body as an escape (\\udcXX) and in
the cell as U+FFFD, and so does a NUL. Both are warned of, once a file.
"""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from collectors.cells import HEAD, decoded_head
from collectors.formats import Broken, Origin, Record, Source
from collectors.table_csv import Columns, ColumnsOf, csv_records, header
from collectors.table_excel import columns_of_sheets, excel_records, is_excel
from collectors.table_json import json_records
from collectors.table_parquet import parquet_records
from data.errors import Unreadable

LOOKED_AT = 10  # lines
LONGEST_LINE = 2 * 2**20  # bytes


def head_of(source: Source) -> bytes:
    """The first bytes of a file, the whole of its first line among them: what tells a format may stand behind a long text."""
    with source.open() as file:
        head: bytes = file.read(HEAD)
        if b"\n" in head or shape(source.name, head) not in ("csv", "json"):
            return head
        return head + file.readline(LONGEST_LINE) + file.read(HEAD)


def shape(name: str, head: bytes) -> str | None:
    """csv, excel, parquet, jsonl or json, by a file's first bytes; None where they begin no table."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return "excel" if is_excel(name, head) else None
    text = decoded_head(head).lstrip("\ufeff \t\r\n")
    if _is_json_lines(text):
        return "jsonl"
    if text.startswith(("{", "[")):
        return "json"
    return "csv" if header(head) else None


def as_far_as_told(columns: Columns, cells: int) -> Columns | None:
    """The columns of a row that has not the header's number of cells: what a shorter one lacks is not told, a longer one
    cannot be read."""
    return columns[:cells] if cells < len(columns) else None


def sheets(source: Source) -> dict[str, Columns | None]:
    """The sheets of a workbook, with their columns: () where a sheet holds no records, None where it is damaged. None at all of
    any other file. Raises `Unreadable` for a workbook that cannot be opened."""
    with source.open() as file:
        head = file.read(HEAD)
    return columns_of_sheets(source) if is_excel(source.name, head) else {}


def records(source: Source, origin: Origin, *, columns_of: ColumnsOf = as_far_as_told) -> Iterator[Record | Broken]:
    """The records of a table file of any shape. `columns_of` tells the columns of a CSV row that has not the header's number of
    cells: some tools append to the files of their older versions. Raises `Unreadable` when the file is no table."""
    head = head_of(source)
    if not head:
        raise Unreadable(f"{source.name}: the file is empty, there is nothing to import")
    found = shape(source.name, head)
    if found == "csv":
        yield from csv_records(source, origin, columns_of)
    elif found in ("json", "jsonl"):
        yield from json_records(source, origin, found == "jsonl")
    elif found == "excel":
        yield from excel_records(source, origin)
    elif found == "parquet":
        yield from parquet_records(source)
    else:
        raise Unreadable(f"{source.name} is no table: it is neither CSV, Excel (xlsx), JSON, JSON Lines nor Parquet")


def preview(source: Source, origin: Origin, rows: int = 200) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """The columns of a table file and its first rows, to guess a column mapping from."""
    first = [r.cells for r in islice(records(source, origin), rows) if isinstance(r, Record)]
    return tuple(dict.fromkeys(name for row in first for name in row)), first


def _is_json_lines(text: str) -> bool:
    """Whether at least half of the first lines are JSON by themselves, and one of them an object: any of them may be damaged."""
    lines = [line for line in text.split("\n", LOOKED_AT)[:LOOKED_AT] if line.strip()]
    told = [value for value in map(_json, lines) if value is not None]
    return any(isinstance(value, dict) for value in told) and len(told) * 2 >= len(lines)


def _json(line: str) -> Any:
    try:
        return json.loads(line) if line.lstrip().startswith(("{", "[")) else None
    except (ValueError, RecursionError):
        return None
