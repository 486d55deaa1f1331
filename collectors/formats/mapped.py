"""Any table (CSV, Excel, JSON Lines, JSON array, Parquet) by a column mapping:

    platform = "weibo"
    kind = "post"              # or "comment"
    zone = "Asia/Shanghai"     # of times that tell none

    [columns]                  # what is wanted = the column that tells it
    post_id = "微博id"
    text = "正文"
    published_at = "发布时间"

For JSON a dotted name reaches into an object: `author_name = "user.nickname"`. What no column tells is not told, with one
exception: hashtags and @names stand in the text of Weibo and Xiaohongshu posts by those platforms' own syntax.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, islice
from math import inf
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from collectors import table
from collectors.carries import Carries
from collectors.columns import TARGETS, guess_columns, guess_platform, unread_time
from collectors.counts import NOTHING, count
from collectors.formats import Broken, Origin, Record, Sample, Source
from collectors.hashtags import chain_in, mentions_in, tag_keys, tags_in, topics_in
from collectors.post_ids import id_in_address, whole_id
from collectors.times import Moment, moment, year_is_guessed
from collectors.told import UNFILLED, identifier, is_unfilled, place, refuse_sums, without_year
from data.campaign import likely_platform
from data.errors import Unreadable, WrongUsage
from data.model import COUNTS, Author, Edge, Post, Sighting, id_for_record_without_id, record_id, text_sha256
from data.tags import LINKED

NAME = "mapped"
PRIORITY = 0
CARRIES = Carries(
    tool="any table", files=("CSV", "Excel", "JSON", "JSON Lines", "Parquet"), holds=("posts", "comments"), platforms=(),
    grain=("second",), counts=COUNTS, account=("id", "name"), followers=True, region=("posts", "comments"), captured=True, original=True,
    known_from="defined", by_columns=True,
)  # fmt: skip

KINDS = ("post", "comment")
TEXTS = ("platform", "kind", "zone")
FIRST = 200  # records in which each column that carries a post is to stand
CARRY = ("text", "title", "post_id", "published_at")
ROWS_LEFT_OUT = 10  # of ten rows nine may have gone since they were numbered
SMALL = re.compile(r"[0-9]{1,9}")
TAGGED_IN_TEXT = ("weibo", "xiaohongshu")
SEPARATORS = re.compile(r"[,，、;；|\n#]+")
SAID = ("text", "title", "author_name")  # what people write themselves
YES = frozenset(("true", "1", "yes", "y", "是", "已认证"))
NO = frozenset(("false", "0", "no", "n", "否", "未认证"))
POST_KINDS = {
    **dict.fromkeys(("original", "原创"), "original"),
    **dict.fromkeys(("repost", "retweet", "转发"), "repost"),
    **dict.fromkeys(("quote", "引用"), "quote"),
    **dict.fromkeys(("comment", "reply", "评论", "回复"), "comment"),
}


def recognises(sample: Sample) -> bool:
    shape = table.shape(sample.name, sample.head)
    return shape in ("csv", "excel", "parquet", "jsonl") or (shape == "json" and b'"' in sample.head)


def guess(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], platform: str | None = None) -> dict[str, Any] | None:
    """A mapping for a table of these columns, from their names and some rows: without `platform` where nothing tells it, and
    with `unread`, the columns that it leaves out, where there are any. None where no column holds texts."""
    platform = platform or guess_platform(columns, rows)
    found = guess_columns(columns, rows, platform)
    if found is None:
        return None
    kind, wanted = found
    if platform == "weibo" and "shares" in wanted and "reposts" not in wanted:
        wanted["reposts"] = wanted.pop("shares")  # Weibo has no shares but reposts
    unread = _unread(columns, rows, wanted.values())
    told = {**({"platform": platform} if platform else {}), "kind": kind, "columns": wanted}
    return {**told, **({"unread": unread} if unread else {})}


def _unread(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], taken: Collection[str]) -> list[str]:
    """The columns that are left out; of an object of which a part is taken, the other parts."""
    opened = {column.split(".")[0] for column in taken} - {*taken}
    parts = {
        name: dict.fromkeys(f"{name}.{part}" for row in rows if isinstance(row.get(name), dict) for part in row[name]) for name in opened
    }
    return [name for column in columns for name in parts.get(column, [column]) if name not in taken]


def carried(mapping: Mapping[str, Any]) -> Carries:
    """What a table carries by this mapping."""
    columns = mapping["columns"]
    kind = "comments" if mapping.get("kind") == "comment" else "posts"
    return replace(
        CARRIES,
        holds=(kind,),
        platforms=(mapping["platform"],) if mapping.get("platform") else (),
        grain=CARRIES.grain if "published_at" in columns else (),
        counts=tuple(name for name in COUNTS if name in columns),
        account=tuple(name for name in CARRIES.account if f"author_{name}" in columns),
        followers="followers" in columns,
        region=(kind,) if "region" in columns else (),
        captured="seen_at" in columns,
        original=bool({"parent_id", "root_id"} & columns.keys()),
    )


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    mapping = checked(origin.mapping, origin.platform)
    missing = set(mapping["columns"].values())
    if unread := mapping.get("unread"):
        named = ", ".join(map(repr, unread))
        origin.warn(
            f"{source.name}: nothing is read from the columns {named}; if one tells something, name it in a mapping (--map FILE) and "
            "import into a new home (--home DIR): a record is read once"
        )
    read = table.records(source, origin)
    first = list(islice(read, FIRST))
    cells = [record.cells for record in first if isinstance(record, Record)]
    _refuse_without_what_carries(source, mapping["columns"], cells)
    if "published_at" not in mapping["columns"] and (found := unread_time(unread or (), cells)):
        column, cell = found
        origin.warn(
            f"{source.name}: its posts have no times, since {cell!r} in the column {column!r} cannot be read as one. What is read: "
            "2023-08-01 9:05, 2023-08-01 9:05 PM, 2023年8月1日 上午9:05, seconds since 1970 and days of a spreadsheet (45139.378). "
            "Write the year first, and import into a new home (--home DIR)"
        )
    read = chain(first, read)
    if of_ids := mapping["columns"].get("post_id"):
        read = _told_of_row_numbers(read, of_ids, source, origin)
    for record in read:
        if missing and isinstance(record, Record):
            missing -= {name for name in missing if _has(record.cells, name)}
        yield record
    if missing:
        named = ", ".join(map(repr, sorted(missing)))
        origin.warn(f"{source.name}: no record has the columns {named} of the mapping")


def _refuse_without_what_carries(source: Source, columns: Mapping[str, str], cells: Sequence[Mapping[str, Any]]) -> None:
    """Raises Unreadable where a column that carries posts stands in none of the first records: a record is read once, so that the right
    mapping would come too late. Of a title and a text one is enough."""
    absent = {target: columns[target] for target in CARRY if target in columns and not any(_has(row, columns[target]) for row in cells)}
    if "title" in absent and "text" in columns.keys() - absent:
        del absent["title"]
    if absent and cells:
        named, there = ", ".join(map(repr, absent.values())), ", ".join(map(repr, dict.fromkeys(name for row in cells for name in row)))
        raise Unreadable(
            f"{source.name}: it has no columns {named}, which the mapping names: nothing of it was imported. Mend the mapping: "
            f"there are {there}"
        )


def _told_of_row_numbers(records: Iterator[Record | Broken], column: str, source: Source, origin: Origin) -> Iterator[Record | Broken]:
    """The records as they come; where their ids are numbers of rows, a warning after the last."""
    ids, largest = 0, 0.0
    for record in records:
        if isinstance(record, Record) and (told := str(_cell(record.cells, column) or "").strip().removesuffix(".0")):
            ids += 1
            largest = max(largest, int(told) if SMALL.fullmatch(told) else inf)
        yield record
    if ids > 1 and largest < ids * ROWS_LEFT_OUT:
        origin.warn(
            f"{source.name}: the ids in the column {column!r} go no further than {largest:.0f}, as numbers of rows do: posts of two such "
            "files become one. If they are no ids, leave post_id out of the mapping and import into a new home (--home DIR)"
        )


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    told = _Told(record, origin)
    seen = told.time("seen_at", None)
    published = told.time("published_at", seen.at if seen else None)
    # A table without capture times was written later than its posts.
    known = seen or published
    seen_at, basis = known.at if known else None, "told" if seen else "not_before" if published else "import"
    post = _post(told, published)
    yield post
    yield _sighting(told, post, seen_at, basis)
    if post.author_key:
        yield _author(told, post, seen_at, basis)
    yield from _edges(told, post)


class _Told:
    """What a record tells, by the names of the mapping's targets."""

    def __init__(self, record: Record, origin: Origin):
        mapping = origin.mapping or {}
        self.record, self.origin = record, origin
        self.columns: dict[str, str] = mapping["columns"]
        self.zone: str | None = mapping.get("zone")
        self.platform: str = origin.platform or mapping["platform"]
        self.is_comment = mapping.get("kind") == "comment"

    def cell(self, target: str) -> Any:
        name = self.columns.get(target)
        told = None if name is None else _cell(self.record.cells, name)
        if isinstance(told, str) and told in UNFILLED and (target not in SAID or is_unfilled(told, self.record.cells)):
            return None
        return told

    def words(self, target: str) -> str | None:
        cell = self.cell(target)
        if cell is None or isinstance(cell, (dict, list)):
            return None
        return str(cell).strip() or None

    def identifier(self, target: str) -> str | None:
        """An id as text. An apostrophe before it is a spreadsheet's."""
        cell = self.cell(target)
        return identifier(cell.strip().removeprefix("'") if isinstance(cell, str) else cell)

    def time(self, target: str, seen_at: datetime | None) -> Moment | None:
        cell = self.cell(target)
        if cell is None or (isinstance(cell, str) and cell.strip().lower() in NOTHING):
            return None
        zone = ZoneInfo(self.zone) if self.zone else self.origin.zone
        if year_is_guessed(cell):
            mid = self.identifier("post_id") if self.platform == "weibo" and target == "published_at" else None
            return without_year(cell, self.origin, zone=zone, seen_at=seen_at or self.origin.now, mid=mid)
        return moment(cell, zone=zone, seen_at=seen_at)

    def time_in_id(self, published: Moment | None) -> str | None:
        """The time in an id that is made: as shown where the clock bounds its year, since another clock guesses another."""
        shown = self.cell("published_at")
        if year_is_guessed(shown) and self.cell("seen_at") is None:
            return str(shown).strip()
        return published.at.isoformat() if published else None

    def names(self, target: str) -> tuple[str, ...] | None:
        """A list of hashtags or accounts; None where there is no such column."""
        if target not in self.columns:
            return None
        cell = self.cell(target)
        if isinstance(cell, str):
            parts = SEPARATORS.split(LINKED.sub("", cell).strip("[]"))
        else:
            parts = [_name(part) for part in cell] if isinstance(cell, list) else []
        trimmed = (LINKED.sub("", part).strip(" \t\r'\"#@") for part in parts)
        return tuple(dict.fromkeys(name for name in trimmed if name))


def _post(told: _Told, published: Moment | None) -> Post:
    origin, platform = told.origin, told.platform
    title, text = told.words("title"), told.words("text")
    author_id, author_name = told.identifier("author_id"), told.words("author_name")
    at = published.at if published else None
    post_id, parent_id, root_id = _ids(told)
    if post_id is None:
        if not (text or title):
            raise ValueError("the record has neither an id nor a text")
        if not (author_id or author_name or published):
            refuse_sums(text if title is None else title if text is None else None)
        said = f"{title}\n{text or ''}" if title else text
        time, comment_on = told.time_in_id(published), parent_id if told.is_comment else None
        post_id = id_for_record_without_id(platform, author_id or author_name, time, said, comment_on=comment_on)
    tags, mentions = told.names("hashtags"), told.names("mentions")
    if platform in TAGGED_IN_TEXT and text is not None:
        in_text = topics_in(text) if platform == "xiaohongshu" else tags_in(text)
        tags = in_text if tags is None else tags
        mentions = mentions_in(text) if mentions is None else mentions
    return Post(
        record_id=record_id(NAME, told.record.sha256, platform, told.is_comment, post_id),
        platform=platform,
        is_comment=told.is_comment,
        post_id=post_id,
        url=told.words("url"),
        author_key=origin.author_key(platform, author_id) if author_id else None,
        author_id=author_id,
        author_name=author_name,
        title=title,
        text=text,
        text_sha256=text_sha256(title, text),
        published_at=at,
        published_grain=published.grain if published else None,
        lang=told.words("lang"),
        kind=_kind(told, parent_id),
        parent_id=parent_id,
        root_id=root_id,
        hashtags=tags,
        tag_keys=tag_keys(tags) if tags is not None else None,
        mentions=mentions,
        region=place(told.cell("region")),
        source_client=told.words("source_client"),
        run_id=origin.run_id,
    )


def _ids(told: _Told) -> tuple[str | None, str | None, str | None]:
    """A record's own id, and those of what it answers or reposts and of what that began with. An address is
    that of a post, also beside a comment."""
    shown = map(told.identifier, ("post_id", "parent_id", "root_id"))
    post_id, parent_id, root_id = (id and whole_id(id, told.platform) for id in shown)
    url = told.words("url")
    in_url = id_in_address(url, told.platform) if url else None
    if told.is_comment:
        root_id = root_id or in_url
    else:
        post_id = post_id or in_url
    return post_id, parent_id or root_id, root_id or parent_id


def _kind(told: _Told, parent: str | None) -> str | None:
    """Comment, repost or original; None where the table cannot tell."""
    if told.is_comment:
        return "comment"
    shown = (told.words("kind") or "").lower()
    if shown in POST_KINDS:
        return POST_KINDS[shown]
    if parent:
        return "repost"
    return "original" if "parent_id" in told.columns or "root_id" in told.columns else None


def _sighting(told: _Told, post: Post, seen_at: datetime | None, basis: str) -> Sighting:
    counts: dict[str, Any] = {}
    for name in COUNTS:
        if name in told.columns:
            found = count(told.cell(name), post.platform == "weibo")
            counts |= {name: found.value, f"{name}_grain": found.grain, f"{name}_shown": found.shown}
    return Sighting(
        record_id=post.record_id,
        platform=post.platform,
        is_comment=post.is_comment,
        post_id=post.post_id,
        format=NAME,
        seen_at=seen_at,
        seen_at_basis=basis,
        run_id=post.run_id,
        **counts,
    )


def _author(told: _Told, post: Post, seen_at: datetime | None, basis: str) -> Author:
    followers = count(told.cell("followers"))
    verified = (told.words("verified") or "").lower()
    return Author(
        record_id=post.record_id,
        platform=post.platform,
        author_key=post.author_key or "",
        author_id=post.author_id,
        seen_at=seen_at,
        seen_at_basis=basis,
        name=post.author_name,
        followers=followers.value,
        followers_grain=followers.grain,
        posts=count(told.cell("author_posts")).value,
        verified=True if verified in YES else False if verified in NO else None,
        verified_kind=told.words("verified_kind"),
        avatar_url=told.words("avatar_url"),
        bio=told.words("bio"),
        run_id=post.run_id,
    )


def _edges(told: _Told, post: Post) -> Iterator[Edge]:
    told_of_post: dict[str, Any] = {
        "record_id": post.record_id,
        "platform": post.platform,
        "from_is_comment": post.is_comment,
        "from_id": post.post_id,
        "run_id": post.run_id,
    }
    if post.parent_id:
        kind = "reply" if post.is_comment else "repost"
        of_comment = post.is_comment and post.parent_id != post.root_id
        yield Edge(**told_of_post, to_is_comment=of_comment, to_id=post.parent_id, kind=kind, evidence="api")
    chain = chain_in(post.text) if post.text and post.platform == "weibo" else ()
    if chain:
        yield Edge(**told_of_post, to_name=chain[0], kind="repost", evidence="chain")
    evidence = "api" if "mentions" in told.columns else "inferred"
    for name in post.mentions or ():
        if name not in chain:
            yield Edge(**told_of_post, to_name=name, kind="mention", evidence=evidence)


def checked(mapping: dict[str, Any] | None, platform: str | None = None) -> dict[str, Any]:
    """The mapping, if it is one; `platform` is that of a table whose mapping names none. Raises WrongUsage with what is wrong in it."""
    if not mapping or not isinstance(mapping.get("columns"), dict) or not mapping["columns"]:
        raise WrongUsage('a column mapping has platform, kind, zone and [columns], each line target = "source column"')
    unknown = sorted(set(mapping["columns"]) - TARGETS)
    if unknown:
        raise WrongUsage(f"the mapping names unknown targets: {', '.join(unknown)}; known are {', '.join(sorted(TARGETS))}")
    if not (platform or mapping.get("platform")):
        raise WrongUsage('the mapping names no platform: add platform = "weibo" to it, or give --platform')
    for target, column in (*mapping["columns"].items(), *((key, mapping[key]) for key in TEXTS if key in mapping)):
        if not isinstance(column, str):
            raise WrongUsage(f"the mapping's {target} = {column!r}: write one text in quotes")
    if likely := likely_platform(platform or mapping["platform"]):
        raise WrongUsage(f"unknown platform {platform or mapping['platform']!r}, is {likely!r} meant?")
    if mapping.get("kind", "post") not in KINDS:
        raise WrongUsage(f"kind = {mapping['kind']!r} in the mapping: it is one of {', '.join(KINDS)}")
    try:
        ZoneInfo(mapping.get("zone", "UTC"))
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise WrongUsage(f"zone = {mapping['zone']!r} in the mapping is not a known zone; write one such as Asia/Shanghai") from error
    return mapping


def _cell(cells: Mapping[str, Any], name: str) -> Any:
    if name in cells or "." not in name:
        return cells.get(name)
    first, rest = name.split(".", 1)
    inner = cells.get(first)
    return _cell(inner, rest) if isinstance(inner, Mapping) else None


def _has(cells: Mapping[str, Any], name: str) -> bool:
    return name in cells or _cell(cells, name) is not None


def _name(part: Any) -> str:
    """A hashtag or account in a JSON list, which may be an object."""
    if isinstance(part, Mapping):
        part = next((part[key] for key in ("name", "title", "topic_title", "screen_name", "nickname") if part.get(key)), "")
    return str(part)
