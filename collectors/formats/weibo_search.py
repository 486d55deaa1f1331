"""CSV and SQLite files of weibo-search (dataabc): one row a post found by Weibo's search.

The tool appends to its files across runs and versions: 17 columns to `retweet_id` (2020 to 2023), then `ip`, then
`user_authentication`, then 会员类型 and 会员等级; rows of a newer version may stand under the header of an older one. Times
are China time to the minute. There is no capture time: a sighting is only known to be later than its post. A retweet names its
original in `retweet_id`; the original has a row of its own, directly before it.

The SQLite file has the same columns under English names, as far as told, never seen. A row of it is the record that the CSV file
has of the post, so that importing both adds nothing.

Forks append comment columns, one row a comment, and repeat the post in each. The comment leads such a row. The post is the same
record in all of them: its identity is that of the post's columns.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from collectors import beginnings, sqlite_tables, table
from collectors.carries import Carries
from collectors.cells import EXACT_DIGITS, HEAD, canonical
from collectors.counts import count
from collectors.formats import Broken, Origin, Record, Sample, Source
from collectors.hashtags import chain_in, tag_keys, tags_in
from collectors.markup import text_of_html
from collectors.platforms.weibo_ids import id_of_short_id
from collectors.table_csv import Columns
from collectors.times import Moment, moment, year_is_guessed
from collectors.told import UNFILLED, identifier, is_unfilled, refuse_sums, whole, without_year
from data.model import Author, Edge, Post, Sighting, id_for_record_without_id, record_id, text_sha256

NAME = "weibo-search"
PLATFORM = "weibo"
CARRIES = Carries(
    tool="weibo-search", files=("CSV", "SQLite"), holds=("posts", "comments"), platforms=("weibo",), grain=("second", "minute"),
    counts=("likes", "reposts", "comments"), account=("id",), region=("posts",), original=True, known_from="written", unseen=("SQLite",),
)  # fmt: skip

COLUMNS = (
    *("id", "bid", "user_id", "用户昵称", "微博正文", "头条文章url", "发布位置", "艾特用户", "话题"),
    *("转发数", "评论数", "点赞数", "发布时间", "发布工具", "微博图片url", "微博视频url", "retweet_id"),
    *("ip", "user_authentication", "会员类型", "会员等级"),
)
STATEMENTS = {"weibo": "select * from weibo"}
IN_DATABASE = {
    "screen_name": "用户昵称",
    "text": "微博正文",
    "article_url": "头条文章url",
    "location": "发布位置",
    "at_users": "艾特用户",
    "topics": "话题",
    "reposts_count": "转发数",
    "comments_count": "评论数",
    "attitudes_count": "点赞数",
    "created_at": "发布时间",
    "source": "发布工具",
    "pics": "微博图片url",
    "video_url": "微博视频url",
    "vip_type": "会员类型",
    "vip_level": "会员等级",
}
NOT_OF_THIS_TOOL = "live_photo_url"  # weibo-crawler's table has the same name and columns, and this one
ORDINARY = "普通用户"
VERSIONS = (17, 18, 19, 21)  # numbers of columns
# What the comment columns of forks are called. A row with none of them filled is a post alone.
COMMENT_ID = ("评论id", "评论ID", "comment_id")
COMMENT_AUTHOR_ID = ("评论人ID", "评论人id", "评论者ID", "评论者id", "评论用户ID", "评论用户id")
COMMENT_AUTHOR_NAME = ("评论人昵称", "评论者昵称", "评论用户昵称", "评论者", "评论用户")
COMMENT_TIME = ("评论时间", "评论发布时间")
COMMENT_TEXT = ("评论内容", "评论正文")
COMMENT_LIKES = ("点赞次数", "评论点赞数", "评论点赞次数")
COMMENT_REGION = ("评论ip", "评论IP", "评论人ip", "评论人IP", "评论属地")
COMMENT_COLUMNS = frozenset(
    (*COMMENT_ID, *COMMENT_AUTHOR_ID, *COMMENT_AUTHOR_NAME, *COMMENT_TIME, *COMMENT_TEXT, *COMMENT_LIKES, *COMMENT_REGION)
)

# After a change of the page the tool has read all likes as 0 (its issue 109).
ENOUGH_TO_DOUBT = 50
ENOUGH_IDS = 10  # all of them end in 0 only where they were rounded
# Keys of a record's cells that are no columns.
CONTEXT = ("context",)  # the row is the original of the retweet after it
# The id of the original of this retweet, where the one in the row may be rounded: that of the row before, or the same one, of a file with
# an id before that no spreadsheet has rounded.
ORIGINAL = ("original",)
UNREAL_ID = re.compile(r"[\d.]+E\+?\d+", re.IGNORECASE)
ROUNDED_ID = re.compile(r"\d{1,19}|\d(?:\.\d+)?E\+?1\d", re.IGNORECASE)
SHORT_ID = re.compile(r"[0-9a-zA-Z]{1,12}")
SAID = ("微博正文", "用户昵称", *COMMENT_TEXT, *COMMENT_AUTHOR_NAME)  # what people write themselves


def recognises(sample: Sample) -> bool:
    declared = beginnings.tables(sample).get("weibo", frozenset())
    if {"screen_name", "retweet_id", "attitudes_count"} <= declared and NOT_OF_THIS_TOOL not in declared:
        return True
    return sample.header is not None and {"id", "微博正文", "发布时间", "转发数"} <= set(sample.header)


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    posts = unliked = liked = whole_ids = lost = as_written = 0
    held: Record | Broken | None = None
    above = ("", "")
    for record in _rows(source, origin):
        if isinstance(record, Record):
            cells = record.cells
            likes = cells.get("点赞数")
            posts += 1
            unliked += likes == "0"
            liked += likes != "0" and bool(likes)
            told = whole(cells.get("id", ""))
            known = told if told.isdigit() and not told.endswith("0") else _unrounded(told, cells.get("bid", ""))
            whole_ids += not known.endswith("0")
            original = whole(cells.get("retweet_id", ""))
            is_below = original and original == above[0] and (original.isdigit() or len(original) > EXACT_DIGITS)
            if is_below and isinstance(held, Record):
                held = replace(held, cells={**held.cells, CONTEXT: True}, in_body=False)
                if above[1] != original or _may_be_rounded(original, told):
                    record = replace(record, cells={**cells, ORIGINAL: above[1]}, in_body=False)
            elif original and _may_be_rounded(original, told):
                if as_written:
                    record = replace(record, cells={**cells, ORIGINAL: original}, in_body=False)
                lost += not as_written
            as_written += len(told) > EXACT_DIGITS and not told.endswith("0")
            above = (told, known)
        if held is not None:
            yield held
        held = record
    if held is not None:
        yield held
    if unliked >= ENOUGH_TO_DOUBT and not liked:
        origin.warn(f"{source.name}: the likes of all posts are 0 ({unliked}); a change of Weibo's page can cause that: do not trust them")
    if posts >= ENOUGH_IDS and not whole_ids:
        origin.warn(f"{source.name}: all {posts} ids end in 0: a spreadsheet has rounded them; import the file from before that")
    if lost:
        origin.warn(
            f"{source.name}: reposts whose original is not known: {lost}; a spreadsheet may have rounded its id. "
            "Import the file from before it was opened in one"
        )


def _rows(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    with source.open() as file:
        head = file.read(HEAD)
    if table.shape(source.name, head) == "csv":
        yield from table.records(source, origin, columns_of=_columns_of_version)
        return
    is_database = head.startswith(beginnings.SQLITE)
    empty = dict.fromkeys(source.columns or (), "")  # cells of Excel, which has none where nothing stands
    for record in sqlite_tables.records(source, origin, STATEMENTS) if is_database else table.records(source, origin):
        if isinstance(record, Broken):
            yield record
            continue
        cells = {IN_DATABASE.get(name, name): "" if cell is None else str(cell) for name, cell in record.cells.items()}
        cells = {**empty, **cells}
        yield Record(number=record.number, cells=cells, body=canonical(cells))


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    if COMMENT_COLUMNS.isdisjoint(record.cells):
        return _post(_filled(record.cells), record.sha256, origin)
    return _comment_and_post(record.cells, origin)


def _comment_and_post(cells: dict[Any, Any], origin: Origin) -> Iterator[Any]:
    comment_cells = {name: cell for name, cell in cells.items() if name in COMMENT_COLUMNS}
    post_cells = {name: cell for name, cell in cells.items() if name not in COMMENT_COLUMNS and name not in (CONTEXT, ORIGINAL)}
    filled = _filled(cells)
    post = list(_post(filled, _sha256(post_cells), origin))
    told = {name: filled[name] for name in comment_cells}
    if any(cell.strip() for cell in told.values()):
        yield from _comment(told, _sha256(comment_cells), post[0], origin)
    yield from post


def _post(cells: dict[Any, Any], sha256: str, origin: Origin) -> Iterator[Any]:
    get = cells.get
    text = (get("微博正文") or "").strip() or None
    author_id = whole(get("user_id") or "") or None
    told_at = (get("发布时间") or "").strip()
    bid = (get("bid") or "").strip() or None
    told_id = whole(get("id") or "")
    post_id = _post_id(told_id, bid)
    published, grain = _moment(told_at, origin, post_id)
    if grain == "second" and told_at.endswith(":00"):
        grain = "minute"  # as the tool tells it; a spreadsheet has added the seconds
    author_name = get("用户昵称") or None
    if post_id is None:
        if not (author_id or author_name or told_at):
            refuse_sums(text)
        if not (text or author_id):
            raise ValueError("the row has neither an id nor a text nor an author")
        post_id = id_for_record_without_id(PLATFORM, author_id, told_at, text)
    url = None
    if author_id and bid:
        url = f"https://weibo.com/{author_id}/{bid}"
    elif not post_id.startswith("x"):
        url = f"https://m.weibo.cn/detail/{post_id}"

    original = identifier(get(ORIGINAL) or get("retweet_id"))
    kind = "repost" if original else None if get("retweet_id") is None else "original"
    if original and ORIGINAL not in cells and _may_be_rounded(original, told_id):
        original = None
    tags, mentions = _tags(get("话题"), text), _listed(get("艾特用户"))
    basis = "not_before" if published else "import"
    likes, reposts, comments = count(get("点赞数"), True), count(get("转发数"), True), count(get("评论数"), True)
    identity = record_id(NAME, sha256, PLATFORM, False, post_id)
    author_key = origin.author_key(PLATFORM, author_id) if author_id else None
    run_id = origin.run_id

    yield Post(
        record_id=identity,
        platform=PLATFORM,
        post_id=post_id,
        url=url,
        author_key=author_key,
        author_id=author_id,
        author_name=author_name,
        text=text,
        text_sha256=text_sha256(None, text),
        published_at=published,
        published_grain=grain,
        kind=kind,
        parent_id=original,
        root_id=original,
        hashtags=tags,
        tag_keys=tag_keys(tags) if tags else tags,
        mentions=mentions,
        region=_region(get("ip")),
        source_client=get("发布工具") or None,
        run_id=run_id,
    )
    yield Sighting(
        record_id=identity,
        platform=PLATFORM,
        post_id=post_id,
        format=NAME,
        seen_at=published,
        seen_at_basis=basis,
        context=CONTEXT in cells,
        likes=likes.value,
        likes_grain=likes.grain,
        likes_shown=likes.shown,
        reposts=reposts.value,
        reposts_grain=reposts.grain,
        reposts_shown=reposts.shown,
        comments=comments.value,
        comments_grain=comments.grain,
        comments_shown=comments.shown,
        run_id=run_id,
    )
    if author_key:
        verified_kind = get("user_authentication") or None
        yield Author(
            record_id=identity,
            platform=PLATFORM,
            author_key=author_key,
            author_id=author_id,
            seen_at=published,
            seen_at_basis=basis,
            name=author_name,
            verified=verified_kind != ORDINARY if verified_kind else None,
            verified_kind=verified_kind,
            run_id=run_id,
        )
    if original:
        yield _edge(identity, post_id, origin, to_is_comment=False, to_id=original, kind="repost", evidence="api")
    chain = chain_in(text) if text else ()
    if chain:
        yield _edge(identity, post_id, origin, to_name=chain[0], kind="repost", evidence="chain")
    for name in mentions or ():
        if name not in chain:
            yield _edge(identity, post_id, origin, to_name=name, kind="mention", evidence="api")


def _comment(told: dict[str, str], sha256: str, post: Post, origin: Origin) -> Iterator[Any]:
    author_id, author_name = _first(told, COMMENT_AUTHOR_ID), _first(told, COMMENT_AUTHOR_NAME)
    html = _first(told, COMMENT_TEXT)
    text = text_of_html(html) if html else None
    shown_at = _first(told, COMMENT_TIME)
    comment_id = _first(told, COMMENT_ID)
    published, grain = _moment(shown_at, origin, comment_id)
    if comment_id is None:
        # As shown where the year is guessed: another clock guesses another.
        time = shown_at if year_is_guessed(shown_at) else published.isoformat() if published else None
        comment_id = id_for_record_without_id(PLATFORM, author_id or author_name, time, text, comment_on=post.post_id)
    likes = count(_first(told, COMMENT_LIKES), True)
    identity = record_id(NAME, sha256, PLATFORM, True, comment_id)
    author_key = origin.author_key(PLATFORM, author_id) if author_id else None
    basis = "not_before" if published else "import"
    yield Post(
        record_id=identity,
        platform=PLATFORM,
        is_comment=True,
        post_id=comment_id,
        author_key=author_key,
        author_id=author_id,
        author_name=author_name,
        text=text,
        text_sha256=text_sha256(None, text),
        published_at=published,
        published_grain=grain,
        kind="comment",
        parent_id=post.post_id,
        root_id=post.post_id,
        region=_region(_first(told, COMMENT_REGION)),
        run_id=origin.run_id,
    )
    yield Sighting(
        record_id=identity,
        platform=PLATFORM,
        is_comment=True,
        post_id=comment_id,
        format=NAME,
        seen_at=published,
        seen_at_basis=basis,
        likes=likes.value,
        likes_grain=likes.grain,
        likes_shown=likes.shown,
        run_id=origin.run_id,
    )
    if author_key:
        yield Author(
            record_id=identity,
            platform=PLATFORM,
            author_key=author_key,
            author_id=author_id,
            seen_at=published,
            seen_at_basis=basis,
            name=author_name,
            run_id=origin.run_id,
        )
    yield Edge(
        record_id=identity,
        platform=PLATFORM,
        from_is_comment=True,
        from_id=comment_id,
        to_is_comment=False,
        to_id=post.post_id,
        kind="reply",
        evidence="api",
        run_id=origin.run_id,
    )


def _moment(told: str | None, origin: Origin, mid: str | None) -> Moment | tuple[None, None]:
    """A time of the file. It has no capture time; where the year is left out and the id tells none, the clock bounds the guess."""
    if not told:
        return None, None
    if year_is_guessed(told):
        return without_year(told, origin, zone=origin.zone, seen_at=origin.now, mid=mid)
    return moment(told, zone=origin.zone)


def _edge(identity: str, post_id: str, origin: Origin, **to: Any) -> Edge:
    return Edge(record_id=identity, platform=PLATFORM, from_id=post_id, run_id=origin.run_id, **to)


def _post_id(told: str, bid: str | None) -> str | None:
    """A post's id; None when the row tells none."""
    known = told if told.isdigit() and not told.endswith("0") else _unrounded(told, bid)
    if known.isascii() and known.isdigit():
        return known
    if not told:
        return id_of_short_id(bid) if bid and SHORT_ID.fullmatch(bid) else None
    if UNREAL_ID.fullmatch(told):
        raise ValueError(
            f"the id {told} was rounded by a spreadsheet; import the file from before it was opened in one, or export it with ids as text"
        )
    raise ValueError(f"{told[:40]!r} is not the id of a Weibo post")


def _unrounded(told: str, bid: str | None) -> str:
    """An id with all its digits. Weibo's have 16 and spreadsheets keep 15 or show fewer, cut or rounded: the short id knows better."""
    short = SHORT_ID.fullmatch((bid or "").strip())
    if not (short and ROUNDED_ID.fullmatch(told)):
        return told
    shown, exact = Decimal(told), id_of_short_id(short[0])
    unit = 10 ** max(1, int(shown.as_tuple().exponent))
    return exact if abs(int(exact) - int(shown)) < unit else told


def _may_be_rounded(original: str, told: str) -> bool:
    """Whether the id of a retweet's original may be rounded: it ends in 0, and so does the retweet's own as it is told."""
    return original.endswith("0") and told.endswith("0") and len(original) > EXACT_DIGITS < len(told)


def _filled(cells: dict[Any, Any]) -> dict[Any, Any]:
    """The cells, without the words that other programs put into empty ones."""
    if UNFILLED.isdisjoint(cells.values()):
        return cells
    return {name: "" if cell in UNFILLED and (name not in SAID or is_unfilled(cell, cells)) else cell for name, cell in cells.items()}


def _tags(told: str | None, text: str | None) -> tuple[str, ...] | None:
    """Hashtags with a comma in them cannot be told from two, unless the text shows them."""
    if told and text and "," in told and text.count("#") // 2 <= told.count(","):
        shown = tags_in(text)
        if ",".join(shown) == told:
            return shown
    return _listed(told)


def _listed(told: str | None) -> tuple[str, ...] | None:
    """The names in a comma list; None where there is no such column."""
    if not told:
        return None if told is None else ()
    return tuple(name for part in told.split(",") if (name := part.strip()))


def _region(told: str | None) -> str | None:
    return (told or "").strip().removeprefix("发布于 ").removeprefix("来自") or None


def _first(told: dict[str, str], names: tuple[str, ...]) -> str | None:
    for name in names:
        if cell := told.get(name, "").strip():
            return cell
    return None


def _sha256(cells: dict[str, str]) -> str:
    return hashlib.sha256(canonical(cells)).hexdigest()


def _columns_of_version(columns: Columns, cells: int) -> Columns | None:
    """Rows of another version of the tool than the one that wrote the header."""
    return COLUMNS[:cells] if cells in VERSIONS and columns == COLUMNS[: len(columns)] else None
