"""Every string of ours, in both languages. The catalogues lie beside this file: texts_en.toml, texts_zh.toml."""

import re
import string
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = {"en": "English", "zh": "简体中文"}


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

    def reason(self, told: str) -> str:
        """A reason that rows hold, in this language; one that is no sentence of ours stays as it is, between backticks."""
        return self._sentence("reason", told) or f"`{told}`"

    def warning(self, told: str) -> str:
        """A warning that rows hold, in this language; one that is no sentence of ours as it stands."""
        return self._sentence("odd", told) or told

    def _sentence(self, family: str, told: str) -> str | None:
        for key, sentence in _sentences(family):
            if found := sentence.fullmatch(told):
                return self(key, **found.groupdict())
        return None


def width(text: str) -> int:
    """How many columns a text fills: a Chinese character two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of a language by their dotted keys."""
    told = tomllib.loads((Path(__file__).parent / f"texts_{language}.toml").read_text(encoding="utf-8"))
    return dict(_flat(told))


@cache
def _sentences(family: str) -> list[tuple[str, re.Pattern[str]]]:
    """The keys of a family, with what its English sentences look like that rows hold; those that say most first."""
    told = [(key, list(string.Formatter().parse(text))) for key, text in catalogue("en").items() if key.startswith(f"{family}.")]
    told.sort(key=lambda sentence: -sum(len(words) for words, *_ in sentence[1]))
    shapes = [(key, "".join(re.escape(words) + (f"(?P<{name}>.+)" if name else "") for words, name, *_ in parts)) for key, parts in told]
    return [(key, re.compile(shape, re.DOTALL)) for key, shape in shapes]


def _flat(told: dict[str, Any], before: str = ""):
    for key, value in told.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield before + key, value
