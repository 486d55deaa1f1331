"""Slogans in texts, however they are written: 别拿画喂AI, 別拿畫餵Ａ1, 别 拿 画 · 喂 al！

Two texts are one when what is left of them is: each character unified (NFKC), in lower case, traditional as simplified, and
all but letters and digits dropped. Beyond that, "AI" may be written with a 1 or an l. Where a slogan begins or ends in a Latin letter,
a word must begin or end there: 抵制AI is not in 抵制Airbnb. Characters are taken one by one, so that a slogan becomes one regular
expression that finds it in a text as stored; `holds` says the same in plain steps.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import product

from data.tags import simplified

BETWEEN = r"[^\p{L}\p{N}]*"  # what may stand between two characters of a slogan
LOOKS_LIKE_I = "i1l"
AI = re.compile("a[i1l]")
NOTHING = r"[^\s\S]"


def plain(text: str) -> str:
    """What is compared of a text: its letters and digits, unified, in lower case, simplified; each "a1" and "al" as "ai"."""
    return AI.sub("ai", "".join(_plain_character(character) for character in text))


def holds(text: str, slogans: Iterable[str]) -> bool:
    """Whether a text shows one of the slogans."""
    there, places = plain(text), [place for place, character in enumerate(text) if _plain_character(character)]
    return any(
        _is_whole(slogan, text[: places[start]], text[places[start + len(slogan) - 1] + 1 :])
        for slogan in map(plain, slogans)
        for start in range(len(there))
        if slogan and there.startswith(slogan, start)
    )


def _is_whole(slogan: str, before: str, after: str) -> bool:
    """Whether no word goes on beyond the slogan."""
    latin = _latin()
    return not (slogan[0] in latin and before[-1:] in latin) and not (slogan[-1] in latin and after[:1] in latin)


def pattern(slogans: Iterable[str]) -> str:
    """A regular expression (RE2) that finds any of these wordings in a text as stored; one that finds nothing where there is none. One
    of its four groups holds what it found, without what stands beside it."""
    return _any(slogans, BETWEEN)


def letters_pattern(slogans: Iterable[str]) -> str:
    """The same for a text in which one space stands for all that is between its letters and digits: a sixth of the time for several
    wordings."""
    return _any(slogans, " ?")


def _any(slogans: Iterable[str], between: str) -> str:
    latin = _latin()
    found = [slogan for slogan in dict.fromkeys(map(plain, slogans)) if slogan]
    groups = []
    for begins, ends in product((False, True), repeat=2):
        here = [slogan for slogan in found if (slogan[0] in latin, slogan[-1] in latin) == (begins, ends)]
        written = "|".join(_pattern(slogan, between) for slogan in here) or NOTHING
        groups.append(f"{_no_letter('^') if begins else ''}({written}){_no_letter('$') if ends else ''}")
    return "|".join(groups)


def _pattern(slogan: str, between: str) -> str:
    classes = []
    for place, character in enumerate(slogan):
        after_a = character == "i" and slogan[place - 1 : place] == "a"
        written = {form for one in (LOOKS_LIKE_I if after_a else character) for form in _forms().get(one, [one])}
        classes.append(f"[{_listed(written)}]")
    return between.join(classes)


@cache
def _plain_character(character: str) -> str:
    """One letter or digit, or nothing. A sign that stands for several letters stays itself: it is part of no slogan."""
    if not _is_letter_or_digit(character):
        return ""
    unified = unicodedata.normalize("NFKC", character).lower()
    return simplified(unified) if len(unified) == 1 else character


@cache
def _forms() -> dict[str, list[str]]:
    """Each character of the basic plane under what it is compared as."""
    forms: dict[str, list[str]] = {}
    written = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    letters = [character for character in written if _is_letter_or_digit(character)]
    unified = [unicodedata.normalize("NFKC", letter).lower() for letter in letters]
    compared = simplified("\n".join(unified)).split("\n")
    for letter, one, simple in zip(letters, unified, compared, strict=True):
        forms.setdefault(simple if len(one) == 1 else letter, []).append(letter)
    return forms


@cache
def _latin() -> frozenset[str]:
    """The Latin letters of the basic plane, in which one word may go on from one to the next."""
    letters = (chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000)
    return frozenset(letter for letter in letters if letter.isalpha() and "LATIN" in unicodedata.name(letter, ""))


@cache
def _no_letter(edge: str) -> str:
    """The edge of a text, or a character that is no Latin letter."""
    return f"(?:{edge}|[^{_listed(_latin())}])"


def _listed(characters: Iterable[str]) -> str:
    return "".join(f"\\x{{{ord(character):x}}}" for character in sorted(characters))


def _is_letter_or_digit(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"
