"""Parsed batches of records, one after the other: what of each is new goes into the archive and, as one change, into the log."""

from collections import Counter
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, Protocol

import pyarrow as pa

from collectors import archive
from collectors.forgetting import told_in
from collectors.outcome import Imported
from collectors.parsing import Parsed
from data.clock import now
from data.forget import Forgotten
from data.home import Home
from data.known import Known, News
from data.log import Log, Overtaken
from data.model import Run, filled


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
