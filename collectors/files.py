"""The files that a user gives: found in folders and archives, opened, and their format told."""

import os
import zipfile
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from collectors import table, zipped
from collectors.cells import file_name
from collectors.formats import Sample, Source, formats
from collectors.outcome import Imported
from collectors.table_csv import header
from data.errors import Unreadable, WrongUsage
from data.files import left_by_programs

OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # begins an Excel file of before 2007, and one with a password


def sources(paths: Iterable[Path], done: Imported) -> Iterator[Source]:
    """The files behind paths: folders are walked, zip archives opened. A sheet of a workbook is a file by itself."""
    for source in _files(paths, done):
        yield from _sheets(source, done)


def _sheets(source: Source, done: Imported) -> Iterator[Source]:
    """The sheets of a workbook that hold records, where it has several; any other file as it is, with the columns of a sheet that is
    alone."""
    try:
        sheets = table.sheets(source)
    except (Unreadable, *zipped.DAMAGED):  # said when it is read
        sheets = {}
    if len(sheets) < 2:
        yield replace(source, columns=next(iter(sheets.values()), None) or None)
        return
    empty = ", ".join(repr(title) for title, columns in sheets.items() if columns == ())
    if all(columns == () for columns in sheets.values()):
        done.unreadable.append(f"{source.name}: none of its sheets holds a table with records: {empty}")
    elif empty:
        done.warn(f"{source.name}: sheets that hold no table with records were skipped: {empty}")
    for title, columns in sheets.items():
        if columns != ():
            yield replace(source, name=f"{source.name} ({title})", path=f"{source.path}/{title}", sheet=title, columns=columns)


def _files(paths: Iterable[Path], done: Imported) -> Iterator[Source]:
    for path in paths:
        if not path.exists():
            done.unreadable.append(f"{file_name(str(path))}: there is no such file or folder. Check how it is written")
        elif path.is_dir():
            for file in _within(path, done):
                if file.is_symlink():
                    done.unreadable.append(f"{file_name(file.name)}: a link that leads elsewhere was not followed: give its file itself")
                    continue
                yield from _opened(file, file.relative_to(path.parent).as_posix(), done)
        else:
            yield from _opened(path, path.absolute().as_posix(), done)


def _within(folder: Path, done: Imported) -> list[Path]:
    """The files within a folder, however deep."""
    closed: list[str] = []
    walk = os.walk(folder, onerror=lambda error: closed.append(file_name(error.filename)))
    found = sorted(Path(place) / name for place, _, names in walk for name in names if not left_by_programs(name))
    done.unreadable += [f"{place}: the folder cannot be opened. See to it that you may read it" for place in closed]
    if not (found or closed):
        done.unreadable.append(f"{file_name(str(folder))}: the folder is empty. Give the folder that holds the exported files")
    return [path for path in found if path.is_file()]


def _read(path: Path) -> IO[bytes]:
    """A file, to be read. Raises Unreadable where that is not allowed."""
    try:
        return path.open("rb")
    except OSError as error:
        raise Unreadable(f"{file_name(path.name)}: cannot be opened ({error.strerror}). See to it that you may read it") from error


def _opened(path: Path, shown: str, done: Imported) -> Iterator[Source]:
    name, shown = file_name(path.name), file_name(shown)
    if path.suffix.lower() != ".zip":
        yield Source(name=name, path=shown, size=path.stat().st_size, open=partial(_read, path))
        return
    try:
        with zipfile.ZipFile(path) as bundle:
            for member in zipped.members(bundle, name, path.stat().st_size):
                if why := zipped.refused(member):
                    done.unreadable.append(f"{name}: {member.filename!r} was not read: {why}")
                    continue
                inner = member.filename.rsplit("/", 1)[-1]
                if left_by_programs(inner) or "__MACOSX" in member.filename:
                    continue
                opened = partial(zipped.open_within, bundle, member)
                yield Source(name=inner, path=f"{shown}/{member.filename}", size=member.file_size, open=opened)
    except Unreadable as error:
        done.unreadable.append(str(error))
    except zipped.DAMAGED:
        done.unreadable.append(f"{name}: not a zip archive, or cut off: get it again")


def sample_of(source: Source) -> Sample:
    """What a format may look at to recognise a file. Raises Unreadable for an empty one, and one that has to be saved otherwise first."""
    head = table.head_of(source)
    if not head.strip():
        raise Unreadable(f"{source.name}: the file is empty. Export it again with the tool it came from, or leave it out")
    _refuse_unsaved(source.name, head)
    return Sample(name=source.name, path=source.path, head=head, header=source.columns or header(head))


def _refuse_unsaved(name: str, head: bytes) -> None:
    """Raises Unreadable for what holds a table that can be read once it is saved otherwise."""
    ending = os.path.splitext(name)[1].lower()
    if ending in (".xls", ".xlsx", ".xlsm") and head.startswith(OLD_OR_LOCKED):
        raise Unreadable(
            f"{name}: an Excel file of the old kind (.xls), or one with a password. Save it as .xlsx without one, or as CSV UTF-8, "
            "and import that"
        )
    if ending == ".zip" and head.startswith(b"PK"):
        raise Unreadable(f"{name}: a zip archive within a zip archive. Unpack the outer one first and import its folder")
    marks = (BOM_UTF16_LE, BOM_UTF16_BE)
    if ending in (".csv", ".tsv", ".txt") and b"\0" in head and not head.startswith(marks) and any(header(mark + head) for mark in marks):
        raise Unreadable(f"{name}: a table in UTF-16 without the mark that says so. Save it as CSV UTF-8 and import that")


def format_of(sample: Sample, named: str | None = None, mapping: dict[str, Any] | None = None) -> ModuleType:
    """The format that reads a file: the one that is `named`, that of a column mapping, else the first that recognises it. Raises
    Unreadable where none does."""
    known_formats = formats()
    if named:
        for module in known_formats:
            if named == module.NAME:
                return module
        raise WrongUsage(f"--format {named}: known are {', '.join(m.NAME for m in known_formats)}")
    if mapping is not None:
        return next(module for module in known_formats if module.NAME == "mapped")
    for module in known_formats:
        if module.recognises(sample):
            return module
    raise Unreadable(
        f"{sample.name}: not an export of a tool known here (SQLite included), no recording of a browser (HAR, WARC, WACZ) and not a table "
        f"(CSV, Excel, JSON, JSONL, Parquet). Name its format with --format ({', '.join(m.NAME for m in known_formats)})"
    )
