"""Every string of ours, in both languages. The catalogues lie beside this file: texts_en.toml, texts_zh.toml."""

import re
import string
import tomllib
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

LANGUAGES = {"en": "English", "zh": "简体中文"}
# What stands behind who or what a sentence is of, between sentences, and between the parts of a list.
SIGNS = {"en": (": ", "; ", ", "), "zh": ("：", "；", "、")}
WRITTEN = ("reason", "odd", "part", "fault", "asked")  # families of sentences that rows or errors hold in English
PARTS = {"error", "kind", "remedy", "says", "what", "why"}  # placeholders that may be filled with such sentences
DEEPEST = 3  # sentences within sentences: a name in one may be made to look like many
MOST_PARTS = 12  # of a fault with the sign between faults in a value
FULL_STOP = ". "
LONGEST_REMEDY = 2  # sentences
COUNTED = re.compile(r"([\d,]+) (.+)", re.DOTALL)
COUNTS = re.compile(r", (?=[\d,]*\d )")  # what stands between two of them


class Texts:
    """The catalogue in one language."""

    def __init__(self, language: str):
        self.language = language
        self._told = catalogue(language)

    def __call__(self, key: str, /, **values: Any) -> str:
        """The text of a key, with its {placeholders} filled in."""
        return self._told[key].format(**values)

    def of(self, family: str, value: Any) -> str:
        """Our word for a value that rows hold, such as a platform; the value itself where we have none, "" for none."""
        return self._told.get(f"{family}.{value}", value) if isinstance(value, str) else ""

    def either(self, usual: str, chinese: Any) -> str:
        """What a campaign file says, in Chinese where that is this language and the file says so."""
        return chinese if self.language == "zh" and isinstance(chinese, str) and chinese else usual

    def reason(self, told: str) -> str:
        """A reason that rows hold, in this language; one that is no sentence of ours stays as it is, between backticks."""
        return self._sentence(told) or f"`{told}`"

    def warning(self, told: str) -> str:
        """A warning that rows hold, in this language; one that is no sentence of ours as it stands."""
        return self._sentence(told) or told

    def asked(self, told: str) -> str:
        """What a run asked for: a few wordings of ours; what a user or a file called it stays as it is."""
        return next((self(key) for key, text in catalogue("en").items() if text == told and key.startswith("asked.")), told)

    def fault(self, told: str) -> str:
        """All that is wrong with a file, one thing after the other; a value in it may hold the sign that stands between them."""
        sign, parts, shown = SIGNS["en"][1], told.split(SIGNS["en"][1]), []
        while parts:
            heads = ((number, self._sentence(sign.join(parts[:number]))) for number in range(1, min(len(parts), MOST_PARTS) + 1))
            number, said = next(((number, said) for number, said in heads if said), (1, None))
            shown.append((said or parts[0], bool(said)))
            del parts[:number]
        between = [SIGNS[self.language][1] if one and other else sign for (_, one), (_, other) in pairwise(shown)]
        return "".join(text + after for (text, _), after in zip(shown, [*between, ""], strict=True))

    def _sentence(self, told: str, depth: int = 0) -> str | None:
        """A sentence of ours, by itself or behind who or what it is of: "a.har: search: the answer is empty"."""
        if depth > DEEPEST:
            return None
        sign, _, _ = SIGNS["en"]
        parts = told.split(sign, 4)
        for number in range(len(parts)):
            if said := self._by_itself(sign.join(parts[number:]), depth):
                of = (self.of("endpoint", part) for part in parts[:number])
                return SIGNS[self.language][0].join([*of, said])
        return None

    def _by_itself(self, told: str, depth: int) -> str | None:
        for key, words, shape in _sentences():
            if words in told and (found := shape.fullmatch(told)):
                parts = self._apart(found.groupdict(), depth + 1)
                return self(key, **{name: self._part(name, value, depth + 1) for name, value in parts.items()})
        return None

    def _apart(self, parts: dict[str, str], depth: int) -> dict[str, str]:
        """What a platform says may hold the sign between it and our remedy, which is the last sentence or two."""
        if "remedy" not in parts:
            return parts
        told = FULL_STOP.join([parts["says"], parts["remedy"]]).split(FULL_STOP)
        for number in range(1, min(len(told), LONGEST_REMEDY + 1)):
            if self._sentence(remedy := FULL_STOP.join(told[-number:]), depth):
                return {**parts, "says": FULL_STOP.join(told[:-number]), "remedy": remedy}
        return parts

    def _part(self, name: str, told: str, depth: int) -> str:
        """What fills a placeholder. It may be a sentence itself, or count some: "3 answers of other sites, 1 profiles of accounts"."""
        if name not in PARTS:
            return told
        counted = [COUNTED.fullmatch(one) for one in COUNTS.split(told)] if name == "what" else [None]
        parts = [self("sentence.so_many", number=one[1], what=self._sentence(one[2], depth) or one[2]) for one in counted if one]
        return SIGNS[self.language][2].join(parts) if len(parts) == len(counted) else self._sentence(told, depth) or told


def width(text: str) -> int:
    """How many columns a text fills: a Chinese character two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of a language by their dotted keys."""
    told = tomllib.loads((Path(__file__).parent / f"texts_{language}.toml").read_text(encoding="utf-8"))
    return dict(_flat(told))


@cache
def _sentences() -> list[tuple[str, str, re.Pattern[str]]]:
    """The keys of the sentences that rows hold, the longest words of each, and what it looks like in English; those that say most
    first."""
    told = [(key, list(string.Formatter().parse(text))) for key, text in catalogue("en").items() if key.partition(".")[0] in WRITTEN]
    told.sort(key=lambda sentence: -sum(len(words) for words, *_ in sentence[1]))
    found = []
    for key, parts in told:
        shape = "".join(re.escape(words) + (f"(?P<{name}>.+?)" if name else "") for words, name, *_ in parts)
        found.append((key, max((words for words, *_ in parts), key=len), re.compile(shape, re.DOTALL)))
    return found


def _flat(told: dict[str, Any], before: str = ""):
    for key, value in told.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield before + key, value
