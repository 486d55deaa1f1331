"""Forgetting a person or a post everywhere: log, quarantine, archive, the places of runs, the recorded browser's own memory."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import orjson
from filelock import FileLock, Timeout

from collectors import archive
from collectors.formats import formats
from collectors.live_archive import Kept, LiveArchive
from collectors.platforms import Answer
from collectors.platforms.weibo_ids import id_of_short_id, short_id_of_id, time_of_id
from data.errors import WrongUsage
from data.files import write_durably
from data.forget import SHORTEST, Forgotten, Taken, Unplaced, accounts, elsewhere, forget_quarantined, references, unplaced
from data.forget import forget as forget_in_log
from data.home import Home
from data.log import Log
from data.model import record_id

ID = re.compile(r"(?<![0-9a-zA-Z])(?:\d{8,20}|[0-9a-f]{24})(?![0-9a-zA-Z])")
RUN = re.compile(r"[0-9A-Za-z_-]+")
BETWEEN_CELLS = re.compile(r"""[,;|\t\r\n"']+""")
QUOTED = re.compile(r'"([^"]*)"')
SHORT_ID = re.compile(r"(?<![0-9a-zA-Z])[0-9a-zA-Z]{9}(?![0-9a-zA-Z])")
WORD = re.compile(rb"[0-9a-zA-Z]+|[\x80-\xff]+")
FEW = 20  # words that are sought one by one sooner than all those of a record are told apart


@dataclass(frozen=True, kw_only=True)
class Forgot:
    """What was `taken` out of the log, how many records of the archive were destroyed (`erased`), and the damaged files of the archive that
    could not be searched."""

    taken: Taken
    erased: int
    unsearched: tuple[str, ...]


def forget(home: Home, *, author: str | None = None, post: str | None = None) -> Forgot:
    """Takes a person or a post out of log and archive. Records of the archive are destroyed with their salt: theirs, those of
    unreadable records that tell their id, what nothing refers to, and those of others and the answers of platforms in which they stand,
    such as a repost of theirs, with whoever else stands there. Raises WrongUsage while the browser is open that `collect browser`
    records, for an id of several accounts and for none."""
    if not (author or post or "").rpartition(":")[2].strip():
        raise WrongUsage("There is no id in that, and nothing was forgotten: write --author ID or --post ID. A variable may be empty")
    log = Log(home.log)
    if author:
        with log.held() as manifest:
            accounts(home, log, manifest, author)  # one that is not clear is refused while all is there
    _forget_browser(home)
    taken = forget_in_log(home, author=author, post=post)
    ids = {*taken.ids, *((post.rpartition(":")[2],) if post else ())}
    _forget_places(home, ids)
    forgotten = Forgotten(home, log)
    damaged = _forget_quarantined(home, forgotten)
    tables, live = sorted((home.archive / "tables").glob("*.frames")), LiveArchive(home.archive / "live")
    # What a running import has archived and not appended yet is refused from here on: it archives it anew, in a file that is not among
    # these. So what nothing refers to now, nothing will refer to.
    log.replace((), {}, forgotten=True)
    kept, others = references(log), unplaced(log)
    tells_them, of_others = telling(ids), cache(partial(elsewhere, log, taken.platforms))

    def goes(place: str, body: bytes) -> bool:
        if place in taken.places or place not in kept:
            return place in taken.places or not _is_of(others, body)
        return tells_them(body) and place not in of_others()

    def tells(record: Kept) -> bool:
        return record.place in taken.places or stands_in(forgotten, record.answer)

    files = [(path.name, partial(archive.erase, path, goes)) for path in tables]
    files += [(file, partial(live.redact, file, tells, "forgotten")) for file in live.files()]
    erased, unsearched = _erase(files)
    return Forgot(taken=taken, erased=erased, unsearched=tuple(sorted(damaged | unsearched)))


def _forget_quarantined(home: Home, forgotten: Forgotten) -> set[str]:
    """Takes unreadable records that tell of the forgotten out of the log; the damaged files in which that cannot be seen."""
    damaged: set[str] = set()

    def tells(ref: str) -> bool:
        try:
            return forgotten.stands_in(told_in(archive.read(home.archive / "tables", ref)))
        except KeyError:
            return False  # it is not there any more
        except ValueError:
            damaged.add(ref.partition("#")[0])
            return False

    forget_quarantined(home, tells)
    return damaged


def _erase(files: Iterable[tuple[str, Callable[[], int]]]) -> tuple[int, set[str]]:
    """Erases in one file after the other; how many records, and the files that are damaged. One of these holds up no other."""
    erased = 0
    damaged: set[str] = set()
    for name, erase in files:
        try:
            erased += erase()
        except FileNotFoundError:
            continue  # a running import has taken it back
        except ValueError:
            damaged.add(name)
    return erased, damaged


def _forget_browser(home: Home) -> None:
    """The browser's profile: what it has seen stands in its caches and its history. Whoever uses it logs in again."""
    try:
        for lock in (home.path / "live" / "runs").glob("*.browser.lock"):
            with FileLock(lock, timeout=0):
                pass
    except Timeout:
        raise WrongUsage("A browser is being recorded, and would remember: close its window, then run the same command again") from None
    profile = home.path / "live" / "browser"
    if profile.exists():
        shutil.rmtree(profile)


def _forget_places(home: Home, ids: Collection[str]) -> None:
    """Where runs stand: one that was cut off begins anew, and addresses and queries of what is forgotten are dropped."""
    for path in (home.path / "live" / "runs").glob("*.json"):
        try:
            plan = json.loads(path.read_text())
            reached = {key: until for key, until in plan["reached"].items() if not any(id in key for id in ids)}
        except (ValueError, KeyError, TypeError, AttributeError):
            path.unlink()  # as good as none
            continue
        unfinished = path.with_suffix(".part")
        write_durably(unfinished, json.dumps({"reached": reached}).encode())
        unfinished.replace(path)


def stands_in(forgotten: Forgotten, answer: Answer | None) -> bool:
    """Whether an answer, or what was asked for, tells the id of somebody or something forgotten. A post's short id counts as its id."""
    if not forgotten or answer is None:
        return False
    text = f"{answer.address}\n{answer.body.decode('utf-8', 'replace')}"
    short = {mid for found in set(SHORT_ID.findall(text)) if (mid := id_of_short_id(found))}
    return forgotten.stands_in(sorted(set(ID.findall(text)) | short))


def telling(ids: Collection[str]) -> Callable[[bytes], bool]:
    """Whether an archived record tells one of these ids, anywhere among its values. A post's short id counts as its id; an id of a few
    characters might be anything."""
    sought = {id for id in ids if len(id) >= SHORTEST}
    sought |= {short_id_of_id(id) for id in sought if time_of_id(id)}
    words = {max(WORD.findall(id.encode()), key=len, default=id.encode()) for id in sought}

    def tells(body: bytes) -> bool:
        # Most records tell none of them: this is seen before they are read.
        near = any(word in body for word in words) if len(words) <= FEW else not words.isdisjoint(WORD.findall(body))
        return near and not sought.isdisjoint([*told_in(body), *SHORT_ID.findall(body.decode(errors="replace"))])

    return tells


def _is_of(others: Unplaced, body: bytes) -> bool:
    """Whether the log holds the account or the quoted figure that a record tells: its id is made of the record's own bytes."""
    if not others.records:
        return False
    sha256 = hashlib.sha256(body).hexdigest()
    accounts = [(platform, value) for value in told_in(body) for platform in others.accounts.get(value, ())]
    keys = [*accounts, *((campaign,) for campaign in others.campaigns)]
    return any(record_id(module.NAME, sha256, *key) in others.records for module in formats() for key in keys)


def _values(told: Any) -> Iterator[str]:
    if isinstance(told, dict | list):
        for value in told.values() if isinstance(told, dict) else told:
            yield from _values(value)
    elif isinstance(told, str | int):
        yield str(told).strip()


def told_in(body: bytes | None) -> list[str]:
    """The values of an archived record, and the ids within them; where it is no JSON, as a torn row or a line that was cut off, all in it
    that may be an id or a cell."""
    try:
        values = set(_values(orjson.loads(body or b"null")))
        return sorted(values.union(*(ID.findall(value) for value in values)))
    except ValueError:
        text = (body or b"").decode(errors="replace")
        cells = {cell.strip() for cell in (*BETWEEN_CELLS.split(text), *QUOTED.findall(text))}
        return sorted({*RUN.findall(text), *text.split(), *cells} - {""})
