"""Whether an answer still looks as its kind does: a change of layout shall be loud, not a week of empty columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from data.model import Post, Sighting

FEW = 3  # posts below which nothing can be told of a page
MANY = 10
AHEAD = timedelta(days=1)  # clocks differ; a day they do not


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """What is odd about an answer, in words; `broken`: so much that none of it is taken."""

    warnings: tuple[str, ...] = ()
    broken: str | None = None


def look(items: Sequence[list[Any] | None], seen_at: datetime) -> Drift:
    """Looks at the rows of each post or comment of an answer; None stands for one that cannot be read."""
    if len(items) < FEW:
        return Drift()
    posts = [next((row for row in rows if isinstance(row, Post)), None) for rows in items if rows is not None]
    told = [post for post in posts if post is not None]
    wordless = any(post.is_comment and post.text is not None for post in told)  # a comment may be a picture; a page of them is not
    bare = sum(_is_bare(post) and not (wordless and post.is_comment and post.published_at) for post in told)
    unreadable = sum(rows is None for rows in items)
    if (unreadable + bare) * 2 > len(items):
        return Drift(
            broken=f"{unreadable + bare} of {len(items)} posts have no text, no time, or cannot be read: the platform has changed its "
            "answers. Look for a newer version; then `groundswell replay` reads this answer again"
        )
    warnings = []
    if any(post.published_at and post.published_at > seen_at + AHEAD for post in told):
        warnings.append("posts from the future: look at the times of the newest before you use them")
    sightings = [next((row for row in rows if isinstance(row, Sighting)), None) for rows in items if rows is not None]
    likes = [seen.likes for seen in sightings if seen is not None and seen.status == "visible"]
    if len(likes) >= MANY and not any(likes):
        warnings.append("nobody likes any of these posts, which is seldom so: look at one with your own browser")
    return Drift(warnings=tuple(warnings))


def _is_bare(post: Post) -> bool:
    """Without words or without a time. Lists of Xiaohongshu show titles only, and no times, as they are."""
    if post.platform == "xiaohongshu":
        return post.title is None and post.text is None
    return post.text is None or post.published_at is None
