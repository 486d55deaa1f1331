"""The database of XHS-Downloader (JoeanAmier), `ExploreData.db`: notes of Xiaohongshu whose pictures somebody saved.

Its table explore_data has Chinese columns. Times are written as 2031-04-27_10:20:30 by the clock of the machine that saved the note, whose
zone is not told: --zone, China without it. A count that the page did not show is -1, what else it did not show is 未知 or "Unknown".
Tags are joined by spaces and name more than topics. The place of an account is not kept.

From the field list, never seen. The other databases of the tool (ids of what was saved, names of accounts) are left out.
"""

from collections.abc import Iterator
from typing import Any

from collectors import beginnings, sqlite_tables
from collectors.carries import Carries
from collectors.counts import NOT_TOLD, Count, count
from collectors.formats import Broken, Origin, Record, Sample, Source
from collectors.hashtags import mentions_in, topics_in
from collectors.times import Moment
from collectors.told import Told, identifier, rows, when, words

NAME = "xhs-downloader"
PLATFORM = "xiaohongshu"
CARRIES = Carries(
    tool="XHS-Downloader", files=("SQLite",), holds=("posts",), platforms=("xiaohongshu",), grain=("second",),
    counts=("likes", "comments", "favourites", "shares"), account=("id",), captured=True, known_from="listed",
)  # fmt: skip

STATEMENTS = {"explore_data": "select * from explore_data"}
OWN = frozenset({"作品ID", "点赞数量", "作者ID"})
OTHER_DATABASES = frozenset({"explore_id", "mapping_data"})
NOT_SHOWN = frozenset({"-1", "未知", "Unknown"})


def recognises(sample: Sample) -> bool:
    return beginnings.tables(sample).get("explore_data", frozenset()) >= OWN or not_imported(sample) is not None


def not_imported(sample: Sample) -> str | None:
    declared = beginnings.tables(sample).keys()
    return "lists of what XHS-Downloader has saved" if declared and declared <= OTHER_DATABASES else None


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    yield from sqlite_tables.records(source, origin, STATEMENTS)


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    get = record.cells.get
    text = words(get("作品描述"))
    in_text = topics_in(text) if text else ()
    named = words(get("作品标签"))
    told = Told(
        platform=PLATFORM,
        post_id=identifier(get("作品ID")),
        url=words(get("作品链接")),
        author_id=identifier(get("作者ID")),
        author_name=words(get("作者昵称")),
        title=words(get("作品标题")),
        text=text,
        published=_time(get("发布时间"), origin),
        seen=_time(get("采集时间"), origin),
        kind="original",
        hashtags=tuple(dict.fromkeys((*in_text, *(named.split() if named else ())))) if text or named else None,
        mentions=mentions_in(text) if text else None,
        mentions_from_text=True,
        likes=_count(get("点赞数量")),
        favourites=_count(get("收藏数量")),
        comments=_count(get("评论数量")),
        shares=_count(get("分享数量")),
    )
    yield from rows(told, format=NAME, sha256=record.sha256, origin=origin)


def _time(cell: Any, origin: Origin) -> Moment | None:
    return None if words(cell) in NOT_SHOWN else when(cell, origin)


def _count(cell: Any) -> Count:
    return NOT_TOLD if words(cell) in NOT_SHOWN else count(cell)
