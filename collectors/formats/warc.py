"""WARC files, plain or in gzip: what archiving browsers and crawlers save (ArchiveWeb.page, Browsertrix, wget, Heritrix).

A file is read a record at a time, whatever its size. Of its records only answers (`response`, `resource`) are looked at; what a record of
ours is, what is kept and what is left out: see `collectors.recordings`. The time of a sighting is the record's `WARC-Date`. Repeats
that only point to an earlier answer (`revisit`) hold nothing. Of the request that stands next to an answer its method and its body are
looked at, since which note was asked for may stand there alone; neither is kept. Of its headers nothing is read.
"""

import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from collectors import recordings, zipped
from collectors.formats import Broken, Origin, Record, Sample, Source
from collectors.platforms import Answer
from collectors.recordings import LONGEST_ANSWER, LeftOut, decoded, seen, status_of, unsaved, wanted
from data.errors import Unreadable

NAME = "warc"
PRIORITY = 60
BATCH_BYTES = recordings.BATCH_BYTES
CARRIES = replace(recordings.CARRIES, tool="ArchiveWeb.page, Browsertrix, wget", files=("WARC",))

MAGIC, GZIP, ZSTANDARD = b"WARC/", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
CHUNK = 1 << 18
LONGEST_HEAD = 1 << 18  # bytes of a record's or an answer's headers
# A gzip bomb grows a thousandfold; pages shrink to a tenth.
GROWTH, FREE = 200, 1 << 28
VERSION = re.compile(rb"WARC/\d\.\d\r?\n")
NEXT = re.compile(rb"WARC/\d\.\d\r?\n(?:WARC-|Content-)")
BLANK_LINE = re.compile(rb"\r?\n\r?\n")
LENGTH = re.compile(r"[0-9]{1,15}")
CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[^\r\n]{0,200}\r?\n")
METHOD = re.compile(rb"([A-Z]{3,10}) ")
STATUS = re.compile(r"HTTP/[\d.]+\s+(\d{3})")

ONLY_POINTS = LeftOut("answers that only point to an earlier one")
DAMAGED = "the record is damaged"
CUT_OFF = "the file ends in the middle of this record: it was cut off"
BOMB = "unpacks to more than {growth} times its size: this is no recording of a browser"


class NoWarc(Unreadable):
    """Nothing of the file can be read here. Others beside it may be sound."""


class Reads(Protocol):
    """What bytes are read from."""

    def read(self, length: int, /) -> bytes: ...


def recognises(sample: Sample) -> bool:
    if sample.head.startswith(MAGIC) or sample.name.lower().endswith(".warc"):  # its first record may be damaged
        return True
    if sample.head.startswith(GZIP):
        try:
            return zlib.decompressobj(31).decompress(sample.head, 16).startswith(MAGIC)
        except zlib.error:
            return False
    return sample.head.startswith(ZSTANDARD) and ".warc" in sample.name


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    return recordings.records(_of_source(source), source, origin)


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    return recordings.parse(record, origin, NAME)


def _of_source(source: Source) -> Iterator[Answer | Broken | LeftOut]:
    with source.open() as file:
        yield from answers(_Told(file, source.far), source.name, Allowance())


class _Told:
    """A file that tells how far it was read."""

    def __init__(self, file: Reads, far: Callable[[int], None]):
        self.file, self.far, self.gone = file, far, 0

    def read(self, length: int) -> bytes:
        part = self.file.read(length)
        self.gone += len(part)
        self.far(self.gone)
        return part


@dataclass(slots=True)
class Allowance:
    """How much packed and plain data went by. `fixed`: of one archive, whose size on the disk is all that counts as packed."""

    packed: int = 0
    plain: int = 0
    fixed: bool = False

    def used(self, packed: int, plain: int, name: str) -> None:
        """Raises Unreadable where the plain data has grown beyond reason."""
        self.packed += 0 if self.fixed else packed
        self.plain += plain
        if self.plain > FREE + GROWTH * self.packed:
            raise Unreadable(f"{name}: {BOMB.format(growth=GROWTH)}")


@dataclass(frozen=True, slots=True)
class _Request:
    """What was asked: the method, and the body sent with it."""

    method: str
    body: bytes

    def answered(self, answer: Answer) -> Answer | LeftOut:
        """The answer with what was asked for. A browser asks beforehand whether it may (OPTIONS): that answer has no content."""
        left_out = None if answer.body else wanted(answer.address, self.method)
        return left_out or replace(answer, asked=self.body)


def answers(file: Reads, name: str, allowance: Allowance) -> Iterator[Answer | Broken | LeftOut]:
    """The answers in a WARC file, and what of it cannot be read. Raises NoWarc where it is none, Unreadable where it grows too far."""
    pairs = _Pairs()
    try:
        for headers, found in _found(_Stream(file, name, allowance), name):
            yield from pairs.with_next(headers, found)
    except (Unreadable, *zipped.DAMAGED):  # what waits was read before that
        yield from pairs.rest()
        raise
    yield from pairs.rest()


def _found(stream: "_Stream", name: str) -> Iterator[tuple[dict[str, str], Answer | Broken | LeftOut | _Request | None]]:
    """The headers of each record and what it holds."""
    if stream.peek(4) == ZSTANDARD:
        raise NoWarc(f"{name}: packed with Zstandard. Unpack it first (zstd -d), then import the .warc file")
    none_yet = True
    while stream.to_record():
        headers = stream.headers()
        if headers is None:
            stream.lost += 1
            stream.to_next()
            continue
        none_yet = False
        yield from (({}, loss) for loss in stream.losses())
        yield headers, _read(headers, stream)
    if none_yet:
        raise NoWarc(f"{name}: it is no WARC file, or damaged from beginning to end: get it again")
    yield from (({}, loss) for loss in stream.losses())
    if stream.damaged:
        yield {}, Broken(number=0, reason=stream.damaged, body=b"{}")


def _read(headers: dict[str, str], stream: "_Stream") -> Answer | Broken | LeftOut | _Request | None:
    """What one record holds; the stream stands behind it afterwards."""
    kind, address = headers.get("warc-type", ""), headers.get("warc-target-uri", "").strip("<>")
    seen_at = seen(headers.get("warc-date"))
    length = int(headers["content-length"])
    of_interest = kind in ("response", "resource", "revisit")
    left_out = wanted(address, "GET")
    if length > LONGEST_ANSWER + LONGEST_HEAD:
        stream.skip(length)
        why = f"the answer is larger than {LONGEST_ANSWER // 2**20} MB: no page of the platforms is"
        return (left_out or unsaved(address, seen_at, why)) if of_interest else None
    block, damage = stream.block(length)
    if kind == "request":
        return None if left_out or damage else _request(block)
    if left_out or not of_interest:
        return left_out if of_interest else None
    if kind == "revisit":
        return ONLY_POINTS
    if damage:
        return unsaved(address, seen_at, damage)
    try:
        code, body, location = _answer(block) if kind == "response" else (200, block, None)
    except ValueError as error:
        return unsaved(address, seen_at, str(error))
    status = status_of(code, body)
    if status is None:
        return recordings.NOT_SENT
    return Answer(address=address, body=body, seen_at=seen_at, status=status, location=location)


def _answer(block: bytes) -> tuple[int, bytes, str | None]:
    """Status, plain body and redirect of an HTTP answer. Raises ValueError, with a reason for people."""
    end = BLANK_LINE.search(block, 0, LONGEST_HEAD)
    head = (block[: end.start()] if end else block[:LONGEST_HEAD]).decode("latin-1")
    line, *fields = head.splitlines() or [""]
    status = STATUS.match(line)
    if status is None or end is None:
        raise ValueError("the record holds no answer of a web server")
    told = {name.strip().lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    body = block[end.end() :]
    if told.get("transfer-encoding", "").lower() == "chunked":
        body = _unchunked(body)
    body = decoded(body, told.get("content-encoding", ""))
    code = int(status[1])
    location = told.get("location") if 300 <= code < 400 else None
    return code, body, location


def _unchunked(body: bytes) -> bytes:
    """A body without its chunks; as it is where it was saved without them. Raises ValueError where it was cut off."""
    parts: list[bytes] = []
    place = 0
    while True:
        size = CHUNK_SIZE.match(body, place)
        if size is None:
            if not parts:
                return body
            raise ValueError("the answer is damaged or cut off")
        length = int(size[1], 16)
        if length == 0:
            return b"".join(parts)
        place = size.end() + length
        parts.append(body[size.end() : place])
        if place > len(body):
            raise ValueError("the answer is damaged or cut off")
        place += 2 if body.startswith(b"\r\n", place) else body.startswith(b"\n", place)


# Requests ---------------------------------------------------------------------------------------------------------------


def _request(block: bytes) -> _Request | None:
    method, end = METHOD.match(block), BLANK_LINE.search(block, 0, LONGEST_HEAD)
    return _Request(method[1].decode(), block[end.end() :]) if method and end else None


def _in_address(answer: Answer) -> _Request | None:
    """What archives write of a request into its address: …/feed?__wb_method=POST&source_note_id=…"""
    query = answer.query
    method = query.pop("__wb_method", None)
    return _Request(method.upper(), json.dumps(query).encode()) if method else None


class _Pairs:
    """Brings answers together with their requests, whose records stand before or behind them: each waits for the next record."""

    def __init__(self) -> None:
        self.request: tuple[dict[str, str], _Request] | None = None
        self.answer: tuple[dict[str, str], Answer] | None = None

    def with_next(self, headers: dict[str, str], found: Answer | Broken | LeftOut | _Request | None) -> Iterator[Answer | Broken | LeftOut]:
        """What can be told now that a record and what it holds are known."""
        if isinstance(found, _Request) and self.answer and _belong_together(headers, self.answer[0]):
            yield found.answered(self.answer[1])
            self.answer = None
            return
        yield from self.rest()
        request, self.request = self.request, None
        if isinstance(found, _Request):
            self.request = headers, found
        elif isinstance(found, Answer) and request and _belong_together(request[0], headers):
            yield request[1].answered(found)
        elif isinstance(found, Answer):
            self.answer = headers, found
        elif found:
            yield found

    def rest(self) -> Iterator[Answer | LeftOut]:
        """The answer that waits still: no request stands next to it."""
        if self.answer:
            request = _in_address(self.answer[1])
            yield request.answered(self.answer[1]) if request else self.answer[1]
            self.answer = None


def _belong_together(request: dict[str, str], answer: dict[str, str]) -> bool:
    """Whether an answer's record names that of a request, or the other way round. Where neither names any, they are of one address
    and moment: every note is asked for at one address, and the next one's request must not be taken for this one's."""
    named = {headers["warc-concurrent-to"] for headers in (request, answer) if "warc-concurrent-to" in headers}
    if named:
        return not named.isdisjoint((request.get("warc-record-id"), answer.get("warc-record-id")))
    return all(request.get(name) == answer.get(name) for name in ("warc-target-uri", "warc-date"))


# Bytes ------------------------------------------------------------------------------------------------------------------


class _Stream:
    """The plain bytes of a file that is plain or in gzip, one member after the other. `damaged` says what went wrong in it; `begun`
    whether the gzip member at hand has given anything, `lost` how many records and members have given nothing."""

    def __init__(self, file: Reads, name: str, allowance: Allowance):
        self.file, self.name, self.allowance = file, name, allowance
        self.damaged: str | None = None
        self.packed = file.read(CHUNK)
        self.unpacker = zlib.decompressobj(31) if self.packed.startswith(GZIP) else None
        self.begun = False
        self.lost = 0
        self.rest = b""

    def fill(self) -> bool:
        """Takes in some more; False at the end."""
        if self.unpacker is None:
            part, self.packed = self.packed or self.file.read(CHUNK), b""
            self.rest += part
            return bool(part)
        while not self.damaged:
            if not self.packed:
                self.packed = self.file.read(CHUNK)
            if not self.packed:
                self.damaged = CUT_OFF if self.begun else None
                return False
            if self._unpack():
                return True
        return False

    def losses(self) -> Iterator[Broken]:
        """The records and members of which nothing came since this was asked last."""
        while self.lost:
            self.lost -= 1
            yield Broken(number=0, reason=DAMAGED, body=b"{}")

    def _unpack(self) -> bool:
        """Unpacks some; whether anything came out."""
        assert self.unpacker is not None
        before = len(self.packed)
        try:
            part = self.unpacker.decompress(self.packed, CHUNK * 4)
        except zlib.error:
            self._next_member()
            return False
        self.begun = True
        if self.unpacker.eof:
            self.packed = self.unpacker.unused_data.lstrip(b"\0")
            self.unpacker, self.begun = zlib.decompressobj(31), False
        else:
            self.packed = self.unpacker.unconsumed_tail
        self.allowance.used(before - len(self.packed), len(part), self.name)
        self.rest += part
        return bool(part)

    def _next_member(self) -> None:
        """Goes on, behind a damaged place, with the next gzip member that unpacks to a WARC record."""
        place = 0
        if self.begun:
            self.rest += b"\n"  # what came of the damaged record has no end
        else:
            self.lost += 1
            place = 1
        while True:
            place = self.packed.find(GZIP + b"\x08", place)
            if place < 0:
                kept = self.packed[-2:]
                more = self.file.read(CHUNK)
                if not more:
                    self.packed, self.damaged = b"", DAMAGED
                    return
                self.packed, place = kept + more, 0
                continue
            if len(self.packed) - place < CHUNK // 4:
                self.packed += self.file.read(CHUNK)
            try:
                begins = zlib.decompressobj(31).decompress(self.packed[place : place + CHUNK], 16).startswith(MAGIC)
            except zlib.error:
                begins = False
            if begins:
                self.packed = self.packed[place:]
                self.unpacker, self.begun = zlib.decompressobj(31), False
                return
            place += 1

    def peek(self, length: int) -> bytes:
        while len(self.rest) < length and self.fill():
            pass
        return self.rest[:length]

    def read(self, length: int) -> bytes:
        parts: list[bytes] = []
        wanted_ = length
        while wanted_ and (self.rest or self.fill()):
            part, self.rest = self.rest[:wanted_], self.rest[wanted_:]
            parts.append(part)
            wanted_ -= len(part)
        return b"".join(parts)

    def block(self, length: int) -> tuple[bytes, str | None]:
        """The block of a record, and what is wrong with it: where it is shorter than told, or the next record does not follow, its
        length is not to be believed, and the next record may begin within it."""
        block = self.read(length)
        whole = len(block) == length
        if whole and self.peek(2)[:1] in (b"\r", b"\n", b""):
            return block, None
        found = NEXT.search(block)
        if found is None:
            if whole:
                self.to_next(0)
            else:
                self.damaged, self.begun = None, False  # it is said of this record
            return block, DAMAGED if whole else CUT_OFF
        self.rest = block[found.start() :] + self.rest
        return block[: found.start()], DAMAGED

    def skip(self, length: int) -> None:
        """Goes on behind `length` bytes."""
        while length and (self.rest or self.fill()):
            step = min(length, len(self.rest))
            self.rest = self.rest[step:]
            length -= step

    def to_record(self) -> bool:
        """Goes to the record that comes next, behind blank lines; False where none does."""
        while True:
            self.rest = self.rest.lstrip(b"\r\n")
            if self.rest or not self.fill():
                return bool(self.rest)

    def to_next(self, place: int = 1) -> None:
        """Goes, from within a damaged record, to the next that begins."""
        while True:
            found = NEXT.search(self.rest, place)
            if found is not None:
                self.rest = self.rest[found.start() :]
                return
            self.rest, place = self.rest[-64:], 0
            if not self.fill():
                self.rest = b""
                return

    def headers(self) -> dict[str, str] | None:
        """The headers of the record that begins here, by their names in small letters; None where none begins, and then the stream
        stands where it stood."""
        while True:
            end = BLANK_LINE.search(self.rest)
            if end is not None and end.start() <= LONGEST_HEAD:
                break
            if len(self.rest) > LONGEST_HEAD or not self.fill():
                return None
        head = self.rest[: end.start()]
        if VERSION.match(head + b"\n") is None:
            return None
        lines = head.decode("utf-8", "replace").splitlines()[1:]
        found = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if not LENGTH.fullmatch(found.get("content-length", "")):
            return None
        self.rest = self.rest[end.end() :]
        return found
