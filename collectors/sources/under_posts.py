"""What stands under the posts of a campaign, page by page: comments, and reposts."""

from collections.abc import Callable
from typing import Any

from collectors.run import Collection
from data.collected import KnownPost, held_under, known_posts

NOTHING_NEW = 3  # pages in a row that tell nothing new: the list goes round in circles
POSTS = "posts"


def under_posts(run: Collection, address: Callable[[str, dict[str, str]], str], *, comments: bool) -> None:
    """Asks for what stands under each post that has more of it than the log holds and than it had when its list was read to the end
    last; a post that is gone is left. `--pages` is of a post."""
    for mid, told in _wanted(run, comments):
        if not run.finished(mid):
            if _of_post(run, mid, told, address):
                run.plan.reached[mid] = str(told)
            run.finish(mid)


def _wanted(run: Collection, comments: bool) -> list[tuple[str, int]]:
    """The posts to ask about with how many there are said to be: the same after a kill as before it."""
    kept: list[tuple[str, int]] | None = run.place(POSTS)
    if kept is None:
        held = held_under(run.log, run.source.PLATFORM, comments=comments)
        posts = known_posts(run.log, run.campaign.id, run.source.PLATFORM)
        kept = [
            (post.post_id, _told(post, comments))
            for post in posts
            if post.there and _told(post, comments) > max(held.get(post.post_id, 0), int(run.plan.reached.get(post.post_id, 0)))
        ]
        run.stand(POSTS, kept)
    return kept


def _told(post: KnownPost, comments: bool) -> int:
    return (post.comments if comments else post.reposts) or 0


def _of_post(run: Collection, mid: str, told: int, address: Callable[[str, dict[str, str]], str]) -> bool:
    """Whether the list was read as far as it goes."""
    place: dict[str, Any] = run.place(mid) or {"next": {}, "pages": 0, "seen": []}
    parameters: dict[str, str] | None = place["next"]
    seen, stale = set(place["seen"]), 0
    while parameters is not None:
        page = run.ask(address(mid, parameters))
        if page is None:
            run.gap(mid, run.until, run.until, "unreadable", reported=told, collected=len(seen))
            return False
        told = page.total if page.total is not None else told
        new = {item.post_id for item in run.seen(page)} - seen
        seen |= new
        stale = 0 if new else stale + 1
        place["pages"] += 1
        parameters = dict(page.next) if page.next and stale < NOTHING_NEW else None
        run.stand(mid, {"next": parameters, "pages": place["pages"], "seen": sorted(seen)})
        if parameters and run.wanted.pages is not None and place["pages"] >= run.wanted.pages:
            more = told if told > len(seen) else None  # what a list says of itself may leave out answers to comments
            run.gap(mid, run.until, run.until, "page budget", reported=more, collected=len(seen))
            return False
    if len(seen) < told:
        # Some are hidden, or stand under others and are not sent: what is told is more than what can be had.
        run.gap(mid, run.until, run.until, "fewer than reported", reported=told, collected=len(seen))
    return True
