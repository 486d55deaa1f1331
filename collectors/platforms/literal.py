"""Reads a JavaScript literal, as pages embed their state: `window.__INITIAL_STATE__={"note":undefined,'a':[1,,2],}`.

It is no JSON: bare `undefined`, NaN and Infinity, single quotes, trailing commas, holes, comments, keys without quotes, escapes such
as \\x41 and \\u{1F3E0}, and calls such as `new Date("…")`, of which the first argument is taken. Nothing is ever run. What JSON
cannot hold (undefined, NaN, Infinity) becomes None; the word "undefined" inside a text stays the word it is.
"""

import re
from typing import Any

DEEPEST = 200  # levels; pages have about twenty
BETWEEN = re.compile(r"(?:[\s\ufeff]+|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
NUMBER = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)n?(?![\w$])")
NAME = re.compile(r"[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*")
TEXTS = {quote: re.compile(rf"[^{quote}\\]*+(?:\\.[^{quote}\\]*+)*+{quote}", re.DOTALL) for quote in "\"'`"}
ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|.)", re.DOTALL)
PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": "", "\r": ""}
WORDS = {"true": True, "false": False, "null": None, "undefined": None, "NaN": None, "Infinity": None}


def read_literal(text: str, place: int = 0) -> Any:
    """The value that begins at `place`; what follows it is not looked at. Raises ValueError where there is none."""
    return _Reader(text).value(place, 0)[0]


def state_of(page: str, name: str) -> Any:
    """The value that a page's script gives to `name` ("window.__INITIAL_STATE__"), None where no script does. Raises ValueError where
    it cannot be read: the page was cut off or damaged."""
    in_script = False  # a title may hold the same words
    for found in re.finditer(rf"<(/?)script\b|(?<![\w$.]){re.escape(name)}\s*=(?!=)", page, re.IGNORECASE):
        if found[1] is not None:
            in_script = not found[1]
        elif in_script:
            return read_literal(page, found.end())
    return None


class _Reader:
    def __init__(self, text: str):
        self.text = text

    def value(self, place: int, depth: int) -> tuple[Any, int]:
        """The value at `place` and where it ends."""
        if depth > DEEPEST:
            raise ValueError(f"the page's state is nested more than {DEEPEST} levels deep")
        text, place = self.text, self.skip(place)
        first = text[place : place + 1]
        if first == "{":
            return self.object(place + 1, depth)
        if first == "[":
            return self.array(place + 1, depth, "]")
        if first in TEXTS:
            return self.string(place)
        if number := NUMBER.match(text, place):
            return _number(number[0]), number.end()
        if first and first in "+-!":  # -Infinity, !0
            value, place = self.value(place + 1, depth + 1)
            return (not value if first == "!" else value), place
        return self.word(place, depth)

    def skip(self, place: int) -> int:
        between = BETWEEN.match(self.text, place)
        return between.end() if between else place

    def string(self, place: int) -> tuple[str, int]:
        quote = self.text[place]
        body = TEXTS[quote].match(self.text, place + 1)
        if body is None:
            raise ValueError("the page's state ends in the middle of a text: the page was cut off")
        return _unescaped(body[0][:-1]), body.end()

    def object(self, place: int, depth: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        while True:
            place = self.skip(place)
            if self.text.startswith("}", place):
                return found, place + 1
            name, place = self.key(place)
            place = self.expect(":", place)
            found[name], place = self.value(place, depth + 1)
            place = self.skip(place)
            if self.text.startswith(",", place):
                place += 1
            elif not self.text.startswith("}", place):
                raise self.unread(place)

    def key(self, place: int) -> tuple[str, int]:
        if self.text[place : place + 1] in ("'", '"'):
            return self.string(place)
        if name := NAME.match(self.text, place):
            return name[0], name.end()
        if number := NUMBER.match(self.text, place):
            return number[0], number.end()
        raise self.unread(place)

    def array(self, place: int, depth: int, closing: str) -> tuple[list[Any], int]:
        found: list[Any] = []
        while True:
            place = self.skip(place)
            if self.text.startswith(closing, place):
                return found, place + 1
            if self.text.startswith(",", place):  # a hole
                found.append(None)
                place += 1
                continue
            value, place = self.value(place, depth + 1)
            found.append(value)
            place = self.skip(place)
            if self.text.startswith(",", place):
                place += 1
            elif not self.text.startswith(closing, place):
                raise self.unread(place)

    def word(self, place: int, depth: int) -> tuple[Any, int]:
        name = NAME.match(self.text, place)
        if name is None:
            raise self.unread(place)
        if name[0] in WORDS:
            return WORDS[name[0]], name.end()
        if name[0] == "void":
            return None, self.value(name.end(), depth + 1)[1]
        if name[0] == "new" and (made := NAME.match(self.text, self.skip(name.end()))):
            arguments, place = self.array(self.expect("(", made.end()), depth + 1, ")")
            return (arguments[0] if arguments else None), place
        raise self.unread(place)

    def expect(self, character: str, place: int) -> int:
        place = self.skip(place)
        if not self.text.startswith(character, place):
            raise self.unread(place)
        return place + 1

    def unread(self, place: int) -> ValueError:
        if place >= len(self.text):
            return ValueError("the page's state ends in the middle: the page was cut off")
        return ValueError(f"the page's state cannot be read from {self.text[place : place + 20]!r} on")


def _number(shown: str) -> int | float | None:
    plain = shown.rstrip("n") if not shown.lower().lstrip("+-").startswith("0x") else shown.removesuffix("n")
    sign, digits = (-1 if plain.startswith("-") else 1), plain.lstrip("+-")
    if digits[:2].lower() in ("0x", "0o", "0b"):
        return sign * int(digits, 0)
    if digits.isdigit() and len(digits) < 4000:
        return sign * int(digits)
    value = sign * float(digits)
    return value if abs(value) != float("inf") else None


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return PAIR.sub(_joined, ESCAPE.sub(_character, text))


def _character(escape: re.Match[str]) -> str:
    told = escape[1]
    if len(told) > 1 and told[0] in "ux":
        code = int(told[1:].strip("{}"), 16)
        return chr(code) if code < 0x110000 else "\ufffd"
    return SHORT.get(told, told)


def _joined(pair: re.Match[str]) -> str:
    """\\ud83c\\udfe0 is one character written as two."""
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")
