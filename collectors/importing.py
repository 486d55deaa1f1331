"""Imports files of other tools: find them, tell their format, archive and parse their records, append what is new.

A record is counted once, by its leading row: added (its key is new to the log), updated (a known key with a new sighting, text,
author state or edge), duplicate (no new row), quarantined (unreadable).
"""

import gc
import secrets
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from collectors import archive, table
from collectors.forgetting import told_in
from collectors.formats import Broken, Origin, Record, Sample, Source, formats
from collectors.parsing import LARGE, Mark, Parsed, in_order, workers
from data import known
from data.campaign import Campaign
from data.clock import now
from data.compact import compact_when_many
from data.errors import Unreadable, WrongUsage
from data.forget import Forgotten
from data.home import Home
from data.known import Known
from data.log import Log, Overtaken
from data.model import TABLE_OF, Claim, Membership, Run, to_arrow
from data.version import VERSION

BATCH = 10_000  # records appended as one change
HEAD = 256 * 1024


@dataclass(kw_only=True)
class Imported:
    """What an import did, as `--json` prints it. The four outcomes add up to `read`."""

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
    seconds: float = 0.0

    def warn(self, message: str) -> None:
        if message not in self.warnings:
            self.warnings.append(message)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the user asked for. `choose` is asked for the column mapping of an unknown table: it gets the guess and returns
    the mapping to use, or raises Unreadable."""

    campaign: Campaign
    format: str | None = None
    platform: str | None = None
    zone: ZoneInfo
    mapping: dict[str, Any] | None = None
    choose: Callable[[str, dict[str, Any] | None], dict[str, Any]]


def import_files(home: Home, paths: Iterable[Path], wanted: Wanted, progress: Callable[[Imported], None]) -> Imported:
    """Imports files, folders and zip archives into the log; what is not an export is named and costs nothing else."""
    started = time.monotonic()
    begun = now()
    done = Imported(run_id=f"{begun:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}")
    log = Log(home.log)
    paths = list(paths)
    run = Run(
        run_id=done.run_id, source="import", campaign=wanted.campaign.id, query=", ".join(path.name for path in paths),
        synthetic=wanted.campaign.synthetic, started=begun, version=VERSION,
    )  # fmt: skip
    refuse_mixing(log, wanted.campaign)
    with log.held() as manifest, no_garbage():
        batches = Batches(home, log, Known(log, manifest), run, done)
        for source in sources(paths, done):
            _import_file(source, wanted, batches, progress)
        for what, files in done.left_out.items():
            done.warn(f"not imported: {files} {'file' if files == 1 else 'files'}, {what}")
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
    """The files behind paths: folders are walked, zip archives opened."""
    for path in paths:
        if not path.exists():
            done.unreadable.append(f"{path}: there is no such file or folder. Check how it is written")
        elif path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if p.is_file() and not p.name.startswith(".")]
            if not inside:
                done.unreadable.append(f"{path}: the folder is empty. Give the folder that holds the exported files")
            for file in inside:
                yield from _opened(file, file.relative_to(path.parent).as_posix(), done)
        else:
            yield from _opened(path, path.absolute().as_posix(), done)


def _opened(path: Path, shown: str, done: Imported) -> Iterator[Source]:
    if path.suffix.lower() != ".zip":
        yield Source(name=path.name, path=shown, size=path.stat().st_size, open=partial(path.open, "rb"))
        return
    try:
        bundle = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        done.unreadable.append(f"{path.name}: not a zip archive, or cut off: get it again")
        return
    with bundle:
        for member in bundle.infolist():
            name = member.filename.rsplit("/", 1)[-1]
            if not member.is_dir() and not name.startswith(".") and "__MACOSX" not in member.filename:
                opened = partial(bundle.open, member)
                yield Source(name=name, path=f"{shown}/{member.filename}", size=member.file_size, open=opened)


def _import_file(source: Source, wanted: Wanted, batches: "Batches", progress: Callable[[Imported], None]) -> None:
    done = batches.done
    try:
        sample = _sample(source)
        module = _format(sample, wanted)
        left_out = getattr(module, "not_imported", lambda sample: None)(sample)
        if left_out:
            done.left_out[left_out] += 1
            return
        origin = Origin(
            run_id=done.run_id, campaign=wanted.campaign.id, file=source.name, path=source.path, zone=wanted.zone,
            now=batches.run.started, author_key=batches.home.author_key, platform=wanted.platform, mapping=wanted.mapping,
            warn=done.warn,
        )  # fmt: skip
        if module.NAME == "mapped" and wanted.mapping is None:
            origin = replace(origin, mapping=wanted.choose(source.name, module.guess(*table.preview(source, origin), wanted.platform)))
        with workers(source.size > LARGE) as pool:
            for bodies, parsed in in_order(module.__name__, _batches(module.records(source, origin)), origin, pool):
                batches.take(bodies, parsed)
                progress(done)
    except Unreadable as error:
        done.unreadable.append(str(error))
        return
    done.files += 1
    done.formats[module.NAME] += 1


def _batches(records: Iterator[Record | Broken]) -> Iterator[list[Record | Broken]]:
    while some := list(islice(records, BATCH)):
        yield some


def _sample(source: Source) -> Sample:
    with source.open() as file:
        head = file.read(HEAD)
    if not head.strip():
        raise Unreadable(f"{source.name}: the file is empty. Export it again with the tool it came from, or leave it out")
    return Sample(name=source.name, path=source.path, head=head, header=table.header(head))


def _format(sample: Sample, wanted: Wanted) -> ModuleType:
    known_formats = formats()
    if wanted.format:
        for module in known_formats:
            if wanted.format == module.NAME:
                return module
        raise WrongUsage(f"--format {wanted.format}: known are {', '.join(m.NAME for m in known_formats)}")
    if wanted.mapping is not None:
        return next(module for module in known_formats if module.NAME == "mapped")
    for module in known_formats:
        if module.recognises(sample):
            return module
    raise Unreadable(
        f"{sample.name}: not an export of a tool known here and not a table (CSV, Excel, JSONL, Parquet). "
        f"Name its format with --format ({', '.join(m.NAME for m in known_formats)})"
    )


class Batches:
    """Takes parsed batches one after the other: counts outcomes, archives, appends each as one change."""

    def __init__(self, home: Home, log: Log, known: Known, run: Run, done: Imported):
        self.home, self.log, self.known, self.run, self.done = home, log, known, run, done
        self.campaign = run.campaign or ""
        self.archive = archive.Writer(home.archive / "tables", done.run_id)
        self.forgotten = Forgotten(home, log)
        self.log.append_rows([run])

    def take(self, bodies: list[bytes], parsed: Parsed) -> None:
        """One batch of records of one file. Done again without them where somebody was forgotten meanwhile."""
        new = self.known.unknown(self._identities(parsed))
        for message in parsed.warnings:
            self.done.warn(message)
        while True:
            batch = Batch(self.campaign, self.done.run_id, parsed, set(new), self._gone(bodies, parsed))
            try:
                self._append(bodies, batch)
                break
            except Overtaken:
                self.archive.discard()
                self.forgotten = Forgotten(self.home, self.log)
        if batch.left_out:
            self.done.warn("records of people or posts that were forgotten were left out")
        self.done.read += len(bodies)
        for outcome, number in batch.outcomes.items():
            setattr(self.done, outcome, getattr(self.done, outcome) + number)

    def close(self) -> None:
        """Says in the log how the run ended."""
        self.known.close()
        pa.default_memory_pool().release_unused()
        done = self.done
        self.log.append_rows([
            replace(
                self.run, ended=max(now(), self.run.started), read=done.read, added=done.added, updated=done.updated,
                duplicate=done.duplicate, quarantined=done.quarantined, warnings=tuple(done.warnings + done.unreadable),
            )
        ])  # fmt: skip
        compact_when_many(self.log)
        self.log.clear()

    def _identities(self, parsed: Parsed) -> Iterator[str]:
        for marks in parsed.marks:
            for mark in marks:
                yield known.record(mark.record_id)
                if mark.key:
                    post = known.post(*mark.key)
                    yield post
                    yield known.member(self.campaign, mark.via or "query", post)
                elif mark.via == "claim":
                    yield known.claim(self.campaign, mark.record_id)

    def _gone(self, bodies: list[bytes], parsed: Parsed) -> set[str]:
        """The record ids of those who were forgotten: their posts, and unreadable records that tell their id."""
        if not self.forgotten:
            return set()
        gone = self.forgotten.of(table for table, _ in parsed.tables.values())
        for number in parsed.quarantined:
            if self.forgotten.stands_in(told_in(bodies[number])):
                gone.add(parsed.marks[number][0].record_id)
        return gone

    def _append(self, bodies: list[bytes], batch: "Batch") -> None:
        if not (batch.owner or batch.asserted):
            return
        numbers = sorted({*batch.owner.values()})
        references = dict(zip(numbers, self.archive.write([bodies[number] for number in numbers]), strict=True))
        tables = {name: batch.kept(name, references) for name in batch.parsed.tables}
        for name in ("membership", "claim"):
            tables[name] = to_arrow(name, [row for row in batch.asserted if TABLE_OF[type(row)] == name])
        self.log.append(tables, forgotten=self.forgotten.generation)


class Batch:
    """What of a parsed batch is new. `new` holds the identities that the log lacks and is used up; `gone` the record ids of
    those who were forgotten. `owner` tells which record a new record id is of, since a batch may tell one twice."""

    def __init__(self, campaign: str, run_id: str, parsed: Parsed, new: set[str], gone: set[str]):
        self.campaign, self.run_id, self.parsed, self.new, self.gone = campaign, run_id, parsed, new, gone
        self.owner: dict[str, int] = {}
        self.asserted: list[Membership | Claim] = []
        self.outcomes: Counter[str] = Counter()
        self.left_out = bool(gone)
        for number, marks in enumerate(parsed.marks):
            self.outcomes[self._outcome(number, marks)] += 1

    def kept(self, name: str, references: dict[int, str]) -> pa.Table:
        """The new rows of one table, with where their records stand in the archive."""
        rows, numbers = self.parsed.tables[name]
        owner = self.owner
        mine = [owner.get(id) == number for id, number in zip(rows["record_id"].to_pylist(), numbers, strict=True)]
        if not all(mine):
            rows = rows.filter(pa.array(mine))
            numbers = [number for number, kept in zip(numbers, mine, strict=True) if kept]
        place = rows.schema.get_field_index("raw_ref")
        if place < 0:
            return rows
        return rows.set_column(place, rows.schema.field(place), pa.array([references[n] for n in numbers], pa.string()))

    def _outcome(self, number: int, marks: list[Mark]) -> str:
        lead = marks[0]
        added = lead.key is None or known.post(*lead.key) in self.new
        fresh = [mark.record_id for mark in marks if self._takes(number, mark)]
        if number in self.parsed.quarantined:
            return "quarantined"
        if not fresh:
            return "duplicate"
        return "added" if added and lead.record_id in fresh else "updated"

    def _takes(self, number: int, mark: Mark) -> bool:
        """Whether the record id is new; asserts what it belongs to."""
        if mark.record_id in self.gone:
            return False
        identity = known.record(mark.record_id)
        fresh = identity in self.new
        if fresh:
            self.new.discard(identity)
            self.owner[mark.record_id] = number
        if mark.key:
            post = known.post(*mark.key)
            self.new.discard(post)
            via = mark.via or "query"
            if self._first(known.member(self.campaign, via, post)):
                platform, is_comment, post_id = mark.key
                self.asserted.append(
                    Membership(
                        campaign=self.campaign, platform=platform, is_comment=is_comment, post_id=post_id, via=via, run_id=self.run_id
                    )
                )  # fmt: skip
        elif mark.via == "claim" and self._first(known.claim(self.campaign, mark.record_id)) and not fresh:
            self.asserted.append(Claim(campaign=self.campaign, claimed=mark.record_id, run_id=self.run_id))
        return fresh

    def _first(self, identity: str) -> bool:
        there = identity in self.new
        self.new.discard(identity)
        return there
