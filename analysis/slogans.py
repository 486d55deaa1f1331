"""Slogans in texts, however they are written: 别拿画喂AI, 別拿畫餵Ａ1, 别 拿 画 · 喂 al！

Two texts are one when what is left of them is: each character unified (NFKC), in lower case, traditional as simplified, and
all but letters and digits dropped. Beyond that, "AI" may be written with a 1 or an l. Characters are taken one by one, so that a
slogan becomes one regular expression that finds it in a text as stored; `holds` says the same in plain steps.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from opencc import OpenCC

BETWEEN = r"[^\p{L}\p{N}]*"  # what may stand between two characters of a slogan
LOOKS_LIKE_I = "i1l"
AI = re.compile("a[i1l]")


def plain(text: str) -> str:
    """What is compared of a text: its letters and digits, unified, in lower case, simplified; each "a1" and "al" as "ai"."""
    return AI.sub("ai", "".join(_plain_character(character) for character in text))


def holds(text: str, slogans: Iterable[str]) -> bool:
    """Whether a text shows one of the slogans."""
    there = plain(text)
    return any(bool(slogan) and slogan in there for slogan in map(plain, slogans))


def pattern(slogans: Iterable[str]) -> str:
    """A regular expression (RE2) that finds any of these wordings in a text as stored; one that finds nothing where there is none."""
    return _any(slogans, BETWEEN)


def letters_pattern(slogans: Iterable[str]) -> str:
    """The same for a text of which only letters and digits are left: a sixth of the time for several wordings."""
    return _any(slogans, "")


def _any(slogans: Iterable[str], between: str) -> str:
    found = [_pattern(slogan, between) for slogan in dict.fromkeys(map(plain, slogans)) if slogan]
    return "|".join(found) or r"[^\s\S]"


def _pattern(slogan: str, between: str) -> str:
    classes = []
    for place, character in enumerate(slogan):
        after_a = character == "i" and slogan[place - 1 : place] == "a"
        written = {form for one in (LOOKS_LIKE_I if after_a else character) for form in _forms().get(one, [one])}
        classes.append("[" + "".join(f"\\x{{{ord(form):x}}}" for form in sorted(written)) + "]")
    return between.join(classes)


@cache
def _plain_character(character: str) -> str:
    """One letter or digit, or nothing. A sign that stands for several letters stays itself: it is part of no slogan."""
    if not _is_letter_or_digit(character):
        return ""
    unified = unicodedata.normalize("NFKC", character).lower()
    return _simplifier().convert(unified) if len(unified) == 1 else character


@cache
def _forms() -> dict[str, list[str]]:
    """Each character of the basic plane under what it is compared as."""
    forms: dict[str, list[str]] = {}
    written = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    letters = [character for character in written if _is_letter_or_digit(character)]
    unified = [unicodedata.normalize("NFKC", letter).lower() for letter in letters]
    simplified = _simplifier().convert("\n".join(unified)).split("\n")
    for letter, one, simple in zip(letters, unified, simplified, strict=True):
        forms.setdefault(simple if len(one) == 1 else letter, []).append(letter)
    return forms


def _is_letter_or_digit(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")
