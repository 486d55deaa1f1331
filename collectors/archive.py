"""What came, kept as it came: records of table files in compressed, salted frames.

    archive/tables/<run>-<n>.frames

A file is a line that says what it is, then frames. A frame is a length, a length and a Zstandard block of at most 1,000
records; a record is a 16-byte salt, a length and its bytes. The commitment of a record is SHA-256(salt ‖ body): it proves a
record without telling it, and once record and salt are destroyed (`forget`) it tells nothing at all.

A `raw_ref` is "<file>#<frame>.<record>.<commitment>".
"""

import hashlib
import os
import secrets
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pyarrow as pa

from collectors.live_archive import LiveArchive, is_live
from data.files import gone_where_it_fails

MAGIC = b"groundswell frames 1\n"
FRAME = struct.Struct("<II")  # bytes of the compressed block, bytes of the block
RECORD = struct.Struct("<16sI")  # salt, bytes of the body
RECORDS_PER_FRAME = 1000
GONE = b"\0" * 16  # the salt of a record that was forgotten: its place stays, so that other references hold
CODEC = pa.Codec("zstd", compression_level=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Archived:
    """One record of the archive; `body` is None where it was forgotten."""

    raw_ref: str
    salt: bytes
    body: bytes | None


class Writer:
    """Writes the records of one run. All of a file is on the disk when `write` returns, which is before its rows go to the log."""

    def __init__(self, folder: Path, run_id: str):
        self.folder = folder
        self.run_id = run_id
        self.number = 0
        self.last: Path | None = None

    def write(self, bodies: list[bytes]) -> list[str]:
        """Archives bodies as one file, or none where there are none; their `raw_ref` in the same order."""
        self.last = None
        if not bodies:
            return []
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{self.run_id}-{self.number:05d}.frames"
        unfinished = self.folder / f"{name}.part"
        references = []
        with open(unfinished, "wb") as file, gone_where_it_fails(unfinished):
            file.write(MAGIC)
            for frame, start in enumerate(range(0, len(bodies), RECORDS_PER_FRAME)):
                block, commitments = _block(bodies[start : start + RECORDS_PER_FRAME])
                _write_frame(file, block)
                references += [f"{name}#{frame}.{place}.{c}" for place, c in enumerate(commitments)]
            file.flush()
            os.fsync(file.fileno())
        self.last = unfinished.rename(self.folder / name)
        self.number += 1
        return references

    def discard(self) -> None:
        """Takes back what was written last. Its name is not used again: a `forget` may just have listed it."""
        if self.last:
            self.last.unlink()


def read(folder: Path, raw_ref: str) -> bytes | None:
    """The archived bytes behind a `raw_ref`, those of a whole answer where it came from a platform; None where they were
    forgotten. Raises KeyError when there is no such record and ValueError when the bytes are not the ones committed to."""
    if is_live(raw_ref):
        answer = LiveArchive(folder.with_name("live")).read(raw_ref)
        return answer.body if answer else None
    name, _, place = raw_ref.partition("#")
    frame, record, commitment = place.split(".")
    path = folder / name
    if not path.is_file():
        raise KeyError(raw_ref)
    for block in frames(path, only=int(frame)):
        there = list(_records(path, block))
        if int(record) >= len(there):
            break
        salt, body = there[int(record)]
        if salt == GONE:
            return None
        if hashlib.sha256(salt + body).hexdigest() != commitment:
            raise ValueError(f"{raw_ref}: the archived record was changed")
        return body
    raise KeyError(raw_ref)


def records_of(path: Path) -> Iterator[Archived]:
    """The records of one archive file, with the commitments that their bytes have now."""
    for frame, block in enumerate(frames(path)):
        for place, (salt, body) in enumerate(_records(path, block)):
            commitment = hashlib.sha256(salt + body).hexdigest()
            yield Archived(raw_ref=f"{path.name}#{frame}.{place}.{commitment}", salt=salt, body=None if salt == GONE else body)


def erase(path: Path, doomed: Callable[[str, bytes], bool]) -> int:
    """Destroys every record of one archive file, and its salt, for which `doomed(place, body)` holds, place being
    "<file>#<frame>.<record>"; how many. The file is written anew and put in the place of the old one only where something in it goes.
    Raises ValueError where it is damaged: then nothing in it goes."""
    erased = 0
    blocks = []
    for frame, block in enumerate(frames(path)):
        kept = []
        for place, (salt, body) in enumerate(_records(path, block)):
            if salt != GONE and doomed(f"{path.name}#{frame}.{place}", body):
                salt, body = GONE, b""
                erased += 1
            kept.append(RECORD.pack(salt, len(body)) + body)
        blocks.append(b"".join(kept))
    if erased and path.exists():  # a running import may have taken it back
        _rewrite(path, blocks)
    return erased


def frames(path: Path, only: int | None = None) -> Iterator[bytes]:
    """The decompressed frames of an archive file, or only the one of a number. Raises ValueError when the file is not one, or is cut off
    or damaged."""
    with open(path, "rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise ValueError(f"{path.name}: not an archive file of Groundswell")
        for number in count():
            head = file.read(FRAME.size)
            if not head:
                return
            if len(head) < FRAME.size:
                raise ValueError(f"{path.name}: cut off")
            packed, plain = FRAME.unpack(head)
            if only is not None and number != only:
                file.seek(packed, os.SEEK_CUR)
                continue
            body = file.read(packed)
            if len(body) < packed:
                raise ValueError(f"{path.name}: cut off")
            try:
                block = CODEC.decompress(body, decompressed_size=plain, asbytes=True)
            except (OSError, MemoryError) as error:
                raise ValueError(f"{path.name}: damaged ({error})") from error
            yield block


def _block(bodies: list[bytes]) -> tuple[bytes, list[str]]:
    salts = secrets.token_bytes(16 * len(bodies))
    parts, commitments = [], []
    for place, body in enumerate(bodies):
        salt = salts[16 * place : 16 * place + 16]
        parts.append(RECORD.pack(salt, len(body)))
        parts.append(body)
        commitments.append(hashlib.sha256(salt + body).hexdigest())
    return b"".join(parts), commitments


def _records(path: Path, block: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place < len(block):
        begins = place + RECORD.size
        salt, length = RECORD.unpack_from(block, place) if begins <= len(block) else (b"", 0)
        place = begins + length
        if place > len(block):
            raise ValueError(f"{path.name}: damaged (a record is cut off)")
        yield salt, block[begins:place]


def _write_frame(file, block: bytes) -> None:
    packed = CODEC.compress(block, asbytes=True)
    file.write(FRAME.pack(len(packed), len(block)))
    file.write(packed)


def _rewrite(path: Path, blocks: list[bytes]) -> None:
    unfinished = path.with_suffix(".frames.part")
    with open(unfinished, "wb") as file, gone_where_it_fails(unfinished):
        file.write(MAGIC)
        for block in blocks:
            _write_frame(file, block)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
