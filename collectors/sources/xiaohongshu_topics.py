"""Topic pages of Xiaohongshu whose address is known: their views, and the list of notes behind them where it still answers.

The list was last seen alive in 2024; where it refuses, the views stand. Its notes carry no token: their pages are not asked.
"""

from urllib.parse import quote, urlsplit

from collectors.client import Client
from collectors.platforms import without_tokens, xiaohongshu
from collectors.run import Collection, Wanted
from collectors.sources.known_addresses import SITE, hosts_of, keep, whole

NAME = "xiaohongshu-topics"
PLATFORM = "xiaohongshu"
NOTHING_NEW = 3  # pages in a row that tell nothing new


def hosts(client: Client, wanted: Wanted) -> tuple[str, ...]:
    return hosts_of(wanted)


def takes(address: str) -> bool:
    """A topic's page."""
    return xiaohongshu.endpoint(whole(address)) == "topic page"


def query(wanted: Wanted) -> str:
    return "topic pages whose address is known"


def collect(run: Collection) -> None:
    known = keep(run, [address for address in run.wanted.addresses if takes(address)])
    if not known:
        run.warn(
            f"{NAME}: no topic page's address is known. Give addresses such as https://{SITE}/page/topics/… as the app shares them, or "
            "read the site in your own browser, save a recording (HAR), and use groundswell import"
        )
    with run.each_told({address: f"topic {_topic(address)}" for address in known}):
        for address in known:  # all views first: the lists may be refused
            if not run.finished(f"views of {address}"):
                _views(run, address)
                run.finish(f"views of {address}")
        for address in known:
            if not run.finished(address):
                _notes(run, address)
                run.finish(address)


def _topic(address: str) -> str:
    return urlsplit(address).path.rstrip("/").rsplit("/", 1)[-1]


def _views(run: Collection, address: str) -> None:
    page = run.ask(address)
    if page is None:
        run.leave_unread(f"topic {_topic(address)}", "unreadable")
    elif page.refusal is not None:
        run.warn(f"{without_tokens(address)}: {page.refusal.says}. Open it in your own browser and see whether it is still there")


def _notes(run: Collection, address: str) -> None:
    topic = _topic(address)
    cursor: str | None = (run.place(address) or {}).get("cursor", "")
    pages, stale = (run.place(address) or {}).get("pages", 0), 0
    seen: set[str] = set()
    while cursor is not None and stale < NOTHING_NEW and pages < (run.wanted.pages or pages + 1):
        asked = f"page_size=20&sort=time&page_id={topic}&cursor={quote(cursor, safe='')}&sid="
        page = run.ask(f"https://{SITE}/web_api/sns/v3/page/notes?{asked}")
        if page is None:
            run.gap(f"topic {topic}", run.until, run.until, "unreadable")
            return
        if page.refusal is not None:
            run.gap(f"topic {topic}", run.until, run.until, "blocked", collected=len(seen))
            return
        new = {one.post_id for one in run.seen(page)} - seen
        seen |= new
        stale = 0 if new else stale + 1
        pages += 1
        cursor = page.next["cursor"] if page.next else None
        run.stand(address, {"cursor": cursor, "pages": pages})
    if cursor is not None:
        reason = "unreadable" if stale >= NOTHING_NEW else "page budget"
        run.gap(f"topic {topic}", run.until, run.until, reason, collected=len(seen))
