"""Tables in files (CSV, Excel, JSON, JSON Lines, Parquet), read record by record in constant memory.

All of them become the same thing: a `Record` whose cells are a dict from column name to cell. Cells of CSV and Excel files
are text, so that ids keep their digits; JSON and Parquet cells keep their types. The body of a record is compact JSON of
its cells with sorted keys: the same row is the same record, whatever the delimiter, encoding, quoting or order of columns.

What cannot be text is kept: a byte that is not valid in the file's encoding stands in the body as an escape (\\udcXX) and in
the cell as U+FFFD, and so does a NUL. Both are warned of, once a file.
"""

import codecs
import csv
import io
import json
import re
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from math import isnan
from operator import itemgetter
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import load_workbook

from collectors.formats import Broken, Origin, Record, Source
from data.errors import Unreadable

HEAD = 1 << 18  # what is looked at to tell a file's shape
CHUNK = 1 << 20
LONGEST_CELL = 1 << 24  # characters; more is a quote that is never closed
LONGEST_ITEM = 1 << 26
DELIMITERS = ",\t;"
NO_CHARACTER = re.compile("[\0\ud800-\udfff]")
EXACT_DIGITS = 15  # what a spreadsheet keeps of a number

Columns = tuple[str, ...]
ColumnsOf = Callable[[Columns, int], Columns | None]

csv.field_size_limit(LONGEST_CELL)


def shape(name: str, head: bytes) -> str | None:
    """csv, excel, parquet, jsonl or json, by a file's first bytes; None where they begin no table."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return "excel" if name.lower().endswith((".xlsx", ".xlsm")) or b"xl/" in head else None
    text = decoded_head(head).lstrip("\ufeff \t\r\n")
    if text.startswith(("{", "[")):
        first_line = text.split("\n", 1)[0].strip()
        return "jsonl" if first_line.startswith("{") and first_line.endswith("}") and _is_json(first_line) else "json"
    return "csv" if header(head) else None


def header(head: bytes) -> tuple[str, ...] | None:
    """The header cells of the CSV file that begins with these bytes; None where it is no table of at least two columns."""
    text = decoded_head(head).lstrip("\ufeff")
    if text.lstrip().startswith(("<", "{", "[")):
        return None  # a page or JSON
    lines = text.splitlines(keepends=True)
    if len(head) >= HEAD and len(lines) < 2:
        return None
    if lines and not lines[0].strip(" \t\r\n"):
        lines = [line for line in lines if line.strip()]
    try:
        cells = next(csv.reader(lines, delimiter=_delimiter(lines[0])), []) if lines else []
    except csv.Error:
        return None
    named = [cell for cell in cells if cell.strip()]
    if len(named) < 2 or len(named) * 2 < len(cells) or any("\0" in c or "\ufffd" in c for c in named):
        return None
    return _names(cells)


def as_far_as_told(columns: Columns, cells: int) -> Columns | None:
    """The columns of a row that has not the header's number of cells: what a shorter one lacks is not told, a longer one
    cannot be read."""
    return columns[:cells] if cells < len(columns) else None


def records(source: Source, origin: Origin, *, columns_of: ColumnsOf = as_far_as_told) -> Iterator[Record | Broken]:
    """The records of a table file of any shape. `columns_of` tells the columns of a CSV row that has not the header's number of
    cells: some tools append to the files of their older versions. Raises `Unreadable` when the file is no table."""
    with source.open() as file:
        head = file.read(HEAD)
    if not head:
        raise Unreadable(f"{source.name}: the file is empty, there is nothing to import")
    found = shape(source.name, head)
    if found == "csv":
        yield from _csv(source, origin, columns_of)
    elif found in ("json", "jsonl"):
        yield from _json(source, origin, found == "jsonl")
    elif found == "excel":
        yield from _excel(source, origin)
    elif found == "parquet":
        yield from _parquet(source)
    else:
        raise Unreadable(f"{source.name} is no table: it is neither CSV, Excel (xlsx), JSON, JSON Lines nor Parquet")


def preview(source: Source, origin: Origin, rows: int = 200) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """The columns of a table file and its first rows, to guess a column mapping from."""
    first = [r.cells for r in islice(records(source, origin), rows) if isinstance(r, Record)]
    return tuple(dict.fromkeys(name for row in first for name in row)), first


def canonical(cells: Any) -> bytes:
    """Compact JSON with sorted keys. What UTF-8 cannot hold stands as an escape."""
    try:
        return orjson.dumps(cells, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # surrogates, or whole numbers beyond 64 bits
        told = json.dumps(cells, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return told.encode("utf-8", "backslashreplace")


def encoding(source: Source) -> str:
    """The encoding of a text file, by its mark or by the first part that is not plain ASCII."""
    with source.open() as file:
        part = file.read(CHUNK)
        if part.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        while part.isascii() and part:
            part = file.read(CHUNK)
    return _encoding_of(part)


@contextmanager
def text_of(source: Source) -> Iterator[tuple[IO[str], str]]:
    """A text file, decoded, and its encoding. Bytes that are not valid in it become U+DC80 to U+DCFF (`mended`)."""
    name = encoding(source)
    errors = "replace" if name == "utf-16" else "surrogateescape"
    with source.open() as file:
        yield io.TextIOWrapper(_buffered(file), name, errors, newline=""), name


def mended(cell: Any) -> Any:
    """A cell as text that can be stored: U+FFFD for what is no character."""
    if isinstance(cell, str):
        return NO_CHARACTER.sub("\ufffd", cell)
    if isinstance(cell, dict):
        return {mended(name): mended(value) for name, value in cell.items()}
    if isinstance(cell, list):
        return [mended(value) for value in cell]
    return cell


def decoded_head(head: bytes) -> str:
    """The first bytes of a text file as text; what is cut at the end or is no text becomes U+FFFD."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return codecs.getincrementaldecoder("utf-16")("replace").decode(head)
    return codecs.getincrementaldecoder(_encoding_of(head))("replace").decode(head)


def _encoding_of(part: bytes) -> str:
    """UTF-8 or GB18030. A UTF-8 text with a few damaged bytes stays UTF-8; GB18030 read as UTF-8 is damaged nearly everywhere."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(part)
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8-sig"
    damaged, sound = _damage(part, "utf-8")
    if damaged * 4 > sound:
        chinese_damaged, _ = _damage(part, "gb18030")
        if chinese_damaged < damaged:
            return "gb18030"
    return "utf-8-sig"


def _damage(part: bytes, name: str) -> tuple[int, int]:
    text = codecs.getincrementaldecoder(name)("replace").decode(part)
    damaged = text.count("\ufffd")
    return damaged, sum(not c.isascii() for c in text) - damaged


def _buffered(file: IO[bytes]) -> Any:
    return file if isinstance(file, io.BufferedIOBase) else io.BufferedReader(file, CHUNK)  # type: ignore[type-var]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


# CSV --------------------------------------------------------------------------------------------------------------------


class _Lines:
    """The lines of a file, with those of the row just read remembered, and a way to have lines read again."""

    def __init__(self, lines: Iterable[str]):
        self.lines = iter(lines)
        self.again: deque[str] = deque()
        self.taken: list[str] = []
        self.ended = False  # more was wanted than there is: the last row is within quotes

    def __iter__(self) -> Iterator[str]:
        taken = self.taken
        while True:
            line = self.again.popleft() if self.again else next(self.lines, None)
            if line is None:
                self.ended = True
                return
            taken.append(line)
            yield line

    def read_again_from(self, place: int) -> None:
        self.again.extendleft(reversed(self.taken[place:]))
        self.ended = False


@dataclass(frozen=True, slots=True)
class _Torn:
    """Lines that are no row, and why."""

    text: str
    reason: str


def _csv(source: Source, origin: Origin, columns_of: ColumnsOf) -> Iterator[Record | Broken]:
    with text_of(source) as (text, name):
        first = _first_line(text)
        delimiter = _delimiter(first)
        lines = _Lines(_then(first, text))
        cells = next(csv.reader(lines, delimiter=delimiter), [])
        columns = _names(cells)
        for name in dict.fromkeys(name for name in cells if cells.count(name) > 1 and name.strip()):
            origin.warn(f"{source.name}: {cells.count(name)} columns are called {name!r}; the first is taken")
        lines.taken.clear()
        layouts = _Layouts(columns, columns_of)
        number = odd_bytes = nuls = headers = 0
        for row in _rows(lines, delimiter, len(columns)):
            if isinstance(row, _Torn):
                number += 1
                yield Broken(number=number, reason=row.reason, body=_bytes(row.text, name))
                continue
            if not any(row):
                continue
            if row[0] == cells[0] and row == cells:
                headers += 1
                continue
            number += 1
            layout = layouts.of(row)
            if layout is None:
                reason = f"the row has {len(row)} cells and the header {len(columns)}"
                yield Broken(number=number, reason=reason, body=_bytes(delimiter.join(row), name))
                continue
            told = dict(zip(layout[0], layout[1](row), strict=False))
            try:
                body = orjson.dumps(told)
            except TypeError:
                odd_bytes += 1
                body = canonical(told)
                told = mended(told)
            if b"\\u0000" in body:
                nuls += "\0" in "".join(row)
                told = mended(told)
            yield Record(number=number, cells=told, body=body)
    if odd_bytes:
        meant = "GB18030" if name == "gb18030" else "UTF-8"
        origin.warn(f"{source.name}: rows with bytes that are not {meant}: {odd_bytes}; they are shown as \ufffd, the archive keeps them")
    if nuls:
        origin.warn(f"{source.name}: rows with NUL characters: {nuls}; they are shown as \ufffd, the archive keeps them")
    if headers:
        origin.warn(f"{source.name}: the header stands in the file {headers + 1} times; the repeats are no records")


class _Layouts:
    """How the cells of a row become columns in sorted order, by the number of cells."""

    def __init__(self, columns: tuple[str, ...], columns_of: ColumnsOf):
        self.columns = columns
        self.columns_of = columns_of
        self.known: dict[int, tuple[tuple[str, ...], Callable[[list[str]], tuple[str, ...]]] | None] = {}

    def of(self, row: list[str]) -> tuple[tuple[str, ...], Callable[[list[str]], tuple[str, ...]]] | None:
        cells = len(row)
        if cells not in self.known:
            columns = self.columns if cells == len(self.columns) else self.columns_of(self.columns, cells)
            self.known[cells] = _layout(columns) if columns else None
        layout = self.known[cells]
        if layout is None and cells > len(self.columns) and not any(row[len(self.columns) :]):
            del row[len(self.columns) :]  # a row that ends with delimiters
            return self.of(row)
        return layout


def _layout(columns: tuple[str, ...]) -> tuple[tuple[str, ...], Callable[[list[str]], tuple[str, ...]]]:
    order = sorted(range(len(columns)), key=columns.__getitem__)
    names = tuple(columns[place] for place in order)
    return names, itemgetter(*order) if len(order) > 1 else tuple


def _rows(lines: _Lines, delimiter: str, width: int) -> Iterator[list[str] | _Torn]:
    """The rows of a CSV file, and what is torn: by a quote that is never closed, or by the end of a file that was cut off.
    A stray quote swallows what follows up to the next one; where a whole row is found in there, reading goes on from it."""
    taken = lines.taken
    while True:
        torn = None
        try:
            for row in csv.reader(lines, delimiter=delimiter):
                if len(row) == width and not lines.ended and (len(taken) == 1 or _well_quoted(taken, delimiter)):
                    yield row
                    taken.clear()
                    continue
                torn = _torn(row, lines, delimiter, width)
                if torn:
                    break
                yield row
                taken.clear()
            else:
                return
        except csv.Error:
            torn = _torn(None, lines, delimiter, width)
        assert torn is not None
        yield torn
        taken.clear()


def _torn(row: list[str] | None, lines: _Lines, delimiter: str, width: int) -> _Torn | None:
    """What is wrong with the row just read (None: it was too long to read) that has not the header's width, is oddly quoted or
    was not ended; None when nothing is."""
    taken = lines.taken
    for place in range(1, len(taken)):
        if width > 1 and _cells_alone(taken[place], delimiter) == width:
            lines.read_again_from(place)
            return _Torn("".join(taken[:place]), "a quote is opened in this row and never closed")
    cut = not taken[-1].endswith(("\n", "\r")) and (row is None or len(row) < width)
    if lines.ended or cut:
        return _Torn("".join(taken), "the file ends in the middle of this row")
    if row is None:
        return _Torn("".join(taken), f"a cell of this row is longer than {LONGEST_CELL:,} characters")
    return None


def _well_quoted(taken: list[str], delimiter: str) -> bool:
    """Whether every quoted cell ends where its quote does. A stray quote ends in the middle of a later cell."""
    try:
        next(csv.reader(taken, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


def _cells_alone(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter, strict=True), []))
    except csv.Error:
        return 0


def _first_line(text: IO[str]) -> str:
    """The first line that says anything."""
    for line in text:
        line = line.lstrip("\ufeff")
        if line.strip():
            return line
    return ""


def _then(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest


def _delimiter(line: str) -> str:
    return max(DELIMITERS, key=lambda delimiter: len(next(csv.reader([line], delimiter=delimiter), [])))


def _names(cells: list[str]) -> tuple[str, ...]:
    """Column names: trimmed, those without one by their place, repeated ones numbered."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = mended(cell).replace("\ufeff", "").strip() or f"column {place}"
        repeated = sum(n == name or n.startswith(f"{name} (") for n in names) if name in names else 0
        names.append(f"{name} ({repeated + 1})" if repeated else name)
    return tuple(names)


def _bytes(text: str, name: str) -> bytes:
    try:
        return text.encode(name.removesuffix("-sig"), "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


# JSON -------------------------------------------------------------------------------------------------------------------

DECODER = json.JSONDecoder(parse_constant=lambda name: None)
BEYOND_64_BITS = re.compile(r"\d{19}")  # orjson makes floats of such whole numbers, and an id loses its last digits
BETWEEN = re.compile(r"[\s,\[\]]*")


def _json(source: Source, origin: Origin, by_line: bool) -> Iterator[Record | Broken]:
    odd = number = 0
    with text_of(source) as (text, _):
        for number, (item, told) in enumerate(_lines_of_json(text) if by_line else _items_of_json(text), 1):
            if not isinstance(item, dict):
                reason = "this is no JSON object" if item is not None else "this is no JSON: it is damaged or cut off"
                yield Broken(number=number, reason=reason, body=_bytes(told, "utf-8"))
                continue
            body = canonical(item)
            if b"\\u" in body and mended(item) != item:
                odd += 1
                item = mended(item)
            yield Record(number=number, cells=item, body=body)
    if odd:
        origin.warn(f"{source.name}: records with what is no character: {odd}; it is shown as \ufffd, the archive keeps it")


def _lines_of_json(text: IO[str]) -> Iterator[tuple[Any, str]]:
    for line in text:
        line = line.strip("\ufeff \t\r\n")
        if line:
            yield _loaded(line), line


def _loaded(line: str) -> Any:
    """A JSON value; None when it is none."""
    try:
        if not BEYOND_64_BITS.search(line):
            return orjson.loads(line)
    except ValueError:
        pass  # orjson knows neither lone surrogates nor NaN
    try:
        return DECODER.decode(line)
    except (ValueError, RecursionError):
        return None


def _items_of_json(text: IO[str]) -> Iterator[tuple[Any, str]]:
    """The objects of a JSON array, or of a file of objects one after the other. A damaged one ends the file: where the next
    begins cannot be told."""
    rest, place, wanted = text.read(CHUNK).lstrip("\ufeff"), 0, CHUNK
    while True:
        between = BETWEEN.match(rest, place)
        place = between.end() if between else place
        try:
            item, end = DECODER.raw_decode(rest, place)
            # A number may go on in what is not read yet.
            whole = end < len(rest) or rest[end - 1] in '}"]'
        except (ValueError, RecursionError):
            whole = False
        if whole:
            yield item, rest[place:end]
            place, wanted = end, CHUNK
            continue
        more = text.read(wanted) if len(rest) - place < LONGEST_ITEM else ""
        if not more:
            if rest[place:].strip():
                yield None, rest[place : place + CHUNK]
            return
        rest, place, wanted = rest[place:] + more, 0, wanted * 2


# Excel ------------------------------------------------------------------------------------------------------------------


def _excel(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    """The first sheet that holds a table. Cells become text as they are shown: times to what their format shows of them."""
    with source.open() as file:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl remarks on styles it does not know
                book = load_workbook(file if file.seekable() else io.BytesIO(file.read()), read_only=True, data_only=True)
        except Exception as reason:  # openpyxl lets errors of the zip and XML readers through
            raise Unreadable(f"{source.name} cannot be read as an Excel file: {reason}") from reason
        sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "reset_dimensions")]
        for sheet in sheets:
            sheet.reset_dimensions()
            rows = (row for row in sheet.iter_rows() if any(cell.value not in (None, "") for cell in row))
            top = next(rows, None)
            if top is not None:
                yield from _sheet(source, origin, _names([_shown(cell) or "" for cell in top]), rows)
                break
        if len(sheets) > 1:
            origin.warn(f"{source.name}: only the sheet {sheet.title!r} was read, the file has {len(sheets)}")
        book.close()


def _sheet(source: Source, origin: Origin, columns: tuple[str, ...], rows: Iterable[Any]) -> Iterator[Record | Broken]:
    unrounded: dict[str, bool] = {}  # columns with long numbers: has any of them all its digits?
    for number, row in enumerate(rows, 1):
        told = {}
        for name, cell in zip(columns, row, strict=False):
            shown = _shown(cell)
            if shown is None:
                continue
            told[name] = shown
            if isinstance(cell.value, (int, float)) and len(shown) > EXACT_DIGITS and shown.isdigit():
                unrounded[name] = unrounded.get(name, False) or shown[EXACT_DIGITS:].strip("0") != ""
        yield Record(number=number, cells=mended(told), body=canonical(told))
    for name, exact in unrounded.items():
        if not exact:
            origin.warn(
                f"{source.name}: the spreadsheet has rounded the long numbers in column {name!r} to {EXACT_DIGITS} digits; "
                "if these are ids, import the file from before it was opened in a spreadsheet"
            )


def _shown(cell: Any) -> str | None:
    value = cell.value
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        form = (cell.number_format or "").lower()
        clock = "" if "h" not in form and value.time() == time() else " %H:%M:%S" if "s" in form else " %H:%M"
        return value.strftime(f"%Y-%m-%d{clock}")
    return str(value)


# Parquet ----------------------------------------------------------------------------------------------------------------


def _parquet(source: Source) -> Iterator[Record | Broken]:
    number = 0
    with source.open() as file:
        try:
            table = pq.ParquetFile(file if file.seekable() else pa.BufferReader(file.read()))
        except (pa.ArrowInvalid, OSError) as reason:
            raise Unreadable(f"{source.name} cannot be read as a Parquet file: {reason}") from reason
        for batch in table.iter_batches(batch_size=1000):
            for row in batch.to_pylist():
                number += 1
                told = {name: _plain(value) for name, value in row.items()}
                yield Record(number=number, cells=mended(told), body=canonical(told))


def _plain(value: Any) -> Any:
    """A Parquet cell as JSON can hold it: times as ISO text, whole numbers that stand as floats as whole numbers."""
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, float):
        return int(value) if value.is_integer() else None if isnan(value) else value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value
