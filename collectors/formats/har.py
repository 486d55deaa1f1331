"""HAR files: what a browser's network panel saves ("Save all as HAR with content"), in Firefox, Chromium and Safari.

A file is one JSON object whose `log.entries` are the answers; it is read an entry at a time, whatever its size. What a record is, what is
kept and what is left out: see `collectors.recordings`. The time of a sighting is when the browser asked (`startedDateTime`).

A browser that was not recording from the start, or that ran out of room, saves entries without content: each is quarantined with a word
on what to do. A damaged entry costs itself: the next one is found again by how entries begin.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import IO, Any

from collectors import recordings
from collectors.cells import canonical
from collectors.formats import Broken, Origin, Record, Sample, Source
from collectors.platforms import Answer, at, json_of
from collectors.recordings import LONGEST_ANSWER, LeftOut, seen, status_of, unsaved, wanted
from data.errors import Unreadable

NAME = "har"
PRIORITY = 60
BATCH_BYTES = recordings.BATCH_BYTES
CARRIES = replace(recordings.CARRIES, tool="Firefox, Chromium, Safari", files=("HAR",))

CHUNK = 1 << 20
LONGEST_ENTRY = 32 * 2**20
SHOWN = 1 << 16  # bytes of a damaged entry that are kept
BEGINNING = re.compile(rb'\s*\{\s*"log"\s*:\s*\{')
HOSTS = (b"weibo.c", b"xiaohongshu.com", b"rednote.com")
METHODS = frozenset(("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "CONNECT", "TRACE"))
STRUCTURE = re.compile(rb'["{}\[\]]')
STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)  # a string's inside, as far as it goes
SEPARATOR = re.compile(rb"[\s,]*")
# How an entry begins. Within a text quotes are escaped, so that this stands nowhere else.
ENTRY = re.compile(rb'(?<=[}\],])\s*\{\s*"(?:startedDateTime|pageref|_[A-Za-z]+)"\s*:')
# An entry of Chrome holds addresses of scripts before that of its request: "_initiator": {"url": "https://…"}, "request": {…, "url": "…"}
REQUEST, RESPONSE = (re.compile(rb'"%s"\s*:\s*\{' % name) for name in (b"request", b"response"))
ADDRESS = re.compile(rb'"url"\s*:\s*"([^"\\]{1,2000})"')

NOT_SAVED = "the browser did not save the content of this answer: record with the panel open from the start and save with content"
DAMAGED = "the entry is damaged"
CUT_OFF = "the file ends in the middle of this entry: it was cut off"
TOO_LONG = f"the entry is larger than {LONGEST_ENTRY // 2**20} MB"


def recognises(sample: Sample) -> bool:
    head = sample.head.removeprefix(b"\xef\xbb\xbf")
    return BEGINNING.match(head) is not None and any(name in head for name in (b'"entries"', b'"creator"', b'"browser"'))


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    return recordings.records(_answers(source), source, origin)


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    return recordings.parse(record, origin, NAME)


def _answers(source: Source) -> Iterator[Answer | Broken | LeftOut]:
    with source.open() as file:
        for entry in entries(file, source.name, source.far):
            if entry is None:
                yield recordings.OTHER_SITES
            else:
                yield _damaged(entry) if isinstance(entry, Damaged) else _answer(entry)


def _damaged(entry: "Damaged") -> Broken | LeftOut:
    """A damaged or oversized entry: quarantined where it is of a platform or cannot be told. One that was cut off always is: it tells
    that more may be missing."""
    address = _address(entry.head)
    left_out = wanted(address, "GET") if address else None
    if left_out and entry.reason != CUT_OFF:
        return left_out
    if address and not left_out:
        return unsaved(address, None, entry.reason)
    # It may hold cookies: no more is kept of it than by what it can be known again.
    return Broken(number=0, reason=entry.reason, body=canonical({"sha256": hashlib.sha256(entry.head).hexdigest()}))


def _address(head: bytes) -> str | None:
    """What a damaged entry asked for; None where that cannot be told."""
    request = REQUEST.search(head)
    if request is None:
        return None
    response = RESPONSE.search(head, request.end())
    found = ADDRESS.search(head, request.end(), response.start() if response else len(head))
    return found[1].decode("utf-8", "replace") if found else None


def _answer(entry: dict[str, Any]) -> Answer | Broken | LeftOut:
    try:
        request, response = entry["request"], entry["response"]
        address, method, status = request["url"], (request.get("method") or "GET").upper(), int(str(response["status"]))
        content = response.get("content") or {}
        text, encoding = content.get("text"), content.get("encoding")
        asked = (request.get("postData") or {}).get("text")
        if not isinstance(address, str) or method not in METHODS:
            raise TypeError("not told what was asked for, how, or what became of it")
        if not 0 <= status < 1000:
            raise ValueError("no status")
    except (KeyError, TypeError, AttributeError, ValueError):
        address = at(entry, "request", "url")
        known = isinstance(address, str) and wanted(address, "GET")
        return known or unsaved(str(address or ""), seen(at(entry, "startedDateTime")), "the entry lacks its request or its response")
    left_out = wanted(address, method)
    if left_out:
        return left_out
    read_with = status_of(status, text)
    if read_with is None:
        return recordings.NOT_SENT
    seen_at = seen(entry.get("startedDateTime"))
    location = response.get("redirectURL") if 300 <= status < 400 else None
    if not isinstance(text, str) or (not text and not location):
        if location:
            text = ""
        else:
            return unsaved(address, seen_at, NOT_SAVED)
    try:
        body = _body(text, encoding)
    except ValueError as error:
        return unsaved(address, seen_at, str(error))
    return Answer(
        address=address,
        body=body,
        seen_at=seen_at,
        status=read_with,
        location=location if isinstance(location, str) and location else None,
        asked=asked.encode("utf-8", "replace") if isinstance(asked, str) else b"",
    )


def _body(text: str, encoding: Any) -> bytes:
    if encoding == "base64":
        try:
            body = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError("the content of this answer is damaged: it is no base64") from error
        body = recordings.decoded(body, "gzip") if body.startswith(b"\x1f\x8b") else body
    else:
        body = text.encode("utf-8", "surrogatepass")
    if len(body) > LONGEST_ANSWER:
        raise ValueError(f"the answer is larger than {LONGEST_ANSWER // 2**20} MB: no page of the platforms is")
    return body


# Entries, one at a time -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Damaged:
    """An entry that is no JSON, too long, or not ended; `head` is how it begins."""

    reason: str
    head: bytes


def entries(file: IO[bytes], name: str, far: Callable[[int], None]) -> Iterator[Any]:
    """The entries of a HAR file: what each tells, None for one that names no platform, Damaged for one that cannot be read.
    Raises Unreadable where there are none to be found."""
    scan = _Scan(file, far)
    if not scan.to_entries():
        raise Unreadable(f"{name}: it has no log of entries, or was cut off before them: save the HAR file again")
    yield from scan.entries()


class _Scan:
    """A place in a file of JSON."""

    def __init__(self, file: IO[bytes], far: Callable[[int], None]):
        self.file, self.far = file, far
        self.rest = file.read(CHUNK)
        self.gone = len(self.rest)
        self.place = 0
        far(self.gone)

    def more(self, keep: int) -> bool:
        """Reads on, with what stands from `keep` on kept; False at the end of the file. Places move by `keep`."""
        part = self.file.read(CHUNK)
        self.gone += len(part)
        self.far(self.gone)
        self.rest = self.rest[keep:] + part
        self.place -= keep
        return bool(part)

    def to_entries(self) -> bool:
        """Goes to the first entry: behind the `[` of the key "entries", two levels deep."""
        depth, named = 0, False
        while True:
            found = STRUCTURE.search(self.rest, self.place)
            if found is None:
                self.place = len(self.rest)
                if not self.more(self.place):
                    return False
                continue
            self.place = found.end()
            if found[0] == b'"':
                text = self._string()
                if text is None:
                    return False
                named = depth == 2 and text == b"entries"
                continue
            if found[0] == b"[" and named:
                return True
            depth, named = depth + (1 if found[0] in b"{[" else -1), False

    def _string(self) -> bytes | None:
        """The inside of the string that begins here, b"" for a long one; None where the file ends in it."""
        start = self.place
        while True:
            inside = STRING.match(self.rest, self.place)
            self.place = inside.end() if inside else self.place
            if self.rest[self.place : self.place + 1] == b'"':
                self.place += 1
                return self.rest[start : self.place - 1] if start >= 0 else b""
            start = -1
            if not self.more(self.place):
                return None

    def entries(self) -> Iterator[Any]:
        while True:
            between = SEPARATOR.match(self.rest, self.place)
            self.place = between.end() if between else self.place
            first = self.rest[self.place : self.place + 1]
            if not first:
                if self.more(self.place):
                    continue
                yield Damaged("the file ends without its last bracket: it was cut off, and entries may be missing", b"")
                return
            if first == b"]":
                return
            if first != b"{":
                self._to_next()
                yield Damaged(DAMAGED, b"")
                continue
            entry = self._entry()
            if isinstance(entry, Damaged):
                damaged = self._past(entry)
                yield damaged
                if damaged.reason == CUT_OFF:
                    return
            elif not any(host in entry for host in HOSTS):
                yield None
            else:
                try:
                    yield json_of(entry)
                except ValueError:
                    self.place -= len(entry)
                    yield self._past(Damaged(DAMAGED, entry[:SHOWN]))

    def _entry(self) -> bytes | Damaged:
        """The entry that begins here; Damaged, with the place left at its beginning, where it is too long or not ended."""
        start, depth, within = self.place, 0, False
        while True:
            if within:
                inside = STRING.match(self.rest, self.place)
                self.place = inside.end() if inside else self.place
                if self.rest[self.place : self.place + 1] == b'"':
                    self.place += 1
                    within = False
                    continue
            else:
                found = STRUCTURE.search(self.rest, self.place)
                if found is not None:
                    self.place = found.end()
                    if found[0] == b'"':
                        within = True
                        continue
                    depth += 1 if found[0] in b"{[" else -1
                    if depth == 0:
                        return self.rest[start : self.place]
                    continue
                self.place = len(self.rest)
            if self.place - start > LONGEST_ENTRY:
                self.place = start
                return Damaged(TOO_LONG, self.rest[start : start + SHOWN])
            if not self.more(start):
                self.place = 0
                return Damaged(CUT_OFF, self.rest[:SHOWN])
            start = 0

    def _past(self, damaged: Damaged) -> Damaged:
        """Goes from a damaged entry to the next one, which may begin within what seemed to be this one."""
        start = self.place
        self.place += 1
        found = ENTRY.search(self.rest, self.place)
        if found is not None:
            self.place = found.start() + found[0].index(b"{")
            return Damaged(DAMAGED if damaged.reason == CUT_OFF else damaged.reason, self.rest[start : found.start()][:SHOWN])
        self._to_next()
        return damaged

    def _to_next(self) -> None:
        """Goes to where the next entry begins, to the end of the file where none does."""
        while True:
            found = ENTRY.search(self.rest, self.place)
            if found is not None:
                self.place = found.start() + found[0].index(b"{")
                return
            keep = max(self.place, len(self.rest) - 200)
            self.place = keep
            if not self.more(keep):
                self.place = len(self.rest)
                return
