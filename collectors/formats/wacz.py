"""WACZ files: a web archive in one zip, as ArchiveWeb.page and Browsertrix save it.

What counts are the WARC files in its folder `archive/`: their records are those of `warc`, so that a recording is the same whether
it is imported as WACZ or as the WARC within. The index and the list of pages in it are not needed and not believed. A file of the folder
that cannot be read is named and costs no other; an empty one holds nothing, as of a browser that was closed before it read anything.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import IO, Any

from collectors import recordings, zipped
from collectors.beginnings import LOCAL_FILE
from collectors.formats import Broken, Origin, Record, Sample, Source, warc
from collectors.platforms import Answer
from collectors.recordings import LeftOut
from data.errors import Unreadable

NAME = "wacz"
PRIORITY = 60
BATCH_BYTES = recordings.BATCH_BYTES
CARRIES = replace(recordings.CARRIES, tool="ArchiveWeb.page, Browsertrix", files=("WACZ",))

MOST_MEMBERS = 10_000


def recognises(sample: Sample) -> bool:
    return sample.head.startswith(b"PK\x03\x04") and (
        sample.name.lower().endswith(".wacz") or (b"archive/" in sample.head and b".warc" in sample.head)
    )


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    return recordings.records(_answers(source, origin), source, origin)


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    return recordings.parse(record, origin, warc.NAME)


def _answers(source: Source, origin: Origin) -> Iterator[Answer | Broken | LeftOut]:
    with source.open() as file:
        try:
            bundle = zipfile.ZipFile(file)
        except zipped.DAMAGED as error:
            raise Unreadable(f"{source.name}: not a zip archive, or cut off: save the recording again") from error
        with bundle:
            members = bundle.infolist()
            if len(members) > MOST_MEMBERS:
                raise Unreadable(f"{source.name}: it holds {len(members):,} files; a recording holds a few dozen")
            inside = [member for member in members if member.file_size and _is_recording(member)]
            if not inside:
                raise Unreadable(f"{source.name}: there is no WARC file in its folder archive/, so there is nothing to import")
            yield from _of_members(file, inside, source, origin)


def _of_members(file: IO[bytes], inside: list[zipfile.ZipInfo], source: Source, origin: Origin) -> Iterator[Answer | Broken | LeftOut]:
    allowance = warc.Allowance(packed=source.size, fixed=True)
    none_yet = True
    for member in inside:
        why = zipped.refused(member)
        if why:
            origin.warn(f"{source.name}: {member.filename!r} was not read: {why}")
            continue
        try:
            yield from _of_member(file, member, source, allowance)
            none_yet = False
        except warc.NoWarc as error:
            origin.warn(str(error))
    if none_yet:
        raise Unreadable(f"{source.name}: none of the WARC files in its folder archive/ can be read: save the recording again")


def _of_member(file: IO[bytes], member: zipfile.ZipInfo, source: Source, allowance: warc.Allowance) -> Iterator[Answer | Broken | LeftOut]:
    name = f"{source.name}, {member.filename}"
    damaged = Broken(number=0, reason=f"{member.filename} is damaged within the archive; what could be read of it was", body=b"{}")
    try:
        part = _Member(file, member, name, allowance, source.far)
        yield from warc.answers(part, name, allowance)
        if part.damaged:
            yield damaged
    except zipped.DAMAGED:
        yield damaged


class _Member:
    """A file in a zip archive, read without its checksum: a damaged place then costs the record it is in, and the checksum says
    afterwards that there is one."""

    def __init__(self, file: IO[bytes], member: zipfile.ZipInfo, name: str, allowance: warc.Allowance, far: Callable[[int], None]):
        self.file, self.member, self.name, self.allowance, self.far = file, member, name, allowance, far
        file.seek(member.header_offset)
        head = file.read(LOCAL_FILE.size)
        if len(head) < LOCAL_FILE.size or not head.startswith(b"PK\x03\x04"):
            raise zipfile.BadZipFile("no file begins where the archive says")
        *_, name_length, extra_length = LOCAL_FILE.unpack(head)
        self.place = member.header_offset + LOCAL_FILE.size + name_length + extra_length
        self.left = member.compress_size
        self.unpacker = zlib.decompressobj(-15) if member.compress_type == zipfile.ZIP_DEFLATED else None
        self.tail = b""
        self.checksum = 0

    @property
    def damaged(self) -> bool:
        return self.left == 0 and self.checksum != self.member.CRC

    def read(self, length: int) -> bytes:
        while True:
            part = self.tail or self._packed(length)
            if self.unpacker is None or not part:
                break
            part, self.tail = self.unpacker.decompress(part, length), self.unpacker.unconsumed_tail
            if part:
                break
        self.checksum = zlib.crc32(part, self.checksum)
        self.allowance.used(0, len(part), self.name)
        return part

    def _packed(self, length: int) -> bytes:
        self.file.seek(self.place)
        part = self.file.read(min(length, self.left))
        self.place += len(part)
        self.left -= len(part)
        self.far(self.place)
        return part


def _is_recording(member: zipfile.ZipInfo) -> bool:
    name = member.filename.lower()
    return "archive/" in name and name.endswith((".warc", ".warc.gz", ".warc.zst", ".gz"))
