"""Excel files and `info.json` of Spider_XHS (cv-cat): notes of Xiaohongshu, a row a note or a file a note.

An Excel file has Chinese columns and texts throughout: lists as Python writes them ("['画画', '线稿']"), "None" for nothing. `info.json`
has the same under English names. Times are China time to the second. An empty count is not told, 未知 is no place. There is no capture
time.
`detail.txt`, beside each `info.json`, says the same in words and is left out.

An Excel file is known by its header as far as that stands in its first 256 kB; a larger one is named with --format.

Both were seen as the tool wrote them.
"""

import ast
from collections.abc import Iterator
from typing import Any

from collectors import beginnings, table
from collectors.carries import Carries
from collectors.counts import count
from collectors.formats import Broken, Origin, Record, Sample, Source
from collectors.hashtags import mentions_in, topics_in
from collectors.told import Told, identifier, place, rows, when, words

NAME = "spider-xhs"
PLATFORM = "xiaohongshu"
CARRIES = Carries(
    tool="Spider_XHS", files=("Excel", "JSON"), holds=("posts",), platforms=("xiaohongshu",), grain=("second",),
    counts=("likes", "comments", "favourites", "shares"), account=("id",), region=("posts",), known_from="written",
)  # fmt: skip

IN_EXCEL = {
    "note_id": "笔记id",
    "note_url": "笔记url",
    "user_id": "用户id",
    "nickname": "昵称",
    "avatar": "头像url",
    "title": "标题",
    "desc": "描述",
    "liked_count": "点赞数量",
    "collected_count": "收藏数量",
    "comment_count": "评论数量",
    "share_count": "分享数量",
    "tags": "标签",
    "upload_time": "上传时间",
    "ip_location": "ip归属地",
}
EXCEL = frozenset({"笔记id", "笔记类型", "上传时间"})
INFO = frozenset({"note_id", "note_type", "home_url", "upload_time"})
LONGEST_LIST = 1 << 16


def recognises(sample: Sample) -> bool:
    names = beginnings.columns(sample)
    return names >= EXCEL or names >= INFO or not_imported(sample) is not None


def not_imported(sample: Sample) -> str | None:
    is_detail = sample.name == "detail.txt" or sample.name.startswith("detail_")
    return "texts beside info.json of Spider_XHS" if is_detail and sample.head.startswith("笔记id:".encode()) else None


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    yield from table.records(source, origin)


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    cells = record.cells
    is_info = "note_id" in cells

    def get(name: str) -> Any:
        return cells.get(name) if is_info else cells.get(IN_EXCEL[name])

    text = words(get("desc"))
    named, in_text = _listed(get("tags")), topics_in(text) if text else ()
    told = Told(
        platform=PLATFORM,
        post_id=identifier(get("note_id")),
        url=words(get("note_url")),
        author_id=identifier(get("user_id")),
        author_name=words(get("nickname")),
        avatar_url=words(get("avatar")),
        title=words(get("title")),
        text=text,
        published=when(get("upload_time"), origin),
        kind="original",
        hashtags=None if named is None and not text else tuple(dict.fromkeys((*(named or ()), *in_text))),
        mentions=mentions_in(text) if text else None,
        mentions_from_text=True,
        region=place(get("ip_location")),
        likes=count(get("liked_count")),
        favourites=count(get("collected_count")),
        comments=count(get("comment_count")),
        shares=count(get("share_count")),
    )
    yield from rows(told, format=NAME, sha256=record.sha256, origin=origin)


def _listed(cell: Any) -> tuple[str, ...] | None:
    """The names in a list, or in one that Python wrote as text. What is no such list is not told."""
    if isinstance(cell, str) and len(cell) < LONGEST_LIST:
        try:
            cell = ast.literal_eval(cell.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    if not isinstance(cell, list):
        return None
    return tuple(name for part in cell if isinstance(part, str) and (name := part.strip()))
