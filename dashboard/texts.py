"""Every string of ours, in both languages. The catalogues lie beside this file: texts_en.toml, texts_zh.toml."""

import tomllib
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


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of a language by their dotted keys."""
    told = tomllib.loads((Path(__file__).parent / f"texts_{language}.toml").read_text(encoding="utf-8"))
    return dict(_flat(told))


def _flat(told: dict[str, Any], before: str = ""):
    for key, value in told.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield before + key, value
