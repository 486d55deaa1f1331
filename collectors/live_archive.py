"""What came from a platform, kept as it came: answers in WARC files, one a day and source, and a ledger of what was committed to.

    archive/live/<source>-<day>.warc.gz     a record an answer: body byte for byte, a few headers, the salt
    archive/live/ledger.jsonl               a line a record, each with the hash of the line before it

The commitment of a record is SHA-256(salt ‖ body); `about` commits in the same way to its address, time and status. Once a record and its
salt are destroyed (`redact`) neither tells anything. A place stays empty then, so that other references hold, and the ledger gets a
line that says what was replaced, when and why, and names no one.

A `raw_ref` is "<file>#<record>.0.<commitment>", as that of the table side. Addresses are kept without tokens, of headers only those of
HEADERS. Several processes may write: a lock is held for each record. What a killed process left half written is taken back by the
next one.
"""

import hashlib
import io
import json
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from collectors.platforms import Answer, without_tokens
from data.clock import now
from data.files import sync_folder, write_durably

HEADERS = ("date", "content-type", "etag", "last-modified")
SALT, SEEN_AT = "WARC-Groundswell-Salt", "WARC-Groundswell-Seen-At"
REDACTED = "urn:groundswell:redacted"
START = "0" * 64
TOLD = {"record": ("kind", "commitment", "about"), "redacted": ("kind", "commitment")}  # of what stands in its place


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """One record of a file; `answer` is None where it was redacted. `offset` and `length` are of its bytes in the file."""

    file: str
    number: int
    salt: bytes
    answer: Answer | None
    offset: int
    length: int

    @property
    def place(self) -> str:
        return f"{self.file}#{self.number}.0"

    @property
    def commitment(self) -> str:
        return _commitment(self.salt, self.answer.body if self.answer else b"")


def is_live(place: str) -> bool:
    """Whether a `raw_ref`, or a place, is of this side of the archive."""
    return place.partition("#")[0].endswith(".warc.gz")


class LiveArchive:
    """The answers kept in a folder (`archive/live`)."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._read_to = 0
        self._last = START
        self._ends: dict[str, tuple[int, int]] = {}  # records and bytes of each file

    def keep(self, source: str, answer: Answer, headers: list[tuple[str, str]]) -> str:
        """Keeps an answer; its `raw_ref`. It is on the disk when this returns."""
        salt = secrets.token_bytes(16)
        address = without_tokens(answer.address)
        seen_at = answer.seen_at or now()
        member = _member(answer, address, seen_at, salt, headers)
        with self._held():
            file = f"{source}-{seen_at:%Y%m%d}.warc.gz"
            records, size = self._ends.get(file, (0, 0))
            self._pending(file, size)
            with open(self.folder / file, "ab") as out:
                out.write(member)
                out.flush()
                os.fsync(out.fileno())
            commitment = _commitment(salt, answer.body)
            self._enter(
                kind="record", file=file, record=records, commitment=commitment,
                about=_about(salt, address, seen_at, answer.status), ends=size + len(member),
            )  # fmt: skip
            (self.folder / "pending").unlink()
        return f"{file}#{records}.0.{commitment}"

    def read(self, raw_ref: str) -> Answer | None:
        """The answer behind a `raw_ref`; None where it was redacted. Raises KeyError where there is none, ValueError where it is not
        what was committed to."""
        file, _, place = raw_ref.partition("#")
        number, _, commitment = place.split(".")
        if not (self.folder / file).is_file():
            raise KeyError(raw_ref)
        for kept in self.records(file):
            if kept.number == int(number):
                if kept.answer is not None and kept.commitment != commitment:
                    raise ValueError(f"{raw_ref}: the archived answer was changed")
                return kept.answer
        raise KeyError(raw_ref)

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*.warc.gz"))

    def records(self, file: str) -> Iterator[Kept]:
        """The records of a file in their order. Raises ValueError where it is damaged."""
        with open(self.folder / file, "rb") as stream:
            archive = ArchiveIterator(stream)
            try:
                for number, record in enumerate(archive):
                    body = record.raw_stream.read()
                    offset, length = archive.get_record_offset(), archive.get_record_length()
                    head = record.rec_headers
                    salt = bytes.fromhex(head.get_header(SALT) or "")
                    answer = _answer(record, body) if record.rec_type == "response" else None
                    yield Kept(file=file, number=number, salt=salt, answer=answer, offset=offset, length=length)
            except (ArchiveLoadFailed, EOFError, OSError, AttributeError) as error:
                raise ValueError(f"{file}: damaged or cut off ({error})") from error

    def redact(self, file: str, doomed: Callable[[Kept], bool], ground: str) -> int:
        """Destroys every record of a file, and its salt, for which `doomed` holds; how many. The ledger says that it was done. Raises
        ValueError where the file is damaged: then nothing in it goes."""
        with self._held():
            going = [kept for kept in self.records(file) if kept.answer is not None and doomed(kept)]
            if going:
                self._rewrite(file, {kept.number: kept.commitment for kept in going}, ground)
        return len(going)

    def verify(self) -> dict[str, Any]:
        """`checked`, `redacted` and the `problems`: what was changed, is missing or was added since it was committed to."""
        if not self.folder.is_dir():
            return {"checked": 0, "redacted": 0, "problems": []}
        with self._held():
            problems: list[str] = []
            expected = self._told_by_ledger(problems)
            checked = redacted = 0
            for file in sorted({place.partition("#")[0] for place in expected} | set(self.files())):
                found = self._found(file, problems)
                checked += len(found)
                redacted += sum(kept.answer is None for kept in found.values())
                problems += _compared(found, {place: told for place, told in expected.items() if place.startswith(f"{file}#")})
        return {"checked": checked, "redacted": redacted, "problems": problems}

    def commitments(self) -> dict[str, str]:
        """What the ledger committed to, by place; of redacted records what stood there."""
        found = {}
        for line in self._lines():
            try:
                entry = json.loads(line)
                found[f"{entry['file']}#{entry['record']}.0"] = entry["commitment"]
            except (ValueError, KeyError, TypeError):
                continue  # `verify` says that this line was changed
        return found

    def _found(self, file: str, problems: list[str]) -> dict[str, Kept]:
        found = {}
        if (self.folder / file).is_file():
            try:
                for kept in self.records(file):
                    found[kept.place] = kept
            except ValueError as error:
                problems.append(str(error))
        return found

    def _told_by_ledger(self, problems: list[str]) -> dict[str, dict[str, Any]]:
        """What each place holds by the ledger, whose lines must hang together."""
        last, expected = START, {}
        for number, line in enumerate(self._lines(), 1):
            try:
                entry = json.loads(line)
                if entry["previous"] != last:
                    problems.append(f"ledger.jsonl, line {number}: does not follow the line before it: the ledger was changed")
                expected[f"{entry['file']}#{entry['record']}.0"] = {name: entry[name] for name in TOLD[entry["kind"]]}
            except (ValueError, KeyError, TypeError):
                problems.append(f"ledger.jsonl, line {number}: changed")
            last = hashlib.sha256(line).hexdigest()
        return expected

    def _rewrite(self, file: str, going: dict[int, str], ground: str) -> None:
        """First the new file under another name, then the ledger, then the name: what is killed in between is finished by `_mend`."""
        path = self.folder / file
        unfinished = path.with_name(f"{file}.part")
        with open(path, "rb") as old, open(unfinished, "wb") as new:
            for kept in self.records(file):
                old.seek(kept.offset)
                new.write(_placeholder() if kept.number in going else old.read(kept.length))
            new.flush()
            os.fsync(new.fileno())
            size = new.tell()
        for number, commitment in going.items():
            self._enter(kind="redacted", file=file, record=number, commitment=commitment, ground=ground, ends=size)
        unfinished.replace(path)
        sync_folder(self.folder)

    # The ledger

    def _held(self) -> "_Held":
        self.folder.mkdir(parents=True, exist_ok=True)
        return _Held(self)

    def _lines(self) -> list[bytes]:
        path = self.folder / "ledger.jsonl"
        return path.read_bytes().splitlines() if path.is_file() else []

    def _catch_up(self) -> None:
        """Takes in what other processes have entered meanwhile; cuts off a line that was only half written."""
        path = self.folder / "ledger.jsonl"
        if not path.is_file():
            return
        with open(path, "r+b") as ledger:
            ledger.seek(self._read_to)
            new = ledger.read()
            whole = new.rpartition(b"\n")[0] + b"\n" if b"\n" in new else b""
            if len(whole) < len(new):
                ledger.truncate(self._read_to + len(whole))
        for line in whole.splitlines():
            try:
                entry = json.loads(line)
                records, _ = self._ends.get(entry["file"], (0, 0))
                self._ends[entry["file"]] = (max(records, entry["record"] + 1), entry["ends"])
            except (ValueError, KeyError, TypeError):
                pass  # `verify` says that this line was changed
            self._last = hashlib.sha256(line).hexdigest()
        self._read_to += len(whole)

    def _enter(self, **entry: Any) -> None:
        told = {**entry, "at": now().isoformat(), "previous": self._last}
        line = json.dumps(told, sort_keys=True).encode()
        with open(self.folder / "ledger.jsonl", "ab") as ledger:
            ledger.write(line + b"\n")
            ledger.flush()
            os.fsync(ledger.fileno())
        self._catch_up()

    def _pending(self, file: str, size: int) -> None:
        write_durably(self.folder / "pending", json.dumps({"file": file, "ends": size}).encode())

    def _mend(self) -> None:
        """Finishes or takes back what a killed process left."""
        pending = self.folder / "pending"
        if pending.is_file():
            try:
                told = json.loads(pending.read_bytes())
                path, size = self.folder / told["file"], told["ends"]
                if path.is_file() and self._ends.get(told["file"], (0, 0))[1] == size:
                    os.truncate(path, size)
                    if not size:
                        path.unlink()
            except ValueError:
                pass  # killed while it was written: nothing else was begun
            pending.unlink()
        for unfinished in self.folder.glob("*.warc.gz.part"):
            file = unfinished.name.removesuffix(".part")
            meant = self._ends.get(file, (0, 0))[1]
            if unfinished.stat().st_size == meant and (self.folder / file).stat().st_size != meant:
                unfinished.replace(self.folder / file)
            else:
                unfinished.unlink()


class _Held:
    """The archive's lock; what was left half done is mended when it is taken."""

    def __init__(self, archive: LiveArchive):
        self.archive = archive
        self.lock = FileLock(archive.folder / "lock", is_singleton=True)

    def __enter__(self) -> None:
        self.lock.acquire()
        try:
            self.archive._catch_up()
            self.archive._mend()
        except BaseException:
            self.lock.release()
            raise

    def __exit__(self, *_: object) -> None:
        self.lock.release()


def _commitment(salt: bytes, body: bytes) -> str:
    return hashlib.sha256(salt + body).hexdigest()


def _about(salt: bytes, address: str, seen_at: datetime, status: int) -> str:
    return _commitment(salt, f"{address}\n{seen_at.isoformat()}\n{status}".encode())


def _compared(found: dict[str, Kept], expected: dict[str, dict[str, Any]]) -> Iterator[str]:
    for place, entry in expected.items():
        kept = found.get(place)
        if kept is None:
            yield f"{place}: missing"
        elif entry["kind"] == "redacted":
            if kept.answer is not None:
                yield f"{place}: changed (it was redacted, and something stands there)"
        elif kept.answer is None or kept.commitment != entry["commitment"]:
            yield f"{place}: changed"
        elif kept.answer.seen_at is None or entry["about"] != _about(
            kept.salt, kept.answer.address, kept.answer.seen_at, kept.answer.status
        ):
            yield f"{place}: changed (its address, time or status)"
    yield from (f"{place}: added" for place in found if place not in expected)


def _member(answer: Answer, address: str, seen_at: datetime, salt: bytes, headers: list[tuple[str, str]]) -> bytes:
    """An answer as one gzip member of a WARC file."""
    kept = [(name, value) for name, value in headers if name.lower() in HEADERS]
    if answer.location:
        kept.append(("Location", without_tokens(answer.location)))
    http = StatusAndHeaders(f"{answer.status} ", kept, protocol="HTTP/1.1")
    told = {"WARC-Date": f"{seen_at:%Y-%m-%dT%H:%M:%SZ}", SALT: salt.hex(), SEEN_AT: seen_at.isoformat()}
    return _packed("response", address, answer.body, http_headers=http, warc_headers_dict=told)


def _placeholder() -> bytes:
    return _packed("metadata", REDACTED, b"redacted", warc_content_type="text/plain")


def _packed(kind: str, address: str, body: bytes, **more: Any) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    writer.write_record(writer.create_warc_record(address, kind, payload=io.BytesIO(body), length=len(body), **more))
    return out.getvalue()


def _answer(record: Any, body: bytes) -> Answer:
    head = record.rec_headers
    told = head.get_header(SEEN_AT)
    return Answer(
        address=head.get_header("WARC-Target-URI"),
        body=body,
        seen_at=datetime.fromisoformat(told) if told else None,
        status=int(record.http_headers.get_statuscode() or 0),
        location=record.http_headers.get_header("Location"),
    )
