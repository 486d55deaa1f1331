"""The export bundle: a campaign's rows as files that someone else can read, cite and check.

    posts, sightings, labels, hashtag_counts   in each format asked for
    completeness.csv codebook.csv query.json README.txt datapackage.json manifest.sha256

Rows are streamed: memory does not grow with the number of posts, only with the number of accounts, whose names must be known to be
replaced. The bundle is written beside its place and renamed, so that it is there whole or not at all.
"""

import glob
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from data import campaign as campaign_files
from data.build import forgotten_until, reading
from data.campaign import Campaign, not_known
from data.clock import now
from data.errors import WrongUsage
from data.export import describe, tables
from data.export.describe import Bundle, Written, sha256
from data.export.people import TEXTS, Disclosed, learned, without_people
from data.export.sheets import FORMATS, Sheet
from data.files import alive
from data.home import Home
from data.log import Log
from data.pseudonyms import Pseudonyms
from data.questions import FEW
from data.verify import MANIFEST, changed, held, listed

ROWS = 5_000  # rows that are in memory at once
LIVE = ("weibo", "xiaohongshu")  # the platforms that are collected live
HMAC_BLOCK = 64  # bytes, of SHA-256
MEMORY = "512MB"  # what sorting may take before it spills to disk
LEFT = re.compile(r"-(\d+)-[0-9a-f]{8}\.(?:part|old)$")  # the folders of an export that is being written, by its process
TABLES = {
    "posts": tables.POSTS,
    "sightings": tables.SIGHTINGS,
    "labels": tables.LABELS,
    "hashtag_counts": tables.HASHTAG_COUNTS,
}


def export(
    home: Home,
    campaign: str,
    out: Path,
    *,
    formats: tuple[str, ...] = ("csv",),
    since: date | datetime | None = None,
    until: date | datetime | None = None,
    platforms: tuple[str, ...] | None = None,
    text: str = "pseudonymised",
    with_identities: bool = False,
    sample: int | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Writes the bundle of a campaign into the folder `out`: {"rows": records written, "classes": {"post" | "repost" | "comment": how many
    of them}, "files": {name: sha256}, "cut_cells": {name: how many texts Excel holds only the beginning of}}, the last of files that have
    any.

    `since` and `until` are days of the campaign's zone or naive UTC times, `until` not included; posts whose time is not told are left
    out when either is given. `sample` posts are drawn by the hash of `seed` and key: the same ones for the same seed. Raises
    WrongUsage for an unknown campaign, format, text or platform, where `out` holds anything but an earlier bundle as it was written, and
    where something was forgotten that the published database, or what was read of it meanwhile, may still hold."""
    out = Path(out)
    found = campaign_files.find(home, campaign)
    _check(formats, text, sample)
    _check_place(out)
    bundle = Bundle(
        campaign=found,
        filters={
            "since": _shown(since), "until": _shown(until), "platforms": list(platforms) if platforms else None,
            "sample": sample, "seed": seed if sample is not None else None,
        },
        text=text,
        with_identities=with_identities,
        formats=formats,
        exported_at=now(),
        synthetic=found.synthetic,
    )  # fmt: skip
    asked = {
        "campaign": found.id, "zone": found.zone.key, "since": _utc(found, since), "until": _utc(found, until),
        "platforms": list(platforms) if platforms else None, "sample": sample, "seed": seed,
        "public": False, "few": FEW,  # a bundle holds every row: its figures are those of the full viewer
    }  # fmt: skip
    with _beside(out) as folder:
        with reading(home, apart=True) as connection:
            forgotten = forgotten_until(connection)
            _check_forgotten(home, forgotten)
            _check_platforms(connection, found, platforms or ())
            _prepare(connection, home, folder, with_identities)
            _choose(connection, bundle, asked)
            people = learned(connection, home, found)
            _write_tables(connection, home, people, bundle, asked, folder)
        _describe(bundle, folder)
        files = {path.name: sha256(path) for path in sorted(folder.iterdir())}
        (folder / MANIFEST).write_text("".join(f"{digest}  {name}\n" for name, digest in files.items()), encoding="utf-8")
        files[MANIFEST] = sha256(folder / MANIFEST)
        _check_forgotten(home, forgotten)
    cut = {file: told.cut for file, told in bundle.tables.items() if told.cut}
    return {"rows": bundle.posts, "files": files, "cut_cells": cut, "classes": bundle.classes}


def _check(formats: tuple[str, ...], text: str, sample: int | None) -> None:
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        raise WrongUsage(f"--format {', '.join(unknown) or 'is empty'}: known are {', '.join(FORMATS)}")
    if text not in TEXTS:
        raise WrongUsage(f"--text {text}: known are {', '.join(TEXTS)}")
    if sample is not None and sample < 1:
        raise WrongUsage(f"--sample {sample}: write how many posts, 1 or more")


def _check_platforms(connection: duckdb.DuckDBPyConnection, campaign: Campaign, told: Iterable[str]) -> None:
    """A slip would make a bundle of nothing. Besides the live ones those are known that the campaign names or has posts of."""
    of_posts = connection.execute(tables.PLATFORMS, {"campaign": campaign.id}).fetchall()
    known = sorted({*LIVE, *(platform for platform, _ in campaign.hashtags), *(platform for [platform] in of_posts)})
    meant = not_known(tuple(told), known).items()
    faults = [f"unknown platform {name!r}, is {likely!r} meant?" if likely else f"unknown platform {name!r}" for name, likely in meant]
    if faults:
        raise WrongUsage(f"--platform: {'; '.join(faults)} (known: {', '.join(known)})")


def _check_forgotten(home: Home, until: int) -> None:
    """Nobody forgotten leaves the house, not even in a bundle that was begun before."""
    if Log(home.log).manifest().forgotten > until:
        raise WrongUsage(
            "Something was forgotten that the published database may still hold, so nothing was exported. Publish it anew, then export "
            "again: groundswell build"
        )


def _check_place(out: Path) -> None:
    """Only an empty folder, or an earlier bundle with nothing added or changed, gives way."""
    if out.is_file():
        raise WrongUsage(f"{out}: is a file; name a folder for the bundle")
    if not out.is_dir() or not held(out):
        return
    theirs = sorted(held(out) - set(listed(out)) - {MANIFEST})
    if not (out / MANIFEST).is_file() or theirs:
        raise WrongUsage(f"{out}: holds other things ({', '.join(theirs[:3]) or 'no manifest'}); name a new or empty folder")
    if edited := changed(out):
        raise WrongUsage(f"{out}: {', '.join(edited)} changed since the export, and what was done there would be lost; give another --out")


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """A folder that takes the place of `out` when all went well, and is gone otherwise. What killed exports left goes too."""
    out.parent.mkdir(parents=True, exist_ok=True)
    for left in out.parent.glob(f".{glob.escape(out.name)}-*-*"):
        if (killed := LEFT.search(left.name)) and not alive(int(killed[1])):
            shutil.rmtree(left, ignore_errors=True)
    mark = f"{os.getpid()}-{secrets.token_hex(4)}"
    folder, old = out.parent / f".{out.name}-{mark}.part", out.parent / f".{out.name}-{mark}.old"
    folder.mkdir()
    try:
        yield folder
        if out.exists():
            out.rename(old)
        folder.rename(out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _prepare(connection: duckdb.DuckDBPyConnection, home: Home, folder: Path, with_identities: bool) -> None:
    connection.execute("set memory_limit = ?", [MEMORY]).fetchall()
    connection.execute("set temp_directory = ?", [str(folder / "spill")]).fetchall()
    for name, pad in (("inner_key", 0x36), ("outer_key", 0x5C)):
        key = bytes(byte ^ pad for byte in home.key.ljust(HMAC_BLOCK, b"\0"))
        connection.execute(f"set variable {name} = $key", {"key": key}).fetchall()
    for macro in (*(tables.MADE_IDS if with_identities else tables.KEYED_IDS), *tables.MACROS):
        connection.execute(macro).fetchall()


def _choose(connection: duckdb.DuckDBPyConnection, bundle: Bundle, asked: dict[str, Any]) -> None:
    connection.execute(tables.CHOSEN, _used(tables.CHOSEN, asked)).fetchall()
    [(bundle.of, undated, bundle.posts)] = connection.execute(tables.COUNTED, _used(tables.COUNTED, asked)).fetchall()
    bundle.classes |= dict(connection.execute(tables.CLASSES).fetchall())
    bundle.undated_left_out = undated if asked["since"] or asked["until"] else 0
    bundle.models = dict(connection.execute(tables.MODELS).fetchall())
    [(bundle.generation,)] = connection.execute("select generation from meta").fetchall()


def _write_tables(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    people: Pseudonyms,
    bundle: Bundle,
    asked: dict[str, Any],
    folder: Path,
) -> None:
    wanted = Disclosed(text=bundle.text, with_identities=bundle.with_identities)
    for name, sql in {**TABLES, "completeness": tables.COMPLETENESS}.items():
        told = connection.sql(sql, params=_used(sql, asked)).to_arrow_reader(ROWS)
        batches = (without_people(batch, people, home, wanted) for batch in told)
        empty = without_people(pa.RecordBatch.from_pylist([], schema=told.schema), people, home, wanted)
        formats = ("csv",) if name == "completeness" else bundle.formats
        _write(name, empty.schema, batches, formats, bundle, folder)
    shutil.rmtree(folder / "spill", ignore_errors=True)


def _write(
    name: str,
    schema: pa.Schema,
    batches: Iterator[pa.RecordBatch],
    formats: tuple[str, ...],
    bundle: Bundle,
    folder: Path,
) -> None:
    """Writes one table in every format at once: the rows are asked for and rid of people a single time."""
    sheets: dict[str, Sheet] = {}
    for format in dict.fromkeys(formats):
        file = f"{name}.{format}"
        sheets[file] = FORMATS[format](folder / file, schema)
    rows = 0
    try:
        for batch in batches:
            rows += len(batch)
            bundle.synthetic |= bool(pc.any(batch["synthetic"]).as_py())
            for sheet in sheets.values():
                sheet.write(batch)
    except BaseException:
        for sheet in sheets.values():
            sheet.close(whole=False)
        raise
    for file, sheet in sheets.items():
        sheet.close(whole=True)
        bundle.tables[file] = Written(table=name, schema=schema, rows=rows, guarded=sheet.guarded, cut=sheet.cut)


def _describe(bundle: Bundle, folder: Path) -> None:
    told = describe.codebook(bundle)
    bundle.tables["codebook.csv"] = Written(table="codebook", schema=told.schema)
    told = describe.codebook(bundle)
    _write("codebook", told.schema, iter(told.to_batches()), ("csv",), bundle, folder)
    (folder / "query.json").write_bytes(describe.dump(describe.query(bundle)))
    (folder / "README.txt").write_text(describe.readme(bundle, folder), encoding="utf-8")
    (folder / "datapackage.json").write_bytes(describe.dump(describe.data_package(bundle, folder)))


def _used(sql: str, asked: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if f"${name}" in sql}


def _utc(campaign: Campaign, moment: date | datetime | None) -> datetime | None:
    """A day begins at midnight of the campaign's zone; a time is taken as it is, naive UTC."""
    if moment is None or (isinstance(moment, datetime) and moment.tzinfo is None):
        return moment
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).replace(tzinfo=None)
    return datetime.combine(moment, time(), tzinfo=campaign.zone).astimezone(UTC).replace(tzinfo=None)


def _shown(moment: date | datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
