"""Import formats, one file each. A file added to this folder is a format; nothing else is edited.

A format module has

* `NAME`: what `--format` calls it and what sightings carry as `format`.
* `CARRIES`: what its files can carry and what they cannot, a `collectors.carries.Carries`.
* `recognises(sample) -> bool`: whether a file looks like one of its own. Cheap and pure: it sees a `Sample`, never the disk.
* `records(source, origin) -> Iterator[Record | Broken]`: the file's records one by one, in constant memory.
* `parse(record, origin) -> Iterator[row]`: the rows of `data.model` that one record tells, the leading row first. Pure. Raises
  `ValueError` with a reason a person understands when the record cannot be read: it then goes to quarantine.

and may have

* `PRIORITY` (default 50): who is asked first where several formats recognise a file; general formats have a lower one.
* `BATCH_BYTES`: how much of its records' bodies is appended as one change, where they make more rows than those of tables do.
* `not_imported(sample) -> str | None`: why a file of this tool is left out ("posts of weibo-hot-hub"); it is counted, not read.
"""

import hashlib
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from data.quick import quickly_made


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One item of a file as its format defines it. `body` is its canonical form (for table files compact JSON with sorted
    keys): what is hashed for its identity and kept in the archive. `number` counts from 1 within the file. `in_body` says that the body
    read as JSON is the cells: these need not go to another process beside it."""

    number: int
    cells: Any
    body: bytes
    in_body: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Broken:
    """An item that cannot even be cut into cells, with the bytes that stood there."""

    number: int
    reason: str
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """What a format may look at to recognise a file: its name, its first bytes (up to 256 kB), and, where these begin a CSV
    file or it is a sheet, its header cells. `path` is the path inside what was imported, with "/" (some tools tell much by
    their folders)."""

    name: str
    path: str
    head: bytes
    header: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """What surrounds a record: the run, the file's name, the zone for times that tell none, the platform told by `--platform`,
    the clock (for years that must be guessed) and the home's keyed hash for author ids `author_key(platform, author_id)`, with
    `author_key_of_hash(platform, hash)` for files that tell only the hash of an id. `mapping` is the column mapping of an unknown
    table. `guessed` hears each time whose year was guessed."""

    run_id: str
    campaign: str
    file: str
    path: str
    zone: ZoneInfo
    now: datetime
    author_key: Callable[[str, str], str]
    author_key_of_hash: Callable[[str, str], str | None] = lambda platform, creator_hash: None
    platform: str | None = None
    mapping: dict[str, Any] | None = None
    warn: Callable[[str], None] = field(default=lambda message: None)
    guessed: Callable[[str], None] = field(default=lambda shown: None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A file to read: `open()` gives its bytes (a binary file) from the start, as often as wanted. A format whose files may hold few
    records among much else tells `far` how many bytes it has gone through. A sheet of a workbook is a file by itself: `open()` gives the
    workbook, `sheet` is the sheet's title where it is one of several, and `columns` is its header."""

    name: str
    path: str
    size: int
    open: Callable[[], Any]
    far: Callable[[int], None] = field(default=lambda bytes: None)
    sheet: str | None = None
    columns: tuple[str, ...] | None = None


@cache
def formats() -> tuple[ModuleType, ...]:
    """All format modules, those that know most about their files first."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    known = [module for module in modules if hasattr(module, "NAME")]
    return tuple(sorted(known, key=lambda module: (-getattr(module, "PRIORITY", 50), module.NAME)))
