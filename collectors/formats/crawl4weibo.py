"""What crawl4weibo (Kritoooo) hands out, saved as JSON or JSON Lines: posts, comments and accounts of Weibo.

A file is a list of them, one alone, one a line, or {"posts": […], "pagination": {…}} and the same of comments. A post may hold its original
(`retweeted_status`) and its comments; comments in a file of their own do not tell the post they stand under. `topic_ids` are
hashtags by name. A short form leaves out what is empty and cuts texts, which then end in "...". There is no capture time. An
original without an account is one that is gone.

From the field list, never seen.
"""

from collections.abc import Iterator
from typing import Any

from collectors import beginnings, nested_json, table
from collectors.carries import Carries
from collectors.cells import canonical
from collectors.counts import count
from collectors.formats import Broken, Origin, Record, Sample, Source
from collectors.platforms.weibo import status_of
from collectors.told import Told, identifier, place, rows, when, words
from data.model import Author, record_id

NAME = "crawl4weibo"
PLATFORM = "weibo"
CARRIES = Carries(
    tool="crawl4weibo", files=("JSON", "JSON Lines"), holds=("posts", "comments", "accounts"), platforms=("weibo",), grain=("second",),
    counts=("likes", "reposts", "comments"), account=("id",), followers=True, region=("comments",), original=True, gone=True,
    known_from="listed",
)  # fmt: skip

POST = frozenset({"id", "user_id", "attitudes_count", "is_original"})
COMMENT = frozenset({"id", "user_id", "user_screen_name", "like_counts"})
ACCOUNT = frozenset({"id", "screen_name", "followers_count", "following_count", "posts_count"})
PAGES = {"posts": POST, "comments": COMMENT}


def recognises(sample: Sample) -> bool:
    if sample.header is not None:
        return False
    names = beginnings.columns(sample)
    return any(kind <= names for kind in (POST, COMMENT, ACCOUNT)) or _page(sample) is not None


def records(source: Source, origin: Origin) -> Iterator[Record | Broken]:
    page = _page(Sample(name=source.name, path=source.path, head=table.head_of(source)))
    yield from nested_json.records(source, origin, many=page) if page else table.records(source, origin)


def parse(record: Record, origin: Origin) -> Iterator[Any]:
    cells = record.cells
    names = cells.keys()
    if names >= POST:
        yield from _post(cells, record.sha256, origin)
    elif names >= COMMENT:
        yield from rows(_comment(cells, None, origin), format=NAME, sha256=record.sha256, origin=origin)
    elif names >= ACCOUNT:
        yield _account(record, origin)
    else:
        raise ValueError("it is neither a post nor a comment nor an account as crawl4weibo hands them out")


def _page(sample: Sample) -> str | None:
    """The name under which a page has its records, if any; None where it is no page, or one of another tool."""
    page = next((name for name in PAGES if {name, "pagination"} <= beginnings.columns(sample)), None)
    if page is None:
        return None
    within = beginnings.names_within(sample, page)
    return page if not within or PAGES[page] <= within else None


def _post(cells: dict[str, Any], sha256: str, origin: Origin) -> Iterator[Any]:
    original = cells["retweeted_status"] if _is_object(cells.get("retweeted_status")) else {}
    post = _told(cells, origin, above=identifier(original.get("id")))
    yield from rows(post, format=NAME, sha256=sha256, origin=origin)
    if post.root_id:
        if identifier(original.get("user_id")):
            # The same original in many retweets is the same record.
            part = Record(number=0, cells=None, body=canonical({"retweeted_status": original}))
            told = _told(original, origin, above=None, context=True)
            yield from rows(told, format=NAME, sha256=part.sha256, origin=origin)
        else:  # that it is gone was seen after the retweet was written
            wording = words(original.get("text"))
            told = Told(
                platform=PLATFORM, post_id=post.root_id, published=post.published, context=True, status=status_of(wording),
                status_wording=wording,
            )  # fmt: skip
            yield from rows(told, format=NAME, sha256=sha256, origin=origin)
    comments = cells["comments"] if isinstance(cells.get("comments"), list) else ()
    for comment in filter(_is_object, comments):
        part = Record(number=0, cells=None, body=canonical({"comment": comment, "under": post.post_id}))
        yield from rows(_comment(comment, post.post_id, origin), format=NAME, sha256=part.sha256, origin=origin)


def _told(cells: dict[str, Any], origin: Origin, *, above: str | None, context: bool = False) -> Told:
    get = cells.get
    post_id, author_id, bid = identifier(get("id")), identifier(get("user_id")), words(get("bid"))
    url = f"https://weibo.com/{author_id}/{bid}" if author_id and bid else f"https://m.weibo.cn/detail/{post_id}" if post_id else None
    return Told(
        platform=PLATFORM,
        post_id=post_id,
        url=url,
        author_id=author_id,
        text=words(get("text")),
        published=when(get("created_at"), origin, post_id),
        kind="repost" if above or get("is_original") is False else "original",
        parent_id=above,
        root_id=above,
        hashtags=_names(get("topic_ids")),
        mentions=_names(get("at_users")),
        source_client=words(get("source")),
        likes=count(get("attitudes_count"), True),
        reposts=count(get("reposts_count"), True),
        comments=count(get("comments_count"), True),
        context=context,
    )


def _comment(cells: dict[str, Any], post: str | None, origin: Origin) -> Told:
    get = cells.get
    comment_id, answered = identifier(get("id")), identifier(get("reply_id"))
    verified = get("user_verified")
    return Told(
        platform=PLATFORM,
        is_comment=True,
        post_id=comment_id,
        author_id=identifier(get("user_id")),
        author_name=words(get("user_screen_name")),
        avatar_url=words(get("user_avatar_url")),
        verified=verified if isinstance(verified, bool) else None,
        followers=count(get("user_followers_count"), True),
        text=words(get("text")),
        published=when(get("created_at"), origin, comment_id),
        kind="comment",
        parent_id=answered or post,
        parent_is_comment=answered is not None,
        root_id=post,
        region=place(get("source")),
        likes=count(get("like_counts"), True),
    )


def _is_object(told: Any) -> bool:
    return isinstance(told, dict)


def _names(cell: Any) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(name for part in cell if (name := words(part)))) if isinstance(cell, list) else None


def _account(record: Record, origin: Origin) -> Author:
    get = record.cells.get
    author_id = identifier(get("id"))
    if author_id is None:
        raise ValueError("the account has no id")
    followers, registered, verified = count(get("followers_count"), True), when(get("registration_time"), origin), get("verified")
    return Author(
        record_id=record_id(NAME, record.sha256, PLATFORM, author_id),
        platform=PLATFORM,
        author_key=origin.author_key(PLATFORM, author_id),
        author_id=author_id,
        seen_at_basis="import",
        name=words(get("screen_name")),
        followers=followers.value,
        followers_grain=followers.grain,
        posts=count(get("posts_count"), True).value,
        verified=verified if isinstance(verified, bool) else None,
        registered_at=registered.at if registered else None,
        avatar_url=words(get("avatar_url")),
        bio=words(get("description")),
        region=place(get("ip_location")) or words(get("location")),
        run_id=origin.run_id,
    )
