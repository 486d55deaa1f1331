"""Zip archives from strangers: what of them is not read, and why."""

import stat
import zipfile
import zlib
from typing import IO

from data.errors import Unreadable

# What a damaged archive raises when it is opened or a file in it is read.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)
DAMAGED_WITHIN = (zipfile.BadZipFile, zlib.error, EOFError)  # the second alone, beside what any file raises
ENCRYPTED = 0x1
LARGE = 100 * 2**20  # bytes: what is smaller may swell as it likes
SWOLLEN = 100  # times its packed size: tables pack to a tenth or so, a hundredth at most


def members(bundle: zipfile.ZipFile, name: str, size: int) -> list[zipfile.ZipInfo]:
    """The files in an archive of so many bytes. Raises Unreadable for one that is made to swell."""
    found = [member for member in bundle.infolist() if not member.filename.endswith("/")]
    unpacked = sum(member.file_size for member in found)
    if unpacked > LARGE and unpacked > SWOLLEN * size:
        raise Unreadable(f"{name}: it would swell from {size / 2**20:,.1f} MB to {unpacked / 2**20:,.0f} MB; no export does. Get it again")
    return found


def refused(member: zipfile.ZipInfo) -> str | None:
    """Why a file in an archive is not read; None for one that is."""
    parts = member.filename.replace("\\", "/").split("/")
    if ".." in parts or member.filename.startswith(("/", "\\")) or ":" in parts[0]:
        return "its name leads out of the archive"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "it is a link"
    if member.flag_bits & ENCRYPTED:
        return "it is encrypted; save it without a password"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is packed in a way that is not known here"
    return None


def open_within(bundle: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    """A file in an archive, to be read. Raises BadZipFile where there is none."""
    try:
        return bundle.open(member)
    except DAMAGED as error:
        raise zipfile.BadZipFile(str(error)) from error
