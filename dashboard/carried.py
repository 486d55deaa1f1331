"""What the formats carry, in words: on the page "Add data", and as the tables of README.md and docs/bring-your-data.md.

The tables are written from the declarations in `collectors/formats/` by `python -m dashboard.carried`; a test fails where they are stale.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

from collectors.carries import OF_POSTS, Carries
from collectors.formats import formats
from dashboard.texts import Texts

ROOT = Path(__file__).parent.parent
BEGIN = "<!-- Written by: python -m dashboard.carried -->"
END = "<!-- end of what is written -->"


def carried(texts: Texts, told: Carries) -> str:
    """What files of a format carry, in one line."""
    parts = [_list(texts, "holds", told.holds)]
    if told.platforms:
        parts.append(_list(texts, "platform", told.platforms))
    if told.counts:
        parts.append(texts("carried.counts", counts=_list(texts, "count", told.counts)))
    if told.grain:
        parts.append(texts("carried.grain", grain=_list(texts, "grain", told.grain)))
    if told.account:
        parts.append(texts("carried.account", account=_list(texts, "account", told.account)))
    parts += [texts.of("tells", name) for name in _tells(told)]
    if told.by_columns:
        parts.append(texts("carried.by_columns"))
    return "; ".join(parts) if texts.language == "en" else "；".join(parts)


def _tells(told: Carries) -> Iterator[str]:
    if told.region:
        yield "region" if "posts" in told.region else "region_of_comments"
    yield from (name for name in ("followers", "captured", "original", "gone") if getattr(told, name))


def lacking(texts: Texts, told: Carries) -> list[str]:
    """What cannot be said from such files, a sentence each."""
    return [texts.of("lacks", name) for name in told.lacks()]


def sureness(texts: Texts, told: Carries) -> str:
    """How the format is known, and of which of its files none was ever seen."""
    known = texts.of("known_from", told.known_from)
    if not told.unseen:
        return known
    unseen = [texts.of("holds", name) if name in OF_POSTS or name == "accounts" else texts.of("platform", name) for name in told.unseen]
    return f"{known} {texts('carried.unseen', what=_join(texts, unseen))}"


def _list(texts: Texts, family: str, values: Iterable[str]) -> str:
    return _join(texts, (texts.of(family, value) for value in values))


def _join(texts: Texts, words: Iterable[str]) -> str:
    return (", " if texts.language == "en" else "、").join(words)


def short_table() -> str:
    """The README's table: a line a format."""
    texts = Texts("en")
    lines = ["| files of | kinds | hold | cannot tell | known from |", "|---|---|---|---|---|"]
    for module in _in_order():
        told = module.CARRIES
        lacks = ", ".join(texts.of("lacks_short", name) for name in told.lacks()) or "–"
        cells = (f"{told.tool} (`{module.NAME}`)", ", ".join(told.files), _list(texts, "holds", told.holds), lacks)
        lines.append(f"| {' | '.join(cells)} | {texts.of('known_short', told.known_from)} |")
    return "\n".join(lines)


def long_table() -> str:
    """The table of docs/bring-your-data.md: all that is declared."""
    texts = Texts("en")
    lines = []
    for module in _in_order():
        told = module.CARRIES
        lines += [f"**{told.tool}**, `--format {module.NAME}`, {', '.join(told.files)}", "", f"* Carries: {carried(texts, told)}."]
        lines += [f"* {sentence}" for sentence in lacking(texts, told)]
        lines += [f"* Known from: {sureness(texts, told)}", ""]
    return "\n".join(lines).rstrip()


def _in_order() -> list[ModuleType]:
    """Tools by name, then what is no tool of its own."""
    return sorted(formats(), key=lambda module: (module.CARRIES.known_from == "defined", module.CARRIES.tool.lower(), module.NAME))


TABLES = {ROOT / "README.md": short_table, ROOT / "docs" / "bring-your-data.md": long_table}


def written(text: str, table: str) -> str:
    """A document with the table in its place."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"


if __name__ == "__main__":
    for document, table in TABLES.items():
        document.write_text(written(document.read_text(encoding="utf-8"), table()), encoding="utf-8")
