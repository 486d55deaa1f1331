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
from data import known
from data.campaign import Campaign
from data.clock import now
from data.compact import compact_when_many
from data.errors import Unreadable, WrongUsage
from data.forget import Forgotten
from data.home import Home
from data.known import Known
from data.log import Log, Overtaken
from data.model import TABLE_OF, Claim, HashtagCount, HotSearch, Membership, Quarantined, Run, Sighting, Trend, record_id, to_arrow
from data.version import VERSION

CLAIMED = (HashtagCount, Trend, HotSearch)
BATCH = 20_000  # records appended as one change
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
        records = module.records(source, origin)
        while some := list(islice(records, BATCH)):
            batches.take(module, some, origin)
            progress(done)
    except Unreadable as error:
        done.unreadable.append(str(error))
        return
    done.files += 1
    done.formats[module.NAME] += 1


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
    """Takes records batch by batch: archive, parse, count, append as one change."""

    def __init__(self, home: Home, log: Log, known: Known, run: Run, done: Imported):
        self.home, self.log, self.known, self.run, self.done = home, log, known, run, done
        self.archive = archive.Writer(home.archive / "tables", done.run_id)
        self.forgotten = Forgotten(home, log)
        self.nameless: set[str] = set()  # unreadable records of the forgotten
        self.log.append_rows([run])

    def take(self, module: ModuleType, records: list[Record | Broken], origin: Origin) -> None:
        """One batch of records of one file."""
        parsed = [_parsed(module, record, origin) for record in records]
        if self.forgotten:
            self._leave_out_unreadable(records, parsed)
        new = self.known.unknown(self._identities(parsed))
        kept: list[tuple[int, Any]] = []
        for number, rows in enumerate(parsed):
            outcome = self._keep(number, rows, new, kept)
            self.done.read += 1
            setattr(self.done, outcome, getattr(self.done, outcome) + 1)
        self._append(records, kept)

    def _leave_out_unreadable(self, records: list[Record | Broken], parsed: list[list[Any]]) -> None:
        """A record that cannot be read is counted, but not kept, where it tells the id of someone forgotten."""
        for number, rows in enumerate(parsed):
            if type(rows[0]) is Quarantined and self.forgotten.stands_in(told_in(records[number].body)):
                self.nameless.add(rows[0].record_id)

    def close(self) -> None:
        """Says in the log how the run ended."""
        self.known.close()
        done = self.done
        self.log.append_rows([
            replace(
                self.run, ended=max(now(), self.run.started), read=done.read, added=done.added, updated=done.updated,
                duplicate=done.duplicate, quarantined=done.quarantined, warnings=tuple(done.warnings + done.unreadable),
            )
        ])  # fmt: skip
        compact_when_many(self.log)
        self.log.clear()

    def _identities(self, parsed: list[list[Any]]) -> Iterator[str]:
        campaign = self.run.campaign or ""
        for rows in parsed:
            for row in rows:
                yield known.record(row.record_id)
                if type(row) is Sighting:
                    post = known.post(row.platform, row.is_comment, row.post_id)
                    yield post
                    yield known.member(campaign, "context" if row.context else "query", post)
                elif type(row) in CLAIMED:
                    yield known.claim(campaign, row.record_id)

    def _keep(self, number: int, rows: list[Any], new: set[str], kept: list[tuple[int, Any]]) -> str:
        """Puts the new rows of one record into `kept`; the record's outcome. Uses up `new`: what was kept is known."""
        if self.forgotten and (gone := self.forgotten.of(rows)):
            self.done.warn("records of people or posts that were forgotten were left out")
            rows = [row for row in rows if row.record_id not in gone]
            if not rows:
                return "duplicate"
        lead, added, fresh = rows[0], True, set()
        for row in rows:
            if row.record_id not in fresh and known.record(row.record_id) in new:
                fresh.add(row.record_id)
            if type(row) is Sighting:
                post = known.post(row.platform, row.is_comment, row.post_id)
                if row.record_id == lead.record_id:
                    added = post in new
                new.discard(post)
                via = "context" if row.context else "query"
                membership = known.member(self.run.campaign or "", via, post)
                if membership in new:
                    new.discard(membership)
                    kept.append((number, self._membership(row, via)))
            elif type(row) in CLAIMED and (claim := known.claim(self.run.campaign or "", row.record_id)) in new:
                new.discard(claim)
                if row.record_id not in fresh:
                    kept.append((number, Claim(campaign=self.run.campaign or "", claimed=row.record_id, run_id=row.run_id)))
        new.difference_update(map(known.record, fresh))
        kept += [(number, row) for row in rows if row.record_id in fresh]
        if type(lead) is Quarantined:
            if lead.record_id in self.nameless:
                kept[:] = [(place, row) for place, row in kept if place != number]
            return "quarantined"
        if not fresh:
            return "duplicate"
        return "added" if added and lead.record_id in fresh else "updated"

    def _membership(self, row: Sighting, via: str) -> Membership:
        return Membership(
            campaign=self.run.campaign or "", platform=row.platform, is_comment=row.is_comment, post_id=row.post_id, via=via,
            run_id=row.run_id,
        )  # fmt: skip

    def _append(self, records: list[Record | Broken], kept: list[tuple[int, Any]]) -> None:
        while kept:
            places = {number: place for place, number in enumerate(dict.fromkeys(number for number, _ in kept))}
            references = self.archive.write([records[number].body for number in places])
            by_table: dict[str, tuple[list[Any], list[str]]] = {}
            for number, row in kept:
                rows, raw_refs = by_table.setdefault(TABLE_OF[type(row)], ([], []))
                rows.append(row)
                raw_refs.append(references[places[number]])
            tables = {name: _with_reference(name, rows, raw_refs) for name, (rows, raw_refs) in by_table.items()}
            try:
                self.log.append(tables, forgotten=self.forgotten.generation)
                return
            except Overtaken:
                self.archive.discard()
                kept = self._without_forgotten(records, kept)

    def _without_forgotten(self, records: list[Record | Broken], kept: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
        """Somebody was forgotten while this import ran."""
        self.forgotten = Forgotten(self.home, self.log)
        gone = self.forgotten.of(row for _, row in kept if type(row) not in (Membership, Claim))
        posts = {(row.platform, row.is_comment, row.post_id) for _, row in kept if type(row) is Sighting and row.record_id in gone}
        unreadable = {
            number for number, row in kept if type(row) is Quarantined and self.forgotten.stands_in(told_in(records[number].body))
        }
        return [
            (number, row)
            for number, row in kept
            if number not in unreadable
            and (
                (row.platform, row.is_comment, row.post_id) not in posts
                if type(row) is Membership
                else getattr(row, "record_id", None) not in gone
            )
        ]


def _with_reference(name: str, rows: list[Any], raw_refs: list[str]) -> pa.Table:
    made = to_arrow(name, rows)
    place = made.schema.get_field_index("raw_ref")
    return made if place < 0 else made.set_column(place, made.schema.field(place), pa.array(raw_refs, pa.string()))


def _parsed(module: ModuleType, record: Record | Broken, origin: Origin) -> list[Any]:
    """The rows of a record; one Quarantined with the reason where it cannot be read."""
    if isinstance(record, Broken):
        return [_quarantined(module, record, origin, record.reason)]
    try:
        rows = list(module.parse(record, origin))
    except ValueError as error:
        return [_quarantined(module, record, origin, str(error))]
    except Exception as error:  # noqa: BLE001 - a fault of the parser: the record is kept for a replay and the rest goes on
        return [_quarantined(module, record, origin, f"the parser failed: {type(error).__name__}: {error}")]
    return rows or [_quarantined(module, record, origin, "nothing in it that is known here")]


def _quarantined(module: ModuleType, record: Record | Broken, origin: Origin, reason: str) -> Quarantined:
    sha256 = Record(number=0, cells=None, body=record.body).sha256
    return Quarantined(
        record_id=record_id(f"quarantine {module.NAME}", sha256), format=module.NAME, file=origin.file, number=record.number,
        reason=reason, run_id=origin.run_id,
    )  # fmt: skip
