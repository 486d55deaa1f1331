"""Derives the published database from the log.

    db/<generation>-<random>.duckdb      never changed once it has this name
    db/current                           names the one that holds

A build copies the database that holds, brings the copy up to date in one transaction that also records the log's generation,
and moves the pointer. Readers follow the pointer and are never in its way. A delta counts the touched cells anew, so that an
incremental build equals a full one row for row.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
from filelock import FileLock

from data import campaign as campaign_files
from data import compact
from data.clock import now
from data.errors import WrongUsage
from data.files import alive, gone_where_it_fails, sync, sync_folder, write_durably
from data.home import Home
from data.log import Log, Manifest
from data.model import TABLES, arrow_schema

SCHEMA = Path(__file__).parent / "schema"
STEPS = Path(__file__).parent / "steps"
ORDER = ("offer", "campaigns", "load", "touched", "posts", "membership", "regex", "belongs", "labels", "taken_in", "stances", "rollups")
# What the build keeps in memory, and how many threads share it; what does not fit spills beside the database. Each thread wants room of
# its own: with eight, 400 MB were too few for a million posts, and with two 330 MB. Only where one has too little, all there is.
ROOM = (("500MB", 2), ("500MB", 1), ("80%", 2))
# A build that adds to a copy leaves small groups of rows at the end of each table. To merge them, DuckDB writes large ones anew, which
# takes longer than all else; so only every so many builds do.
TIDIED_EVERY = 20
# Each thread compresses a group of its own once it is full, and with DuckDB's 122,880 rows most were left to one of them at the end: a
# build of 200,000 posts took a third longer. Smaller groups are packed less well (these a ninth, those of 20,480 half as much again).
ROWS_OF_GROUP = 30_720
SLICE, ROWS_OF_SLICE = 32 * 2**20, 100_000  # bytes and rows of post segments that are taken in at once, whichever is reached first


@dataclass(frozen=True, kw_only=True)
class Built:
    """What a build did: the log's generation it stands at, how many posts and roll-up cells it touched."""

    generation: int
    full: bool
    posts: int
    cells: int
    seconds: float


def build(home: Home, *, full: bool = False) -> Built:
    """Publishes the database from the log; at once where nothing changed. A second build waits for the first."""
    started = time.monotonic()
    with _building(home) as (log, manifest), _compacting(home, log):
        made = _make(home, log, manifest, full)
        if made:
            _publish(home, made.unfinished, made.pointer)
            if made.fresh:
                home.text_index.unlink(missing_ok=True)
    seconds = time.monotonic() - started
    if made is None:
        return Built(generation=manifest.generation, full=False, posts=0, cells=0, seconds=seconds)
    return Built(generation=manifest.generation, full=made.fresh, posts=made.posts, cells=made.cells, seconds=seconds)


@contextmanager
def drafting(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to what a build would publish, and nothing is published: for whoever has to know what the log holds now."""
    with _building(home) as (log, manifest):
        made = _make(home, log, manifest, full=False)
        connection = duckdb.connect(str(made.unfinished), read_only=True) if made else None
    if made is None or connection is None:
        with reading(home) as connection:
            yield connection
        return
    try:
        yield connection
    finally:
        connection.close()
        made.unfinished.unlink(missing_ok=True)  # a build that came in between has done it


@contextmanager
def _building(home: Home) -> Iterator[tuple[Log, Manifest]]:
    home.published.mkdir(parents=True, exist_ok=True)
    log = Log(home.log)
    with FileLock(home.published / "building.lock"):
        with log.held() as manifest:
            yield log, manifest
        log.clear()  # of readers that held something forgotten some were killed


@contextmanager
def _compacting(home: Home, log: Log) -> Iterator[None]:
    """Compacts beside a build, which leaves one of two processors idle for most of its time. Only what is published already: merged with
    what was added since, it would be new to this build, and all of it taken in again."""
    base = published(home)
    with ThreadPoolExecutor(max_workers=1) as beside:
        compacting = beside.submit(compact.compact_when_many, log, base["generation"], compact.TOO_MANY) if base else None
        yield
        if compacting:
            compacting.result()


@dataclass(frozen=True, kw_only=True)
class _Made:
    """A database that is not published yet, and what the pointer is to say of it. `fresh`: made from nothing."""

    unfinished: Path
    pointer: dict
    fresh: bool
    posts: int
    cells: int


def _make(home: Home, log: Log, manifest: Manifest, full: bool) -> _Made | None:
    """The database as the log has it, beside the published one; None where that is as it should be."""
    current = published(home)
    # What was forgotten must not linger in a copy's free pages, and another schema is not patched: both start anew.
    fresh = full or current is None or current["schema"] != schema_version() or current["generation"] < manifest.forgotten
    base = None if fresh else current
    file = f"{manifest.generation:012d}-{secrets.token_hex(4)}.duckdb"
    unfinished = home.published / f"{file}.part"
    with _copied(home.published / base["file"] if base and base["generation"] < manifest.generation else None, unfinished):
        known = campaign_files.campaigns(home)
    target = {
        "file": file,
        "generation": manifest.generation,
        "schema": schema_version(),
        "rules": _rules(known),
        "campaign_files": _files(known),
    }
    if base and all(base[key] == told for key, told in target.items() if key != "file"):
        return None
    target["untidied"] = (base.get("untidied", 0) + 1) % TIDIED_EVERY if base else 0
    for room in ROOM:
        try:
            with gone_where_it_fails(unfinished, unfinished.with_name(f"{unfinished.name}.wal")):
                posts, cells = _derive(home, log, manifest, known, target, unfinished, base, room)
            break
        except duckdb.OutOfMemoryException:
            if room == ROOM[-1]:
                raise
    return _Made(unfinished=unfinished, pointer=target, fresh=fresh, posts=posts, cells=cells)


@contextmanager
def _copied(base: Path | None, place: Path) -> Iterator[None]:
    """Copies the file while campaign files are read. Where that fails, no copy is left."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        copying = beside.submit(shutil.copyfile, base, place) if base else None
        try:
            yield
            if copying:
                copying.result()
        except BaseException:
            wait([copying] if copying else [])
            place.unlink(missing_ok=True)
            raise


def _derive(
    home: Home, log: Log, manifest: Manifest, known: dict, target: dict, unfinished: Path, base: dict | None, room: tuple[str, int]
) -> tuple[int, int]:
    """Writes the database beside the published ones, on a copy of `base` where there is one; how many posts and cells were touched."""
    after, rules_changed = -1, False
    if base:
        if not unfinished.exists():
            shutil.copyfile(home.published / base["file"], unfinished)
        after, rules_changed = base["generation"], base["rules"] != target["rules"]
    with _writing(unfinished, fresh=base is None, tidy=target["untidied"] == 0, room=room) as connection:
        _offer(connection, _spill(unfinished), log, manifest, after)
        touched = _apply(connection, known, rules_changed)
        connection.execute(
            "insert into meta values (?, ?, ?, ?, ?)",
            [target["schema"], target["generation"], manifest.forgotten, target["campaign_files"], now()],
        ).fetchall()
    return touched


def schema_version() -> int:
    """The number of the newest schema file."""
    return max(int(path.name.split("_")[0]) for path in SCHEMA.glob("*.sql"))


def database(home: Home) -> Path:
    """The published database that holds. Raises WrongUsage where nothing is published yet, or only in the tables of another version."""
    current = published(home)
    if current is None:
        raise WrongUsage("Nothing is published yet: import or collect something, or run: groundswell build")
    if current["schema"] != schema_version():
        raise WrongUsage("The database was published by another version: bring it up to date with: groundswell build")
    return home.published / current["file"]


@contextmanager
def reading(home: Home, *, apart: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the published database. Follows the pointer again when a publication came in between. Connections of
    one process share their memory limit and where they spill; one `apart` has its own, but its cursors would not find the tables."""
    while True:
        path = database(home)
        try:
            connection = _attached(path, "read_only") if apart else duckdb.connect(str(path), read_only=True)
            break
        except duckdb.Error as error:
            if path == database(home):
                raise WrongUsage(
                    f"The published database {path.name} cannot be opened; it is damaged, or another program holds it. Make it anew with: "
                    "groundswell build --full"
                ) from error
    try:
        if not apart:
            _spill_by_process(connection, path)
        yield connection
    finally:
        connection.close()


def _spill_by_process(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Where a reader spills tells its process, so that what a killed one left can be told from what is in use."""
    with suppress(duckdb.NotImplementedException):  # another connection of this process spills there already
        connection.execute("set temp_directory = ?", [f"{path}.{os.getpid()}.tmp"]).fetchall()


def forgotten_until(connection: duckdb.DuckDBPyConnection) -> int:
    """The last generation of the log in which something was forgotten, when this database was made."""
    return int(connection.execute("select forgotten from meta").fetchall()[0][0])


def _attached(path: Path, option: str) -> duckdb.DuckDBPyConnection:
    """A connection with memory limit, spill folder and threads of its own."""
    connection = duckdb.connect()
    file = str(path).replace("'", "''")  # a statement like this takes no parameters
    try:
        connection.execute(f"attach '{file}' as published ({option})").fetchall()
        connection.execute("use published").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


def published(home: Home) -> dict[str, Any] | None:
    """What the pointer says of the published database: file, generation, schema; None where there is none, and where the pointer or what
    it points to is lost, so that the next build makes one."""
    while True:
        told = _pointer(home)
        if told is None or (home.published / told["file"]).exists():
            return told
        if _pointer(home) == told:  # and no publication came in between
            return None


def _pointer(home: Home) -> dict[str, Any] | None:
    try:
        return json.loads((home.published / "current").read_text())
    except (FileNotFoundError, ValueError):
        return None


@contextmanager
def _writing(path: Path, *, fresh: bool, tidy: bool, room: tuple[str, int]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in one transaction. Big sorts spill beside the database instead of failing."""
    memory, threads = room
    connection = _attached(path, f"row_group_size {ROWS_OF_GROUP}")
    try:
        _spill(path).mkdir(exist_ok=True)
        connection.execute("set temp_directory = ?", [str(_spill(path))]).fetchall()
        connection.execute("set memory_limit = ?", [memory]).fetchall()
        connection.execute("set threads = ?", [threads]).fetchall()
        connection.execute("set preserve_insertion_order = false").fetchall()
        if not tidy:
            connection.execute("set max_vacuum_tasks = 0").fetchall()
        connection.execute("begin").fetchall()
        if fresh:
            for file in sorted(SCHEMA.glob("*.sql")):
                run_script(connection, file)
        yield connection
        connection.execute("commit").fetchall()
        connection.execute("checkpoint").fetchall()
    finally:
        connection.close()
        shutil.rmtree(_spill(path), ignore_errors=True)


def _spill(unfinished: Path) -> Path:
    """Where a build spills: beside its database, and under another name than a reader of the published one does."""
    return unfinished.with_name(f"{unfinished.name}.tmp")


def _offer(connection: duckdb.DuckDBPyConnection, folder: Path, log: Log, manifest: Manifest, after: int) -> None:
    """Tells `offer.sql` which files hold what was added to each table of the log since generation `after`. An empty file of
    today's columns stands before them, since an older segment may lack some."""
    for table in TABLES:
        empty = folder / f"{table}.parquet"
        pq.write_table(arrow_schema(table).empty_table(), empty)
        _name(connection, f"new_{table}", [str(empty), *(str(log.path(segment)) for segment in manifest.of(table, after))])
    # Posts seen more than once are merged from all that was ever told of them.
    _name(connection, "log_post", [str(folder / "post.parquet"), *(str(log.path(segment)) for segment in manifest.of("post"))])


def _name(connection: duckdb.DuckDBPyConnection, variable: str, files: list[str]) -> None:
    """SQL cannot name a variable by a parameter; these names are our own."""
    connection.execute(f"set variable {variable} = ?", [files]).fetchall()


def _apply(connection: duckdb.DuckDBPyConnection, known: dict, rules_changed: bool) -> tuple[int, int]:
    """Runs the steps; how many posts and cells were touched."""
    for table, rows in campaign_files.tables(known).items():
        connection.register(f"told_{table}", rows)
    connection.execute("create temp table plan as select ?::boolean as rules_changed", [rules_changed]).fetchall()
    for step in ORDER:
        if step == "regex":
            _match(connection, known)
        elif step == "taken_in":
            _take_in(connection)
        else:
            run_script(connection, STEPS / f"{step}.sql")
    [(posts, cells)] = connection.execute("select (select count(*) from touched), (select count(*) from cell)").fetchall()
    run_script(connection, STEPS / "clean.sql")
    return posts, cells


def _match(connection: duckdb.DuckDBPyConnection, known: dict) -> None:
    """Tries each rule's regular expression on the wording: one statement a rule, since a pattern that is read from a table is
    compiled anew for every text."""
    for campaign in known.values():
        for rule in campaign.rules():
            if rule["regex"] is not None:
                connection.execute(
                    (STEPS / "regex.sql").read_text(encoding="utf-8"),
                    {"campaign": campaign.id, "rule": rule["rule"], "regex": rule["regex"]},
                ).fetchall()


def _take_in(connection: duckdb.DuckDBPyConnection) -> None:
    first = True
    [(added,)] = connection.execute("select getvariable('new_post')").fetchall()
    for some in _slices(added):
        _name(connection, "some_post", some)
        connection.execute("set variable first = ?", [first]).fetchall()
        run_script(connection, STEPS / "taken_in.sql")
        first = False


def _slices(files: list[str]) -> Iterator[list[str]]:
    """Files in their order, as many at a time as a slice allows; each begins with the first, the empty one."""
    empty, *added = files
    some, size, rows = [empty], 0, 0
    for file in added:
        some.append(file)
        size += Path(file).stat().st_size
        rows += pq.read_metadata(file).num_rows
        if size >= SLICE or rows >= ROWS_OF_SLICE:
            yield some
            some, size, rows = [empty], 0, 0
    if size or not added:
        yield some


def run_script(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Runs the statements of an SQL file one by one; each ends with ";" at the end of a line."""
    for statement in re.split(r";[ \t]*\n", file.read_text(encoding="utf-8")):
        if re.sub(r"--.*", "", statement).strip():
            connection.execute(statement).fetchall()


def _publish(home: Home, unfinished: Path, pointer: dict) -> None:
    place = home.published / pointer["file"]
    with gone_where_it_fails(unfinished, place):
        sync(unfinished)
        unfinished.rename(place)
        written = home.published / f"current.{secrets.token_hex(4)}"
        write_durably(written, json.dumps(pointer).encode())
    written.replace(home.published / "current")
    sync_folder(home.published)
    for path in home.published.iterdir():
        if path != place and re.search(r"\.duckdb(\.part|\.wal|\.part\.wal)?$", path.name):
            path.unlink(missing_ok=True)  # only one build runs at a time, so what is left of others is of killed ones
        reader = re.search(r"\.duckdb\.(\d+)\.tmp$", path.name)
        if path.name.endswith(".duckdb.part.tmp") or (reader and not alive(int(reader[1]))):
            shutil.rmtree(path, ignore_errors=True)


def _files(known: dict[str, campaign_files.Campaign]) -> str:
    """Changes with anything in any campaign file: events and quoted figures are part of the database too."""
    told = json.dumps({c.id: c.told for c in known.values()}, sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _rules(known: dict[str, campaign_files.Campaign]) -> str:
    """Changes when another post might belong to a campaign or a figure has other cells."""
    return hashlib.sha256("".join(sorted(c.fingerprint() for c in known.values())).encode()).hexdigest()[:16]
