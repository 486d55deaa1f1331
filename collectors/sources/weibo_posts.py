"""Weibo posts that carry the campaign's hashtags or keywords.

With a mobile cookie (or as a guest, who sees the first pages) from m.weibo.cn, newest first down to where the last run came to. What lies
behind its page cap, and everything where only a desktop cookie is there, from s.weibo.com in slices of time: the whole range, then days,
then hours, until a slice has fewer pages than the cap. An hour above it stays capped, and is told as a gap.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from collectors.client import Client
from collectors.cookies import WEIBO, WEIBO_MOBILE
from collectors.platforms import Page
from collectors.refusing import Stopped
from collectors.run import Collection, Seen, Wanted
from collectors.times import CHINA
from data.collected import long_texts
from data.errors import WrongUsage
from data.model import BETWEEN_ASKED

NAME = "weibo-posts"
PLATFORM = "weibo"
MOBILE, SEARCH = "m.weibo.cn", "s.weibo.com"
NEWEST_FIRST = 61
CAP = 46  # a list with so many pages is cut off at about fifty
MANY = 10  # posts, after which none at all is suspicious
NOTHING_NEW = 3  # pages in a row that tell nothing new: the list goes round in circles
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def hosts(client: Client, wanted: Wanted) -> tuple[str, ...]:
    """Where to search. The search site wants a login; without any cookie a guest sees the first pages of the mobile site. A range that
    ends before now is asked for as such where that can be done. The mobile site has the long texts in any case: a list does without them
    where it refuses, or was not consented to."""
    mobile, desktop = WEIBO_MOBILE in client.cookies.own, WEIBO in client.cookies.own
    if desktop and (wanted.until or not mobile):
        return (SEARCH,)
    return (MOBILE, SEARCH) if desktop else (MOBILE,)


def query(wanted: Wanted) -> str:
    return BETWEEN_ASKED.join(queries(wanted))


def queries(wanted: Wanted) -> list[str]:
    """Each hashtag, and each keyword of the rules with the words that must stand beside it."""
    found = [f"#{tag}#" for platform, tag in wanted.campaign.hashtags if platform == PLATFORM]
    for rule in wanted.campaign.rules():
        if rule["platforms"] and PLATFORM not in rule["platforms"]:
            continue
        must, any_ = rule["must"] or [], rule["any"] or []
        found += [" ".join([*must, word]) for word in any_] or ([" ".join(must)] if must else [])
    return list(dict.fromkeys(found))


@dataclass(kw_only=True)
class _Texts:
    """The long texts: of which posts the log has them, of which only the beginning came, and whether more may be asked for."""

    known: set[str]
    cut: set[str] = field(default_factory=set)
    wanted: bool = True


@dataclass(kw_only=True)
class _Way:
    """How far a list was read: posts seen, the oldest of them, pages without anything new."""

    posts: set[str] = field(default_factory=set)
    oldest: datetime | None = None
    pages: int = 0
    stale: int = 0


def collect(run: Collection) -> None:
    asked = queries(run.wanted)
    if not asked:
        run.warn(f"{NAME}: the campaign names no hashtag of Weibo and no rule with words. Add one to its file")
    texts = _Texts(known=long_texts(run.log, PLATFORM))
    for one in asked:
        if not run.finished(one):
            _query(run, one, texts)
    if texts.cut:
        cut = len(texts.cut)
        run.warn(
            f"{NAME}: long texts of which only the beginning came: {cut}. {MOBILE} has the rest, and refuses it or was not consented to"
        )


def _query(run: Collection, asked: str, texts: _Texts) -> None:
    since, until = run.since(asked), run.until
    for host in hosts(run.client, run.wanted):
        if until > since and not _refused(run, host) and not _spent(run, asked):
            until = (_mobile if host == MOBILE else _slices)(run, asked, since, until, texts)
    if until > since:
        reason = _why(run, asked)
        _gap(run, asked, since, until, reason)
        run.done.capped = run.done.capped or reason == "page cap"
    if not run.held_up:
        silent = _silent(run, asked, since)
        if not silent and not run.place(_unread(asked)):
            run.reach(asked, run.until)
        run.cover(run.until if silent else since)
        run.finish(asked)


def _why(run: Collection, asked: str) -> str:
    """Why the lists did not come down to where they should."""
    if (run.place(f"{MOBILE} {asked}") or {}).get("broken"):
        return "unreadable"
    return "page budget" if _spent(run, asked) else "blocked" if run.held_up else "page cap"


def _gap(run: Collection, asked: str, starts_at: datetime, ends_at: datetime, reason: str) -> None:
    """Says that something is missing. For what could not be read the next run goes back."""
    run.gap(asked, starts_at, ends_at, reason)
    if reason == "unreadable":
        run.stand(_unread(asked), True)


def _unread(asked: str) -> str:
    return f"unread {asked}"


def _silent(run: Collection, asked: str, since: datetime) -> bool:
    """Whether nothing was found where earlier runs found many: then the search is suspicious, and the next run looks at the same time
    again. The mobile list shows posts of any time; the search site's slices show again what came within the overlap."""
    found, newest = run.place(_found(asked)) or (0, "")
    before = run.plan.reached.get(_found(asked))
    if found:
        run.plan.reached[_found(asked)] = f"{found} {newest}"
    if found or before is None:
        return False
    number, _, last = before.partition(" ")
    silent = int(number) >= MANY and (MOBILE in hosts(run.client, run.wanted) or last > since.isoformat())
    if silent:
        run.warn(
            f"{NAME}: {asked}: nothing was found, where {number} posts were before. Look at the search with your own browser: the platform "
            "may have changed it, or hide the hashtag"
        )
    return silent


def _found(asked: str) -> str:
    return f"found {asked}"


def _spent(run: Collection, asked: str) -> bool:
    """Whether the budget of pages for a query is used up."""
    return run.wanted.pages is not None and run.place(_pages(asked)) is not None and run.place(_pages(asked)) >= run.wanted.pages


def _pages(asked: str) -> str:
    return f"pages {asked}"


def _refused(run: Collection, host: str) -> bool:
    return any(stopped.host == host for stopped in run.blocked)


def _without_mobile(run: Collection, stopped: Stopped) -> None:
    """The mobile site refuses: the search site has what lacks, where that is asked too."""
    run.stopped(stopped, holds_up=SEARCH not in hosts(run.client, run.wanted))


# The mobile site --------------------------------------------------------------------------------------------------------


def _mobile(run: Collection, asked: str, since: datetime, until: datetime, texts: _Texts) -> datetime:
    """Reads the list from its newest post down. Returns `since` where it came so far, else the time of the oldest post it saw."""
    key = f"{MOBILE} {asked}"
    place = run.place(key) or {}
    if place.get("down_to"):
        return datetime.fromisoformat(place["down_to"])
    way = _Way(posts=set(place.get("posts", ())), oldest=_time(place.get("oldest")), pages=place.get("pages", 0))
    parameters = place.get("next") or {"page": "1"}
    reached: datetime | None = None
    broken = False
    while reached is None:
        try:
            page = run.ask(_container(asked, parameters))
        except Stopped as stopped:
            _without_mobile(run, stopped)
            run.leave(key)  # a list that grows at its head is begun anew
            return way.oldest or run.until
        if page is None:
            broken, reached = True, way.oldest or run.until
            break
        seen = run.seen(page)
        _long_texts(run, seen, texts)  # before the place moves on: a run that is stopped among them comes back to this page
        fresh = _take(run, asked, seen, way)
        parameters = dict(page.next or {})
        broken = way.stale >= NOTHING_NEW
        reached = _down_to(run, asked, page, way, since, fresh)
        run.stand(
            key,
            {"next": parameters, "posts": sorted(way.posts), "oldest": way.oldest and way.oldest.isoformat(), "pages": way.pages},
        )
    if _refused(run, MOBILE):
        run.leave(key)
    else:
        run.stand(key, {"down_to": reached.isoformat(), "broken": broken})
    return reached


def _down_to(run: Collection, asked: str, page: Page, way: _Way, since: datetime, fresh: list[datetime]) -> datetime | None:
    """How far the list is read where this is its end; None where it goes on."""
    if fresh and max(fresh) < since:
        return since
    if way.stale >= NOTHING_NEW:
        run.warn(f"{MOBILE}: the list goes round in circles; it was left")
        return way.oldest or run.until
    if page.next is None:
        return way.oldest if way.oldest and way.oldest > since and _is_cut_off(run, way) else since
    return (way.oldest or run.until) if _spent(run, asked) else None


def _is_cut_off(run: Collection, way: _Way) -> bool:
    """Whether the end of a list may be none: at the cap, and anywhere for a guest, to whom the last page looks as it does to a login."""
    return way.pages >= CAP or not run.client.cookies.is_own(MOBILE)


def _container(asked: str, parameters: dict[str, str]) -> str:
    container = f"100103type={NEWEST_FIRST}&q={asked}"
    return f"https://{MOBILE}/api/container/getIndex?" + urlencode(
        {"containerid": container, "page_type": "searchall", **parameters}, quote_via=quote, safe=""
    )


# The search site --------------------------------------------------------------------------------------------------------


def _slices(run: Collection, asked: str, since: datetime, until: datetime, texts: _Texts) -> datetime:
    """Reads a range slice by slice, the newest first. Returns `since` where all was read, else how far down it came."""
    key = f"{SEARCH} {asked}"
    slices: list[list[str]] | None = run.place(key)
    if slices is None:
        slices = [[_floor(since).isoformat(), _ceiling(until).isoformat()]]
    while slices:
        start, end = (datetime.fromisoformat(told) for told in slices[0])
        if _spent(run, asked):
            return end
        try:
            parts = _slice(run, asked, start, end, texts)
        except Stopped as stopped:
            run.stopped(stopped)
            return end
        slices[:1] = [[one.isoformat(), other.isoformat()] for one, other in parts]
        run.stand(key, slices)
    return since


def _slice(run: Collection, asked: str, start: datetime, end: datetime, texts: _Texts) -> list[tuple[datetime, datetime]]:
    """Reads one slice to its last page. Returns the slices it has to be cut into, newest first, where it has too many pages."""
    here = _Way()
    key = f"{SEARCH} {asked} {start.isoformat()} {end.isoformat()}"
    parameters: dict[str, str] | None = run.place(key) or {}
    while parameters is not None:
        page = run.ask(_search(asked, start, end, parameters))
        if page is None or not (any(item.kind == "card" for item in page.items) or page.says or page.left_out):
            if page is not None:
                run.done.unreadable.append(f"{SEARCH}: a page holds neither posts nor word that there are none: its layout has changed")
            _gap(run, asked, start, end, "unreadable")
            break
        seen = run.seen(page)
        _long_texts(run, seen, texts)
        _take(run, asked, seen, here)
        if (page.pages or 0) >= CAP and end - start > HOUR:
            return _cut(start, end)
        if (page.pages or 0) >= CAP and page.next is None:
            run.done.capped = True
            run.gap(asked, start, end, "page cap", collected=len(here.posts))
        if here.stale >= NOTHING_NEW:
            run.warn(f"{SEARCH}: the list goes round in circles; it was left")
            _gap(run, asked, start, min(end, max(start, here.oldest or end)), "unreadable")
            break
        parameters = dict(page.next) if page.next else None
        if parameters and _spent(run, asked):
            run.gap(asked, start, end, "page budget", collected=len(here.posts))
            break
        run.stand(key, parameters)
    run.leave(key)
    return []


def _cut(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """A range as days, or a day as hours, the newest first. Days are China's."""
    step = DAY if end - start > DAY else HOUR
    parts = []
    while start < end:
        midnight = start.replace(tzinfo=UTC).astimezone(CHINA).replace(hour=0, minute=0) + DAY
        until = min(end, midnight.astimezone(UTC).replace(tzinfo=None) if step == DAY else start + HOUR)
        parts.append((start, until))
        start = until
    return parts[::-1]


def _search(asked: str, start: datetime, end: datetime, parameters: dict[str, str]) -> str:
    """The end hour is not included."""
    first, last = (moment.replace(tzinfo=UTC).astimezone(CHINA) for moment in (start, end))
    scope = f"custom:{first:%Y-%m-%d}-{first.hour}:{last:%Y-%m-%d}-{last.hour}"
    told = {"q": asked, "typeall": "1", "suball": "1", "timescope": scope, "Refer": "g", **parameters}
    return f"https://{SEARCH}/weibo?" + urlencode(told, quote_via=quote, safe=":")


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _ceiling(moment: datetime) -> datetime:
    floor = _floor(moment)
    return floor if floor == moment else floor + HOUR


# Both -------------------------------------------------------------------------------------------------------------------


def _take(run: Collection, asked: str, shown: list[Seen], way: _Way) -> list[datetime]:
    """Notes what a page showed; the times of its posts that stand in the order of time."""
    seen = [one for one in shown if not one.is_comment]
    times = [one.published_at for one in seen if one.published_at and not one.pinned]
    new = {one.post_id for one in seen} - way.posts
    way.posts |= new
    way.pages += 1
    found, newest = run.place(_found(asked)) or (0, "")
    run.stand(_found(asked), [found + len(new), max([newest, *(time.isoformat() for time in times)])])
    run.stand(_pages(asked), (run.place(_pages(asked)) or 0) + 1)
    way.stale = 0 if new else way.stale + 1
    # The first page may carry a banner older than all: the middle of a page tells how far the list came.
    if times:
        low = sorted(times)[len(times) // 2]
        way.oldest = min(way.oldest, low) if way.oldest else low
    return times


def _long_texts(run: Collection, shown: list[Seen], texts: _Texts) -> None:
    """The whole of posts of which only the beginning was shown. Where they are refused, posts stand with their beginning."""
    for one in shown:
        if one.long_text is not None and one.long_text not in texts.known:
            texts.wanted = texts.wanted and _long_text(run, one.long_text)
            (texts.known if texts.wanted else texts.cut).add(one.long_text)


def _long_text(run: Collection, post_id: str) -> bool:
    """Whether the mobile site answers."""
    try:
        run.ask(f"https://{MOBILE}/statuses/extend?id={post_id}")
    except Stopped as stopped:
        _without_mobile(run, stopped)
        return False
    except WrongUsage:  # no consent, or its robots file forbids it
        return False
    return True


def _time(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None
