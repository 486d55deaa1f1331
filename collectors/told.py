"""What one record of a file tells of a post, a comment or an account, and the rows that makes.

Import formats differ in their columns, not in what follows from them: a format fills in a `Told`, `rows` does the rest.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from collectors.counts import NOT_TOLD, NOTHING, Count
from collectors.formats import Origin
from collectors.hashtags import chain_in, tag_keys
from collectors.platforms.weibo_ids import time_of_id
from collectors.times import Moment, moment, year_is_guessed
from data.model import Author, Edge, Post, Sighting, id_for_record_without_id, record_id, text_sha256

ROUNDED = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.IGNORECASE)
WITH_A_POINT = re.compile(r"(\d+)\.0+")  # as a column of whole numbers with gaps is written
# What R, pandas, databases and spreadsheets write into cells that hold nothing, exactly so: a person may be called "Na".
UNFILLED = frozenset({"NA", "N/A", "n/a", "#N/A", "<NA>", "nan", "NaN", "NaT", "NULL", "null", "None"})
SUMS = frozenset({"合计", "总计", "小计", "total"})  # the only words in a row of sums under a table
LARGEST_EXACT = 2**53  # beyond it a floating-point number skips whole numbers
# "发布于 北京", "来自北京", "IP属地：北京": what pages write before a place.
PLACE_LABEL = re.compile(r"^(?:发布于|来自|IP\s*属地\s*[:：]?)\s*", re.IGNORECASE)


@dataclass(kw_only=True, slots=True)  # not frozen: it lives for one record, and freezing it costs a tenth of the record's parse
class Told:
    """What a record tells of one post or comment; None is not told. `seen` is the capture time as far as the file tells it.
    `author_key` is for files that tell no id but its hash, `context` for an original that stands in another post's record,
    `parent_id` is a comment's where `parent_is_comment`."""

    platform: str
    is_comment: bool = False
    post_id: str | None
    url: str | None = None
    author_id: str | None = None
    author_key: str | None = None
    author_name: str | None = None
    avatar_url: str | None = None
    bio: str | None = None
    verified: bool | None = None
    verified_kind: str | None = None
    followers: Count = NOT_TOLD
    author_posts: Count = NOT_TOLD
    registered_at: datetime | None = None
    title: str | None = None
    text: str | None = None
    published: Moment | None = None
    seen: Moment | None = None
    kind: str | None = None
    parent_id: str | None = None
    parent_is_comment: bool = False
    root_id: str | None = None
    hashtags: tuple[str, ...] | None = None
    mentions: tuple[str, ...] | None = None
    mentions_from_text: bool = False
    region: str | None = None
    source_client: str | None = None
    likes: Count = NOT_TOLD
    reposts: Count = NOT_TOLD
    comments: Count = NOT_TOLD
    favourites: Count = NOT_TOLD
    views: Count = NOT_TOLD
    shares: Count = NOT_TOLD
    extra: str | None = None
    surface: str | None = None
    context: bool = False
    status: str = "visible"
    status_wording: str | None = None


def rows(told: Told, *, format: str, sha256: str, origin: Origin) -> Iterator[Any]:
    """The rows of a post or comment: itself, its sighting, its author's state, whom it leads to. `sha256` is that of the
    canonical record. A post without a text that is not visible is a sighting alone: no post is invented for a text never seen.
    Raises ValueError when there is neither an id nor a text."""
    platform, text, run_id = told.platform, told.text, origin.run_id
    author_key = told.author_key
    if author_key is None and told.author_id:
        author_key = origin.author_key(platform, told.author_id)
    post_id = told.post_id or _made_id(told)
    identity = record_id(format, sha256, platform, told.is_comment, post_id)
    published, grain = told.published or (None, None)
    known = told.seen or told.published
    seen_at = known.at if known else None
    # A file without capture times was written later than its posts.
    basis = "told" if told.seen else "not_before" if told.published else "import"
    if told.status == "visible" or text:
        tags = told.hashtags
        yield Post(
            record_id=identity, platform=platform, is_comment=told.is_comment, post_id=post_id, url=told.url, author_key=author_key,
            author_id=told.author_id, author_name=told.author_name, title=told.title, text=text,
            text_sha256=text_sha256(told.title, text), published_at=published, published_grain=grain, kind=told.kind,
            parent_id=told.parent_id, root_id=told.root_id, hashtags=tags, tag_keys=tag_keys(tags) if tags else tags,
            mentions=told.mentions, region=told.region, source_client=told.source_client, run_id=run_id,
        )  # fmt: skip
    likes, reposts, comments = told.likes, told.reposts, told.comments
    favourites, views, shares = told.favourites, told.views, told.shares
    yield Sighting(
        record_id=identity, platform=platform, is_comment=told.is_comment, post_id=post_id, format=format, seen_at=seen_at,
        seen_at_basis=basis, surface=told.surface, context=told.context, status=told.status, status_wording=told.status_wording,
        likes=likes.value, likes_grain=likes.grain, likes_shown=likes.shown,
        reposts=reposts.value, reposts_grain=reposts.grain, reposts_shown=reposts.shown,
        comments=comments.value, comments_grain=comments.grain, comments_shown=comments.shown,
        favourites=favourites.value, favourites_grain=favourites.grain, favourites_shown=favourites.shown,
        views=views.value, views_grain=views.grain, views_shown=views.shown,
        shares=shares.value, shares_grain=shares.grain, shares_shown=shares.shown,
        extra=told.extra, run_id=run_id,
    )  # fmt: skip
    if author_key:
        yield Author(
            record_id=identity, platform=platform, author_key=author_key, author_id=told.author_id, seen_at=seen_at, seen_at_basis=basis,
            name=told.author_name, followers=told.followers.value, followers_grain=told.followers.grain, posts=told.author_posts.value,
            verified=told.verified, verified_kind=told.verified_kind, registered_at=told.registered_at, avatar_url=told.avatar_url,
            bio=told.bio, run_id=run_id,
        )  # fmt: skip
    if told.parent_id or told.mentions or (text and "//" in text):
        yield from _edges(told, identity, post_id, run_id)


def _made_id(told: Told) -> str:
    said = f"{told.title}\n{told.text or ''}" if told.title else told.text
    if not said:
        raise ValueError("the record has neither an id nor a text")
    at = told.published.at.isoformat() if told.published else None
    comment_on = (told.parent_id or told.root_id) if told.is_comment else None
    return id_for_record_without_id(told.platform, told.author_id or told.author_name, at, said, comment_on=comment_on)


def _edges(told: Told, identity: str, post_id: str, run_id: str) -> Iterator[Edge]:
    of_post: dict[str, Any] = {
        "record_id": identity, "platform": told.platform, "from_is_comment": told.is_comment, "from_id": post_id, "run_id": run_id,
    }  # fmt: skip
    if told.parent_id:
        kind = "reply" if told.is_comment else "repost"
        yield Edge(**of_post, to_is_comment=told.parent_is_comment, to_id=told.parent_id, kind=kind, evidence="api")
    chain = chain_in(told.text) if told.text and told.platform == "weibo" else ()
    if chain:
        yield Edge(**of_post, to_name=chain[0], kind="repost", evidence="chain")
    evidence = "inferred" if told.mentions_from_text else "api"
    for name in told.mentions or ():
        if name not in chain:
            yield Edge(**of_post, to_name=name, kind="mention", evidence=evidence)


def words(cell: Any) -> str | None:
    """A cell as trimmed text; None where it holds nothing or no text."""
    if isinstance(cell, str):
        return cell.strip() or None
    if cell is None or isinstance(cell, (bool, dict, list)):
        return None
    return str(cell)


def is_unfilled(word: str, cells: Mapping[str, Any]) -> bool:
    """Whether one of UNFILLED is nothing where a text or a name stands, which may truly be that word: the row has it elsewhere too, and
    no empty cell."""
    told = list(cells.values())
    return told.count(word) > 1 and "" not in told and None not in told


def refuse_sums(said: str | None) -> None:
    """Raises ValueError for what a record of no id, account or time says, where it is a row of sums."""
    if said and said.lower() in SUMS:
        raise ValueError(f"the row tells no id, no account and no time, and its text is {said!r}: it holds sums and is no post")


def identifier(cell: Any) -> str | None:
    """An id as text; 0 and words for nothing are none. Raises ValueError where its last digits were lost or it is no id."""
    if isinstance(cell, str):
        shown = whole(cell)
    elif isinstance(cell, float):
        if not cell.is_integer() or abs(cell) > LARGEST_EXACT:
            raise ValueError(f"{cell!r} is no id: its digits are lost")
        shown = str(int(cell))
    elif isinstance(cell, int) and not isinstance(cell, bool):
        shown = str(cell)
    elif cell is None:
        return None
    else:
        raise ValueError(f"{str(cell)[:40]!r} is no id")
    if shown == "0" or shown.lower() in NOTHING:
        return None
    if "E" in shown.upper() and ROUNDED.fullmatch(shown):
        raise ValueError(
            f"the id {shown} was rounded by a spreadsheet; import the file from before it was opened in one, or export it with ids as text"
        )
    return shown


def whole(shown: str) -> str:
    """An id, trimmed, as it was before a table with gaps made numbers with a point of its column: 5300000000000011.0."""
    shown = shown.strip()
    pointed = WITH_A_POINT.fullmatch(shown) if "." in shown else None
    return pointed[1] if pointed else shown


def when(cell: Any, origin: Origin, mid: str | None = None) -> Moment | None:
    """A time of the file; None where there is none. Where the year is left out, that of the Weibo post or comment `mid` tells it, else
    the clock bounds the guess."""
    if isinstance(cell, str):
        if cell.isdigit():
            return None if cell == "0" else moment(cell, zone=origin.zone)
        if cell.strip().lower() in NOTHING:
            return None
        if year_is_guessed(cell):
            return without_year(cell, origin, zone=origin.zone, seen_at=origin.now, mid=mid)
        return moment(cell, zone=origin.zone)
    return moment(cell, zone=origin.zone) if cell else None


def without_year(shown: str, origin: Origin, *, zone: tzinfo, seen_at: datetime, mid: str | None) -> Moment:
    """A time that tells no year: that of the Weibo id `mid` where there is one, else the newest that `seen_at` leaves. The origin hears
    that it is a guess."""
    found = moment(shown, zone=zone, seen_at=seen_at, near=time_of_id(mid) if mid else None)
    origin.guessed(shown)
    return found


def place(cell: Any) -> str | None:
    """北京, where a page puts it as 发布于 北京, 来自北京 or IP属地：北京."""
    shown = words(cell)
    if shown is None:
        return None
    shown = PLACE_LABEL.sub("", shown)
    return shown if shown and shown != "未知" else None


def listed(cell: Any) -> tuple[str, ...] | None:
    """The names in a comma list; None where there is no such column."""
    if cell is None:
        return None
    return tuple(dict.fromkeys(name for part in str(cell).split(",") if (name := part.strip())))
