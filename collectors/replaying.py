"""The command `replay`: the archive's answers and the quarantine parsed again, after a fix, or records by a column mapping.

A record that the log holds stays as it is; what could not be read then and can be now is added, with the time it was seen, and leaves the
quarantine. Nothing is asked of any platform.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from collectors import archive, live, recordings
from collectors.batches import Batches
from collectors.drift import look
from collectors.formats import Broken, Origin, Record, formats, mapped
from collectors.importing import years_guessed
from collectors.live_archive import Kept, LiveArchive, is_live
from collectors.outcome import Imported
from collectors.parsing import parse
from collectors.platforms import Answer, Item, Page, platform_of
from collectors.run import OF_POSTS, References
from data.campaign import Campaign, find
from data.clock import now
from data.errors import WrongUsage
from data.forget import forget_quarantined
from data.home import Home
from data.known import Known
from data.log import Log
from data.model import Run, new_run_id
from data.version import VERSION

NAME = "replay"
AT_ONCE = 500  # records
TABLES = ("sighting", "hashtag_count", "trend", "hot_search", "quarantine")


@dataclass(frozen=True, kw_only=True)
class _Again:
    """What of one campaign is to be read again: places of live answers, and quarantined records of imports by format."""

    answers: frozenset[str]
    quarantined: dict[str, list[dict[str, Any]]]


_NOTHING = _Again(answers=frozenset(), quarantined={})


def replay(home: Home, run_id: str | None = None) -> Imported:
    """Parses again what all runs, or one, left in the archive: a run a campaign, told of together under the id of the first. Raises
    WrongUsage for a run that does not exist."""
    started = time.monotonic()
    done: Imported | None = None
    log = Log(home.log)
    released: set[str] = set()
    for campaign_id, again in _again(log, run_id).items():
        campaign = find(home, campaign_id)
        batches = _begun(home, log, campaign, run_id or "all runs")
        released |= _answers(home, batches, campaign, again.answers)
        released |= _imports(home, batches, campaign, again.quarantined)
        batches.close()
        done = done or Imported(run_id=batches.done.run_id)
        done.add(batches.done)
    if released:
        forget_quarantined(home, lambda ref: ref in released)
    done = done or Imported(run_id=new_run_id(now()))
    done.seconds = round(time.monotonic() - started, 3)
    return done


def _begun(home: Home, log: Log, campaign: Campaign, query: str) -> Batches:
    """A run of its own, of one campaign."""
    begun = now()
    run = Run(
        run_id=new_run_id(begun),
        source=NAME,
        campaign=campaign.id,
        query=query,
        synthetic=campaign.synthetic,
        started=begun,
        version=VERSION,
    )
    with log.held() as manifest:
        return Batches(home, log, Known(log, manifest), run, Imported(run_id=run.run_id))


def _again(log: Log, run_id: str | None) -> dict[str, _Again]:
    """What is to be read again, by campaign."""
    campaigns = {row["run_id"]: row["campaign"] for row in log.read("run", columns=["run_id", "campaign"]).to_pylist()}
    if run_id is not None and run_id not in campaigns:
        raise WrongUsage(f"--run {run_id}: there is no such run. The Health page lists them")
    answers: dict[str, set[str]] = defaultdict(set)
    quarantined: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for table in TABLES:
        for row in log.read(
            table, columns=["run_id", "raw_ref"] + (["format", "number", "file"] if table == "quarantine" else [])
        ).to_pylist():
            campaign = campaigns.get(row["run_id"])
            if not row["raw_ref"] or campaign is None or run_id not in (None, row["run_id"]):
                continue
            if is_live(row["raw_ref"]):
                answers[campaign].add(row["raw_ref"])
            elif table == "quarantine":
                quarantined[campaign][row["format"]].append(row)
    return {
        campaign: _Again(answers=frozenset(answers[campaign]), quarantined=dict(quarantined[campaign]))
        for campaign in sorted(answers.keys() | quarantined.keys())
    }


def _origin(home: Home, batches: Batches, campaign: Campaign) -> Origin:
    return Origin(
        run_id=batches.done.run_id, campaign=campaign.id, file=NAME, path=NAME, zone=campaign.zone, now=batches.run.started,
        author_key=home.author_key, author_key_of_hash=home.author_key_of_hash, warn=batches.done.warn,
    )  # fmt: skip


# Quarantined records of one file, by a column mapping -------------------------------------------------------------------


def quarantined(home: Home, campaign: Campaign, format: str, file: str) -> list[tuple[Record, str]]:
    """The quarantined records of one file that have columns, with their references: those that a column mapping may read."""
    rows = _again(Log(home.log), None).get(campaign.id, _NOTHING).quarantined.get(format, [])
    kept = _kept(home, [row for row in rows if row["file"] == file])
    return [(record, reference) for record, reference in kept if isinstance(record, Record) and isinstance(record.cells, dict)]


def mend(home: Home, campaign: Campaign, format: str, file: str, mapping: dict[str, Any], zone: ZoneInfo) -> Imported:
    """Reads the quarantined records of one file by a column mapping. Those that can be read now are added and leave the quarantine;
    the others stay in it as they are. Raises WrongUsage for a mapping that is none."""
    started = time.monotonic()
    mapped.checked(mapping)
    kept = quarantined(home, campaign, format, file)
    batches = _begun(home, Log(home.log), campaign, file)
    origin = replace(_origin(home, batches, campaign), file=file, mapping=mapping, zone=zone)
    unread = parse(mapped.__name__, [record for record, _ in kept], origin).quarantined
    released = _read_again(home, batches, mapped, [one for number, one in enumerate(kept) if number not in unread], origin)
    batches.close()
    if released:
        forget_quarantined(home, lambda ref: ref in released)
    batches.done.seconds = round(time.monotonic() - started, 3)
    return batches.done


# Answers of platforms ---------------------------------------------------------------------------------------------------


def _answers(home: Home, batches: Batches, campaign: Campaign, wanted: frozenset[str]) -> set[str]:
    """Reads live answers again; the references of those in which everything could be read."""
    kept_answers = LiveArchive(home.archive / "live")
    origin = _origin(home, batches, campaign)
    places = {ref.rpartition(".")[0]: ref for ref in wanted}
    sound: set[str] = set()
    waiting: list[tuple[Record | Broken, str]] = []
    for file in sorted({place.partition("#")[0] for place in places}):
        for kept in kept_answers.records(file):
            if kept.place in places and kept.answer is not None:
                reference = places[kept.place]
                records = list(_records(kept, origin))
                waiting += [(record, reference) for record in records]
                if not any(isinstance(record, Broken) for record in records):
                    sound.add(reference)
            if len(waiting) >= AT_ONCE:
                sound -= _take(home, batches, origin, waiting)
                waiting = []
    return sound - _take(home, batches, origin, waiting)


def _take(home: Home, batches: Batches, origin: Origin, waiting: list[tuple[Record | Broken, str]]) -> set[str]:
    """Takes records; the references of those that could not be read."""
    if not waiting:
        return set()
    records = [record for record, _ in waiting]
    references = [reference for _, reference in waiting]
    batches.archive = References(home, batches.done.run_id, records, list(references))
    parsed = parse(live.__name__, records, origin)
    batches.take([record.body for record in records], parsed)
    return {references[number] for number in parsed.quarantined}


def _records(kept: Kept, origin: Origin) -> Iterator[Record | Broken]:
    """The records of an answer as a collection would make them today."""
    answer = kept.answer
    assert answer is not None  # the caller has seen to it
    platform = platform_of(answer.address)
    if platform is None:
        return
    try:
        page: Page = platform.page(answer)
    except Exception as error:  # noqa: BLE001 - whatever the parse meets, the answer stays in quarantine with the reason
        yield Broken(number=0, reason=str(error), body=recordings.unread(answer))
        return
    broken = look([_rows(platform, item, origin) for item in page.items if item.kind in OF_POSTS], answer.seen_at or now()).broken
    if broken:
        yield Broken(number=0, reason=broken, body=recordings.unread(answer))
        return
    for item in page.items:
        if item.kind != "author":
            yield Record(number=0, cells=None, body=recordings.body_of(item, platform.NAME, answer.address))


def _rows(platform: Any, item: Item, origin: Origin) -> list[Any] | None:
    try:
        return list(platform.rows(item, format=live.NAME, sha256="", origin=origin))
    except Exception:  # noqa: BLE001 - it is counted as unreadable; `parse` says why
        return None


# Records of imported files ----------------------------------------------------------------------------------------------


def _imports(home: Home, batches: Batches, campaign: Campaign, quarantined: dict[str, list[dict[str, Any]]]) -> set[str]:
    """Reads quarantined records of imports again; the references of those that can be read now."""
    modules = {module.NAME: module for module in (*formats(), live)}  # of live ones, those whose answer is not kept
    released: set[str] = set()
    for name, rows in sorted(quarantined.items()):
        module = modules.get(name)
        if module is None or name == "mapped":
            batches.done.warn(f"{len(rows)} unreadable records of {name} want their file: import it again")
            continue
        kept = list(_kept(home, rows))
        released |= _read_again(home, batches, module, kept, _origin(home, batches, campaign))
    return released


def _kept(home: Home, rows: list[dict[str, Any]]) -> Iterator[tuple[Record | Broken, str]]:
    """Quarantined records, as far as the archive has them, with their references."""
    for row in rows:
        record = _record(home, row)
        if record is not None:
            yield record, row["raw_ref"]


def _read_again(home: Home, batches: Batches, module: ModuleType, kept: list[tuple[Record | Broken, str]], origin: Origin) -> set[str]:
    """Reads records again; the references of those that can be read now."""
    records, references = [record for record, _ in kept], [reference for _, reference in kept]
    batches.archive = References(home, batches.done.run_id, records, list(references))
    parsed = parse(module.__name__, records, origin)
    batches.take([record.body for record in records], parsed)
    if parsed.guessed:
        batches.done.warn(years_guessed(origin.file, parsed.guessed))
    return {reference for number, reference in enumerate(references) if number not in parsed.quarantined}


def _record(home: Home, row: dict[str, Any]) -> Record | Broken | None:
    """A quarantined record as its format made it: its cells are its archived body."""
    body = archive.read(home.archive / "tables", row["raw_ref"])
    if body is None:
        return None
    try:
        cells = orjson.loads(body)
    except ValueError:
        return Broken(number=row["number"], reason="it is still no record of this format", body=body)
    if isinstance(cells, dict) and set(cells) == {"address", "seen_at", "status", "body"}:
        return Broken(number=row["number"], reason=_still(cells), body=body)
    return Record(number=row["number"], cells=cells, body=body)


def _still(cells: dict[str, Any]) -> str:
    """Why a whole answer of a recording cannot be read; where it can be now, what to do."""
    platform = platform_of(cells["address"])
    answer = Answer(address=cells["address"], body=str(cells["body"]).encode(), seen_at=None, status=cells["status"])
    try:
        if platform is not None:
            platform.page(answer)
            return "it can be read now: import the recording again"
    except ValueError as error:
        return str(error)
    return "it is an answer of no platform known here"
