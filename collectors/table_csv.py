"""CSV files: rows in whatever encoding and delimiter, torn ones told apart from sound ones."""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from operator import itemgetter
from typing import IO

import orjson

from collectors.cells import HEAD, LONGEST_CELL, SHOWN_AS, bytes_of, canonical, decoded_head, mended, text_of
from collectors.formats import Broken, Origin, Record, Source

MANY = 5  # columns: no line of a text has as many delimiters
LINES_OF_A_ROW = 100  # that are looked at to find a row again; texts have fewer
DELIMITERS = ",\t;|"
EMPTY = f'{DELIMITERS} "\r\n'  # what stands in a line of empty cells
DELIMITER_TOLD = re.compile(r'"?sep=([,\t;|])"?[\r\n]*', re.IGNORECASE)  # a first line by which Excel goes
PAGE_OR_JSON = ("<", "{", "[")
Columns = tuple[str, ...]
ColumnsOf = Callable[[Columns, int], Columns | None]
csv.field_size_limit(LONGEST_CELL)


def header(head: bytes) -> tuple[str, ...] | None:
    """The header cells of the CSV file that begins with these bytes; None where it is no table of at least two columns."""
    text = decoded_head(head).lstrip("\ufeff")
    if text.lstrip().startswith(PAGE_OR_JSON):
        return None
    lines = text.splitlines(keepends=True)
    if len(head) >= HEAD and len(lines) < 2:
        return None
    if lines and not lines[0].strip(" \t\r\n"):
        lines = [line for line in lines if line.strip()]
    try:
        above, delimiter = _start(lines[:LINES_OF_A_ROW])
        cells = next(csv.reader(lines[above:], delimiter=delimiter), [])
    except csv.Error:
        return None
    named = [cell for cell in cells if cell.strip()]
    if len(named) < 2 or len(named) * 2 < len(cells) or any("\0" in c or "\ufffd" in c for c in named):
        return None
    return column_names(cells)


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

    def ahead(self, many: int) -> list[str]:
        """The lines that come, up to so many."""
        while len(self.again) < many and (line := next(self.lines, None)) is not None:
            self.again.append(line)
        return list(islice(self.again, many))

    def skip(self, many: int) -> str:
        """Lines that came `ahead` and are not to be read, as they stand there."""
        return "".join(self.again.popleft() for _ in range(many))

    def read_again_from(self, place: int) -> None:
        self.again.extendleft(reversed(self.taken[place:]))
        self.ended = False


@dataclass(frozen=True, slots=True)
class _Torn:
    """Lines that are no row, and why."""

    text: str
    reason: str


def csv_records(source: Source, origin: Origin, columns_of: ColumnsOf) -> Iterator[Record | Broken]:
    with text_of(source, origin) as (text, name):
        lines = _Lines(_then(_first_line(text), text))
        above, delimiter = _start(lines.ahead(LINES_OF_A_ROW))
        title = lines.skip(above)
        if title and not DELIMITER_TOLD.fullmatch(title):
            origin.warn(f"{source.name}: the title above the header was skipped: {title.strip(EMPTY)!r}")
        cells = next(csv.reader(lines, delimiter=delimiter), [])
        columns = column_names(cells)
        for column in dict.fromkeys(cell for cell in cells if cells.count(cell) > 1 and cell.strip()):
            origin.warn(f"{source.name}: {cells.count(column)} columns are called {column!r}; the first is taken")
        lines.taken.clear()
        layouts = _Layouts(columns, columns_of)
        first = cells[0] if cells else ""
        number = odd_bytes = nuls = headers = 0
        for row in _rows(lines, delimiter, layouts):
            if isinstance(row, _Torn):
                number += 1
                yield Broken(number=number, reason=row.reason, body=bytes_of(row.text, name))
                continue
            if not any(row):
                continue
            if first in row[0] and layouts.is_header(row):
                headers += 1
                continue
            number += 1
            layout = layouts.of(row)
            if layout is None:
                reason = f"the row has {len(row)} cells and the header {len(columns)}"
                yield Broken(number=number, reason=reason, body=bytes_of(delimiter.join(row), name))
                continue
            told = dict(zip(layout[0], layout[1](row), strict=False))
            in_body = True
            try:
                body = orjson.dumps(told)
            except TypeError:
                odd_bytes += 1
                body = canonical(told)
                told, in_body = mended(told), False
            if b"\\u0000" in body:
                nuls += "\0" in "".join(row)
                told, in_body = mended(told), False
            yield Record(number=number, cells=told, body=body, in_body=in_body)
    if odd_bytes:
        shown = SHOWN_AS[name]
        origin.warn(f"{source.name}: rows with bytes that are not {shown}: {odd_bytes}; they are shown as \ufffd, the archive keeps them")
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

    def whole(self, cells: int) -> bool:
        """Whether a line of so many cells is a row and no line of a text. Newer versions of a tool append longer ones."""
        width = len(self.columns)
        return cells == width or (cells > width >= MANY)

    def is_header(self, row: list[str]) -> bool:
        """Whether a row is the header again, or that of another version of the tool: files that were put one behind the other have
        their marks and headers in the middle."""
        cells, top = len(row), row[0].strip('\ufeff"')
        if cells < 2 or column_names([top])[0] != self.columns[0]:
            return False
        columns = self.columns if cells == len(self.columns) else self.columns_of(self.columns, cells)
        return column_names([top, *row[1:]]) == columns

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


def _rows(lines: _Lines, delimiter: str, layouts: _Layouts) -> Iterator[list[str] | _Torn]:
    """The rows of a CSV file, and what is torn: by a quote that is never closed, or by the end of a file that was cut off.
    A stray quote swallows what follows up to the next one; where a whole row is found in there, reading goes on from it."""
    taken, width = lines.taken, len(layouts.columns)
    while True:
        torn = None
        try:
            for row in csv.reader(lines, delimiter=delimiter):
                if not lines.ended and (len(row) == width if len(taken) == 1 else _well_quoted(taken, delimiter)):
                    yield row
                    taken.clear()
                    continue
                torn = _torn(row, lines, delimiter, layouts)
                if torn:
                    break
                yield row
                taken.clear()
            else:
                return
        except csv.Error:
            torn = _torn(None, lines, delimiter, layouts)
        assert torn is not None
        yield torn
        taken.clear()


def _torn(row: list[str] | None, lines: _Lines, delimiter: str, layouts: _Layouts) -> _Torn | None:
    """What is wrong with the row just read (None: it was too long to read) that has not the header's width, is oddly quoted or
    was not ended; None when nothing is."""
    taken, width = lines.taken, len(layouts.columns)
    follows = lines.ahead(LINES_OF_A_ROW) if len(taken) > 1 else []
    for place in range(1, len(taken)):
        some = (taken[n] for n in range(place, min(place + LINES_OF_A_ROW, len(taken))))
        if width > 1 and layouts.whole(_cells_of(chain(some, follows), delimiter)):
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


def _cells_of(lines: Iterable[str], delimiter: str) -> int:
    """How many cells the row has that begins here; 0 where none does."""
    try:
        return len(next(csv.reader(lines, delimiter=delimiter, strict=True), []))
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


def _start(lines: Sequence[str]) -> tuple[int, str]:
    """How many of the first lines stand above the header, and the delimiter. Above it may stand a line that tells the delimiter, or a
    title: one cell above rows of several."""
    if not lines:
        return 0, DELIMITERS[0]
    if told := DELIMITER_TOLD.fullmatch(lines[0]):
        return 1, told[1]
    under = next((place for place in range(1, len(lines)) if lines[place].strip(EMPTY)), 0)
    delimiter = _delimiter(lines[under])
    is_table = under and not lines[under].lstrip().startswith(PAGE_OR_JSON)
    if is_table and _is_title(csv.reader(lines[:1], delimiter=delimiter), csv.reader(lines[under:], delimiter=delimiter)):
        return under, delimiter
    return 0, _delimiter(lines[0])


def _is_title(first: Iterator[list[str]], then: Iterator[list[str]]) -> bool:
    """Whether a first line is one cell above a row of several and another as wide."""
    try:
        title, header, row = next(first, []), next(then, []), next(then, [])
    except csv.Error:
        return False
    return _filled(title) == 1 < _filled(header) and len(header) == len(row)


def _filled(cells: Iterable[str]) -> int:
    return sum(1 for cell in cells if cell.strip())


def _delimiter(line: str) -> str:
    return max(DELIMITERS, key=lambda delimiter: len(next(csv.reader([line], delimiter=delimiter), [])))


def column_names(cells: list[str]) -> tuple[str, ...]:
    """Column names: trimmed, those without one by their place, repeated ones numbered."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = mended(cell).replace("\ufeff", "").strip() or f"column {place}"
        repeated = sum(n == name or n.startswith(f"{name} (") for n in names) if name in names else 0
        names.append(f"{name} ({repeated + 1})" if repeated else name)
    return tuple(names)
