"""CSV files of 4CAT (Digital Methods Initiative): posts and comments of Xiaohongshu (RedNote) that a browser captured.

The column `timestamp` is in the zone of the 4CAT server, which the file does not tell: `unix_timestamp` is read. Of an account the name
alone is told, of the counts likes and, for comments, replies. There is no capture time. What 4CAT did not find is empty and, in
newer files, named in `missing_fields`. Hashtags are taken from the text, where there is one: the column breaks them at other signs.

Posts were seen as constructed from the field list; comments are from the field list, never seen.
"""

import re
from collections.abc import Iterator
from typing import Any

from collectors import beginnings, table
from collectors.carries import Carries
from collectors.counts import count
from collectors.formats import Broken, Origin, Record, Sample, Source
from collectors.hashtags import mentions_in, topics_in
from collectors.told import Told, identifier, listed, place, rows, when, words

NAME = "4cat"
PLATFORM = "xiaohongshu"
CARRIES = Carries(
    tool="4CAT", files=("CSV",), holds=("posts", "comments"), platforms=("xiaohongshu",), grain=("second",), counts=("likes",),
    account=("name",), region=("comments",), known_from="described", unseen=("comments",),
)  # fmt: skip

SHARED = frozenset({"id", "thread_id", "body", "author", "author_avatar_url", "likes", "unix_timestamp"})
COMMENT = frozenset({"replies", "ip_location"})
HOST = re.compile(rb"(xiaohongshu|rednote)\.com/")


def recognises(sample: Sample) -> bool:
    return beginnings.columns(sample) >= SHARED and HOST.search(sample.head) is not None


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    yield from table.records(source, origin)


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    get = record.cells.get
    is_comment = bool(COMMENT & record.cells.keys())
    text = words(get("body"))
    tags = topics_in(text) if text else ()
    shown = words(get("hashtags"))
    note = identifier(get("thread_id")) if is_comment else None
    told = Told(
        platform=PLATFORM,
        is_comment=is_comment,
        post_id=identifier(get("id")),
        url=words(get("url")),
        author_name=words(get("author")),
        avatar_url=words(get("author_avatar_url")),
        title=words(get("title")),
        text=text,
        published=when(get("unix_timestamp"), origin),
        kind="comment" if is_comment else "original",
        parent_id=note,
        root_id=note,
        hashtags=tags or listed(shown) or (() if text else None),
        mentions=mentions_in(text) if text else None,
        mentions_from_text=True,
        region=place(get("ip_location")),
        likes=count(get("likes")),
        comments=count(get("replies")),
    )
    yield from rows(told, format=NAME, sha256=record.sha256, origin=origin)
