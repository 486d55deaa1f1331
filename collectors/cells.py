"""Cells and texts of files, before anything is known of what they tell: encodings, canonical form, what cannot be text."""

import codecs
import io
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import orjson

from collectors.formats import Origin, Source

HEAD = 1 << 18  # what is looked at to tell a file's shape
CHUNK = 1 << 20
EXACT_DIGITS = 15  # what a spreadsheet keeps of a number
LONGEST_CELL = 1 << 24  # characters; more is a quote that is never closed
ASCII = bytes(range(128))
FEW = 16  # bytes; GB18030 of more is no valid UTF-8
NO_CHARACTER = re.compile("[\0\ud800-\udfff]")
SHOWN_AS = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "gb18030": "GB18030", "cp950": "Big5"}
# Where GB18030 has the characters of GB2312, and Big5 its signs and the 5,401 frequent characters.
FREQUENT = {"gb18030": re.compile(rb"[\xa1-\xa9\xb0-\xf7][\xa1-\xfe]"), "cp950": re.compile(rb"[\xa1-\xc6].")}


def canonical(cells: Any) -> bytes:
    """Compact JSON with sorted keys. What UTF-8 cannot hold stands as an escape."""
    try:
        return orjson.dumps(cells, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # surrogates, or whole numbers beyond 64 bits
        told = json.dumps(cells, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return told.encode("utf-8", "backslashreplace")


def encoding(source: Source) -> str:
    """The encoding of a text file, by its mark or by the first part that is not plain ASCII."""
    return _told_encoding(source)[0]


def _told_encoding(source: Source) -> tuple[str, bytes]:
    """The encoding of a text file, and the part that tells it."""
    with source.open() as file:
        part = file.read(CHUNK)
        if part.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16", part
        while part.isascii() and part:
            part = file.read(CHUNK)
    return _encoding_of(part), part


@contextmanager
def text_of(source: Source, origin: Origin) -> Iterator[tuple[IO[str], str]]:
    """A text file, decoded, and its encoding. Bytes that are not valid in it become U+DC80 to U+DCFF (`mended`)."""
    name, part = _told_encoding(source)
    if name == "utf-8-sig" and _may_be_chinese(part):
        origin.warn(
            f"{source.name}: read as UTF-8, and its few signs can be GB18030 too, as Excel in China writes it; if its texts look wrong, "
            "save it as UTF-8 and import it"
        )
    if name == "cp950":
        origin.warn(
            f"{source.name}: read as Big5, as Traditional Chinese Excel writes it; if its texts look wrong, save it as UTF-8 and import it"
        )
    errors = "replace" if name == "utf-16" else "surrogateescape"
    with source.open() as file:
        yield io.TextIOWrapper(_buffered(file), name, errors, newline=""), name


def mended(cell: Any) -> Any:
    """A cell as text that can be stored: U+FFFD for what is no character."""
    if isinstance(cell, str):
        return NO_CHARACTER.sub("\ufffd", cell)
    if isinstance(cell, dict):
        return {mended(name): mended(value) for name, value in cell.items()}
    if isinstance(cell, list):
        return [mended(value) for value in cell]
    return cell


def file_name(name: str) -> str:
    """A file's name or path as text. One that is not UTF-8 is read as GB18030: so were names packed on a Chinese Windows."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "backslashreplace")
    return name


def decoded_head(head: bytes) -> str:
    """The first bytes of a text file as text; what is cut at the end or is no text becomes U+FFFD."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return codecs.getincrementaldecoder("utf-16")("replace").decode(head)
    return codecs.getincrementaldecoder(_encoding_of(head))("replace").decode(head)


def _encoding_of(part: bytes) -> str:
    """UTF-8, GB18030 or Big5. A UTF-8 text with a few damaged bytes stays UTF-8; the others read as UTF-8 are damaged nearly everywhere."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(part)
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8-sig"
    if part.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if _is_frequent_chinese(part):
        return "gb18030"
    damaged, sound = _damage(part, "utf-8")
    chinese_damaged, _ = _damage(part, "gb18030")
    # GB18030 read as UTF-8: three times as many damaged as sound, or more.
    return _chinese_encoding(part) if damaged > sound and chinese_damaged < damaged else "utf-8-sig"


def _may_be_chinese(part: bytes) -> bool:
    """Whether a text that is valid UTF-8 has so few characters that it is as likely GB18030."""
    return 0 < len(part.translate(None, ASCII)) <= FEW and not part.startswith(codecs.BOM_UTF8) and _is_frequent_chinese(part)


def _is_frequent_chinese(part: bytes) -> bool:
    """Whether a text read as GB18030 is whole and of frequent characters: hardly any other text is."""
    return _damage(part, "gb18030")[0] == 0 and _rare(part, "gb18030") == 0


def _chinese_encoding(part: bytes) -> str:
    """Big5 where GB18030 makes two rare characters or more of the text, and more than twice as many as Big5; else GB18030."""
    rare = _rare(part, "gb18030")
    return "cp950" if rare >= 2 and rare > 2 * _rare(part, "cp950") else "gb18030"


def _rare(part: bytes, name: str) -> int:
    """How many characters are rare in an encoding, or none of it."""
    text = codecs.getincrementaldecoder(name)("replace").decode(part)
    frequent = FREQUENT[name].fullmatch
    return sum(number for sign, number in Counter(text).items() if not (sign.isascii() or frequent(sign.encode(name, "replace"))))


def _damage(part: bytes, name: str) -> tuple[int, int]:
    text = codecs.getincrementaldecoder(name)("replace").decode(part)
    damaged = text.count("\ufffd")
    return damaged, sum(not c.isascii() for c in text) - damaged


def _buffered(file: IO[bytes]) -> Any:
    return file if isinstance(file, io.BufferedIOBase) else io.BufferedReader(file, CHUNK)  # type: ignore[type-var]


def bytes_of(text: str, name: str) -> bytes:
    try:
        return text.encode(name.removesuffix("-sig"), "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")
