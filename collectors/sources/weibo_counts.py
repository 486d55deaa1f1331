"""Weibo's counters of the campaign's hashtags, and what they gained: exact integers, without cookie or login."""

from urllib.parse import quote

from collectors.client import Client
from collectors.platforms import Page
from collectors.run import Collection, Wanted
from data.collected import highest_counters
from data.tags import tag_key

NAME = "weibo-counts"
PLATFORM = "weibo"
HOST = "m.s.weibo.com"
OF_THE_MOMENT = True
# Cumulative counters: the platform's own never fell in thousands of hours that others recorded.
CUMULATIVE = {"views": "read", "discussions": "mention", "interactions": "interact", "originals": "ori_m", "participants": "ori_uv"}
TRENDS = ("", "&time=24h")  # the last hour by ten minutes, the last day by hours


def hosts(client: Client, wanted: Wanted) -> tuple[str, ...]:
    return (HOST,)


def query(wanted: Wanted) -> str:
    return " ".join(_shown(tag) for platform, tag in wanted.campaign.hashtags if platform == PLATFORM)


def collect(run: Collection) -> None:
    if not run.tags():
        run.warn(f"{NAME}: the campaign names no hashtag of Weibo. Add one to its file under [hashtags]")
    with run.each_told({tag: _shown(tag) for tag in run.tags()}):
        for tag in run.tags():
            _tag(run, tag)
            run.finish(tag)


def _shown(tag: str) -> str:
    return f"#{tag}#"


def _tag(run: Collection, tag: str) -> None:
    asked = quote(_shown(tag), safe="")
    page = run.ask(f"https://{HOST}/ajax_topic/detail?q={asked}&show_rank_info=1")
    if page is None:
        run.leave_unread(_shown(tag), "unreadable")
        return
    if page.empty:
        run.warn(f"#{tag}#: no such topic on Weibo: it has no counters")
        return
    _hold(run, tag, page)
    for view in TRENDS:
        run.ask(f"https://{HOST}/ajax_topic/trend?q={asked}{view}")


def _hold(run: Collection, tag: str, page: Page) -> None:
    """A counter that fell is a sign that something else is counted now."""
    told = page.items[0].told.get("baseInfo") or {}
    counts = told.get("count") or {}
    for (name, field), before in zip(CUMULATIVE.items(), highest_counters(run.log, PLATFORM, tag_key(tag)), strict=True):
        told = str(counts.get(field))
        now = int(told) if told.isascii() and told.isdigit() else None
        if now is not None and before is not None and now < before:
            run.warn(f"#{tag}#: {name} fell from {before:,} to {now:,}, which this counter does not do: look at it before you quote it")
