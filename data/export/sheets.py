"""Writes rows as CSV, Parquet, JSON lines or an Excel workbook, batch by batch, in constant memory.

In CSV text is always quoted and a value that was not told is an empty cell without quotes. A text cell that a spreadsheet would run
as a formula gets a leading apostrophe, and so does one that begins with an apostrophe, so that taking one leading apostrophe away
gives back every cell (`unguarded`).
"""

import re
from pathlib import Path
from typing import Any, Protocol

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from data.errors import WrongUsage
from data.formulas import GUARDED

SHEET_ROWS = 1_048_575  # what Excel holds under a header
CELL_CHARACTERS = 32_767
# What a workbook cannot hold as it is and Excel reads from "_x000B_": signs that XML forbids, and texts that look like that
# (ISO/IEC 29500, ST_Xstring).
LITERAL = re.compile(rf"{ILLEGAL_CHARACTERS_RE.pattern}|_(?=x[0-9A-Fa-f]{{4}}_)")


class Sheet(Protocol):
    """One table file that is being written, `whole` at its end or given up. `guarded` counts the cells that got an apostrophe, `cut`
    those of which the format holds only the beginning."""

    guarded: int
    cut: int

    def __init__(self, path: Path, schema: pa.Schema): ...

    def write(self, rows: pa.RecordBatch) -> None: ...

    def close(self, *, whole: bool) -> None: ...


class Csv:
    """UTF-8 with BOM, RFC 4180: CRLF, text quoted, quotes doubled."""

    def __init__(self, path: Path, schema: pa.Schema):
        self.file = open(path, "w", encoding="utf-8-sig", newline="")  # noqa: SIM115 (closed by close)
        self.guarded = self.cut = 0
        self.file.write(",".join(f'"{name}"' for name in schema.names) + "\r\n")

    def write(self, rows: pa.RecordBatch) -> None:
        cells = [self._cells(column) for column in rows.columns]
        lines = pc.binary_join_element_wise(*cells, ",").to_pylist()
        if lines:
            self.file.write("\r\n".join(lines) + "\r\n")

    def _cells(self, column: pa.Array) -> pa.Array:
        column = plain(column)
        if not pa.types.is_string(column.type):
            return pc.fill_null(pc.cast(column, pa.string()), "")
        formula = pc.fill_null(pc.match_substring_regex(column, GUARDED), False)
        self.guarded += pc.sum(formula).as_py() or 0
        column = pc.if_else(formula, pc.binary_join_element_wise("'", column, ""), column)
        doubled = pc.replace_substring(column, '"', '""')
        return pc.fill_null(pc.binary_join_element_wise('"', doubled, '"', ""), "")

    def close(self, *, whole: bool) -> None:
        self.file.close()


class Parquet:
    """Values as they are, times with their zone UTC."""

    def __init__(self, path: Path, schema: pa.Schema):
        self.schema = pa.schema([pa.field(f.name, _in_utc(f.type)) for f in schema])
        self.writer = pq.ParquetWriter(path, self.schema, compression="zstd")
        self.guarded = self.cut = 0

    def write(self, rows: pa.RecordBatch) -> None:
        self.writer.write_batch(rows.cast(self.schema))

    def close(self, *, whole: bool) -> None:
        self.writer.close()


class JsonLines:
    """One object a line; null is what was not told."""

    def __init__(self, path: Path, schema: pa.Schema):
        self.file = open(path, "wb")  # noqa: SIM115 (closed by close)
        self.guarded = self.cut = 0

    def write(self, rows: pa.RecordBatch) -> None:
        option = orjson.OPT_APPEND_NEWLINE
        columns = [column if pa.types.is_list(column.type) else plain(column) for column in rows.columns]
        for row in pa.RecordBatch.from_arrays(columns, names=rows.schema.names).to_pylist():
            self.file.write(orjson.dumps(row, option=option))

    def close(self, *, whole: bool) -> None:
        self.file.close()


class Excel:
    """A workbook of one sheet; every text, ids included, is a text cell, so nothing is rounded and nothing runs as a formula. A text
    that is longer than a cell may be is cut."""

    def __init__(self, path: Path, schema: pa.Schema):
        self.path = path
        self.book = Workbook(write_only=True)
        self.sheet = self.book.create_sheet(path.stem)
        self.sheet.append(schema.names)
        self.guarded = self.cut = 0
        self.rows = 0

    def write(self, rows: pa.RecordBatch) -> None:
        self.rows += len(rows)
        if self.rows > SHEET_ROWS:
            raise WrongUsage(f"{self.path.name}: Excel holds {SHEET_ROWS:,} rows; export as csv or parquet, or narrow it")
        columns = [plain(column).to_pylist() for column in rows.columns]
        for row in zip(*columns, strict=True):
            self.sheet.append([self._cell(value) for value in row])

    def _cell(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        text = _beginning(value)
        self.cut += text != value
        cell = WriteOnlyCell(self.sheet, LITERAL.sub(_escaped, text))
        cell.data_type = "s"  # a text that begins with "=" stays a text
        return cell

    def close(self, *, whole: bool) -> None:
        if whole:
            self.book.save(self.path)


def _beginning(text: str) -> str:
    """As much of a text as Excel holds in a cell: it counts what lies outside the first plane, such as most emoji, as two."""
    if 2 * len(text) <= CELL_CHARACTERS:
        return text
    return text.encode("utf-16-le")[: 2 * CELL_CHARACTERS].decode("utf-16-le", "ignore")


def _escaped(found: re.Match[str]) -> str:
    return f"_x{ord(found[0][0]):04X}_{found[0][1:]}"


FORMATS: dict[str, type[Sheet]] = {"csv": Csv, "xlsx": Excel, "parquet": Parquet, "jsonl": JsonLines}


def unguarded(cell: str) -> str:
    """A text cell of a CSV file as it was."""
    return cell.removeprefix("'")


def plain(column: pa.Array) -> pa.Array:
    """Times as ISO text in UTC, lists as JSON text; anything else as it is."""
    if pa.types.is_timestamp(column.type):
        return pc.strftime(pc.cast(column, pa.timestamp("s"), safe=False), format="%Y-%m-%dT%H:%M:%SZ")
    if pa.types.is_list(column.type):
        return pa.array([None if cell is None else orjson.dumps(cell).decode() for cell in column.to_pylist()], pa.string())
    return column


def _in_utc(kind: pa.DataType) -> pa.DataType:
    return pa.timestamp("us", tz="UTC") if pa.types.is_timestamp(kind) else kind
