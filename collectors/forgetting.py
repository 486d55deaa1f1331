"""Forgetting a person or a post everywhere: log, quarantine and archive."""

from typing import Any

import orjson

from collectors import archive
from data.forget import Forgotten, Taken, forget_quarantined, references
from data.forget import forget as forget_in_log
from data.home import Home
from data.log import Log


def forget(home: Home, *, author: str | None = None, post: str | None = None) -> tuple[Taken, int]:
    """What was taken out of the log, and how many records of the archive were destroyed with their salt: theirs, those of
    unreadable records that tell their id, and what nothing refers to."""
    tables = home.archive / "tables"
    taken = forget_in_log(home, author=author, post=post)
    log = Log(home.log)
    forgotten = Forgotten(home, log)
    forget_quarantined(home, lambda ref: forgotten.stands_in(told_in(archive.read(tables, ref))))
    kept = references(log)
    return taken, archive.erase(tables, lambda place, body: place in taken.places or place not in kept)


def told_in(body: bytes | None) -> Any:
    """The values of an archived record; its words where it is no JSON."""
    try:
        return orjson.loads(body or b"null")
    except ValueError:
        return (body or b"").decode(errors="replace").replace(",", " ").split()
