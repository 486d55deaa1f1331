"""Files of MediaCrawler (NanmiCoder): CSV, Excel, JSON, JSON Lines and SQLite; posts, comments and accounts of seven platforms.

Two editions. Up to 30 June 2026 a record tells user_id, avatar and ip_location. Since then it tells `creator_hash`, the first 16
digits of SHA-256(user_id), and a masked nickname (首***尾) instead; accounts are no longer written. Both are read, and an account
that is hashed in one file and plain in another is one account.

`last_modify_ts` is when the record was captured. Counts are text as the platform shows it. Weibo, Douyin, Bilibili and Zhihu tell
seconds since 1970, Xiaohongshu and Kuaishou milliseconds, Tieba a China time without a zone. Retweets tell nothing of their
original but the chain in their text.

Samples of Weibo and Xiaohongshu posts were seen as constructed from the field list; the rest is from the field list, never seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from collectors import beginnings, sqlite_tables, table
from collectors.carries import Carries
from collectors.counts import NOT_TOLD, Count, count
from collectors.formats import Broken, Origin, Record, Sample, Source
from collectors.hashtags import mentions_in, tags_in, topics_in
from collectors.table_excel import columns_of_sheets, is_excel
from collectors.told import Told, identifier, listed, place, rows, when, words
from data.model import Author, record_id

NAME = "mediacrawler"
CARRIES = Carries(
    tool="MediaCrawler", files=("CSV", "Excel", "JSON", "JSON Lines", "SQLite"), holds=("posts", "comments", "accounts"),
    platforms=("weibo", "xiaohongshu", "douyin", "bilibili", "kuaishou", "tieba", "zhihu"), grain=("second", "minute"),
    counts=("likes", "reposts", "comments", "favourites", "views", "shares"), account=("id", "hash"), followers=True,
    region=("posts", "comments"), captured=True, known_from="described",
    unseen=("Excel", "comments", "accounts", "douyin", "bilibili", "kuaishou", "tieba", "zhihu"),
)  # fmt: skip

STATEMENTS = {
    "weibo_note": "select * from weibo_note",
    "weibo_note_comment": "select * from weibo_note_comment",
    "weibo_creator": "select * from weibo_creator",
    "xhs_note": "select * from xhs_note",
    "xhs_note_comment": "select * from xhs_note_comment",
    "xhs_creator": "select * from xhs_creator",
    "douyin_aweme": "select * from douyin_aweme",
    "douyin_aweme_comment": "select * from douyin_aweme_comment",
    "bilibili_video": "select * from bilibili_video",
    "bilibili_video_comment": "select * from bilibili_video_comment",
    "kuaishou_video": "select * from kuaishou_video",
    "kuaishou_video_comment": "select * from kuaishou_video_comment",
    "tieba_note": "select * from tieba_note",
    "tieba_comment": "select * from tieba_comment",
    "zhihu_content": "select * from zhihu_content",
    "zhihu_comment": "select * from zhihu_comment",
}
# One of each stands in every record.
WRITER = frozenset({"last_modify_ts", "creator_hash"})
NICKNAME = frozenset({"nickname", "user_nickname"})
TAGGED_IN_TEXT = frozenset({"weibo", "xiaohongshu"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """The columns of one kind of record, and by which it is known: those it has, those it has not. `under` is the post that a
    comment stands under."""

    platform: str
    has: frozenset[str]
    lacks: frozenset[str] = frozenset()
    post_id: str
    under: str | None = None
    title: str | None = None
    text: str
    published: str = "create_time"
    url: str | None = None
    author_name: str = "nickname"
    avatar_url: str = "avatar"
    bio: str | None = None
    hashtags: str | None = None
    likes: str | None = None
    reposts: str | None = None
    comments: str | None = None
    favourites: str | None = None
    views: str | None = None
    shares: str | None = None
    extra: tuple[str, ...] = ()


def _names(told: str) -> frozenset[str]:
    return frozenset(told.split())


KINDS = (
    Columns(
        platform="weibo", has=_names("note_id content comments_count shared_count"), post_id="note_id", text="content", url="note_url",
        likes="liked_count", comments="comments_count", reposts="shared_count",
    ),
    Columns(
        platform="weibo", has=_names("comment_id note_id content comment_like_count"), post_id="comment_id", under="note_id",
        text="content", likes="comment_like_count", comments="sub_comment_count",
    ),
    Columns(
        platform="xiaohongshu", has=_names("note_id desc collected_count"), post_id="note_id", title="title", text="desc",
        published="time", url="note_url", hashtags="tag_list", likes="liked_count", favourites="collected_count",
        comments="comment_count", shares="share_count",
    ),
    Columns(
        platform="xiaohongshu", has=_names("comment_id note_id content"), lacks=_names("tieba_name comment_like_count create_date_time"),
        post_id="comment_id", under="note_id", text="content", likes="like_count", comments="sub_comment_count",
    ),
    Columns(
        platform="douyin", has=_names("aweme_id aweme_type desc"), post_id="aweme_id", title="title", text="desc", url="aweme_url",
        bio="user_signature", likes="liked_count", favourites="collected_count", comments="comment_count", shares="share_count",
    ),
    Columns(
        platform="douyin", has=_names("comment_id aweme_id content"), post_id="comment_id", under="aweme_id", text="content",
        bio="user_signature", likes="like_count", comments="sub_comment_count",
    ),
    Columns(
        platform="bilibili", has=_names("video_id video_play_count"), post_id="video_id", title="title", text="desc", url="video_url",
        likes="liked_count", views="video_play_count", favourites="video_favorite_count", shares="video_share_count",
        comments="video_comment", extra=("video_coin_count", "video_danmaku", "disliked_count"),
    ),
    Columns(
        platform="bilibili", has=_names("comment_id video_id content parent_comment_id"), post_id="comment_id", under="video_id",
        text="content", bio="sign", likes="like_count", comments="sub_comment_count",
    ),
    Columns(
        platform="kuaishou", has=_names("video_id viewd_count"), post_id="video_id", title="title", text="desc", url="video_url",
        likes="liked_count", views="viewd_count",
    ),
    Columns(
        platform="kuaishou", has=_names("comment_id video_id content"), lacks=_names("parent_comment_id"), post_id="comment_id",
        under="video_id", text="content", comments="sub_comment_count",
    ),
    Columns(
        platform="tieba", has=_names("note_id total_replay_num"), post_id="note_id", title="title", text="desc",
        published="publish_time", url="note_url", author_name="user_nickname", avatar_url="user_avatar", comments="total_replay_num",
        extra=("tieba_name",),
    ),
    Columns(
        platform="tieba", has=_names("comment_id note_id content tieba_name"), post_id="comment_id", under="note_id", text="content",
        published="publish_time", author_name="user_nickname", avatar_url="user_avatar", comments="sub_comment_count",
    ),
    Columns(
        platform="zhihu", has=_names("content_id content_type voteup_count"), post_id="content_id", title="title", text="content_text",
        published="created_time", url="content_url", author_name="user_nickname", avatar_url="user_avatar", likes="voteup_count",
        comments="comment_count", extra=("content_type", "question_id"),
    ),
    Columns(
        platform="zhihu", has=_names("comment_id content_id content"), post_id="comment_id", under="content_id", text="content",
        published="publish_time", author_name="user_nickname", avatar_url="user_avatar", likes="like_count",
        comments="sub_comment_count",
    ),
)  # fmt: skip
# Accounts: of which platform, by the columns they have and have not.
ACCOUNT = _names("user_id nickname fans follows")
ACCOUNTS: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    ("weibo", _names("tag_list"), _names("interaction")),
    ("xiaohongshu", _names("tag_list interaction"), frozenset()),
    ("douyin", _names("interaction videos_count"), frozenset()),
)


def recognises(sample: Sample) -> bool:
    declared = beginnings.tables(sample)
    if declared:
        return any(WRITER & declared[name] for name in STATEMENTS if name in declared)
    names = beginnings.columns(sample)
    return bool(WRITER & names and NICKNAME & names) and (_kind(names) is not None or _account_of(names) is not None)


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    with source.open() as file:
        is_database = file.read(len(beginnings.SQLITE)) == beginnings.SQLITE
    if is_database:
        yield from sqlite_tables.records(source, origin, STATEMENTS)
        return
    columns = dict.fromkeys(_columns_of_sheet(source))
    for record in table.records(source, origin):
        yield replace(record, cells=columns | record.cells) if columns and isinstance(record, Record) else record


def _columns_of_sheet(source: Source) -> tuple[str, ...]:
    """The columns of an Excel file's sheet: its rows do not tell those in which they are empty, and a record is known by its columns."""
    if source.columns is not None:
        return source.columns
    found = columns_of_sheets(source) if is_excel(source.name, table.head_of(source)) else {}
    return next((columns for columns in found.values() if columns), ())


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    names = tuple(record.cells)
    columns = _kind(names)
    if columns is not None:
        yield from rows(_told(record.cells, columns, origin), format=NAME, sha256=record.sha256, origin=origin)
        return
    platform = _account_of(names)
    if platform is None:
        raise ValueError("its columns are of no kind of record that MediaCrawler is known to write")
    yield _account(record, platform, origin)


@cache
def _kind(names: tuple[str, ...] | frozenset[str]) -> Columns | None:
    there = frozenset(names)
    return next((kind for kind in KINDS if kind.has <= there and not kind.lacks & there), None)


@cache
def _account_of(names: tuple[str, ...] | frozenset[str]) -> str | None:
    there = frozenset(names)
    if not there >= ACCOUNT:
        return None
    return next((platform for platform, has, lacks in ACCOUNTS if has <= there and not lacks & there), None)


def _told(cells: dict[str, Any], columns: Columns, origin: Origin) -> Told:
    get, platform = cells.get, columns.platform
    text = words(get(columns.text))
    hashtags, mentions = listed(get(columns.hashtags)) if columns.hashtags else None, None
    if platform in TAGGED_IN_TEXT and text:
        in_text = topics_in(text) if platform == "xiaohongshu" else tags_in(text)
        hashtags = in_text if hashtags is None else tuple(dict.fromkeys((*hashtags, *in_text)))
        mentions = mentions_in(text)
    under = identifier(get(columns.under)) if columns.under else None
    above = identifier(get("parent_comment_id")) if columns.under else None
    is_weibo = platform == "weibo"

    def counted(name: str | None) -> Count:
        return count(get(name), is_weibo) if name else NOT_TOLD

    return Told(
        platform=platform,
        is_comment=columns.under is not None,
        post_id=identifier(get(columns.post_id)),
        url=words(get(columns.url)) if columns.url else None,
        author_id=_author_id(cells),
        author_key=_key_of_hash(cells, platform, origin),
        author_name=words(get(columns.author_name)),
        avatar_url=words(get(columns.avatar_url)),
        bio=words(get(columns.bio)) if columns.bio else None,
        title=words(get(columns.title)) if columns.title else None,
        text=text,
        published=when(get(columns.published), origin),
        seen=when(get("last_modify_ts"), origin) or when(get("add_ts"), origin),
        kind="comment" if columns.under else "original" if platform == "xiaohongshu" else None,  # which has no reposts
        parent_id=above or under,
        parent_is_comment=above is not None,
        root_id=under,
        hashtags=hashtags,
        mentions=mentions,
        mentions_from_text=True,
        region=place(get("ip_location")),
        likes=counted(columns.likes),
        reposts=counted(columns.reposts),
        comments=counted(columns.comments),
        favourites=counted(columns.favourites),
        views=counted(columns.views),
        shares=counted(columns.shares),
        extra=_extra(cells, columns) if columns.extra else None,
    )


def _author_id(cells: dict[str, Any]) -> str | None:
    """Tieba tells an account by the address of its page alone."""
    if "user_id" in cells:
        return identifier(cells["user_id"])
    link = words(cells.get("user_link"))
    return parse_qs(urlsplit(link).query).get("id", [None])[0] if link else None


def _key_of_hash(cells: dict[str, Any], platform: str, origin: Origin) -> str | None:
    """The account's key where a record tells only a hash of its id."""
    told = words(cells.get("creator_hash"))
    return None if told is None else origin.author_key_of_hash(platform, told)


def _extra(cells: dict[str, Any], columns: Columns) -> str | None:
    told = {name: shown for name in columns.extra if (shown := words(cells.get(name)))}
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode() if told else None


def _account(record: Record, platform: str, origin: Origin) -> Author:
    get = record.cells.get
    author_id = identifier(get("user_id"))
    if author_id is None:
        raise ValueError("the account has no id")
    seen = when(get("last_modify_ts"), origin)
    followers = count(get("fans"), platform == "weibo")
    return Author(
        record_id=record_id(NAME, record.sha256, platform, author_id),
        platform=platform,
        author_key=origin.author_key(platform, author_id),
        author_id=author_id,
        seen_at=seen.at if seen else None,
        seen_at_basis="told" if seen else "import",
        name=words(get("nickname")),
        followers=followers.value,
        followers_grain=followers.grain,
        avatar_url=words(get("avatar")),
        bio=words(get("desc")),
        region=place(get("ip_location")),
        run_id=origin.run_id,
    )
