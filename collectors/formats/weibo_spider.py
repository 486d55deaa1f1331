"""JSON Lines of WeiboSpider (nghuyong): posts, comments and accounts, a file a run of one of its spiders.

Since 2022 each line carries `crawl_time`, when it was captured. Posts of one account come without `user`; its id stands in their
address. Comments do not tell the post they stand under. Lists of who follows whom are left out.

One post, one comment and one account were seen, as the tool's own description shows them.
"""

import re
from collections.abc import Iterator
from typing import Any

from collectors import beginnings, table
from collectors.carries import Carries
from collectors.counts import count
from collectors.formats import Broken, Origin, Record, Sample, Source
from collectors.hashtags import mentions_in, tags_in
from collectors.platforms.weibo import verified_kind
from collectors.told import Told, identifier, place, rows, when, words
from data.model import Author, record_id

NAME = "weibo-spider"
PLATFORM = "weibo"
CARRIES = Carries(
    tool="WeiboSpider", files=("JSON Lines",), holds=("posts", "comments", "accounts"), platforms=("weibo",), grain=("second",),
    counts=("likes", "reposts", "comments"), account=("id",), followers=True, region=("posts", "comments"), captured=True, original=True,
    known_from="described",
)  # fmt: skip

POST = frozenset({"_id", "mblogid", "content"})
COMMENT = frozenset({"_id", "comment_user", "content"})
ACCOUNT = frozenset({"_id", "nick_name", "followers_count"})
FOLLOWING = frozenset({"fan_id", "follower_id", "fan_info", "follower_info"})
IN_ADDRESS = re.compile(r"weibo\.com/(\d+)/")


def recognises(sample: Sample) -> bool:
    names = beginnings.columns(sample)
    if not_imported(sample):
        return True
    return "crawl_time" in names and any(kind <= names for kind in (POST, COMMENT, ACCOUNT))


def not_imported(sample: Sample) -> str | None:
    names = beginnings.columns(sample)
    return "who follows whom, of WeiboSpider" if "crawl_time" in names and FOLLOWING & names else None


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    yield from table.records(source, origin)


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    cells = record.cells
    names = cells.keys()
    if names >= POST:
        yield from rows(_post(cells, origin), format=NAME, sha256=record.sha256, origin=origin)
    elif names >= COMMENT:
        yield from rows(_comment(cells, origin), format=NAME, sha256=record.sha256, origin=origin)
    elif names >= ACCOUNT:
        yield _account(record, origin)
    else:
        raise ValueError("it is neither a post nor a comment nor an account as WeiboSpider writes them")


def _post(cells: dict[str, Any], origin: Origin) -> Told:
    get = cells.get
    post_id, url, text = identifier(get("_id")), words(get("url")), words(get("content"))
    address = IN_ADDRESS.search(url or "")
    author = _of_account(get("user"))
    if author["author_id"] is None and address:
        author["author_id"] = address[1]
    original = identifier(get("retweet_id"))
    is_retweet = get("is_retweet")
    kind = "repost" if original or is_retweet else "original" if is_retweet is False else None
    return Told(
        platform=PLATFORM,
        post_id=post_id,
        url=url,
        **author,
        text=text,
        published=when(get("created_at"), origin, post_id),
        seen=when(get("crawl_time"), origin),
        kind=kind,
        parent_id=original,
        root_id=original,
        hashtags=tags_in(text) if text else None,
        mentions=mentions_in(text) if text else None,
        mentions_from_text=True,
        region=place(get("ip_location")),
        source_client=words(get("source")),
        likes=count(get("attitudes_count"), True),
        reposts=count(get("reposts_count"), True),
        comments=count(get("comments_count"), True),
    )


def _comment(cells: dict[str, Any], origin: Origin) -> Told:
    get = cells.get
    post_id, text = identifier(get("_id")), words(get("content"))
    return Told(
        platform=PLATFORM,
        is_comment=True,
        post_id=post_id,
        **_of_account(get("comment_user")),
        text=text,
        published=when(get("created_at"), origin, post_id),
        seen=when(get("crawl_time"), origin),
        kind="comment",
        hashtags=tags_in(text) if text else None,
        mentions=mentions_in(text) if text else None,
        mentions_from_text=True,
        region=place(get("ip_location")),
        likes=count(get("like_counts"), True),
    )


def _of_account(user: Any) -> dict[str, Any]:
    """What an object tells of an account, as `Told` names it."""
    if user is not None and not isinstance(user, dict):
        raise ValueError(f"{str(user)[:40]!r} is no account")
    get = (user or {}).get
    verified = get("verified")
    return {
        "author_id": identifier(get("_id")),
        "author_name": words(get("nick_name")),
        "avatar_url": words(get("avatar_hd")),
        "bio": words(get("description")),
        "verified": verified if isinstance(verified, bool) else None,
        "verified_kind": verified_kind(get("verified_type"), verified),
        "followers": count(get("followers_count"), True),
        "author_posts": count(get("statuses_count"), True),
    }


def _account(record: Record, origin: Origin) -> Author:
    get = record.cells.get
    told = _of_account(record.cells)
    if told["author_id"] is None:
        raise ValueError("the account has no id")
    seen, registered = when(get("crawl_time"), origin), when(get("created_at"), origin)
    return Author(
        record_id=record_id(NAME, record.sha256, PLATFORM, told["author_id"]),
        platform=PLATFORM,
        author_key=origin.author_key(PLATFORM, told["author_id"]),
        author_id=told["author_id"],
        seen_at=seen.at if seen else None,
        seen_at_basis="told" if seen else "import",
        name=told["author_name"],
        followers=told["followers"].value,
        followers_grain=told["followers"].grain,
        posts=told["author_posts"].value,
        verified=told["verified"],
        verified_kind=told["verified_kind"],
        registered_at=registered.at if registered else None,
        avatar_url=told["avatar_url"],
        bio=told["bio"],
        region=place(get("ip_location")) or words(get("location")),
        run_id=origin.run_id,
    )
