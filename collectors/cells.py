"""Cells and texts of files, before anything is known of what they tell: encodings, canonical form, what cannot be text."""

import codecs
import io
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import orjson

from collectors.formats import Source

HEAD = 1 << 18  # what is looked at to tell a file's shape
CHUNK = 1 << 20
LONGEST_CELL = 1 << 24  # characters; more is a quote that is never closed
NO_CHARACTER = re.compile("[\0\ud800-\udfff]")


def canonical(cells: Any) -> bytes:
    """Compact JSON with sorted keys. What UTF-8 cannot hold stands as an escape."""
    try:
        return orjson.dumps(cells, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # surrogates, or whole numbers beyond 64 bits
        told = json.dumps(cells, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return told.encode("utf-8", "backslashreplace")


def encoding(source: Source) -> str:
    """The encoding of a text file, by its mark or by the first part that is not plain ASCII."""
    with source.open() as file:
        part = file.read(CHUNK)
        if part.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        while part.isascii() and part:
            part = file.read(CHUNK)
    return _encoding_of(part)


@contextmanager
def text_of(source: Source) -> Iterator[tuple[IO[str], str]]:
    """A text file, decoded, and its encoding. Bytes that are not valid in it become U+DC80 to U+DCFF (`mended`)."""
    name = encoding(source)
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
    """UTF-8 or GB18030. A UTF-8 text with a few damaged bytes stays UTF-8; GB18030 read as UTF-8 is damaged nearly everywhere."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(part)
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8-sig"
    damaged, sound = _damage(part, "utf-8")
    if damaged > sound and not part.startswith(codecs.BOM_UTF8):  # GB18030 read as UTF-8: three times as many, or more
        chinese_damaged, _ = _damage(part, "gb18030")
        if chinese_damaged < damaged:
            return "gb18030"
    return "utf-8-sig"


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
