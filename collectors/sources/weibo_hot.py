"""Weibo's hot-search list: from weibo.com where the user named that host, else from the search site, which wants a guest cookie."""

from collectors.client import NAMED, Client
from collectors.platforms.weibo import HOT_LIST
from collectors.run import Collection, Wanted

NAME = "weibo-hot"
PLATFORM = "weibo"
OF_THE_MOMENT = True
DESKTOP = "https://weibo.com/ajax/side/hotSearch"
SEARCH = f"https://s.weibo.com/top/summary?cate={HOT_LIST}"


def hosts(client: Client, wanted: Wanted) -> tuple[str, ...]:
    named = "weibo.com" in client.accepted or NAMED in client.consents.get("weibo.com", "")
    return ("weibo.com",) if named else ("s.weibo.com",)


def query(wanted: Wanted) -> str:
    return HOT_LIST


def collect(run: Collection) -> None:
    page = run.ask(DESKTOP if hosts(run.client, run.wanted) == ("weibo.com",) else SEARCH)
    if page is not None and page.empty:
        run.warn("the hot list is empty, which it never is: look at it with your own browser")
