"""Imports files of other tools: find them, tell their format, archive and parse their records, append what is new.

A record is counted once, by its leading row: added (its key is new to the log), updated (a known key with a new sighting, text,
author state or edge), duplicate (no new row), quarantined (unreadable).
"""

import gc
import os
import re
import time
import zipfile
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import IO, Any, Protocol
from zoneinfo import ZoneInfo

import pyarrow as pa

from collectors import archive, table, zipped
from collectors.cells import file_name
from collectors.forgetting import told_in
from collectors.formats import Broken, Origin, Record, Sample, Source, formats
from collectors.parsing import LARGE, Parsed, in_order, workers
from collectors.table_csv import header
from data.campaign import Campaign, likely_platform
from data.clock import now
from data.errors import Unreadable, WrongUsage
from data.forget import Forgotten
from data.home import Home
from data.known import Known, News
from data.log import Log, Overtaken
from data.model import Run, filled, new_run_id
from data.verify import left_by_programs
from data.version import VERSION

# What is appended as one change.
BATCH = 10_000  # records
BATCH_BYTES = 8 * 2**20  # of their bodies
OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # begins an Excel file of before 2007, and one with a password
QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\d+""")  # what a reason quotes of its record


@dataclass(kw_only=True)
class Imported:
    """What an import did, as `--json` prints it. The four outcomes add up to `read`. `reasons` says why records were quarantined, and
    of how many: those that differ only in what they quote are one, told by the first of them (`alike`). `far` says, meanwhile, how far
    into a file it is that tells so."""

    run_id: str
    files: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    read: int = 0
    added: int = 0
    updated: int = 0
    duplicate: int = 0
    quarantined: int = 0
    warnings: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    alike: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    far: str = ""

    def warn(self, message: str) -> None:
        if message not in self.warnings:
            self.warnings.append(message)

    def because(self, reason: str, records: int = 1) -> None:
        self.reasons[self.alike.setdefault(QUOTED.sub("…", reason), reason)] += records

    def add(self, other: "Imported") -> None:
        """Adds what another run did."""
        for name in ("files", "read", "added", "updated", "duplicate", "quarantined"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.formats += other.formats
        self.unreadable += other.unreadable
        for message in other.warnings:
            self.warn(message)
        for reason, number in other.reasons.items():
            self.because(reason, number)

    def more(self) -> dict[str, Any]:
        """What the run's row tells beside the outcomes."""
        return {}


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """What the user asked for. `choose` is asked for the column mapping of an unknown table: it gets the guess and returns
    the mapping to use, or raises Unreadable."""

    campaign: Campaign
    format: str | None = None
    platform: str | None = None
    zone: ZoneInfo
    mapping: dict[str, Any] | None = None
    choose: Callable[[str, dict[str, Any] | None], dict[str, Any]]


def import_files(home: Home, paths: Iterable[Path], wanted: ImportOptions, progress: Callable[[Imported], None]) -> Imported:
    """Imports files, folders and zip archives into the log; what is not an export is named and costs nothing else."""
    started = time.monotonic()
    begun = now()
    done = Imported(run_id=new_run_id(begun))
    log = Log(home.log)
    paths = list(paths)
    run = Run(
        run_id=done.run_id, source="import", campaign=wanted.campaign.id, query=", ".join(file_name(path.name) for path in paths),
        synthetic=wanted.campaign.synthetic, started=begun, version=VERSION,
    )  # fmt: skip
    refuse_mixing(log, wanted.campaign)
    if likely := likely_platform(wanted.platform or ""):
        raise WrongUsage(f"--platform {wanted.platform}: is {likely!r} meant?")
    with log.held() as manifest, no_garbage(), ThreadPoolExecutor(max_workers=1) as beside:
        batches = Batches(home, log, beside.submit(Known, log, manifest), run, done)
        for source in sources(paths, done):
            _import_file(source, wanted, batches, progress)
        for what, files in done.left_out.items():
            done.warn(f"not imported: 1 file, {what}" if files == 1 else f"not imported: {files} files, {what}")
        batches.close()
    done.seconds = round(time.monotonic() - started, 3)
    return done


@contextmanager
def no_garbage() -> Iterator[None]:
    """Rows hold no cycles, and looking for some among millions of them took a third of the time of an import."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def refuse_mixing(log: Log, campaign: Campaign) -> None:
    """Invented and real runs never live in one campaign. Raises WrongUsage."""
    runs = log.read("run", columns=["campaign", "synthetic"]).to_pylist()
    if any(run["campaign"] == campaign.id and run["synthetic"] != campaign.synthetic for run in runs):
        raise WrongUsage(f"{campaign.id}: holds {'real' if campaign.synthetic else 'invented'} posts already; use another campaign")


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


def _import_file(source: Source, wanted: ImportOptions, batches: "Batches", progress: Callable[[Imported], None]) -> None:
    done = batches.done
    try:
        sample = sample_of(source)
        module = format_of(sample, wanted.format, wanted.mapping)
        left_out = getattr(module, "not_imported", lambda sample: None)(sample)
        if left_out:
            done.left_out[left_out] += 1
            return
        origin = Origin(
            run_id=done.run_id, campaign=wanted.campaign.id, file=source.name, path=source.path, zone=wanted.zone,
            now=batches.run.started, author_key=batches.home.author_key, author_key_of_hash=batches.home.author_key_of_hash,
            platform=wanted.platform, mapping=wanted.mapping, warn=done.warn,
        )  # fmt: skip
        if module.NAME == "mapped" and wanted.mapping is None:
            origin = replace(origin, mapping=wanted.choose(source.name, module.guess(*table.preview(source, origin), wanted.platform)))
        if wanted.platform and wanted.platform not in (module.CARRIES.platforms or [wanted.platform]):
            done.warn(
                f"{source.name}: --platform {wanted.platform} was not used: files of {module.CARRIES.tool} tell their platform themselves"
            )
        source = replace(source, far=partial(_tell, source, done, progress))
        most = getattr(module, "BATCH_BYTES", BATCH_BYTES)
        with workers(source.size > LARGE) as pool:
            known = guessed = 0
            for bodies, parsed in in_order(module.__name__, _batches(module.records(source, origin), most), origin, pool):
                duplicates = done.duplicate
                batches.take(bodies, parsed)
                guessed += parsed.guessed
                if module.NAME == "mapped" and done.duplicate > duplicates:
                    known += batches.known.held_before()
                progress(done)
        if guessed:
            done.warn(years_guessed(source.name, guessed))
        if known:
            done.warn(
                f"{source.name}: records known already: {known}; they stay as they were first read, whatever mapping or zone is given now. "
                "To read them by another, import them into a new home (--home DIR)"
            )
    except Unreadable as error:
        done.unreadable.append(str(error))
        return
    except zipped.DAMAGED_WITHIN as error:
        done.unreadable.append(f"{source.name}: damaged within its archive ({error}). What came before that was imported; get it again")
        return
    finally:
        done.far = ""
    done.files += 1
    done.formats[module.NAME] += 1


def years_guessed(file: str, records: int) -> str:
    """What is said of a file whose times tell no year."""
    return (
        f"{file}: years of {records} records were guessed, since their times tell none: a Weibo post's id tells it, else it is the newest "
        "before the file was captured or imported. Look whether they can be right"
    )


def _tell(source: Source, done: Imported, progress: Callable[[Imported], None], read: int) -> None:
    done.far = f"{min(read, source.size) / max(1, source.size):.0%} of {source.name}"
    progress(done)


def _batches(records: Iterator[Record | Broken], most: int) -> Iterator[list[Record | Broken]]:
    batch: list[Record | Broken] = []
    size = 0
    for record in records:
        batch.append(record)
        size += len(record.body)
        if len(batch) == BATCH or size > most:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


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


class Keeps(Protocol):
    """Keeps the bodies of records; their `raw_ref` in the same order. `discard` takes back those kept last."""

    def write(self, bodies: list[bytes]) -> list[str]: ...

    def discard(self) -> None: ...


class Batches:
    """Takes parsed batches one after the other: counts outcomes, archives, appends each as one change."""

    def __init__(self, home: Home, log: Log, known: Known | Future[Known], run: Run, done: Imported, kept: Keeps | None = None):
        self.home, self.log, self._known, self.run, self.done = home, log, known, run, done
        self.campaign = run.campaign or ""
        self.archive = kept or archive.Writer(home.archive / "tables", done.run_id)
        self.forgotten = Forgotten(home, log)
        self.begun = log.manifest().generation
        self.log.append_rows([run])

    @property
    def known(self) -> Known:
        """What the log holds already; it may be read while the first records are."""
        return self._known.result() if isinstance(self._known, Future) else self._known

    def take(self, bodies: list[bytes], parsed: Parsed) -> None:
        """One batch of records of one file. Done again where somebody was forgotten meanwhile, or others appended what may be the same."""
        self.known.catch_up()
        news = self.known.news(self.campaign, parsed.marks)
        for message in parsed.warnings:
            self.done.warn(message)
        while True:
            batch = Batch(parsed, news, self._gone(bodies, parsed))
            try:
                self._append(bodies, batch)
                break
            except Overtaken:
                self.archive.discard()
                self.forgotten = Forgotten(self.home, self.log)
                self.known.catch_up()
                news = self.known.without_met(news)
        if batch.left_out:
            self.done.warn("records of people or posts that were forgotten were left out")
        if "quarantine" in parsed.tables:
            for reason in parsed.tables["quarantine"][0]["reason"].to_pylist():
                self.done.because(reason)
        self.done.read += len(bodies)
        for outcome, number in batch.outcomes.items():
            setattr(self.done, outcome, getattr(self.done, outcome) + number)

    def close(self) -> None:
        """Says in the log how the run ended."""
        self.known.close()
        pa.default_memory_pool().release_unused()
        tell_end(self.log, self.run, self.done)

    def _gone(self, bodies: list[bytes], parsed: Parsed) -> set[str]:
        """The record ids of those who were forgotten: their posts, and unreadable records that tell their id."""
        if not self.forgotten:
            return set()
        gone = self.forgotten.of(table for table, _ in parsed.tables.values())
        if "quarantine" in parsed.tables:
            unreadable, numbers = parsed.tables["quarantine"]
            told = zip(unreadable["record_id"].to_pylist(), numbers, strict=True)
            gone.update(id for id, number in told if self.forgotten.stands_in(told_in(bodies[number])))
        return gone

    def _append(self, bodies: list[bytes], batch: "Batch") -> None:
        if not (batch.owner or batch.asserted or batch.claimed):
            return
        numbers = sorted({*batch.owner.values()} - batch.told_of_gone)
        references = dict(zip(numbers, self.archive.write([bodies[number] for number in numbers]), strict=True))
        tables = {name: batch.kept(name, references) for name in batch.parsed.tables}
        if "edge" in tables:
            tables["edge"] = self.forgotten.edges_left(tables["edge"])
        if "post" in tables:
            tables["post"] = self.forgotten.leads_left(tables["post"])
        told = {"campaign": self.campaign, "run_id": self.done.run_id}
        marks = batch.parsed.marks
        tables["membership"] = filled("membership", marks.take(pa.array(batch.asserted, pa.int64())), told)
        claimed = marks.take(pa.array(batch.claimed, pa.int64())).rename_columns({"record_id": "claimed"})
        tables["claim"] = filled("claim", claimed, told)
        made = self.log.append(tables, forgotten=self.forgotten.generation, unless=self.known.lacks)
        self.known.mine.add(made.generation)


def tell_end(log: Log, run: Run, done: Imported) -> None:
    """Says in the log how a run ended."""
    log.append_rows([
        replace(
            run, ended=max(now(), run.started), read=done.read, added=done.added, updated=done.updated, duplicate=done.duplicate,
            quarantined=done.quarantined, warnings=tuple(done.warnings + done.unreadable), **done.more(),
        )
    ])  # fmt: skip
    log.clear()


class Batch:
    """What of a parsed batch is new. `news` says of each mark what of it the log lacks; `gone` holds the record ids of those who
    were forgotten. `owner` tells which record a new record id is of, since a batch may tell one twice; `asserted` and `claimed` are
    the places of the marks whose post or record belongs to the campaign from now on. `told_of_gone` are the records that tell of the
    forgotten beside others, such as a repost of somebody's post: these are not archived."""

    def __init__(self, parsed: Parsed, news: News, gone: set[str]):
        self.parsed = parsed
        self.owner: dict[str, int] = {}
        self.asserted: list[int] = []
        self.claimed: list[int] = []
        self.left_out = bool(gone)
        self.told_of_gone: set[int] = set()
        self.outcomes = self._outcomes(news, gone)

    def kept(self, name: str, references: dict[int, str]) -> pa.Table:
        """The new rows of one table, with where their records stand in the archive."""
        rows, numbers = self.parsed.tables[name]
        if len(self.owner) < len(self.parsed.marks):  # not all is new
            told = zip(rows["record_id"].to_pylist(), numbers, strict=True)
            mine = [self.owner.get(id) == number for id, number in told]
            rows = rows.filter(pa.array(mine, pa.bool_()))
            numbers = [number for number, kept in zip(numbers, mine, strict=True) if kept]
        place = rows.schema.get_field_index("raw_ref")
        if place < 0:
            return rows
        return rows.set_column(place, rows.schema.field(place), pa.array([references.get(n) for n in numbers], pa.string()))

    def _outcomes(self, news: News, gone: set[str]) -> Counter[str]:
        """How many records are added, updated, duplicate and quarantined, by what their marks tell that neither the log nor an earlier
        mark tells. The inner loop of every import."""
        marks = self.parsed.marks
        if not gone and self._all_new(news):
            return Counter(added=len(marks))
        numbers, ids, *key, vias = (marks[name].to_pylist() for name in marks.schema.names)
        owner = self.owner
        posts: set[tuple[Any, ...]] = set()
        belonging: set[tuple[Any, ...]] = set()
        fresh: set[int] = set()
        added: set[int] = set()
        before = None
        for place, (number, id, post, via, new_record, new_post, belongs) in enumerate(
            zip(numbers, ids, zip(*key, strict=True), vias, *news, strict=True)
        ):
            leads, before = number != before, number
            is_post = post[0] is not None
            if id in gone:
                self.told_of_gone.add(number)
                continue
            is_fresh = new_record and id not in owner
            if is_fresh:
                owner[id] = number
                fresh.add(number)
                if leads and (not is_post or (new_post and post not in posts)):
                    added.add(number)
            if is_post:
                posts.add(post)
                if belongs and (via, post) not in belonging:
                    belonging.add((via, post))
                    self.asserted.append(place)
            elif belongs and via == "claim" and id not in belonging:
                belonging.add(id)
                if not is_fresh:
                    self.claimed.append(place)
        quarantined = self.parsed.quarantined
        told = {
            "quarantined": len(quarantined), "added": len(added - quarantined), "updated": len(fresh - added - quarantined),
            "duplicate": len(set(numbers) - fresh - quarantined),
        }  # fmt: skip
        return Counter(told)

    def _all_new(self, news: News) -> bool:
        """Whether each record tells one post that nobody told before, as in most batches of a first import: then nothing is weighed
        against anything."""
        marks = self.parsed.marks
        ids = marks["record_id"].to_pylist()
        owner = dict(zip(ids, marks["number"].to_pylist(), strict=True))
        posts = marks.select(["platform", "is_comment", "post_id"])
        plain = (
            all(map(all, news)) and posts["post_id"].null_count == 0 and len(owner) == len(set(owner.values())) == len(marks)
            and len(posts.group_by(posts.schema.names).aggregate([])) == len(marks)
        )  # fmt: skip
        if plain:
            self.owner = owner
            self.asserted = list(range(len(marks)))
        return plain
