"""Excel files (xlsx): sheet by sheet, cells as the text a person sees."""

import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, time
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Any

from collectors.cells import EXACT_DIGITS, canonical, mended
from collectors.formats import Broken, Origin, Record, Source
from collectors.table_csv import column_names
from data.errors import Unreadable

# What an Excel file may swell to when it is unpacked: sound ones grow ten- to twentyfold.
LARGEST_SHEETS = 1 << 32
SWELLS_FROM = 1 << 27
SWELLS_AT_MOST = 100
NOTHING = (None, "")
LOOKED_AT = 200  # rows, of whose long numbers some end in no 0 where a program wrote all their digits


def is_excel(name: str, head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04") and (name.lower().endswith((".xlsx", ".xlsm")) or b"xl/" in head)


def columns_of_sheets(source: Source) -> dict[str, tuple[str, ...] | None]:
    """The sheets of an Excel file and their columns: () where a sheet holds no records, None where it is damaged from the start. Raises
    `Unreadable` for a file that cannot be opened."""
    with _sheets(source) as sheets:
        return {sheet.title: _columns(sheet) for sheet in sheets}


def excel_records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    """The records of the source's sheet, or of the first that is not empty. Cells become text as they are shown: times to what their
    format shows of them."""
    with _sheets(source) as sheets:
        for sheet in sheets:
            if source.sheet not in (None, sheet.title):
                continue
            title, top, rows = _table(sheet)
            if isinstance(top, str):
                raise Unreadable(f"{source.name} cannot be read as an Excel file: {top}")
            if title is not None:
                origin.warn(f"{source.name}: the title above the header was skipped: {title!r}")
            if top is not None:
                yield from _sheet(source, origin, _names(top), rows)
                break


@contextmanager
def _sheets(source: Source) -> Iterator[list[Any]]:
    """The sheets of an Excel file that hold cells, opened."""
    from openpyxl import load_workbook  # takes as long as all else that an import loads, and few files are Excel's

    with source.open() as file:
        try:
            whole = file if file.seekable() else io.BytesIO(file.read())
            _refuse_bomb(source, whole)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl remarks on styles it does not know
                book = load_workbook(whole, read_only=True, data_only=True)
        except Unreadable:
            raise
        except Exception as reason:  # openpyxl lets errors of the zip and XML readers through
            raise Unreadable(f"{source.name} cannot be read as an Excel file: {reason}") from reason
        yield [sheet for sheet in book.worksheets if hasattr(sheet, "reset_dimensions")]
        book.close()


def _columns(sheet: Any) -> tuple[str, ...] | None:
    _, top, rows = _table(sheet)
    if isinstance(top, str):
        return None
    if top is None or len(_values(top)) < 2 or next(rows, None) is None:
        return ()
    return _names(top)


def _table(sheet: Any) -> tuple[str | None, Any, Iterator[Any]]:
    """The title of a sheet, its header and the rows under it. A title is one text above a row of several."""
    rows = _filled(sheet)
    top = next(rows, None)
    if top is None or isinstance(top, str) or len(_values(top)) > 1:
        return None, top, rows
    second = next(rows, None)
    if second is None:
        return None, top, rows
    told = () if isinstance(second, str) else _values(second)
    if len(told) > 1 and all(isinstance(value, str) for value in (*_values(top), *told)):
        return _values(top)[0], second, rows
    return None, top, chain((second,), rows)


def _values(row: Iterable[Any]) -> list[Any]:
    """What stands in the cells of a row that are not empty."""
    return [cell.value for cell in row if cell.value not in NOTHING]


def _names(top: Iterable[Any]) -> tuple[str, ...]:
    return column_names([_shown(cell) or "" for cell in top])


def _filled(sheet: Any) -> Iterator[Any]:
    """The rows of a sheet in which anything stands; a text in the end where it cannot be read further."""
    sheet.reset_dimensions()
    for row in _until_damaged(sheet):
        if isinstance(row, str) or _values(row):
            yield row


def _refuse_bomb(source: Source, file: IO[bytes]) -> None:
    """An Excel file is a zip archive, and one that swells beyond all measure is read by nobody."""
    with zipfile.ZipFile(file) as parts:
        unpacked = sum(part.file_size for part in parts.infolist())
    if unpacked > LARGEST_SHEETS or (unpacked > SWELLS_FROM and unpacked > SWELLS_AT_MOST * source.size):
        raise Unreadable(
            f"{source.name}: unpacked, this Excel file of {source.size:,} bytes would take {unpacked:,}; it is not opened. "
            "If it is sound, save it as CSV and import that"
        )
    file.seek(0)


def _until_damaged(sheet: Any) -> Iterator[Any]:
    """The rows of a sheet; a text in the end where it cannot be read further."""
    try:
        yield from sheet.iter_rows()
    except Exception as reason:  # noqa: BLE001 - openpyxl lets errors of the zip and XML readers through
        yield f"the sheet is damaged and cannot be read further: {reason}"


def _sheet(source: Source, origin: Origin, columns: tuple[str, ...], rows: Iterable[Any]) -> Iterator[Record | Broken]:
    rows = iter(rows)
    first = list(islice(rows, LOOKED_AT))
    unrounded: dict[str, bool] = {}  # columns with long numbers: has any of them all its digits?
    for name, cell in (pair for row in first if not isinstance(row, str) for pair in zip(columns, row, strict=False)):
        _look_for_digits(unrounded, name, cell)
    longer = 0
    for number, row in enumerate(chain(first, rows), 1):
        if isinstance(row, str):
            origin.warn(f"{source.name}: {row}")
            yield Broken(number=number, reason=row, body=canonical({"damaged after row": number - 1}))
            break
        told = {}
        for name, cell in zip(columns, row, strict=False):
            shown = _shown(cell)
            if shown is None:
                continue
            _look_for_digits(unrounded, name, cell)
            told[name] = _as_far_as_known(shown) if unrounded.get(name) is False and _is_long(cell) else shown
        longer += any(cell.value not in NOTHING for cell in row[len(columns) :])
        yield Record(number=number, cells=mended(told), body=canonical(told))
    if longer:
        origin.warn(f"{source.name}: rows with cells under no column of the header: {longer}; these cells were not read")
    for name, exact in unrounded.items():
        if not exact:
            origin.warn(
                f"{source.name}: the spreadsheet has rounded the long numbers in column {name!r} to {EXACT_DIGITS} digits; "
                "if these are ids, import the file from before it was opened in a spreadsheet"
            )


def _look_for_digits(unrounded: dict[str, bool], name: str, cell: Any) -> None:
    if _is_long(cell):
        unrounded[name] = unrounded.get(name, False) or str(int(cell.value))[EXACT_DIGITS:].strip("0") != ""


def _is_long(cell: Any) -> bool:
    """Whether a cell holds a whole number of which a spreadsheet keeps no more than the beginning."""
    value = cell.value
    if isinstance(value, float):
        return value.is_integer() and value >= 10**EXACT_DIGITS
    return isinstance(value, int) and value >= 10**EXACT_DIGITS


def _as_far_as_known(shown: str) -> str:
    """A rounded number as spreadsheets show it, 4.93162334734796E+15, by which it is known not to be an id."""
    return f"{Decimal(shown):.{EXACT_DIGITS - 1}E}"


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
