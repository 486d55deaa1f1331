"""Posts seen again one by one: counts, edits, and whether they are still there, in the platform's own words.

Not every post can be followed: a request costs seconds, and a host has a budget. Of the posts that came since the last draw a seeded
sample is taken, stratified by day, stance and size; each post carries the probability with which it was drawn, so that what is said of
the sample can be said of all. They are due 5, 10 and 30 minutes, 1, 3, 6, 12 and 24 hours after they were first seen, then every day.
A post that is gone is left. Absence from a search is no evidence: only a post's own address tells that it is gone, and HTTP 404 does not.
A look whose answer cannot be read is a look all the same, and the next is made when it is due.
"""

import hashlib
from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from collectors.client import Client
from collectors.run import Collection, Plan, Wanted, read_plan
from data.clock import now
from data.collected import KnownPost, followed, known_posts, spent, stances
from data.home import Home
from data.log import Log
from data.model import Followed

NAME = "recheck"
PLATFORM = "weibo"
HOST = "m.weibo.cn"
BUDGET = 500  # requests a day
DAY = timedelta(days=1)
LOOKS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 30, 60, 180, 360, 720, 1440))
COST = len(LOOKS) + 1  # requests of a post's first day and the next
SEED = 20230801
LIST, DRAWN = "list", "drawn"
ASKED = "asked "  # and the id of a post: when it was asked for


def hosts(client: Client, wanted: Wanted) -> tuple[str, ...]:
    return (HOST,)


def query(wanted: Wanted) -> str:
    return "every post" if wanted.every else "followed posts that are due"


def collect(run: Collection) -> None:
    """Sees the posts that are due, or all; as many as the day's budget leaves."""
    listed: list[str] | None = run.place(LIST)
    if listed is None:
        posts = _there(run.log, run.campaign.id, run.plan)
        _keep_unanswered(run.plan, posts)
        listed = list(posts) if run.wanted.every else _due(run, posts)
        run.stand(LIST, listed)
    waiting = [post_id for post_id in listed if not run.finished(post_id)]
    left = len(waiting) if run.wanted.every or not waiting else max(0, BUDGET - spent(run.log, NAME, now() - DAY))
    if left < len(waiting):
        run.warn(f"{NAME}: {len(waiting)} posts are due, and the day's budget has {left} requests left: the oldest looks come first")
    for post_id in waiting[:left]:
        at = now()
        run.ask(f"https://{HOST}/statuses/show?id={post_id}")
        run.plan.reached[f"{ASKED}{post_id}"] = at.isoformat()
        run.finish(post_id)


def next_due(home: Home, campaign: str) -> datetime | None:
    """From when on it has something to do, if nothing new comes to the log before: draw, or see a post again. None: never."""
    log, plan = Log(home.log), read_plan(home, campaign, NAME)
    posts, known = _there(log, campaign, plan), followed(log, campaign, PLATFORM)
    times: list[datetime | None] = [due(posts[id]) or now() for id in known if id in posts]
    if _offered(posts, known, plan.reached.get(DRAWN)):
        times += [_room_from(posts, known)]
    return min(filter(None, times), default=None)


def _there(log: Log, campaign: str, plan: Plan) -> dict[str, KnownPost]:
    """The posts that are not known to be gone; seen last when they were asked for last, whatever the answer was."""
    asked = {key.removeprefix(ASKED): datetime.fromisoformat(at) for key, at in plan.reached.items() if key.startswith(ASKED)}
    there = {post.post_id: post for post in known_posts(log, campaign, PLATFORM) if post.there}
    return {id: replace(post, last_seen=max(filter(None, (post.last_seen, asked.get(id))), default=None)) for id, post in there.items()}


def _keep_unanswered(plan: Plan, posts: dict[str, KnownPost]) -> None:
    """Of the posts that were asked for, the log tells when the others were seen."""
    last = {f"{ASKED}{id}": post.last_seen.isoformat() for id, post in posts.items() if post.last_seen}
    plan.reached = {key: at for key, at in plan.reached.items() if not key.startswith(ASKED) or last.get(key) == at}


def _due(run: Collection, posts: dict[str, KnownPost]) -> list[str]:
    """Draws of the posts that came since the last draw, and tells which are due. Where nothing more can be followed they wait for a draw
    that can."""
    known = followed(run.log, run.campaign.id, PLATFORM)
    at = now()
    offered, room = _offered(posts, known, run.plan.reached.get(DRAWN)), _room(posts, known)
    if offered and not room:
        run.warn(f"{NAME}: {len(offered)} new posts are not followed yet: those that are take the day's budget of {BUDGET} requests")
        return _waiting(posts, known, at)
    drawn = draw(offered, stances(run.log, PLATFORM), room, SEED) if offered else []
    run.plan.reached[DRAWN] = at.isoformat()
    run.log.append_rows(
        Followed(
            campaign=run.campaign.id, platform=PLATFORM, post_id=post_id, stratum=stratum, probability=probability, seed=SEED,
            drawn_at=at, run_id=run.done.run_id,
        )
        for post_id, stratum, probability in drawn
    )  # fmt: skip
    return _waiting(posts, {*known, *(post_id for post_id, _, _ in drawn)}, at)


def _offered(posts: dict[str, KnownPost], known: Container[str], drawn: str | None) -> list[KnownPost]:
    return [post for id, post in posts.items() if id not in known and _is_new(post, drawn)]


def _waiting(posts: dict[str, KnownPost], ids: Iterable[str], at: datetime) -> list[str]:
    """Those that are due, the longest first."""
    waiting = [(since, id) for id in ids if id in posts and (since := due_since(posts[id], at)) is not None]
    return [id for _, id in sorted(waiting)]


def _is_new(post: KnownPost, drawn: str | None) -> bool:
    """Each post is offered to one draw: a second chance would make its probability another than is told."""
    return drawn is None or post.first_seen is None or post.first_seen > datetime.fromisoformat(drawn)


def _room(posts: dict[str, KnownPost], known: dict[str, datetime]) -> int:
    """How many posts more can be followed: what the budget leaves when those that are followed have been seen."""
    daily = sum(1 for id in known if id in posts)
    new = sum(1 for at in known.values() if now() - at < DAY)
    return max(0, (BUDGET - daily - new * len(LOOKS)) // COST)


def _room_from(posts: dict[str, KnownPost], known: dict[str, datetime]) -> datetime | None:
    """When there may be room for more: now, or when the first of those that were drawn within a day needs fewer looks; None: never."""
    return now() if _room(posts, known) else min((at + DAY for at in known.values() if at + DAY > now()), default=None)


def draw(posts: Iterable[KnownPost], stance_of: dict[str, str], room: int, seed: int) -> list[tuple[str, str, float]]:
    """A stratified sample: post, stratum and the probability with which it was drawn. Every stratum gets its share, at least one post
    while there is room. The same posts and seed give the same sample."""
    strata: dict[str, list[str]] = defaultdict(list)
    for post in posts:
        strata[stratum(post, stance_of.get(post.post_id))].append(post.post_id)
    total = sum(map(len, strata.values()))
    if not total or room <= 0:
        return []
    found: list[tuple[str, str, float]] = []
    for name, ids in sorted(strata.items(), key=lambda told: (-len(told[1]), told[0])):
        share = len(ids) if room >= total else min(len(ids), max(1, room * len(ids) // total), room - len(found))
        chosen = sorted(ids, key=lambda id: hashlib.sha256(f"{seed}\x1f{id}".encode()).digest())[:share]
        found += [(id, name, share / len(ids)) for id in chosen]
    return found


def stratum(post: KnownPost, stance: str | None) -> str:
    """Day, stance and size of a post: its size is the power of ten of its likes, comments and reposts together."""
    size = len(str((post.likes or 0) + (post.comments or 0) + (post.reposts or 0)))
    return f"{post.published_at or post.first_seen:%Y-%m-%d} {stance or 'unlabelled'} {size}"


def due_since(post: KnownPost, at: datetime) -> datetime | None:
    """Since when a post should have been seen again; None where its time has not come."""
    when = due(post) or at
    return when if when <= at else None


def due(post: KnownPost) -> datetime | None:
    """When a post is to be seen again; None where nobody knows when it was seen: at once."""
    if post.last_seen is None:
        return None
    looks = [post.first_seen + look for look in LOOKS] if post.first_seen else []
    return next((when for when in looks if when > post.last_seen), post.last_seen + DAY)
