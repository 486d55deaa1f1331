"""What the first bytes of a file tell of it: its columns, by which import formats know their own files.

Looking is cheap and forgiving: what cannot be read has no columns. Whether the file can be read whole is found out by reading it.
"""

import json
import re
import struct
import zlib
from functools import lru_cache

from collectors import table
from collectors.cells import decoded_head
from collectors.formats import Sample

SQLITE = b"SQLite format 3\0"
CREATED = re.compile(r"""CREATE\s+TABLE\s+["'`\[]?(\w+)["'`\]]?\s*\(""")
LONGEST_DECLARATION = 8192  # characters of a CREATE TABLE that are looked at
KEY = re.compile(r'"((?:[^"\\]|\\.){1,60})"\s*:')
DECODER = json.JSONDecoder()
OBJECTS = 3
BETWEEN = re.compile(r"[\s,]*")
LOCAL_FILE = struct.Struct("<4sHHHHHIIIHH")  # of a zip: signature, version, flags, method, time, date, crc, packed, size, name, extra
CELL_TEXT = re.compile(r"<t(?:\s[^>]*)?>([^<]{1,60})</t>")
SHEET_PARTS = (b"xl/sharedStrings.xml", b"xl/worksheets/sheet1.xml")
PART = 1 << 16  # bytes of a sheet that are unpacked


def columns(sample: Sample) -> frozenset[str]:
    """The columns of a table file: the header of CSV and Excel, the names in the first objects of JSON and JSON Lines."""
    if sample.header is not None:
        return frozenset(sample.header)
    return _columns(sample.name, sample.head)


def names_within(sample: Sample, array: str) -> frozenset[str]:
    """The names in the first objects of the array that a JSON file has under a name; none where it begins with no object."""
    parts = re.split(rf'"{re.escape(array)}"\s*:\s*\[\s*(?={{)', decoded_head(sample.head), maxsplit=1)
    return _names_of_first_objects(parts[1]) if len(parts) > 1 else frozenset()


def tables(sample: Sample) -> dict[str, frozenset[str]]:
    """The tables a SQLite file declares, each with the words of its declaration, which are its columns among others."""
    return _tables(sample.head) if sample.head.startswith(SQLITE) else {}


@lru_cache(maxsize=2)
def _columns(name: str, head: bytes) -> frozenset[str]:
    shape = table.shape(name, head)
    if shape in ("json", "jsonl"):
        return _names_of_first_objects(decoded_head(head))
    return _cells_of_sheet(head) if shape == "excel" else frozenset()


def _names_of_first_objects(text: str) -> frozenset[str]:
    """More than one is looked at, since any of them may be odd."""
    names: frozenset[str] = frozenset()
    start = text.find("{")
    for _ in range(OBJECTS):
        if text[start : start + 1] != "{":
            break
        try:
            found, end = DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):  # it goes on beyond what is looked at, or is damaged
            return names or frozenset(KEY.findall(text, start))
        names |= frozenset(found)
        start = BETWEEN.match(text, end).end()  # type: ignore[union-attr]
    return names


@lru_cache(maxsize=2)
def _tables(head: bytes) -> dict[str, frozenset[str]]:
    text = head.decode("utf-8", "replace")
    found = list(CREATED.finditer(text))
    starts = [*(match.start() for match in found), len(text)]
    declared = {}
    for match, end in zip(found, starts[1:], strict=True):
        declaration = text[match.end() : min(end, match.end() + LONGEST_DECLARATION)]
        declared[match[1]] = frozenset(re.findall(r"\w+", declaration))
    return declared


def _cells_of_sheet(head: bytes) -> frozenset[str]:
    """The first texts of an Excel file, its header among them, where the part that holds them begins within the first bytes."""
    place, texts = 0, []
    while place + LOCAL_FILE.size <= len(head):
        signature, _, flags, method, _, _, _, packed, _, name_length, extra_length = LOCAL_FILE.unpack_from(head, place)
        name = head[place + LOCAL_FILE.size :][:name_length]
        start = place + LOCAL_FILE.size + name_length + extra_length
        if signature != b"PK\x03\x04":
            break
        if name in SHEET_PARTS:
            texts += CELL_TEXT.findall(_unpacked(head[start:], method).decode("utf-8", "replace"))
        if flags & 8 and not packed:  # its length stands behind it
            break
        place = start + packed
    return frozenset(texts)


def _unpacked(part: bytes, method: int) -> bytes:
    if method == 0:
        return part[:PART]
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(part, PART)
    except zlib.error:
        return b""
