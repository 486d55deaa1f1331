"""Runs of live collection: what was planned, where it stands, what it gave, what it lacks.

    live/runs/<campaign>.<source>.json

A run asks page after page; after every few its rows are in the log and its place is written down, so that a killed run goes on where it
was. A finished run leaves how far it came: the next one starts there, a little earlier, since posts turn up late.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from filelock import FileLock, Timeout

from collectors import archive, live, recordings
from collectors.batches import Batches
from collectors.client import Client, Fetched, Halted, read
from collectors.drift import look
from collectors.forgetting import stands_in
from collectors.formats import Broken, Origin, Record
from collectors.importing import refuse_mixing
from collectors.live_archive import LiveArchive
from collectors.outcome import Imported
from collectors.parsing import parse
from collectors.platforms import Answer, Item, Page, platform_of
from collectors.platforms import module as platform_module
from collectors.refusing import Stopped
from data.campaign import Campaign
from data.clock import now
from data.compact import OF_A_COLLECTION, compact_when_many
from data.errors import GroundswellError, WrongUsage
from data.files import write_durably
from data.forget import Forgotten
from data.home import Home
from data.known import Known
from data.log import Log
from data.model import Gap, Post, Run, Sighting, new_run_id
from data.version import VERSION

OVERLAP = timedelta(hours=6)  # posts that a search showed late were late by up to so much
BEFORE = timedelta(days=7)  # where neither the campaign nor the user says when it began
STALE = timedelta(days=1)  # a run that was cut off longer ago is not gone on with, but begun anew
PAGES_AT_ONCE = 8
SECONDS_AT_ONCE = 2.0
OF_POSTS = ("post", "card", "comment", "note")  # kinds of items that tell one


@dataclass(kw_only=True)
class Collected(Imported):
    """What a collection did, as `--json` prints it."""

    pages: int = 0
    requests: int = 0
    capped: bool = False
    blocked_by: str | None = None
    retry_after: str | None = None
    gaps: int = 0

    def more(self) -> dict[str, Any]:
        return {"pages": self.pages, "requests": self.requests, "capped": self.capped, "blocked_by": self.blocked_by}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the user asked for. Times are naive UTC; `pages` is the budget of pages a query."""

    campaign: Campaign
    since: datetime | None = None
    until: datetime | None = None
    pages: int | None = None
    accepted: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    every: bool = False

    def arguments(self) -> dict[str, Any]:
        return {
            "since": self.since.isoformat() if self.since else None, "until": self.until.isoformat() if self.until else None,
            "pages": self.pages, "addresses": list(self.addresses), "every": self.every,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A post as a page told it. `long_text` is the id to ask its whole text of; `pinned` posts stand out of the order of time; of
    `comments` there are said to be so many."""

    post_id: str
    is_comment: bool
    published_at: datetime | None
    pinned: bool
    long_text: str | None
    comments: int | None


@dataclass(kw_only=True)
class Plan:
    """Where a run stands. `done` are the keys of finished parts, `at` where the others are, `reached` how far finished runs came, `covers`
    from when on the finished parts are complete."""

    arguments: dict[str, Any] = field(default_factory=dict)
    begun: str = ""
    until: str = ""
    ended: bool = True
    done: list[str] = field(default_factory=list)
    at: dict[str, Any] = field(default_factory=dict)
    reached: dict[str, str] = field(default_factory=dict)
    covers: str = ""


class Collection:
    """One run of one source. Sources ask through it and tell it how far they are."""

    def __init__(self, home: Home, source: ModuleType, wanted: Wanted, client: Client, done: Collected, batches: Batches, plan: Plan):
        self.home, self.source, self.wanted, self.client, self.done = home, source, wanted, client, done
        self.batches, self.plan = batches, plan
        self.campaign, self.log = wanted.campaign, batches.log
        self.live = LiveArchive(home.archive / "live")
        self.until = datetime.fromisoformat(plan.until)
        self.waiting: list[tuple[Record | Broken, str | None]] = []
        self.pages_waiting, self.flushed = 0, time.monotonic()
        self.blocked: list[Stopped] = []
        self.held_up = False
        self.forgotten = Forgotten(home, batches.log)
        self.origin = Origin(
            run_id=done.run_id, campaign=wanted.campaign.id, file=source.NAME, path=source.NAME, zone=wanted.campaign.zone,
            now=batches.run.started, author_key=home.author_key, author_key_of_hash=home.author_key_of_hash, warn=done.warn,
        )  # fmt: skip
        self.quiet = replace(self.origin, warn=lambda message: None)
        self.rows_of: dict[int, list[Any] | None] = {}
        self.with_secret = 0  # answers
        self.unread: list[tuple[str, str]] = []

    # What sources use

    def tags(self) -> list[str]:
        """The campaign's hashtags on the source's platform."""
        return [tag for platform, tag in self.campaign.hashtags if platform == self.source.PLATFORM]

    def since(self, key: str) -> datetime:
        """From when on a query has to be asked: as told, else from where the last run came to, a little earlier."""
        return self.wanted.since or self._left_off(key)

    def _left_off(self, key: str) -> datetime:
        reached = self.plan.reached.get(key)
        if reached:
            return datetime.fromisoformat(reached) - OVERLAP
        return self.campaign.start or self.until - BEFORE

    def ask(self, address: str) -> Page | None:
        """The answer to a question; its rows are on their way to the log. None where it cannot be read, which the run tells at its
        end. Raises Stopped where the host refuses."""
        self._flush_when_due()
        kept: list[str | None] = []
        fetched = self.client.ask(address, lambda answer, headers: kept.append(self._keep(answer, headers)))
        self.done.pages += 1
        self.done.requests = self.client.requests
        return self._take(fetched, kept[-1] if kept else None)

    def record(self, answer: Answer, headers: list[tuple[str, str]]) -> Page | None:
        """Takes an answer that the user's own browser got, as `ask` does."""
        self._flush_when_due()
        platform = platform_of(answer.address)
        assert platform is not None  # the caller has looked
        reference = self._keep(answer, headers) if answer.body else None
        fetched = read(platform, answer, headers, None)
        self.done.pages += 1
        return self._take(fetched, reference)

    def lost(self, address: str, reason: str) -> None:
        """Quarantines an answer that the user's own browser got and whose content it has no more."""
        self._flush_when_due()
        self.pages_waiting += 1
        self._tell_unreadable(reason)
        self.waiting.append((recordings.unsaved(address, now(), reason), None))

    def seen(self, page: Page) -> list[Seen]:
        """The posts and comments of the page asked for last, without those that stand within others."""
        platform = platform_module(self.source.PLATFORM)
        found = []
        for number, rows in self.rows_of.items():
            item = page.items[number]
            post = next((row for row in rows or () if isinstance(row, Post)), None)
            if post is not None and not self._is_forgotten(post):
                pinned = hasattr(platform, "is_pinned") and platform.is_pinned(item)
                needed = platform.long_text_needed(item) if hasattr(platform, "long_text_needed") else None
                comments = next((row.comments for row in rows or () if isinstance(row, Sighting)), None)
                seen = Seen(
                    post_id=post.post_id, is_comment=post.is_comment, published_at=post.published_at, pinned=pinned, long_text=needed,
                    comments=comments,
                )  # fmt: skip
                found.append(seen)
        return found

    def finished(self, key: str) -> bool:
        return key in self.plan.done

    def finish(self, key: str) -> None:
        """A part is done: a resumed run does not ask it again."""
        self.plan.done.append(key)
        self.plan.at.pop(key, None)

    def stand(self, key: str, place: Any) -> None:
        """Where a part stands, for a run that goes on."""
        self.plan.at[key] = place

    def place(self, key: str) -> Any:
        return self.plan.at.get(key)

    def leave(self, key: str) -> None:
        """A part is begun anew by a run that goes on."""
        self.plan.at.pop(key, None)

    def reach(self, key: str, until: datetime) -> None:
        """How far a query is complete; the next run starts there. A run that was told to begin later has left a part unread, and one
        that was told to end earlier takes nothing back: then the next starts where it would have."""
        reached = self.plan.reached.get(key)
        if self.since(key) <= self._left_off(key) and (reached is None or until > datetime.fromisoformat(reached)):
            self.plan.reached[key] = until.isoformat()

    def cover(self, since: datetime) -> None:
        """A query is read from then on, but for the gaps that are told; of several the latest holds."""
        self.plan.covers = max(self.plan.covers, since.isoformat())

    def gap(
        self, query: str, starts_at: datetime, ends_at: datetime, reason: str, reported: int | None = None, collected: int | None = None
    ) -> None:
        """Says that something is missing."""
        self.done.gaps += 1
        gap = Gap(
            campaign=self.campaign.id, platform=self.source.PLATFORM, query=query, starts_at=starts_at, ends_at=ends_at, reason=reason,
            reported=reported, collected=collected, run_id=self.done.run_id,
        )  # fmt: skip
        self.log.append_rows([gap])

    @contextmanager
    def each_told(self, parts: Mapping[str, str]) -> Iterator[None]:
        """Where a host refuses, every part that is not finished is left unread: the key of a part, and what it asks."""
        try:
            yield
        except Stopped:
            for key, query in parts.items():
                if not self.finished(key):
                    self.leave_unread(query, "blocked")
            raise

    def leave_unread(self, query: str, reason: str) -> None:
        """Something was not read that may be another by the next run."""
        self.unread.append((query, reason))

    def tell_unread(self) -> None:
        """Says what was left unread. A run that read nothing of what only the moment tells is missing itself, which `watch` says."""
        if self.done.added or self.done.updated or self.done.duplicate or not getattr(self.source, "OF_THE_MOMENT", False):
            for query, reason in self.unread:
                self.gap(query, self.until, self.until, reason)

    def warn(self, message: str) -> None:
        self.done.warn(message)

    def stopped(self, stopped: Stopped, *, holds_up: bool = True) -> None:
        """A host refuses; the source may go on with another. What `holds_up` the run is to be had nowhere else: the run is not done, and
        goes on when that host answers."""
        self.blocked.append(stopped)
        first = self.blocked[0]
        self.done.blocked_by = f"{first.host}: {first.says}"
        if holds_up:
            self.held_up = True
            self.done.retry_after = max(self.done.retry_after or "", stopped.retry_after)
        self.warn(str(stopped))

    def tell_secrets(self) -> None:
        """Says of how many answers the original is not kept because a session's secret stands in it."""
        if self.with_secret:
            self.warn(
                f"{self.source.NAME}: answers in which a session's secret stood: {self.with_secret}; what was read of them is kept without "
                "it, and not the answers themselves"
            )

    def flush(self) -> None:
        """Brings what came to the log, then writes down where the run stands."""
        records = [record for record, _ in self.waiting]
        references = [reference for _, reference in self.waiting]
        if records:
            self.batches.archive = References(self.home, self.done.run_id, records, references)
            bodies = [record.body for record in records]
            self.batches.take(bodies, parse(live.__name__, records, self.origin))
        self.waiting, self.pages_waiting, self.flushed = [], 0, time.monotonic()
        write_plan(self.home, self.campaign.id, self.source.NAME, self.plan)
        compact_when_many(self.log, self.batches.begun, OF_A_COLLECTION)  # a watch that publishes nothing goes on for weeks

    def _flush_when_due(self) -> None:
        if self.pages_waiting >= PAGES_AT_ONCE or time.monotonic() - self.flushed > SECONDS_AT_ONCE:
            self.flush()

    def _keep(self, answer: Answer, headers: list[tuple[str, str]]) -> str | None:
        """Archives an answer, unless a session's secret or somebody forgotten stands in it: of such a one only items are kept, without
        the secret, and those of others."""
        self._forget_too()
        if stands_in(self.forgotten, answer):
            return None
        if self.client.cookies.told_in(answer.body):
            self.with_secret += 1
            return None
        reference = self.live.keep(self.source.NAME, answer, headers)
        if self._forget_too() and stands_in(self.forgotten, answer):  # `forget` has looked into the archive before this came to it
            self.live.redact(reference.partition("#")[0], lambda kept: kept.place == reference.rpartition(".")[0], "forgotten")
            return None
        return reference

    def _forget_too(self) -> bool:
        """Learns who was forgotten while this runs; whether anybody was."""
        if self.log.manifest().forgotten == self.forgotten.generation:
            return False
        self.forgotten = Forgotten(self.home, self.log)
        return True

    def _take(self, fetched: Fetched, reference: str | None) -> Page | None:
        answer, page = fetched.answer, fetched.page
        platform = platform_of(answer.address)
        assert platform is not None  # the client has asked it
        self.pages_waiting += 1
        self.rows_of = {}
        reason = fetched.unreadable or "it cannot be read"
        if page is not None:
            self.rows_of = {number: self._rows(platform, item) for number, item in enumerate(page.items) if item.kind in OF_POSTS}
            drift = look(list(self.rows_of.values()), answer.seen_at or now())
            for message in drift.warnings:
                self.warn(f"{self.source.NAME}: {message}")
            reason = drift.broken or reason
            page = None if drift.broken else page
        if page is None:
            self._tell_unreadable(reason)
            if reference is None and stands_in(self.forgotten, answer):
                return None
            plain = replace(answer, body=self.client.cookies.without(answer.body))
            self.waiting.append((Broken(number=0, reason=reason, body=recordings.unread(plain)), reference))
            return None
        for item in page.items:
            if item.kind != "author":
                body = self.client.cookies.without(recordings.body_of(item, platform.NAME, answer.address))
                self.waiting.append((Record(number=0, cells=None, body=body), reference))
        return page

    def _tell_unreadable(self, reason: str) -> None:
        """What a source asked for and cannot read is a failure; of what a user reads, some is no answer of its kind."""
        message = f"{self.source.NAME}: {reason}"
        if hasattr(self.source, "VIEWER"):
            self.warn(message)
        elif message not in self.done.unreadable:
            self.done.unreadable.append(message)

    def _is_forgotten(self, post: Post) -> bool:
        """Nothing more is asked about what was forgotten: an answer such as a long text would not tell whose it is."""
        subject = self.home.post_subject(post.platform, post.is_comment, post.post_id)
        return post.author_key in self.forgotten.authors or subject in self.forgotten.posts

    def _rows(self, platform: ModuleType, item: Item) -> list[Any] | None:
        """The rows of one item; None where it cannot be read: it goes to quarantine with the reason when it is taken."""
        try:
            return list(platform.rows(item, format=live.NAME, sha256="", origin=self.quiet))
        except Exception:  # noqa: BLE001 - whatever it is, `parse` meets it again and says it
            return None


class References:
    """Where the answers of records stand. Records whose answer is not kept go to the table side, each by itself."""

    def __init__(self, home: Home, run_id: str, records: list[Record | Broken], references: list[str | None]):
        self.known = {record.body: reference for record, reference in zip(records, references, strict=True)}
        self.tables = archive.Writer(home.archive / "tables", f"{run_id}-{time.time_ns()}")

    def write(self, bodies: list[bytes]) -> list[str]:
        written = iter(self.tables.write([body for body in bodies if self.known.get(body) is None]))
        return [self.known.get(body) or next(written) for body in bodies]

    def discard(self) -> None:
        self.tables.discard()


def collect(home: Home, source: ModuleType, wanted: Wanted, go_on: Callable[[], bool] = lambda: True) -> Collected:
    """Runs one source for a campaign, from where it was cut off or from where the last run came to."""
    started, begun = time.monotonic(), now()
    done = Collected(run_id=new_run_id(begun))
    log = Log(home.log)
    refuse_mixing(log, wanted.campaign)
    with only_one(home, wanted.campaign.id, source.NAME):
        client = Client(home, run_id=done.run_id, accepted=wanted.accepted, go_on=go_on)
        hosts = source.hosts(client, wanted)
        run = Run(
            run_id=done.run_id, source=source.NAME, campaign=wanted.campaign.id, query=source.query(wanted),
            viewer=getattr(source, "VIEWER", None) or _viewer(client, hosts), synthetic=wanted.campaign.synthetic, started=begun,
            version=VERSION,
        )  # fmt: skip
        try:
            _permit(client, hosts)
            plan = _plan(home, source, wanted)
            with log.held() as manifest:
                batches = Batches(home, log, Known(log, manifest), run, done)
            collection = Collection(home, source, wanted, client, done, batches, plan)
            _run(collection)
        finally:
            client.close()
            done.requests = client.requests
    done.formats[live.NAME] += done.pages
    done.seconds = round(time.monotonic() - started, 3)
    return done


def _permit(client: Client, hosts: tuple[str, ...]) -> None:
    """Sees to the consent to each host before a run begins. A host whose robots file is refused says so to the source again, which may go
    on with another, and tells what it leaves unread."""
    for host in hosts:
        with suppress(Stopped):
            client.permitted([host])


def _viewer(client: Client, hosts: tuple[str, ...]) -> str:
    return "own cookies" if any(map(client.cookies.is_own, hosts)) else "no login"


def _run(run: Collection) -> None:
    """The source's work; whatever ends it, what came is in the log and the run's row says how it ended."""
    ended = False
    try:
        try:
            run.source.collect(run)
            ended = not run.held_up
        except Stopped as stopped:
            run.stopped(stopped)
        except Halted:
            raise
        except Exception as error:
            run.warn(f"{run.source.NAME}: {error if isinstance(error, GroundswellError) else repr(error)}")
            raise
    finally:
        run.done.requests = run.client.requests  # those too that ended in a refusal
        run.tell_secrets()
        if ended:
            if run.plan.covers:
                covers_from = datetime.fromisoformat(run.plan.covers)
                run.batches.run = replace(run.batches.run, covers_from=covers_from, covers_to=run.until)
            run.plan.ended, run.plan.done, run.plan.at = True, [], {}
        try:
            run.flush()
            run.tell_unread()
        finally:
            run.batches.close()


def _plan(home: Home, source: ModuleType, wanted: Wanted) -> Plan:
    """The plan of a run that was cut off and was asked for in the same words, else a new one. What tells the moment begins anew: what a run
    saw hours ago is none of this one's."""
    plan = read_plan(home, wanted.campaign.id, source.NAME)
    goes_on = not plan.ended and not getattr(source, "OF_THE_MOMENT", False)
    if goes_on and plan.arguments == wanted.arguments() and abs(now() - datetime.fromisoformat(plan.begun)) < STALE:
        return plan
    begun = now()
    plan = Plan(
        arguments=wanted.arguments(), begun=begun.isoformat(), until=(wanted.until or begun).isoformat(), ended=False, reached=plan.reached
    )  # fmt: skip
    write_plan(home, wanted.campaign.id, source.NAME, plan)
    return plan


def read_plan(home: Home, campaign: str, source: str) -> Plan:
    """Where a run stands; an empty plan where nothing is known."""
    try:
        return Plan(**json.loads(_plan_file(home, campaign, source).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return Plan()


def write_plan(home: Home, campaign: str, source: str, plan: Plan) -> None:
    path = _plan_file(home, campaign, source)
    unfinished = path.with_suffix(".part")
    write_durably(unfinished, json.dumps(vars(plan)).encode())
    unfinished.replace(path)


def _plan_file(home: Home, campaign: str, source: str) -> Path:
    return home.path / "live" / "runs" / f"{campaign}.{source}.json"


@contextmanager
def only_one(home: Home, campaign: str, source: str) -> Iterator[None]:
    """Nobody else runs this source for this campaign meanwhile. Raises WrongUsage where somebody does."""
    folder = home.path / "live" / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / f"{campaign}.{source}.lock", timeout=0):
            yield
    except Timeout:
        raise WrongUsage(f"{source} of {campaign} is running already. Wait for its end, or stop it") from None
