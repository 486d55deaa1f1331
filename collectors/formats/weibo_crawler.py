"""CSV, JSON and SQLite files of weibo-crawler (dataabc): what accounts posted, a file an account, or all in one database.

CSV files have had 12 columns (2019, without `bid`), 13 and more since; retweets bring "是否原创, 源用户id, 源用户昵称" and the original's
columns with "源微博" before each name. An id ends with a TAB, so that spreadsheets leave it alone. Rows are as long as what they have to
tell: an original's ends before the columns of the retweet. The account stands in the file's name alone (`<uid>.csv`), it is made part
of each record; a name such as 20310427.csv is a day's. JSON files are {"user": {…}, "weibo": […]}; the account is a record of its own.
The database has the tables weibo, comments, reposts and user.

Times are China time to the second (完整日期) or, in old files, the day. There is no capture time and no IP region. Exactly 1,000,000
stands for "100万+". An original that its author or the platform has taken away is a retweet's part, or a row of the database,
without an account.

CSV (13 columns) was seen as written by the tool, the current CSV and JSON as constructed from the field list; the database is from the
field list, never seen.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from collectors import beginnings, nested_json, sqlite_tables, table
from collectors.carries import Carries
from collectors.cells import canonical
from collectors.counts import count
from collectors.formats import Broken, Origin, Record, Sample, Source
from collectors.markup import text_of_html
from collectors.platforms.weibo import status_of
from collectors.table_csv import Columns
from collectors.times import Moment
from collectors.told import Told, identifier, listed, rows, when, words
from data.model import Author, record_id

NAME = "weibo-crawler"
PLATFORM = "weibo"
CARRIES = Carries(
    tool="weibo-crawler", files=("CSV", "JSON", "SQLite"), holds=("posts", "comments", "accounts"), platforms=("weibo",),
    grain=("second", "day"), counts=("likes", "reposts", "comments"), account=("id",), followers=True, original=True, gone=True,
    known_from="written", unseen=("SQLite", "comments"),
)  # fmt: skip

STATEMENTS = {
    "weibo": "select * from weibo",
    "comments": "select * from comments",
    "reposts": "select * from reposts",
    "user": "select * from user",
}
# The columns of a post as the database calls them, and as the CSV file does.
IN_CSV = {
    "id": "id", "bid": "bid", "text": "正文", "created_at": "日期", "full_created_at": "完整日期", "source": "工具",
    "attitudes_count": "点赞数", "comments_count": "评论数", "reposts_count": "转发数", "topics": "话题", "at_users": "@用户",
    "edit_count": "编辑次数", "user_id": "user_id",
}  # fmt: skip
OF_ORIGINAL = {name: f"源微博{chinese}" for name, chinese in IN_CSV.items()} | {"user_id": "源用户id", "screen_name": "源用户昵称"}
COLUMNS = (
    *("id", "bid", "正文", "头条文章url", "原始图片url", "视频url", "Live Photo视频url", "位置", "日期", "工具"),
    *("点赞数", "评论数", "转发数", "话题", "@用户", "完整日期", "是否编辑过", "编辑次数"),
)
CURRENT = (*COLUMNS, "是否原创", "源用户id", "源用户昵称", *(f"源微博{name}" for name in COLUMNS))
A_DATE = r"20\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?:\d{4})?"  # with hour and minute, where these are told
ACCOUNT_IN_NAME = re.compile(rf"(?!{A_DATE}(?!\d))(\d{{6,12}})(?!\d)")

Get = Callable[[str], Any]


def recognises(sample: Sample) -> bool:
    declared = beginnings.tables(sample)
    if declared:
        return {"live_photo_url", "attitudes_count"} <= declared.get("weibo", frozenset())
    names = beginnings.columns(sample)
    return {"id", "正文", "点赞数", "转发数"} <= names or {"user", "weibo"} <= names


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    head = table.head_of(source)
    if head.startswith(beginnings.SQLITE):
        yield from sqlite_tables.records(source, origin, STATEMENTS)
    elif table.shape(source.name, head) in ("json", "jsonl"):
        yield from nested_json.records(source, origin, one="user", many="weibo")
    else:
        yield from _rows_of_csv(source, origin)


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    cells = record.cells
    if "weibo_id" in cells:
        yield from rows(_told_below(cells, origin), format=NAME, sha256=record.sha256, origin=origin)
    elif "正文" in cells:
        original = {name: cell for name, cell in cells.items() if name.startswith("源")}
        yield from _post(_getter(cells, IN_CSV), original, _getter(original, OF_ORIGINAL), _kind(cells), record.sha256, origin)
    elif "retweet_id" in cells and not identifier(cells.get("user_id")):
        yield from rows(_gone(cells.get, None), format=NAME, sha256=record.sha256, origin=origin)
    elif "bid" in cells:
        original = cells["retweet"] if isinstance(cells.get("retweet"), dict) else {}
        yield from _post(cells.get, original, original.get, _kind(cells), record.sha256, origin)
    else:
        yield _account(record, origin)


def _rows_of_csv(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    account = ACCOUNT_IN_NAME.match(source.name)
    for record in table.records(source, origin, columns_of=_columns_of_version):
        if account and isinstance(record, Record) and not words(record.cells.get("user_id")):
            cells = {**record.cells, "user_id": account[1]}
            record = Record(number=record.number, cells=cells, body=canonical(cells))
        yield record


def _columns_of_version(columns: Columns, cells: int) -> Columns | None:
    """Retweets under the header of a file that was begun with originals alone; rows that end early."""
    if cells > len(columns) and columns == CURRENT[: len(columns)]:
        return CURRENT[:cells] if cells <= len(CURRENT) else None
    return table.as_far_as_told(columns, cells)


def _getter(cells: dict[str, Any], names: dict[str, str]) -> Get:
    return {name: cells[column] for name, column in names.items() if column in cells}.get


def _kind(cells: dict[str, Any]) -> str | None:
    """Original or repost; None where an old file does not tell."""
    is_original = words(cells.get("是否原创"))
    if is_original is not None:
        return "original" if is_original.lower() in ("true", "1") else "repost"
    if "retweet_id" in cells:
        return "repost" if identifier(cells["retweet_id"]) else "original"
    if "正文" in cells:
        return "repost" if identifier(cells.get("源微博id")) else None
    return "repost" if cells.get("retweet") else "original"


def _post(get: Get, original: dict[str, Any], of_original: Get, kind: str | None, sha256: str, origin: Origin) -> Iterator[Any]:
    original_id = identifier(of_original("id"))
    told = _told(get, origin, kind=kind, above=original_id or identifier(get("retweet_id")))
    yield from rows(told, format=NAME, sha256=sha256, origin=origin)
    if original_id is None:
        return
    if identifier(of_original("user_id")):
        # The same original in many retweets is the same record.
        part = Record(number=0, cells=None, body=canonical({"retweet": original}))
        told = _told(of_original, origin, kind="original", context=True)
        yield from rows(told, format=NAME, sha256=part.sha256, origin=origin)
    else:  # that it is gone was seen after the retweet was written
        yield from rows(_gone(of_original, told.published), format=NAME, sha256=sha256, origin=origin)


def _gone(get: Get, after: Moment | None) -> Told:
    wording = words(get("text"))
    status = status_of(wording)
    return Told(platform=PLATFORM, post_id=identifier(get("id")), published=after, context=True, status=status, status_wording=wording)


def _told(get: Get, origin: Origin, *, kind: str | None, above: str | None = None, context: bool = False) -> Told:
    post_id, author_id, bid = identifier(get("id")), identifier(get("user_id")), words(get("bid"))
    edits = count(get("edit_count"))
    return Told(
        platform=PLATFORM,
        post_id=post_id,
        url=_address(post_id, author_id, bid),
        author_id=author_id,
        author_name=words(get("screen_name")),
        text=_text(get("text")),
        published=when(get("full_created_at"), origin, post_id) or when(get("created_at"), origin, post_id),
        kind=kind,
        parent_id=above,
        root_id=above,
        hashtags=listed(get("topics")),
        mentions=listed(get("at_users")),
        source_client=words(get("source")),
        likes=count(get("attitudes_count"), True),
        reposts=count(get("reposts_count"), True),
        comments=count(get("comments_count"), True),
        extra=orjson.dumps({"edit_count": edits.value}).decode() if edits.value else None,
        context=context,
    )


def _told_below(cells: dict[str, Any], origin: Origin) -> Told:
    """A row of the tables comments and reposts: what stands under the post `weibo_id`."""
    get = cells.get
    is_comment = "root_id" in cells
    post_id, post, first = identifier(get("id")), identifier(get("weibo_id")), identifier(get("root_id"))
    author_id = identifier(get("user_id"))
    answered = first if first and first != post_id else None
    return Told(
        platform=PLATFORM,
        is_comment=is_comment,
        post_id=post_id,
        url=None if is_comment else _address(post_id, author_id, words(get("bid"))),
        author_id=author_id,
        author_name=words(get("user_screen_name")),
        avatar_url=words(get("user_avatar_url")),
        text=_text(get("text")),
        published=when(get("created_at"), origin, post_id),
        kind="comment" if is_comment else "repost",
        parent_id=answered or post,
        parent_is_comment=answered is not None,
        root_id=post,
        likes=count(get("like_count"), True),
    )


def _address(post_id: str | None, author_id: str | None, bid: str | None) -> str | None:
    if author_id and bid:
        return f"https://weibo.com/{author_id}/{bid}"
    return f"https://m.weibo.cn/detail/{post_id}" if post_id else None


def _text(cell: Any) -> str | None:
    shown = words(cell)
    return (text_of_html(shown) or None) if shown and "</" in shown else shown


def _account(record: Record, origin: Origin) -> Author:
    get = record.cells.get
    author_id = identifier(get("id"))
    if author_id is None:
        raise ValueError("the record is neither a post nor an account: it has no id")
    followers = count(get("followers_count", get("follower_count")), True)
    verified = get("verified")
    registered = when(get("registration_time", get("reg_date")), origin)
    return Author(
        record_id=record_id(NAME, record.sha256, PLATFORM, author_id),
        platform=PLATFORM,
        author_key=origin.author_key(PLATFORM, author_id),
        author_id=author_id,
        seen_at_basis="import",
        name=words(get("screen_name")) or words(get("nick_name")),
        followers=followers.value,
        followers_grain=followers.grain,
        posts=count(get("statuses_count"), True).value,
        verified=verified if isinstance(verified, bool) else None,
        registered_at=registered.at if registered else None,
        avatar_url=words(get("avatar_hd")) or words(get("avatar_url")),
        bio=words(get("description")) or words(get("bio")),
        region=words(get("location")),
        run_id=origin.run_id,
    )
