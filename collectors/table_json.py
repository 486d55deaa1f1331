"""JSON and JSON Lines, object by object: damage costs the object it touches."""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Any

import orjson

from collectors.cells import CHUNK, bytes_of, canonical, mended, text_of
from collectors.formats import Broken, Origin, Record, Source

LONGEST_ITEM = 1 << 26
DECODER = json.JSONDecoder(parse_constant=lambda name: None)
DIGITS_AS_0 = bytes(ord("0") if byte in b"0123456789" else byte for byte in range(256))
BEYOND_64_BITS = b"0" * 19
BLANK = re.compile(r"\s*")
SPACE = re.compile(r"[\s,]*")
BRACKETS = re.compile(r"[\s,\[\]]*")
OBJECT_IN_ARRAY = re.compile(r"[,\[}]\s*(?=\{)")
NEXT_OBJECT = re.compile(r"\s*,\s*(?=\{)")
CLOSING = re.compile(r"\s*\]\s*")
NESTING = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[{\]}]', re.DOTALL)
LOOKED_AT = 100  # objects
NEAR_THE_END = 16  # characters in which a word, a number or an escape may be cut off


def json_records(source: Source, origin: Origin, by_line: bool) -> Iterator[Record | Broken]:
    with text_of(source, origin) as (text, _):
        yield from records_of_json(_lines_of_json(text) if by_line else json_items(JsonText(text)), source, origin)


def records_of_json(items: Iterable[tuple[Any, str]], source: Source, origin: Origin) -> Iterator[Record | Broken]:
    """Records of JSON values, each with the text it was read from. Only objects are records; None is what could not be read."""
    odd = 0
    for number, (item, told) in enumerate(items, 1):
        if not isinstance(item, dict):
            reason = "this is no JSON object" if item is not None else "this is no JSON: it is damaged or cut off"
            yield Broken(number=number, reason=reason, body=bytes_of(told, "utf-8"))
            continue
        try:
            body = canonical(item)
            if b"\\u" in body and mended(item) != item:
                odd += 1
                item = mended(item)
        except RecursionError:
            yield Broken(number=number, reason="this is nested too deep for a record", body=bytes_of(told, "utf-8"))
            continue
        # Escapes and whole numbers beyond 64 bits are read otherwise.
        in_body = b"\\u" not in body and not may_be_beyond_64_bits(told)
        yield Record(number=number, cells=item, body=body, in_body=in_body)
    if odd:
        origin.warn(f"{source.name}: records with what is no character: {odd}; it is shown as \ufffd, the archive keeps it")


def may_be_beyond_64_bits(told: str) -> bool:
    """Whether 19 digits stand in a row. orjson makes floats of such whole numbers, and an id loses its last digits. Ten times as fast as
    a pattern, on every line of a file."""
    return BEYOND_64_BITS in told.encode("utf-8", "surrogatepass").translate(DIGITS_AS_0)


def _lines_of_json(text: IO[str]) -> Iterator[tuple[Any, str]]:
    for line in text:
        line = line.strip("\ufeff \t\r\n")
        if line:
            yield _loaded(line), line


def _loaded(line: str) -> Any:
    """A JSON value; None when it is none."""
    try:
        return _tolerant(line) if may_be_beyond_64_bits(line) else orjson.loads(line)
    except ValueError:  # orjson knows neither lone surrogates nor NaN
        return _tolerant(line)


def _tolerant(line: str) -> Any:
    try:
        return DECODER.decode(line)
    except (ValueError, RecursionError):
        return None


def _is_like(item: Any, like: frozenset[str]) -> bool:
    return len(like & item.keys()) * 5 >= len(like) * 4


class TooDeep(ValueError):
    """A value that is nested deeper than can be read."""


class JsonText:
    """A JSON text, of which only a part is in memory, and the place that was read up to."""

    def __init__(self, text: IO[str]):
        self.text = text
        self.part, self.place, self.wanted = text.read(CHUNK).lstrip("\ufeff"), 0, CHUNK

    def skip(self, pattern: re.Pattern[str] = SPACE) -> str:
        """Goes over what a pattern of single characters matches; the character that stands there then, "" at the end."""
        while True:
            match = pattern.match(self.part, self.place)
            self.place = match.end() if match else self.place
            if self.place < len(self.part) or not self.more():
                return self.part[self.place : self.place + 1]

    def more(self) -> bool:
        """Reads on and forgets what lies behind; not when the text ends, nor when one item has become too long."""
        more = self.text.read(self.wanted) if len(self.part) - self.place < LONGEST_ITEM else ""
        self.part, self.place, self.wanted = self.part[self.place :] + more, 0, self.wanted * 2
        return bool(more)

    def value(self) -> tuple[Any, str]:
        """The value that begins here, and its text. Raises ValueError, and stays, where none can be read."""
        while True:
            try:
                item, end = DECODER.raw_decode(self.part, self.place)
            except RecursionError as reason:
                raise TooDeep from reason
            except json.JSONDecodeError as reason:
                if not self.cut(reason) or not self.more():
                    raise
                continue
            # A number may go on in what is not read yet.
            if end == len(self.part) and self.part[end - 1] not in '}"]' and self.more():
                continue
            told = self.part[self.place : end]
            self.place, self.wanted = end, CHUNK
            return item, told

    def cut(self, reason: json.JSONDecodeError) -> bool:
        """Whether an error may come from the end of what is in memory."""
        return reason.pos + NEAR_THE_END > len(self.part) or reason.msg.startswith("Unterminated")

    def lost(self, like: frozenset[str], within: bool) -> str:
        """Goes to the next object of an array that has most of the names in `like`, or that leads to one which does or to the end of the
        array, else to the end; the text between. `within` as for `json_items`."""
        behind, like, ended = 1, like or self.largest(), False
        while True:
            unsure, passed = len(self.part), -1
            for match in OBJECT_IN_ARRAY.finditer(self.part, self.place + behind):
                if match.end() <= passed:
                    continue
                leads, passed = self.leads(match, like, within, ended)
                if leads:
                    told, self.place, self.wanted = self.part[self.place : match.end()], match.end(), CHUNK
                    return told
                if leads is None:
                    unsure = min(unsure, match.start())
            if ended:
                told, self.place, self.wanted = self.part[self.place :], len(self.part), CHUNK
                return told
            behind = max(1, min(unsure, len(self.part) - NEAR_THE_END) - self.place)
            ended = not self.more()

    def leads(self, match: re.Match[str], like: frozenset[str], within: bool, ended: bool) -> tuple[bool | None, int]:
        """Whether an object of that kind stands here, or objects one behind the other up to such a one or to the end of the array: with few
        names, they are of it too. None where what follows is not in memory yet. And where the last of them stands."""
        place = match.end()
        while True:
            try:
                item, end = DECODER.raw_decode(self.part, place)
            except RecursionError:
                return False, place
            except json.JSONDecodeError as reason:
                return (None if self.cut(reason) and not ended else False), place
            if _is_like(item, like):
                return True, place
            follows = NEXT_OBJECT.match(self.part, end)
            if follows is None:
                # Those that are the first of an array stand within the damaged object.
                return self.closes(end, within, ended) and match[0][0] != "[", place
            place = follows.end()

    def closes(self, end: int, within: bool, ended: bool) -> bool | None:
        """Whether the array ends here; None where what follows is not in memory yet. An array within a damaged object ends with a bracket
        too: that the document ends behind it tells them apart."""
        closing = CLOSING.match(self.part, end)
        if not ended:
            return False if closing is None and self.part[end:].strip(" \t\r\n,") else None
        if closing is None:
            return False
        if not within:
            return closing.end() == len(self.part)
        try:
            rest = "{" + self.part[closing.end() :].removeprefix(",")
            return not rest[DECODER.raw_decode(rest)[1] :].strip()
        except (ValueError, RecursionError):
            return False

    def nested(self) -> str:
        """Goes past the value that begins here by its brackets alone, as it is nested too deep to be read; "" where they do not end."""
        depth, place = 0, self.place
        while True:
            for match in NESTING.finditer(self.part, place):
                depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
                if depth <= 0:
                    told, self.place, self.wanted = self.part[self.place : match.end()], match.end(), CHUNK
                    return told
            depth, place = 0, 0
            if not self.more():
                return ""

    def largest(self) -> frozenset[str]:
        """The names in the largest of the next objects: where the first of an array is damaged, the others tell what it was like. Those
        that stand within others are smaller."""
        names, length = frozenset[str](), 0
        for match in islice(OBJECT_IN_ARRAY.finditer(self.part, self.place + 1), LOOKED_AT):
            try:
                item, end = DECODER.raw_decode(self.part, match.end())
            except (ValueError, RecursionError):
                continue
            if end - match.end() > length:
                names, length = frozenset(item), end - match.end()
        return names


def json_items(text: JsonText, within: bool = False) -> Iterator[tuple[Any, str]]:
    """The values of a JSON array, or of a file of objects one after the other, each with its text; `within` ends with the array that
    the text stands in. What is damaged is one None: reading goes on with the next object that is like the one before it."""
    names: frozenset[str] = frozenset()
    twice = False  # whether two objects had them: one alone may be damaged and still be JSON
    while sign := text.skip(SPACE if within else BRACKETS):
        if within and sign == "]":
            text.place += 1
            if text.skip() != "{":
                return
        elif within and sign == "[":
            text.place += 1
            continue
        try:
            item, told = text.value()
        except ValueError as reason:
            told = (text.nested() if isinstance(reason, TooDeep) else "") or text.lost(names if twice else frozenset(), within)
            if told.strip():
                yield None, told[:CHUNK]
            continue
        if isinstance(item, dict):
            if len(names & item.keys()) * 2 >= len(names):
                names, twice = frozenset(item), bool(names)
        elif text.skip(BLANK) == ":":  # the name of a member: the object's brace is gone
            item, told = None, told + text.lost(names if twice else frozenset(), within)
        yield item, told
