"""What files are, before they are imported: their format, what its first records tell, and for an unknown table the guessed mapping.

Nothing is written, and no more of a file is read than its first records. What counts is still the import.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from collectors import table, zipped
from collectors.carries import Carries
from collectors.files import format_of, sample_of, sources
from collectors.formats import Broken, Origin, Record, Source, mapped
from collectors.outcome import Imported
from data.clock import now
from data.errors import Unreadable, WrongUsage
from data.model import Post

FIRST = 100  # records
NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """One file. `why_not` says why it cannot be read, `left_out` what of a known tool it is that is not imported. `columns`, `cells` and
    `guess` (None where no column holds texts) are of an unknown table. `read` records were looked at; `posts` are those they tell,
    `refused` counts the reasons of those that cannot be read."""

    name: str
    size: int
    format: str | None = None
    carries: Carries | None = None
    why_not: str | None = None
    left_out: str | None = None
    columns: tuple[str, ...] = ()
    cells: tuple[dict[str, Any], ...] = ()
    guess: dict[str, Any] | None = None
    read: int = 0
    posts: tuple[Post, ...] = ()
    refused: Counter[str] = field(default_factory=Counter)


def recognise(paths: Iterable[Path], *, zone: ZoneInfo, format: str | None = None) -> Iterator[Recognised]:
    """The files behind paths, one by one: folders are walked, zip archives opened. `format` names one instead of finding it out."""
    done = Imported(run_id=NOBODY)
    for source in sources(paths, done):
        yield _one(source, zone, format)
    for why in done.unreadable:
        yield Recognised(name=why.partition(":")[0], size=0, why_not=why)


def _one(source: Source, zone: ZoneInfo, format: str | None) -> Recognised:
    told = Recognised(name=source.name, size=source.size)
    origin = _origin(source.name, zone)
    try:
        sample = sample_of(source)
        module = format_of(sample, format)
        if left_out := getattr(module, "not_imported", lambda sample: None)(sample):
            return replace(told, format=module.NAME, left_out=left_out)
        told = replace(told, format=module.NAME, carries=module.CARRIES)
        if module is mapped:
            columns, cells = table.preview(source, origin, FIRST)
            return replace(told, columns=columns, cells=tuple(cells), guess=mapped.guess(columns, cells))
        return replace(told, **_first(module, list(islice(module.records(source, origin), FIRST)), origin))
    except (Unreadable, WrongUsage) as error:
        return replace(told, why_not=str(error))
    except zipped.DAMAGED_WITHIN as error:
        return replace(told, why_not=f"{source.name}: damaged within its archive ({error}). Get it again")


def by_mapping(cells: Iterable[dict[str, Any]], mapping: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """What records of a table tell by a column mapping: `read`, `posts` and `refused`, as in `Recognised`. Raises WrongUsage for a
    mapping that is none."""
    origin = replace(_origin("", zone), mapping=mapping)
    mapped.checked(mapping)
    records = [Record(number=number, cells=row, body=b"") for number, row in enumerate(cells, 1)]
    return _first(mapped, list(records), origin)


def _first(module: Any, records: list[Record | Broken], origin: Origin) -> dict[str, Any]:
    posts: list[Post] = []
    refused: Counter[str] = Counter()
    for record in records:
        if isinstance(record, Broken):
            refused[record.reason] += 1
            continue
        try:
            posts += [row for row in module.parse(record, origin) if isinstance(row, Post)]
        except ValueError as reason:
            refused[str(reason)] += 1
    return {"read": len(records), "posts": tuple(posts), "refused": refused}


def _origin(file: str, zone: ZoneInfo) -> Origin:
    def same(platform: str, told: str) -> str:
        return told

    return Origin(
        run_id=NOBODY, campaign=NOBODY, file=file, path=file, zone=zone, now=now(), author_key=same, author_key_of_hash=same,
    )  # fmt: skip
