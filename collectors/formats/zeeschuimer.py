"""NDJSON of the browser extension Zeeschuimer: what a researcher's own browser was shown of Xiaohongshu, and the same inside 4CAT.

A line is {nav_index, item_id, timestamp_collected, source_platform, source_platform_url, source_url, user_agent, data}; 4CAT keeps that
envelope as `__import_meta` inside the item. `data` is one of

* an entry of a list as the interface sent it, with `note_card`;
* a video of an account's page, the note itself;
* a note as it stood in a page, under `note`, in camelCase;
* what could be read off a page's HTML (`_zs-origin`): title, author's name, likes;
* a tile without anything of a post in it, which is refused;

and of the module for comments, a comment with the replies that stand within it. Lists tell neither time nor text: both stay not told,
the time of capture is never a time of publication. Captures of other platforms are left out.

Seen as constructed from the field list; comments are from the field list, never seen.
"""

import re
from collections.abc import Iterator
from typing import Any

from collectors import beginnings, table
from collectors.carries import Carries
from collectors.counts import count
from collectors.formats import Broken, Origin, Record, Sample, Source
from collectors.platforms import Item, xiaohongshu
from collectors.told import Told, identifier, rows, when, words

NAME = "zeeschuimer"
PLATFORM = "xiaohongshu"
CARRIES = Carries(
    tool="Zeeschuimer", files=("NDJSON",), holds=("posts", "comments"), platforms=("xiaohongshu",), grain=("second",),
    counts=("likes", "comments", "favourites", "shares"), account=("id", "name"), region=("posts", "comments"), captured=True,
    known_from="described", unseen=("comments",),
)  # fmt: skip

ENVELOPE = frozenset({"timestamp_collected", "source_platform", "data"})
META = "__import_meta"  # the same envelope within 4CAT
TOLD_PLATFORM = re.compile(rb'"source_platform"\s*:\s*"([\w.\- ]{1,60})"')
OURS = ("xiaohongshu", "rednote")


def recognises(sample: Sample) -> bool:
    names = beginnings.columns(sample)
    return names >= ENVELOPE or META in names


def not_imported(sample: Sample) -> str | None:
    told = TOLD_PLATFORM.search(sample.head)
    platform = told[1].decode() if told else ""
    return f"captures of {platform} by Zeeschuimer" if platform and not platform.startswith(OURS) else None


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    yield from table.records(source, origin)


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    cells = record.cells
    envelope, data = cells, cells.get("data")
    if META in cells:
        envelope, data = cells[META], {name: value for name, value in cells.items() if name != META}
    whole = isinstance(envelope, dict) and isinstance(data, dict)
    if not whole:
        raise ValueError("the line holds no captured item")
    seen = when(envelope.get("timestamp_collected"), origin)
    surface = next((name for key in ("source_url", "source_platform_url") if (name := _endpoint(envelope.get(key)))), None)

    def item(kind: str, told: dict[str, Any], about: str | None = None) -> Item:
        return Item(kind=kind, told=told, about=about, surface=surface or NAME, seen_at=seen.at if seen else None)

    if "content" in data and ("sub_comment_count" in data or "subCommentCount" in data):
        yield from _comments(data, item, record.sha256, origin)
        return
    if data.get("_zs-origin") == "html":
        told = Told(
            platform=PLATFORM,
            post_id=identifier(data.get("id")),
            url=f"https://www.xiaohongshu.com/explore/{identifier(data.get('id'))}",
            author_name=words(data.get("author_name")),
            avatar_url=words(data.get("author_avatar_url")),
            title=words(data.get("title")),
            seen=seen,
            kind="original",
            likes=count(data.get("likes")),
            surface=surface,
        )
        yield from rows(told, format=NAME, sha256=record.sha256, origin=origin)
        return
    note = next((data[name] for name in ("note_card", "note") if isinstance(data.get(name), dict)), data)
    if note is data and not isinstance(data.get("user"), dict):
        raise ValueError("the line is a tile alone: it holds nothing of a post")
    note_id = identifier(data.get("id")) or identifier(data.get("note_id")) or identifier(envelope.get("item_id"))
    yield from xiaohongshu.rows(item("note", {**note, "note_id": note_id}), format=NAME, sha256=record.sha256, origin=origin)


def _comments(comment: dict[str, Any], item: Any, sha256: str, origin: Origin) -> Iterator[Any]:
    """A comment and the replies within it."""
    note = identifier(comment.get("note_id")) or identifier(comment.get("noteId"))
    replies = next((comment[name] for name in ("sub_comments", "subComments") if isinstance(comment.get(name), list)), ())
    yield from xiaohongshu.rows(item("comment", comment, note), format=NAME, sha256=sha256, origin=origin)
    for reply in replies:
        if isinstance(reply, dict):
            told = {**reply, "under": identifier(comment.get("id"))}
            yield from xiaohongshu.rows(item("comment", told, note), format=NAME, sha256=sha256, origin=origin)


def _endpoint(address: Any) -> str | None:
    shown = words(address)
    return xiaohongshu.endpoint(shown) if shown else None
