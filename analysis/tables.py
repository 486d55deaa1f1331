"""CSV, JSONL and Parquet row by row, in and out, without changing a cell: for files that are scored and handed back.

Ids stay the text they are, nothing is guessed about dates or numbers, blank cells stay blank. A file is read twice, in chunks:
once to see that all of it can be read and how long it is, so that a broken line is told before an hour of work.
"""

import codecs
import csv
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import Unreadable, WrongUsage

Rows = list[list[Any]]

OUTPUTS = (".csv", ".jsonl", ".parquet")
LONGEST_CELL = 16_000_000  # characters; a longer one is a quotation mark that nobody closed
PIECE = 1 << 20
CUT_OFF = "unexpected end of data"  # the decoder's words for a last character of which bytes are missing
MAGIC = {b"PK\x03\x04": "an Excel or ZIP file", b"\x1f\x8b": "a gzip file", b"%PDF": "a PDF", b"\x89PNG": "a picture"}
ABSENT = object()  # a JSON object without the key, which is not the same as null


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file that was looked through: its columns with the Arrow type each has or can be written as, and its rows. `doubtful`: it may be
    any text, since its lines are of one cell or of any number."""

    path: Path
    columns: tuple[str, ...]
    types: tuple[pa.DataType, ...]
    rows: int
    warnings: tuple[str, ...] = ()
    doubtful: bool = False
    _read: Callable[[], Iterator[list[Any]]] = field(repr=False)

    def chunks(self, size: int) -> Iterator[Rows]:
        """Rows in the file's order, `size` at a time, each with a cell a column."""
        chunk: Rows = []
        for row in self._read():
            chunk.append(row)
            if len(chunk) == size:
                yield chunk
                chunk = []
        if chunk:
            yield chunk


def look(path: Path) -> Source:
    """Looks a file through. What it is, is told by its content, not its name. Raises Unreadable."""
    if path.is_dir():
        raise Unreadable(f"{path} is a folder. Give a CSV, JSONL or Parquet file.")
    if not path.is_file():
        raise Unreadable(f"There is no file {path}.")
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise Unreadable(f"{path} is empty.")
    if start.startswith(b"PAR1"):
        return _look_at_parquet(path)
    for magic, what in MAGIC.items():
        if start.startswith(magic):
            raise Unreadable(f"{path} is {what}. Save the table as CSV (UTF-8), JSONL or Parquet.")
    encoding, warnings = _encoding(path)
    with path.open(encoding=encoding, errors="replace") as text:
        first = text.read(4096).lstrip("\ufeff \t\r\n")[:1]
    if first == "[":
        raise Unreadable(f"{path} is one JSON list. Write it as JSONL: one object a line.")
    return (_look_at_jsonl if first == "{" else _look_at_csv)(path, encoding, warnings)


def _encoding(path: Path) -> tuple[str, tuple[str, ...]]:
    """UTF-16 by its mark, UTF-8, else GB18030, as Chinese Excel writes; what fits neither is read as UTF-8 with �."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", ()
    wrong = _undecodable(path, "utf-8")
    if wrong is None:
        return "utf-8-sig", ()
    if wrong != CUT_OFF and _undecodable(path, "gb18030") is None:
        return "gb18030", (f"{path.name} was read as GB18030.",)
    return "utf-8-sig", (f"{path.name} has bytes that are no text ({wrong}); they are shown as �.",)


def _undecodable(path: Path, encoding: str) -> str | None:
    """Why a file is not text of an encoding, None if it is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while True:
            piece = file.read(PIECE)
            try:
                decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                return error.reason
            if not piece:
                return None


# CSV ---------------------------------------------------------------------------------------------------------------


def _look_at_csv(path: Path, encoding: str, warnings: tuple[str, ...]) -> Source:
    with path.open(encoding=encoding, errors="replace") as text:
        head = text.readline(PIECE)
    delimiter = max(",\t;", key=head.count)
    lines = _csv_lines(path, encoding, delimiter)
    header = next(lines, [])
    if any(ord(sign) < 9 or 13 < ord(sign) < 32 for sign in "".join(header)):
        raise Unreadable(f"{path} is no table: its first line holds control characters.")
    rows, width, even = 0, len(header), 0
    for line in lines:
        rows, width, even = rows + 1, max(width, len(line)), even + (len(line) == len(header))
    doubtful = len(header) == 1 or even * 2 < rows
    # A cell beyond the header is kept, in a column of its own.
    columns = tuple(header) + tuple(f"column_{number}" for number in range(len(header) + 1, width + 1))

    def read() -> Iterator[list[Any]]:
        lines = _csv_lines(path, encoding, delimiter)
        next(lines)
        return (line + [""] * (width - len(line)) for line in lines)

    types = (pa.string(),) * width
    return Source(path=path, columns=columns, types=types, rows=rows, warnings=warnings, doubtful=doubtful, _read=read)


def _csv_lines(path: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    """Records without blank lines; in a file of one column a blank line between others is a row with an empty cell."""
    csv.field_size_limit(LONGEST_CELL)
    width, blank = 0, 0
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        reader = csv.reader(text, delimiter=delimiter)
        try:
            for line in reader:
                if not line:
                    blank += width == 1
                    continue
                yield from ([""] for _ in range(blank))
                width, blank = width or len(line), 0
                yield line
        except csv.Error as error:
            raise Unreadable(f"{path.name}, line {reader.line_num}: {error}. Is a quotation mark not closed?") from error


# JSONL -------------------------------------------------------------------------------------------------------------


def _look_at_jsonl(path: Path, encoding: str, warnings: tuple[str, ...]) -> Source:
    kinds: dict[str, set[type]] = {}
    large: set[str] = set()
    rows = 0
    for row in _objects(path, encoding):
        rows += 1
        for name, value in row.items():
            kinds.setdefault(name, set()).add(type(value))
            if isinstance(value, int) and not -(2**63) <= value < 2**63:
                large.add(name)
    columns = tuple(kinds)
    types = tuple(pa.string() if name in large else _arrow_type(kinds[name]) for name in columns)

    def read() -> Iterator[list[Any]]:
        return ([row.get(name, ABSENT) for name in columns] for row in _objects(path, encoding))

    return Source(path=path, columns=columns, types=types, rows=rows, warnings=warnings, _read=read)


def _objects(path: Path, encoding: str) -> Iterator[dict[str, Any]]:
    with path.open(encoding=encoding, errors="replace", newline="\n") as text:
        for number, line in enumerate(text, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise Unreadable(f"{path.name}, line {number} is not JSON: {error}") from error
            if not isinstance(row, dict):
                raise Unreadable(f"{path.name}, line {number} is no JSON object.")
            yield row


def _arrow_type(kinds: set[type]) -> pa.DataType:
    """What a JSON column is written as in Parquet: its own type where it has one, else text."""
    simple = {bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
    told = kinds - {type(None)}
    return simple.get(next(iter(told)), pa.string()) if len(told) == 1 else pa.string()


# Parquet -----------------------------------------------------------------------------------------------------------


def _look_at_parquet(path: Path) -> Source:
    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except pa.ArrowInvalid as error:
        raise Unreadable(f"{path} cannot be read as Parquet: {error}") from error

    def read() -> Iterator[list[Any]]:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=4096):
                columns = [column.to_pylist() for column in batch.columns]
                yield from ([column[row] for column in columns] for row in range(len(batch)))

    return Source(path=path, columns=tuple(schema.names), types=tuple(schema.types), rows=rows, _read=read)


# Out ---------------------------------------------------------------------------------------------------------------


@contextmanager
def opened_for_writing(path: Path, columns: tuple[str, ...], types: tuple[pa.DataType, ...]) -> Iterator[Callable[[Rows], None]]:
    """A function that appends rows to a new file, which gets its name only when all is written."""
    if path.suffix.lower() != ".csv" and len(set(columns)) < len(columns):
        twice = next(name for name in columns if columns.count(name) > 1)
        raise WrongUsage(f"The column {twice!r} stands twice in the input: only CSV can hold that. Write to a .csv file.")
    if not path.parent.is_dir():
        raise WrongUsage(f"There is no folder {path.parent} to write {path.name} into.")
    if path.is_dir():
        raise WrongUsage(f"{path} is a folder: name a file.")
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    write = {".csv": _writing_csv, ".jsonl": _writing_jsonl, ".parquet": _writing_parquet}[path.suffix.lower()]
    try:
        with write(unfinished, columns, types) as append:
            yield append
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _writing_csv(path: Path, columns: tuple[str, ...], types: tuple[pa.DataType, ...]) -> Iterator[Callable[[Rows], None]]:
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        yield lambda rows: writer.writerows([as_text(cell) for cell in row] for row in rows)


@contextmanager
def _writing_jsonl(path: Path, columns: tuple[str, ...], types: tuple[pa.DataType, ...]) -> Iterator[Callable[[Rows], None]]:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        yield lambda rows: _write_objects(file, columns, rows)


def _write_objects(file: TextIO, columns: tuple[str, ...], rows: Iterable[list[Any]]) -> None:
    for row in rows:
        told = {name: cell for name, cell in zip(columns, row, strict=True) if cell is not ABSENT}
        line = json.dumps(told, ensure_ascii=False, default=as_text)
        try:
            line.encode()
        except UnicodeEncodeError:  # half of a surrogate pair, which JSON can hold only as \ud83d
            line = json.dumps(told, default=as_text)
        file.write(line + "\n")


@contextmanager
def _writing_parquet(path: Path, columns: tuple[str, ...], types: tuple[pa.DataType, ...]) -> Iterator[Callable[[Rows], None]]:
    schema = pa.schema(list(zip(columns, types, strict=True)))
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:

        def append(rows: Rows) -> None:
            cells = zip(*rows, strict=True)
            arrays = [_array(list(column), kind) for column, kind in zip(cells, types, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))

        yield append


def _array(cells: list[Any], kind: pa.DataType) -> pa.Array:
    cells = [None if cell is ABSENT else cell for cell in cells]
    if pa.types.is_string(kind):
        texts = [None if cell is None else as_text(cell) for cell in cells]
        cells = [text if text is None or text.isascii() else text.encode(errors="replace").decode() for text in texts]
    return pa.array(cells, kind)


def as_text(cell: Any) -> str:
    """A cell as CSV holds it: text as it is, nothing as "", lists and objects as JSON."""
    if isinstance(cell, str):
        return cell
    if cell is None or cell is ABSENT:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, dict | list | tuple):
        return json.dumps(cell, ensure_ascii=False, default=as_text)
    if isinstance(cell, bytes):
        return cell.hex()
    return str(cell)
