"""Reposts of the campaign's Weibo posts, with who reposted whom, from the desktop site: its robots file forbids all, so that host has to
be named. Of posts that have more reposts than the log holds."""

from collectors.client import Client
from collectors.run import Collection, Wanted
from collectors.sources.under_posts import under_posts

NAME = "weibo-reposts"
PLATFORM = "weibo"
HOST = "weibo.com"


def hosts(client: Client, wanted: Wanted) -> tuple[str, ...]:
    return (HOST,)


def query(wanted: Wanted) -> str:
    return "reposts of the campaign's posts"


def collect(run: Collection) -> None:
    under_posts(run, _address, comments=False)


def _address(mid: str, parameters: dict[str, str]) -> str:
    more = "".join(f"&{name}={value}" for name, value in ({"page": "1"} | parameters).items())
    return f"https://{HOST}/ajax/statuses/repostTimeline?id={mid}&moduleID=feed&count=20{more}"
