"""JSON files that hold their records in an array within an object, such as {"user": {…}, "weibo": [{…}, …]}, read item by item.

Memory does not grow with the file, and damage costs the item it touches.
"""

import re
from collections.abc import Iterator
from typing import IO, Any

from collectors.cells import text_of
from collectors.formats import Broken, Origin, Record, Source
from collectors.table_json import JsonText, json_items, records_of_json

CLOSING = re.compile(r"[\s,\]}]*")
COLON = re.compile(r"[\s:]*")


def records(source: Source, origin: Origin, *, many: str, one: str | None = None) -> Iterator[Record | Broken]:
    """The object under the name `one`, where there is one, and those of the array under `many`, as they stand in the file."""
    with text_of(source, origin) as (text, _):
        yield from records_of_json(_items(text, one, many), source, origin)


def _items(file: IO[str], one: str | None, many: str) -> Iterator[tuple[Any, str]]:
    text = JsonText(file)
    text.skip()
    text.place += 1  # the brace
    array = re.compile(rf'"{re.escape(many)}"\s*:\s*\[')
    while text.skip() not in ("", "}"):
        try:
            name, told = text.value()
            if not isinstance(name, str):
                text.place -= len(told)
                break
            if text.skip(COLON) == "[" and name == many:
                text.place += 1
                yield from json_items(text, within=True)
                continue
            value, told = text.value()
        except ValueError:
            found = array.search(text.part, text.place)
            while not found and text.more():
                found = array.search(text.part, text.place)
            if not found:
                break
            yield None, text.part[text.place : found.start()]
            text.place = found.end()
            yield from json_items(text, within=True)
            continue
        if name == one:
            yield value, told
    if text.skip(CLOSING):  # an object that lost its opening brace has ended the array too early
        yield from json_items(text)
